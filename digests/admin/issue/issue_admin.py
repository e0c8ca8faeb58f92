"""The day's issue: one page to write it, judge it and send it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import nested_admin
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from digests.admin.conflict import resolving
from digests.admin.issue import actions, local_copy, presence, saving, text
from digests.admin.issue.checklist import checklist
from digests.admin.issue.duplicates import earlier_stories
from digests.admin.issue.posted import posted
from digests.admin.issue.rows import LONGEST_TAG, InOrder, SectionInline, standing
from digests.admin.issue.start import start
from digests.admin.issue.wordlist import WordList, join
from digests.admin.listing import calendar
from digests.admin.listing.bulk import Bulk
from digests.admin.listing.filters import FILTERS, held, search, spans
from digests.admin.review import preview_links, screen
from digests.admin.review.comments import may_comment, threads_of
from digests.admin.review.history import history_of
from digests.admin.setup.notice import opened
from digests.admin.setup.picture import CoverField, focus, percent, take_cover
from digests.editorial import workflow
from digests.editorial.preflight import Blocker, Place, Problem
from digests.manuscript.values import LABELS, Manuscript
from digests.manuscript.writer import write
from digests.models import (
    Brief,
    Comment,
    Digest,
    Edition,
    Issue,
    NewsItem,
    Picture,
    Revision,
)
from digests.models.states import Action, State
from digests.publishing import pictures

# The addresses whose page is the form of one issue, with its rows.
ONE_ISSUE = ("digests_issue_change", "digests_issue_restore")


class IssueForm(forms.ModelForm[Any]):
    """The issue's own fields. Whatever the workflow refused stands on it as errors."""

    refused: tuple[Problem, ...] = ()
    is_restored = False  # what a browser kept is shown, and not yet sent to be saved

    tag_names = WordList(
        longest=LONGEST_TAG,
        label=gettext_lazy("Tags"),
        help_text=gettext_lazy("Separated by commas, in the order that readers see."),
    )
    seo = WordList(longest=200, label=gettext_lazy("SEO keywords"), help_text=gettext_lazy("Separated by commas."))
    cover = CoverField()

    class Meta:
        widgets = {
            "title": forms.TextInput(attrs={"placeholder": gettext_lazy("Title")}),
            "date": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "category": forms.TextInput,
            "editor": forms.TextInput,
            "summary": forms.Textarea(attrs={"rows": 2}),
            "intro": forms.Textarea(attrs={"rows": 2}),
            "cover_alt": forms.TextInput,
            "cover_image": forms.TextInput,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if "title" in self.fields:
            self.fields["title"].required = False  # an unfinished draft always saves; preflight asks for it
        if "tag_names" in self.fields and self.instance.pk:
            self.initial["tag_names"] = [row.word for row in self.instance.tagged.all()]
        if "digest" in self.fields:
            widget: Any = self.fields["digest"].widget
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
            self._suggest()

    @cached_property
    def picture(self) -> Picture | None:
        """The picture that the form has as its cover, saved or not."""
        name = self["cover"].value()
        return Picture.objects.filter(file=name).first() if name else None

    @cached_property
    def focus(self) -> dict[str, Any]:
        """The focal point of that picture in percent, and as it was when the form was made."""
        if self.is_bound and "cover_seen" in self.data:
            return {name: self.data.get(f"cover_{name}", "") for name in ("x", "y", "seen")}
        x, y = percent(self.picture) if self.picture else ("", "")
        return {"x": x, "y": y, "seen": f"{x} {y}"}

    def _suggest(self) -> None:
        """Begin a new issue as today's, of the only digest if there is one."""
        digests = list(Digest.objects.all()[:2])
        if len(digests) == 1:
            self.initial.setdefault("digest", digests[0])
        now = timezone.now().astimezone(digests[0].zone) if len(digests) == 1 else timezone.localtime()
        self.initial.setdefault("date", now.date())

    def is_valid(self) -> bool:
        return super().is_valid() and not self.is_restored

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for problem in self.refused:
            place = problem.place
            known = place.field in self.fields and not place.uid and place.section is None
            self.add_error(place.field if known else None, str(problem))
        return cleaned


class _Sent(QueryDict):
    def copy(self) -> Any:
        return self


@admin.register(Issue)
class IssueAdmin(Bulk, nested_admin.NestedModelAdmin):
    form = IssueForm
    inlines = [SectionInline]
    inline_admin_formset_helper_cls = InOrder
    change_form_template = "admin/digests/issue/change_form.html"
    fieldsets = [
        (None, {"fields": ["title"]}),
        (None, {"fields": ["digest", "date", "category", "editor"]}),
        (None, {"fields": ["summary"]}),
        (None, {"fields": ["tag_names", "seo"]}),
        (gettext_lazy("Cover"), {"fields": ["cover", "cover_alt", "cover_image"]}),
        (gettext_lazy("Introduction"), {"fields": ["intro"]}),
    ]
    formfield_overrides: dict[Any, Any] = {}

    list_display = ["digest", "date", "linked_title", "badge", "public", "threads", "changed", "author", "seen"]
    list_display_links = ["linked_title"]
    list_filter = FILTERS
    list_select_related = ["digest"]
    list_per_page = 50
    list_max_show_all = 0
    actions_on_top, actions_on_bottom = False, True
    date_hierarchy = "date"
    empty_value_display = ""
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["title"]  # that there is a search; what it looks through is said in filters.py

    # --- What is seen -------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        newest = Revision.objects.filter(issue=OuterRef("pk")).order_by("-number").values("author_name")[:1]
        editions = Prefetch("editions", Edition.objects.defer("page"), to_attr="all_editions")
        issues: QuerySet[Issue] = Issue.objects.for_desk(request.user)
        threads = Comment.objects.open_comments().filter(issue=OuterRef("pk")).order_by().values("issue")
        return (
            issues.select_related("digest")
            .prefetch_related(editions)
            .annotate(
                author_name=Subquery(newest),
                thread_count=Coalesce(Subquery(threads.annotate(count=Count("pk")).values("count")), 0),
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Issue], search_term: str
    ) -> tuple[QuerySet[Issue], bool]:
        return search(queryset, search_term), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Issue | None:
        """Return an issue with all its rows, read at once, for the formsets to take theirs from."""
        issue = cast("Issue | None", super().get_object(request, object_id, from_field))
        if issue and request.resolver_match and request.resolver_match.url_name in ONE_ISSUE:
            _read_rows(issue)
            request.issue = issue  # type: ignore[attr-defined]
        return issue

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        return ["digest", "date"] if obj.editions.exists() else ["digest"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether the issue may go: only a draft that nobody outside has seen, and only from its own page."""
        return obj is not None and super().has_delete_permission(request, obj) and not _why_kept(obj)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if ERROR_FLAG in request.GET:  # where Django sends who asked for what no filter has
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
        """Carry the version that a person saw in the list, for actions on many."""
        return format_html('<input type="hidden" name="seen-{}" value="{}">', issue.pk, issue.version)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def badge(self, issue: Issue) -> str:
        return format_html('<span class="badge is-{}">{}</span>', issue.state, State(issue.state).label)

    @admin.display(description=gettext_lazy("for readers"))
    def public(self, issue: Any) -> str:
        now = timezone.now()
        live = next((one for one in issue.all_editions if one.is_live(now)), None)
        scheduled = next((one for one in issue.all_editions if one.live_from > now), None)
        flagged = any(one.forced_reason and not one.endorsed_at and one.live_from <= now for one in issue.all_editions)
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

    @admin.display(description=gettext_lazy("open threads"), ordering="thread_count")
    def threads(self, issue: Any) -> str:
        count = issue.thread_count
        return ngettext("%(count)s open", "%(count)s open", count) % {"count": count} if count else ""

    @admin.display(description=gettext_lazy("last changed"), ordering="updated_at")
    def changed(self, issue: Issue) -> str:
        return issue.local(issue.updated_at).strftime("%m-%d %H:%M")

    @admin.display(description=gettext_lazy("last words by"), ordering="author_name")
    def author(self, issue: Any) -> str:
        return issue.author_name or ""

    @admin.display(description=gettext_lazy("Tags"))
    def tag_names(self, issue: Issue) -> str:
        """Return the tags for those who only read; the form has a field by this name for the others."""
        return join(row.word for row in issue.tagged.all())

    # --- Saving -------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        said = {"refused": getattr(request, "refused", ()), "is_restored": getattr(request, "is_restored", False)}
        return type("IssueForm", (form,), said)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Save under the lock, or give everything back: the words, and why they were not taken."""
        if object_id is not None and not _is_number(object_id):
            raise Http404
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        if self.has_change_permission(request):
            # Before the save and outside its transaction: whatever comes of that, nobody has to choose it again.
            try:
                take_cover(request)
            except pictures.Unfit as unfit:
                request.refused = (Blocker("picture_unfit", str(unfit), Place("cover")),)  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                if object_id is not None and self.has_change_permission(request):
                    workflow.lock(int(object_id), actions.version(request.POST))
                return super().changeform_view(request, object_id, form_url, extra_context)
        except workflow.Refused as refused:
            issue = Issue.objects.for_desk(request.user).filter(pk=object_id).first() if object_id else None
            if issue is None and object_id:
                return resolving.gone(request, text=_given_back(request))
            if refused.stale and issue:
                seen = resolving.seen(request, issue)
                return resolving.page(request, issue, refused, mine=posted(self._sent(request, issue), seen), seen=seen)
            request.refused = refused.reasons  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        if request.method == "POST":
            # nested-admin copies all that was sent for each story, to renumber rows that it saves; here it saves none.
            sent = _Sent("", mutable=True)
            sent.update(request.POST)
            request.POST = sent  # type: ignore[assignment]
        return super()._create_formsets(request, obj, change)

    def save_model(self, request: HttpRequest, obj: Issue, form: Any, change: bool) -> None:
        """Give a new issue its row. All that the form says is written once the rows were checked too."""
        if not change:
            obj.seo, obj.state, obj.version = [], State.DRAFT, 0
            obj.cover = ""
            obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write the whole issue through the one door, as one value, and say what that did."""
        issue = form.instance
        was, before, head = State(issue.state), issue.version, issue.head
        standing = head.manuscript if head else Manuscript(title="", date=issue.date)
        manuscript = posted(self._sent(request, issue if change else None), standing)
        if day := form.cleaned_data.get("date"):
            manuscript = replace(manuscript, date=day)
        version = actions.version(request.POST) if change else None
        issue = saving.save(manuscript, issue, by=request.user, version=version)
        form.instance = issue
        if focus(manuscript.cover_file, request.POST):
            self.message_user(request, _("The focal point of the cover was moved."), messages.SUCCESS)
        saving.tell(request, issue, was=was, before=before)

    def _sent(self, request: HttpRequest, issue: Issue | None) -> dict[str, Any]:
        """Return what was sent, without fields that the form did not offer."""
        fixed = self.get_readonly_fields(request, issue)
        return {name: value for name, value in request.POST.items() if name not in fixed}

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return ""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write nothing: the newsroom's own log has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write nothing: the newsroom's own log has it."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return local_copy.saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return text.go_on(request, obj, "structure")

    # --- The page -----------------------------------------------------------------

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], add: bool = False, change: bool = False, **kwargs: Any
    ) -> Any:
        issue = context["original"]
        desk = actions.Desk(issue, request.user) if issue else None
        talk = []
        if desk:
            opened(request, issue)
            _mark(issue, desk.problems)
            if desk.head:
                talk = [thread for thread in threads_of(issue, desk.head.manuscript) if not thread.resolved_at]
            _count_threads(issue, talk)
        is_restored = getattr(request, "is_restored", False)
        context |= {
            "desk": desk,
            "open_comments": talk,
            "may_comment": may_comment(request.user),
            "next": request.path,
            "labels": LABELS,
            "editable": self.has_change_permission(request, issue) if issue else True,
            "restored": is_restored,
            "moved_on": is_restored and bool(issue) and actions.version(request.POST) != issue.version,
            "kept": local_copy.name(request),
            "seen_version": request.POST.get("version", issue.version) if issue else None,
            "seen_revision": request.POST.get("revision", desk.head.number if desk.head else 0) if desk else None,
        }
        return super().render_change_form(request, context, add=add, change=change, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/do/<str:action>/", view(self.do), name="digests_issue_do"),
            path("<int:pk>/keep/", view(self.keep), name="digests_issue_keep"),
            path("<int:pk>/restore/", view(self.restore), name="digests_issue_restore"),
            path("add/restore/", view(self.restore), name="digests_issue_add_restore"),
            path("<int:pk>/presence/", never_cache(require_POST(self.presence)), name="digests_issue_presence"),
            path("<int:pk>/check/", view(require_POST(self.check_typed)), name="digests_issue_check"),
            path("<int:pk>/covered/", view(require_GET(self.covered)), name="digests_issue_covered"),
            path("covered/", view(require_GET(self.covered)), name="digests_issue_covered_new"),
            path("<int:pk>/text/", view(self.text), name="digests_issue_text"),
            path("<int:pk>/text/check/", view(require_POST(self.check_text)), name="digests_issue_check_text"),
            *screen.urls(view, self._seen_by),
            *preview_links.addresses(self),
            path("calendar/", view(calendar.this_month), name="digests_issue_calendar"),
            path("calendar/<str:year>/<str:month>/", view(calendar.month), name="digests_issue_calendar_month"),
            path("start/", view(require_POST(start)), name="digests_issue_start"),
            *super().get_urls(),
        ]

    def do(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Carry out a button, and say on the issue's page what came of it."""
        issue = self._seen_by(request, pk)
        if action not in actions.OFFERED:
            raise Http404
        if request.method != "POST":  # whom a login sent here
            return HttpResponseRedirect(reverse("admin:digests_issue_change", args=[pk]))
        try:
            wish = actions.wish(request.POST, issue.digest.zone)
            outcome = workflow.perform(Action(action), issue, by=request.user, **wish)
        except workflow.Refused as refused:
            for reason in refused.reasons:
                self.message_user(request, str(reason), messages.ERROR)
        else:
            self.message_user(request, actions.done(outcome), messages.SUCCESS)
        return HttpResponseRedirect(actions.next_page(request, reverse("admin:digests_issue_change", args=[pk])))

    def keep(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Save what someone put together after a conflict."""
        if request.method != "POST":  # whom a login sent here
            return HttpResponseRedirect(reverse("admin:digests_issue_change", args=[pk]))
        issue = self._written_by(request, pk)
        return resolving.keep(request, issue) if issue else resolving.gone(request, text=resolving.sent_text(request))

    def text(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show an issue as one text, or save it."""
        if request.method != "POST":
            return text.page(request, self._seen_by(request, pk), editable=self.has_change_permission(request))
        issue = self._written_by(request, pk)
        return text.save(request, issue) if issue else resolving.gone(request, resolving.sent_text(request))

    def check_text(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what a text would be, without saving it."""
        return text.check(request, self._seen_by(request, pk))

    def _written_by(self, request: HttpRequest, pk: int) -> Issue | None:
        """Return the issue that somebody writes, or None if it was deleted meanwhile."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return Issue.objects.for_desk(request.user).select_related("digest").filter(pk=pk).first()

    def check_typed(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the problems of the form as it is typed."""
        issue = self._seen_by(request, pk)
        return checklist(request, self._sent(request, issue), resolving.seen(request, issue))

    def covered(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show what told the same before, for an issue that may be new."""
        if pk is not None:
            self._seen_by(request, pk)
        elif not self.has_add_permission(request):
            raise PermissionDenied
        return earlier_stories(request)

    def restore(self, request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
        """Show the form filled with what a browser kept, as not saved yet; write nothing."""
        if request.method != "POST":
            to = reverse("admin:digests_issue_change", args=[pk]) if pk else reverse("admin:digests_issue_add")
            return HttpResponseRedirect(to)
        if (
            pk
            and self.has_change_permission(request)
            and not Issue.objects.for_desk(request.user).filter(pk=pk).exists()
        ):
            return resolving.gone(request, text=_given_back(request))
        request.is_restored = True  # type: ignore[attr-defined]
        return cast(HttpResponseBase, super().changeform_view(request, str(pk) if pk else None))

    def presence(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note that someone has the issue open, and answer who else has. For a script: no login is answered as such."""
        if not self.admin_site.has_permission(request):
            return JsonResponse({}, status=401)
        return presence.answer(request, self._seen_by(request, pk))

    def _seen_by(self, request: HttpRequest, pk: int) -> Issue:
        if not self.has_view_permission(request):
            raise PermissionDenied
        issue = Issue.objects.for_desk(request.user).select_related("digest").filter(pk=pk).first()
        if issue is None:
            raise Http404
        return issue

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        if not _is_number(object_id):
            raise Http404
        issue = self._seen_by(request, int(object_id))
        opened(request, issue)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(issue),
            "opts": self.opts,
            "original": issue,
            **history_of(issue, request.GET),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/digests/issue/history.html", context)

    # --- Deleting -----------------------------------------------------------------

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        issue = self.get_object(request, object_id)
        if issue and (reason := _why_kept(issue)):
            self.message_user(request, reason, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:digests_issue_change", args=[issue.pk]))
        try:
            return super().delete_view(request, object_id, extra_context)
        except workflow.Refused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:digests_issue_changelist"))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name what goes with a draft in a line each; nobody needs a role to delete its history apart."""
        lines = []
        for issue in objs:
            rows = standing(_read_rows(issue))
            counted = {row._meta.verbose_name_plural: len(found) for row, found in rows.items()}
            lines += [str(issue), [f"{name}: {count}" for name, count in counted.items() if count]]
        return lines, {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Issue) -> None:
        with transaction.atomic():
            issue = workflow.lock(obj.pk)
            if reason := _why_kept(issue):
                raise workflow.Refused(Blocker("kept", reason))
            issue.delete()


def _is_number(text: str) -> bool:
    """Say whether an address names an issue in the one way that there is: other spellings would pass by the lock."""
    return text.isascii() and text.isdecimal() and not text.startswith("0") and len(text) < 19


def _read_rows(issue: Issue) -> Issue:
    prefetch_related_objects(
        [issue],
        "tagged",
        "sections__briefs",
        "sections__items__insights",
        "sections__items__tagged",
    )
    return issue


def _given_back(request: HttpRequest) -> str:
    """Return what was sent for an issue that is no more, as a text."""
    return write(posted(request.POST.dict(), Manuscript("", timezone.localdate())))


def _mark(issue: Issue, problems: Iterable[Problem]) -> None:
    """Put the worst severity on each row that has a problem, for its dot."""
    rows = standing(issue)
    by_uid: dict[str, Any] = {getattr(row, "uid", ""): row for found in rows.values() for row in found}
    # A story is folded until it is opened: what is wrong in it shows on its line.
    by_uid |= {insight.uid: item for item in rows[NewsItem] for insight in item.insights.all()}
    for problem in problems:
        row = by_uid.get(problem.place.uid) if problem.place.uid else None
        if row is not None and getattr(row, "problem", "") != "blocker":
            row.problem = problem.severity


def _count_threads(issue: Issue, threads: Iterable[Any]) -> None:
    """Put the number of open threads on each story and brief that they are about."""
    rows = standing(issue)
    by_uid = {row.uid: row for row in (*rows[NewsItem], *rows[Brief])}
    for thread in threads:
        if row := by_uid.get(thread.home):
            row.threads = getattr(row, "threads", 0) + 1


def _why_kept(issue: Issue) -> str:
    if issue.editions.exists():
        return _("This issue has been public or is scheduled, so it is kept. Withdraw it instead.")
    if issue.state not in (State.DRAFT, State.CHANGES_REQUESTED):
        return _("Only a draft is deleted. Take it back from review first.")
    return ""
