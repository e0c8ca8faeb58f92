"""The list of issues: what it shows of each, how it is searched, and its filters."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ERROR_FLAG
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from digests.admin.listing.bulk import Bulk
from digests.admin.listing.filters import FILTERS, held, search, spans
from digests.models import Comment, Edition, Issue, Revision
from digests.models.states import State


class IssueList(Bulk, admin.ModelAdmin[Issue]):  # type: ignore[misc]  # Bulk names its actions in a plain list
    """The part of the issue admin that lists issues."""

    list_display = ["digest", "date", "linked_title", "badge", "public", "comments", "changed", "author", "seen"]
    list_display_links = ["linked_title"]
    list_filter = [*FILTERS]
    list_select_related = ["digest"]
    list_per_page = 50
    list_max_show_all = 0
    actions_on_top, actions_on_bottom = False, True
    date_hierarchy = "date"
    empty_value_display = ""
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["title"]  # makes Django show a search; filters.py says what it looks through

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        """Return the issues that a person may see, each with what the list shows of it.

        Its editions are read without their pages; `author_name` is who saved it last, `comment_count` counts its open
        comments.
        """
        newest = Revision.objects.filter(issue=OuterRef("pk")).order_by("-number").values("author_name")[:1]
        editions = Prefetch("editions", Edition.objects.defer("page"))
        issues: QuerySet[Issue] = Issue.objects.for_desk(request.user)
        comments = Comment.objects.open_comments().filter(issue=OuterRef("pk")).order_by().values("issue")
        return (
            issues.select_related("digest")
            .prefetch_related(editions)
            .annotate(
                author_name=Subquery(newest),
                comment_count=Coalesce(Subquery(comments.annotate(count=Count("pk")).values("count")), 0),
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Issue], search_term: str
    ) -> tuple[QuerySet[Issue], bool]:
        return search(queryset, search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the list; an unreadable filter gives all issues and a warning."""
        if ERROR_FLAG in request.GET:  # Django redirects here from a value that no filter has
            self.message_user(request, _("A filter could not be read, so all issues are listed."), messages.WARNING)
        context = {
            "title": self.opts.verbose_name_plural,
            "days": spans(timezone.localdate()),
            "kept": held(request.GET.dict()),
        }
        try:
            return super().changelist_view(request, context | (extra_context or {}))
        except OverflowError:  # a year of a hundred digits, which Django does not take for a wrong filter
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")

    @admin.display(description=gettext_lazy("title"), ordering="title")
    def linked_title(self, issue: Issue) -> str:
        return issue.title or _("(no title yet)")

    @admin.display(description="")
    def seen(self, issue: Issue) -> str:
        """Write the version that a person sees in the list as a hidden field, for the actions on many issues."""
        return format_html('<input type="hidden" name="seen-{}" value="{}">', issue.pk, issue.version)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def badge(self, issue: Issue) -> str:
        return format_html('<span class="badge is-{}">{}</span>', issue.state, State(issue.state).label)

    @admin.display(description=gettext_lazy("for readers"))
    def public(self, issue: Issue) -> str:
        now, editions = timezone.now(), issue.editions.all()
        live = next((one for one in editions if one.is_live(now)), None)
        scheduled = next((one for one in editions if one.live_from > now), None)
        flagged = any(one.is_flagged and one.live_from <= now for one in editions)
        return format_html(
            "{}{}{}",
            format_html('<span class="badge is-live">{}</span> ', _("Live")) if live else "",
            format_html(
                '<span class="badge is-scheduled">{}</span> ',
                _("From %(when)s") % {"when": issue.local(scheduled.live_from).strftime("%m-%d %H:%M %Z")},
            )
            if scheduled
            else "",
            format_html('<span class="badge is-flagged">{}</span>', _("Not approved")) if flagged else "",
        )

    @admin.display(description=gettext_lazy("open comments"), ordering="comment_count")
    def comments(self, issue: Any) -> str:
        count = issue.comment_count
        return ngettext("%(count)s open", "%(count)s open", count) % {"count": count} if count else ""

    @admin.display(description=gettext_lazy("last changed"), ordering="updated_at")
    def changed(self, issue: Issue) -> str:
        return issue.local(issue.updated_at).strftime("%m-%d %H:%M")

    @admin.display(description=gettext_lazy("last words by"), ordering="author_name")
    def author(self, issue: Any) -> str:
        return issue.author_name or ""
