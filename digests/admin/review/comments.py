"""Comments at the desk: show them, and read the forms that write, reply to and resolve them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from digests.admin.issue.actions import next_page
from digests.admin.signed_in import signed_in
from digests.editorial import comments as editorial_comments
from digests.editorial import workflow
from digests.editorial.preflight import Blocker
from digests.manuscript.diff import Place, What
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem
from digests.models import Comment, Issue, Revision
from digests.models.person import Visitor
from digests.publishing.changes import name_of
from digests.text.numbers import MOST_KEY, whole_number

_WHATS: dict[type, What] = {Manuscript: "issue", NewsItem: "item", Insight: "insight", Brief: "brief"}


def may_comment(user: Visitor) -> bool:
    """Say whether a person may write, reply to and resolve comments."""
    return bool(user.has_perm("digests.add_comment"))


@dataclass(frozen=True, slots=True)
class ShownText:
    """The text of a comment or of a reply."""

    row: Comment
    shown: str  # when it was written, in the digest's time zone
    runs: list[tuple[str, str]]  # its text in parts, each with the username that it mentions, or an empty one


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment with its replies, and its place in the newest words."""

    row: Comment
    texts: list[ShownText]  # itself and its replies
    home: str  # the uid of the thing it is shown at; for an insight, that of its story
    is_gone: bool  # the thing it is on was deleted
    title: str  # of the thing it is shown at
    on: str  # the field that it is on; empty for the whole thing
    stood_at: str  # the words it was about, if they have changed since
    resolved: str  # when it was resolved, in the digest's time zone


def comments_of(issue: Issue, words: Manuscript) -> list[ShownComment]:
    """Return an issue's comments, oldest first, each with its replies."""
    comments = list(issue.comments.select_related("revision").defer("revision__content"))
    people = editorial_comments.named_in(*(comment.text for comment in comments))
    texts: dict[int, list[ShownText]] = defaultdict(list)
    for comment in comments:
        shown = f"{issue.local(comment.created_at):%m-%d %H:%M}"
        runs = list(editorial_comments.runs(comment.text, people))
        texts[comment.parent_id or comment.pk].append(ShownText(comment, shown, runs))
    homes = {insight.uid: item.uid for item in words.items for insight in item.insights}

    def shown_comment(first: Comment) -> ShownComment:
        thing = editorial_comments.thing(words, first.uid)
        home = homes.get(first.uid, first.uid)
        # Words that have not changed need no quotation.
        is_same = first.about == editorial_comments.about(words, first.uid, first.field)
        return ShownComment(
            first,
            texts[first.pk],
            home=home,
            is_gone=thing is None,
            title=editorial_comments.about(words, home, "") or first.about,
            on=part(thing, first.field),
            stood_at="" if is_same else first.about,
            resolved=f"{issue.local(first.resolved_at):%m-%d %H:%M}" if first.resolved_at else "",
        )

    return [shown_comment(comment) for comment in comments if comment.parent_id is None]


def part(thing: Any, field: str) -> str:
    """Return the name of the field that a comment is on; empty if it is on the whole thing."""
    if isinstance(thing, Insight):
        return f"{_('insight')} · {thing.label}"
    return name_of(Place(_WHATS[type(thing)], field=field)) if thing is not None and field else ""


def places(thing: Manuscript | NewsItem | Brief) -> list[tuple[str, str]]:
    """Return what a comment can be on, as (value, label): a thing, its insights, and its fields."""
    uid = "" if isinstance(thing, Manuscript) else thing.uid
    whole = {Manuscript: _("the issue"), NewsItem: _("the story"), Brief: _("the brief")}[type(thing)]
    found = [(uid, whole)]
    if isinstance(thing, NewsItem):
        found += [(one.uid, f"{part(one, '')}：{one.text[:24]}") for one in thing.insights]
    if not isinstance(thing, Brief):
        found += [(f"{uid}.{field}", part(thing, field)) for field in editorial_comments.FIELDS[type(thing)]]
    return found


def wanted(issue: Issue, data: Any) -> dict[str, Any]:
    """Return the arguments of `comments.say` that a form sent. Raises Refused for a reply to nothing here."""
    uid, _dot, field = str(data.get("at") or "").partition(".")
    return {
        "text": str(data.get("text") or ""),
        "uid": uid,
        "field": field,
        "parent": comment_named(issue, data["parent"]) if data.get("parent") else None,
        "revision": revision_named(issue, data),
    }


def comment_named(issue: Issue, sent: str) -> Comment:
    """Return the comment whose number a form sent. Raises Refused for other issues, and for replies."""
    number = whole_number(sent, most=MOST_KEY)
    comment: Comment | None = issue.comments.filter(parent=None, pk=number).first() if number else None
    if comment is None:
        raise workflow.Refused(Blocker("no_such_comment", _("This issue has no such comment."), fix=_("Look again.")))
    return comment


def revision_named(issue: Issue, data: Any) -> Revision | None:
    """Return the revision that was on the page, by its number in a form or address; else the newest."""
    number = whole_number(str(data.get("revision") or ""))
    seen = issue.revisions.filter(number=number).first() if number else None
    return seen or issue.head


def resolve(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Resolve a comment, and redirect back to it."""
    if not may_comment(request.user):
        raise PermissionDenied
    back = next_page(request, reverse("admin:digests_issue_review", args=[issue.pk]))
    try:
        comment = comment_named(issue, request.POST.get("comment", ""))
    except workflow.Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(back)
    editorial_comments.resolve(comment, by=signed_in(request))
    return HttpResponseRedirect(f"{back}#c{comment.pk}")
