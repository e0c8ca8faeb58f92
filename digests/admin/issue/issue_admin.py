"""The issue admin: one page to write an issue, judge it and send it out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digests.admin.conflict import resolving
from digests.admin.issue import actions, local_copy, saving, text
from digests.admin.issue.deleting import IssueDeleting
from digests.admin.issue.form import IssueForm
from digests.admin.issue.form_state import Marks, state_of
from digests.admin.issue.posted import posted
from digests.admin.issue.rows import RowsAdmin, SectionInline
from digests.admin.issue.views import IssueViews, given_back, is_issue_number
from digests.admin.issue.wordlist import join
from digests.admin.listing.issue_list import IssueList
from digests.admin.review.comments import comments_of, may_comment
from digests.admin.setup.notice import opened
from digests.admin.setup.picture import focus, take_cover
from digests.admin.signed_in import signed_in
from digests.editorial import workflow
from digests.editorial.exchange import Rows
from digests.editorial.preflight import Blocker, Place
from digests.manuscript.values import LABELS, Manuscript
from digests.models import Issue
from digests.models.states import State
from digests.publishing import pictures

# The names of the addresses that show the form of one issue, with its rows.
ONE_ISSUE = ("digests_issue_change", "digests_issue_restore")


@admin.register(Issue)
class IssueAdmin(IssueList, IssueViews, IssueDeleting, RowsAdmin):  # type: ignore[misc]
    """The form of one issue. Its list, its other addresses and its deletion are in the classes it inherits from."""

    form = IssueForm
    inlines = [SectionInline]
    change_form_template = "admin/digests/issue/change_form.html"
    fieldsets = [
        (None, {"fields": ["title"]}),
        (None, {"fields": ["digest", "date", "category", "editor"]}),
        (None, {"fields": ["summary"]}),
        (None, {"fields": ["tag_names", "seo"]}),
        (gettext_lazy("Cover"), {"fields": ["cover", "cover_alt", "cover_image"]}),
        (gettext_lazy("Introduction"), {"fields": ["intro"]}),
    ]
    formfield_overrides: ClassVar[dict[Any, Any]] = {}

    # --- What is seen -------------------------------------------------------------

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Issue | None:
        """Return an issue; for its form, read all its rows at once, which the formsets then use."""
        issue = super().get_object(request, object_id, from_field)
        if issue and request.resolver_match and request.resolver_match.url_name in ONE_ISSUE:
            state_of(request).show(Rows.of(issue))
        return issue

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        return ["digest", "date"] if obj.editions.exists() else ["digest"]

    @admin.display(description=gettext_lazy("Tags"))
    def tag_names(self, issue: Issue) -> str:
        """Show the tags to people who may only read; for all others the form has a field of this name."""
        return join(row.word for row in issue.tagged.all())

    # --- Saving -------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("IssueForm", (form,), {"state": state_of(request)})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Save under the issue's lock, or show again what was sent, with the reasons why it was not saved."""
        if object_id is not None and not is_issue_number(object_id):
            raise Http404
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        if self.has_change_permission(request):
            # Before the save and outside its transaction, so that nobody has to choose the picture again if it fails.
            try:
                take_cover(request)
            except pictures.Unfit as unfit:
                state_of(request).refused = (Blocker("picture_unfit", str(unfit), Place("cover")),)
        try:
            with transaction.atomic():
                if object_id is not None and self.has_change_permission(request):
                    workflow.lock(int(object_id), actions.version(request.POST))
                return super().changeform_view(request, object_id, form_url, extra_context)
        except workflow.Refused as refused:
            issue = Issue.objects.for_desk(request.user).filter(pk=object_id).first() if object_id else None
            if issue is None and object_id:
                return resolving.gone(request, text=given_back(request))
            if refused.stale and issue:
                seen = resolving.seen(request, issue)
                mine = posted(self._sent(request, issue), seen.words)
                return resolving.page(request, issue, refused, mine=mine, seen=seen)
            state_of(request).refused = refused.reasons
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Issue, form: Any, change: bool) -> None:
        """Make the row of a new issue. `save_related` writes its fields, once the other rows were checked too."""
        if not change:
            obj.seo, obj.state, obj.version = [], State.DRAFT, 0
            obj.cover = ""
            obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the whole issue through the workflow, as one manuscript, and tell the person what that did."""
        issue = form.instance
        was, state = State(issue.state), state_of(request)
        before = state.words or Manuscript(title="", date=issue.date)
        manuscript = posted(self._sent(request, issue if change else None), before)
        if day := form.cleaned_data.get("date"):
            manuscript = replace(manuscript, date=day)
        version = actions.version(request.POST) if change else None
        saved = saving.save(manuscript, issue, by=signed_in(request), version=version, rows=state.rows)
        form.instance = saved.issue
        if focus(manuscript.cover_file, request.POST):
            self.message_user(request, _("The focal point of the cover was moved."), messages.SUCCESS)
        saving.tell(request, saved, was=was)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Return nothing, for Django's log that is not written."""
        return ""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write nothing: the newsroom's own log has an entry."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write nothing: the newsroom's own log has an entry."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return local_copy.redirect(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return text.go_on(request, obj, "structure")

    # --- The page -----------------------------------------------------------------

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Render the form with what else its page shows: buttons, problems, open comments."""
        issue, state = context["original"], state_of(request)
        desk = actions.Desk(issue, signed_in(request)) if issue else None
        talk = []
        if desk:
            opened(request, issue)
            if desk.head:
                talk = [comment for comment in comments_of(issue, desk.head.manuscript) if not comment.row.resolved_at]
            if state.rows:
                state.marks = Marks.of(state.rows, desk.problems, talk)
        context |= {
            "desk": desk,
            "open_comments": talk,
            "may_comment": may_comment(request.user),
            "next": request.path,
            "labels": LABELS,
            "editable": self.has_change_permission(request, issue) if issue else True,
            "restored": state.is_restored,
            "moved_on": state.is_restored and bool(issue) and actions.version(request.POST) != issue.version,
            "kept": local_copy.name(request),
            "seen_version": request.POST.get("version", issue.version) if issue else None,
            "seen_revision": request.POST.get("revision", desk.head.number if desk.head else 0) if desk else None,
        }
        return super().render_change_form(request, context, *args, **kwargs)
