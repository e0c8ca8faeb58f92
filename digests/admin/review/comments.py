"""Threads at the desk: how they are shown, and the forms that write, answer and resolve them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from digests.admin.issue.actions import next_page
from digests.editorial import comments as editorial_comments
from digests.editorial import workflow
from digests.editorial.preflight import Blocker
from digests.manuscript.diff import Place, What
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem
from digests.models import Comment, Issue, Revision
from digests.publishing.changes import name_of

_WHATS: dict[type, What] = {Manuscript: "issue", NewsItem: "item", Insight: "insight", Brief: "brief"}


def may_comment(user: Any) -> bool:
    """Say whether a person's roles let them write, answer and resolve."""
    return bool(user.has_perm("digests.add_comment"))


def threads_of(issue: Issue, words: Manuscript) -> list[Any]:
    """Return an issue's threads, oldest first: the first remark of each with all its remarks, ready for a template."""
    comments: list[Any] = list(issue.comments.select_related("revision"))
    people = [one.get_username() for one in editorial_comments.staff()] if comments else []
    remarks: dict[int, list[Any]] = defaultdict(list)
    for comment in comments:
        comment.shown = f"{issue.local(comment.created_at):%m-%d %H:%M}"
        comment.runs = list(editorial_comments.runs(comment.text, people))
        remarks[comment.parent_id or comment.pk].append(comment)
    homes = {insight.uid: item.uid for item in words.items for insight in item.insights}
    first = [comment for comment in comments if comment.parent_id is None]
    for thread in first:
        thing = editorial_comments.thing(words, thread.uid)
        thread.remarks = remarks[thread.pk]
        thread.home = homes.get(thread.uid, thread.uid)
        thread.is_gone = thing is None
        thread.title = editorial_comments.about(words, thread.home, "") or thread.about
        thread.on = part(thing, thread.field)
        # What stands there now says it for itself.
        thread.stood_at = (
            "" if thread.about == editorial_comments.about(words, thread.uid, thread.field) else thread.about
        )
        thread.resolved = f"{issue.local(thread.resolved_at):%m-%d %H:%M}" if thread.resolved_at else ""
    return first


def part(thing: Any, field: str) -> str:
    """Return what of a thing a remark is on, in the form's own words; nothing if it is the whole of it."""
    if isinstance(thing, Insight):
        return f"{_('insight')} · {thing.label}"
    return name_of(Place(_WHATS[type(thing)], field=field)) if thing is not None and field else ""


def places(thing: Manuscript | NewsItem | Brief) -> list[tuple[str, str]]:
    """Return what a remark at a thing can be on, as a form sends it and as people read it."""
    uid = "" if isinstance(thing, Manuscript) else thing.uid
    whole = {Manuscript: _("the issue"), NewsItem: _("the story"), Brief: _("the brief")}[type(thing)]
    found = [(uid, whole)]
    if isinstance(thing, NewsItem):
        found += [(one.uid, f"{part(one, '')}：{one.text[:24]}") for one in thing.insights]
    if not isinstance(thing, Brief):
        found += [(f"{uid}.{field}", part(thing, field)) for field in editorial_comments.FIELDS[type(thing)]]
    return found


def wanted(issue: Issue, data: Any) -> dict[str, Any]:
    """Return the arguments of `threads.say` that a form sent. Raises Refused if it names a thread of elsewhere."""
    uid, _dot, field = str(data.get("at") or "").partition(".")
    return {
        "text": str(data.get("text") or ""),
        "uid": uid,
        "field": field,
        "thread": thread_named(issue, data) if data.get("thread") else None,
        "revision": revision_named(issue, data),
    }


def thread_named(issue: Issue, data: Any) -> Comment:
    """Return the thread that a form names. Raises Refused if this issue has no such one."""
    number = _number(data.get("thread"))
    thread: Comment | None = issue.comments.filter(parent=None, pk=number).first() if number else None
    if thread is None:
        raise workflow.Refused(Blocker("no_such_thread", _("This issue has no such thread."), fix=_("Look again.")))
    return thread


def revision_named(issue: Issue, data: Any) -> Revision | None:
    """Return the revision that a form or an address says was seen, else the newest."""
    number = _number(data.get("revision"))
    seen = issue.revisions.filter(number=number).first() if number else None
    return seen or issue.head


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def resolve(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Close a thread, and go back to it."""
    if not may_comment(request.user):
        raise PermissionDenied
    back = next_page(request, reverse("admin:digests_issue_review", args=[issue.pk]))
    try:
        thread = thread_named(issue, request.POST)
    except workflow.Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(back)
    editorial_comments.resolve(thread, by=request.user)
    return HttpResponseRedirect(f"{back}#c{thread.pk}")
