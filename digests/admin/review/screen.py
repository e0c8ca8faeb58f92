"""The review screen: the issue as readers will see it, with changes, sign-offs and comments beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from digests.admin.issue import local_copy
from digests.admin.issue.actions import Choice, Desk, next_page
from digests.admin.review.comments import (
    ShownComment,
    comments_of,
    may_comment,
    places,
    resolve,
    revision_named,
    wanted,
)
from digests.admin.review.history import compare
from digests.admin.setup.notice import opened
from digests.admin.signed_in import signed_in
from digests.editorial import comments as editorial_comments
from digests.editorial import workflow
from digests.editorial.permissions import may
from digests.editorial.sign_offs import sign_off
from digests.manuscript.values import Brief, Manuscript, NewsItem
from digests.models import Issue, LastReviewed, Revision
from digests.models.states import Action
from digests.publishing.changes import Change, Changed
from digests.site.views.draft import draft_page
from digests.text.markup import plain

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The actions with a button here: submit for review, and what follows from that.
JUDGING = (Action.SUBMIT, Action.APPROVE, Action.REQUEST_CHANGES, Action.RECALL)
CONTEXT = 40  # characters shown beside a change, since the column is narrow


@dataclass(frozen=True, slots=True)
class Base:
    """A choice of what to compare with. Without a revision: nothing."""

    name: str
    label: str
    revision: Revision | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of the issue with its changes and comments."""

    kind: str  # issue, section, item or brief
    uid: str
    title: str
    anchor: str  # where it stands on the page
    changes: tuple[Change, ...] = ()
    comments: tuple[ShownComment, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    sha256: str = ""
    is_signed_off: bool = False

    @property
    def is_new(self) -> bool:
        return any(change.kind == "added" and not change.is_part for change in self.changes)

    @property
    def edits(self) -> tuple[Change, ...]:
        """The changes that cannot be seen on the page beside it."""
        return tuple(change for change in self.changes if change.kind != "added" or change.is_part)

    @property
    def open(self) -> tuple[ShownComment, ...]:
        return tuple(comment for comment in self.comments if not comment.row.resolved_at)

    @property
    def resolved(self) -> tuple[ShownComment, ...]:
        return tuple(comment for comment in self.comments if comment.row.resolved_at)


class Screen(Desk):
    """An issue as one person reviews it: changes since their last review, their sign-offs, and comments."""

    def __init__(self, issue: Issue, user: User, since: str = "") -> None:
        super().__init__(issue, user)
        self.since = since

    @cached_property
    def words(self) -> Manuscript:
        return self.head.manuscript if self.head else Manuscript("", self.issue.date)

    @cached_property
    def bases(self) -> list[Base]:
        """The revisions to compare with; the one this person last reviewed comes first."""
        last = (
            LastReviewed.objects.filter(issue=self.issue, person=self.user).select_related("revision", "before").first()
        )
        seen = last.base(self.head) if last and self.head else None
        found = []
        if seen:
            label = _("my last review (revision %(number)s)") % {"number": seen.number}
            found.append(Base("mine", label, seen))
        if self.live:
            label = _("what readers have (revision %(number)s)") % {"number": self.live.revision.number}
            found.append(Base("live", label, self.live.revision))
        return [*found, Base("all", _("nothing: all of it"))]

    @cached_property
    def base(self) -> Base:
        return next((base for base in self.bases if base.name == self.since), self.bases[0])

    @cached_property
    def changed(self) -> list[Changed]:
        return compare(self.base.revision.manuscript, self.words) if self.base.revision else []

    @property
    def taken_out(self) -> list[Changed]:
        return [
            thing
            for thing in self.changed
            if any(change.kind == "removed" and not change.is_part for change in thing.changes)
        ]

    @cached_property
    def comments(self) -> list[ShownComment]:
        return comments_of(self.issue, self.words)

    @property
    def orphans(self) -> list[ShownComment]:
        return [comment for comment in self.comments if comment.is_gone]

    @cached_property
    def not_signed_off(self) -> set[str]:
        return {item.uid for item in self.facts.not_signed_off(self.user)}

    @cached_property
    def total(self) -> int:
        return sum(1 for _item in self.words.items)

    @property
    def signed_off(self) -> int:
        return self.total - len(self.not_signed_off)

    @property
    def may_sign_off(self) -> bool:
        return may(self.user, Action.APPROVE)

    @property
    def where(self) -> str:
        """What others see that this person is doing here."""
        return "review" if self.may_sign_off and not self.is_own else "read"

    @property
    def may_comment(self) -> bool:
        return may_comment(self.user)

    @property
    def judging(self) -> list[Choice]:
        return [choice for action in JUDGING for choice in self.choices if choice.action == action]

    @cached_property
    def entries(self) -> list[Entry]:
        """Everything in the issue in the order of the page, with its changes, sign-off and comments."""
        return list(self._entries())

    def _entries(self) -> Iterator[Entry]:
        yield self._entry("issue", self.words, _("Title, summary and introduction"), "main")
        for number, section in enumerate(self.words.sections, start=1):
            changes = self._changes("section", "", section.title)
            yield Entry("section", "", section.title, f"s{number}", changes)
            for brief in section.briefs:
                yield self._entry("brief", brief, plain(brief.text), brief.uid)
            for item in section.items:
                yield self._entry("item", item, item.headline or _("(no headline yet)"), item.uid)

    def _entry(self, kind: str, thing: Manuscript | NewsItem | Brief, title: str, anchor: str) -> Entry:
        uid = "" if isinstance(thing, Manuscript) else thing.uid
        return Entry(
            kind,
            uid,
            title,
            anchor,
            changes=self._changes(kind, uid),
            comments=tuple(one for one in self.comments if one.home == uid and not one.is_gone),
            places=tuple(places(thing)),
            sha256=thing.sha256 if isinstance(thing, NewsItem) else "",
            is_signed_off=isinstance(thing, NewsItem) and uid not in self.not_signed_off,
        )

    def _changes(self, kind: str, uid: str, title: str = "") -> tuple[Change, ...]:
        found: Iterable[Changed] = (one for one in self.changed if (one.kind, one.uid) == (kind, uid))
        if kind == "section":
            found = (one for one in found if one.title == title)
        standing = (change for one in found for change in one.changes if change.kind != "removed" or change.is_part)
        return tuple(replace(change, words=near(change.words)) for change in standing)


def near(words: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Shorten long unchanged runs to the words next to a change."""

    def cut(number: int, text: str) -> str:
        before = text[:CONTEXT] if number else ""
        after = text[-CONTEXT:] if number < len(words) - 1 else ""
        return text if len(text) <= len(before) + len(after) + CONTEXT else f"{before} … {after}"

    return tuple((op, cut(number, text) if op == "same" else text) for number, (op, text) in enumerate(words))


def urls(view: Callable[[Any], Any], seen_by: Callable[[HttpRequest, int], Issue]) -> list[URLPattern]:
    """Return the addresses of the screen. `seen_by` finds the issue for whoever may see it."""

    def way(answer: Callable[[HttpRequest, Issue], HttpResponse], only: Callable[[Any], Any]) -> Any:
        return view(only(lambda request, pk: answer(request, seen_by(request, pk))))

    return [
        path("<int:pk>/review/", way(screen, require_GET), name="digests_issue_review"),
        path("<int:pk>/review/page/", way(page, require_GET), name="digests_issue_review_page"),
        path("<int:pk>/review/sign-off/", way(save_sign_off, require_POST), name="digests_issue_sign_off"),
        path("<int:pk>/review/say/", way(say, require_POST), name="digests_issue_say"),
        path("<int:pk>/review/resolve/", way(resolve, require_POST), name="digests_issue_resolve"),
    ]


def screen(request: HttpRequest, issue: Issue, *, status: int = 200, **unsaid: Any) -> HttpResponse:
    """Show the review screen; `unsaid` is a refused comment, shown again to be corrected."""
    opened(request, issue)
    since = str(request.GET.get("since") or "")
    context = {
        **admin.site.each_context(request),
        "title": _("Review"),
        "subtitle": str(issue),
        "opts": Issue._meta,
        "original": issue,
        "desk": Screen(issue, signed_in(request), since),
        "next": f"{_address(issue)}?{urlencode({'since': since})}" if since else _address(issue),
        "staff": editorial_comments.staff(),
        "longest": editorial_comments.LONGEST,
        "unsaid": unsaid,
    }
    return TemplateResponse(request, "admin/digests/issue/review.html", context, status=status)


def page(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Show the issue as readers will see it, inside the screen's frame."""
    revision = revision_named(issue, request.GET)
    if revision is None:
        raise Http404
    return draft_page(request, issue, revision.manuscript, is_framed=True)


def save_sign_off(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Sign a story off, or take that back. Answers the screen's script with `_verdict.html`, others with the page."""
    if not may(request.user, Action.APPROVE):
        raise PermissionDenied
    uid, sha256 = (str(request.POST.get(name) or "") for name in ("uid", "sha256"))
    by_script = request.headers.get("X-Requested-With") == "fetch"
    try:
        sign_off(issue, uid, sha256, by=signed_in(request), read="read" in request.POST)
    except workflow.Refused as refused:
        if by_script:
            return HttpResponse(str(refused), status=409, content_type="text/plain; charset=utf-8")
        messages.error(request, str(refused))
        return HttpResponseRedirect(next_page(request, _address(issue)))
    if not by_script:
        return HttpResponseRedirect(f"{next_page(request, _address(issue))}#e-{uid}")
    context = {
        "original": issue,
        "desk": Screen(issue, signed_in(request)),
        "next": next_page(request, _address(issue)),
    }
    return TemplateResponse(request, "admin/digests/issue/_verdict.html", context)


def say(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Write a comment or a reply, and go back to it; a refused one is shown again to be corrected."""
    if not may_comment(request.user):
        raise PermissionDenied
    try:
        comment = editorial_comments.say(issue, by=signed_in(request), **wanted(issue, request.POST))
    except workflow.Refused as refused:
        text = str(request.POST.get("text") or "")
        return screen(request, issue, status=400, reasons=refused.reasons, text=text, kept=local_copy.name(request))
    return HttpResponseRedirect(f"{local_copy.confirmed(request, next_page(request, _address(issue)))}#c{comment.pk}")


def _address(issue: Issue) -> str:
    return reverse("admin:digests_issue_review", args=[issue.pk])
