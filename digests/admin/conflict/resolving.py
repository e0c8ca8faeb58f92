"""Merge the work of two people who saved the same issue: the second one chooses, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from digests.admin.issue import local_copy, saving
from digests.admin.issue.actions import version
from digests.admin.issue.wordlist import join, split
from digests.admin.review.history import compare, said_since
from digests.admin.signed_in import signed_in
from digests.editorial import exchange, workflow
from digests.manuscript import diff
from digests.manuscript.merge import ORDER, STAYS, Choice, Clash, Merge, Side, choosing, merge
from digests.manuscript.reader import Reading, Refusal, read
from digests.manuscript.values import Manuscript
from digests.manuscript.writer import write
from digests.models import Issue, Picture, Revision
from digests.publishing.changes import name_of, readable, what_name
from digests.text.numbers import whole_number


@dataclass(frozen=True, slots=True)
class Said:
    """One side of a clash: what was done, the words with what changed in them, or names in their order."""

    note: str = ""
    words: tuple[tuple[str, str], ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A clash as a person is asked about it, with what they chose so far."""

    name: str
    what: str
    title: str
    section: str
    field: str
    before: str
    theirs: Said
    mine: Said
    side: str
    combines: bool
    text: str  # to combine both with
    is_long: bool
    is_open: bool  # nothing was chosen, though the page was sent
    is_newer: bool  # theirs changed after the choice was made


@dataclass(frozen=True, slots=True)
class Seen:
    """The words that a form was filled with, and the number of their revision; 0 if there was none."""

    words: Manuscript
    number: int
    is_named: bool  # the form said which they are


def page(
    request: HttpRequest, issue: Issue, refused: workflow.Refused, *, mine: Manuscript, seen: Seen
) -> HttpResponse:
    """Show who changed what meanwhile, merge what does not overlap, and ask about what does."""
    now = exchange.from_rows(issue)
    if merge(seen.words, now, mine) == Merge(now):
        messages.info(request, _("Nothing of yours was unsaved, so nothing was written. You see what is saved now."))
        return local_copy.redirect(request, issue)
    return _asked(request, issue, seen=seen, now=now, mine=mine, status=409, refused=refused)


def seen(request: HttpRequest, issue: Issue) -> Seen:
    """Return the words that a form was filled with: the revision it names, else the newest."""
    named = _revision(issue, request.POST.get("revision"))
    if revision := named or issue.head:
        return Seen(revision.manuscript, revision.number, is_named=named is not None)
    return Seen(Manuscript(title="", date=issue.date), 0, is_named=False)


def _revision(issue: Issue, number: Any) -> Revision | None:
    named = whole_number(str(number or ""))
    return issue.revisions.filter(number=named).first() if named else None


def gone(request: HttpRequest, text: str) -> HttpResponse:
    """Give back a person's text whose issue was deleted meanwhile, for importing or pasting elsewhere."""
    context = {
        **admin.site.each_context(request),
        "title": _("This issue was deleted."),
        "opts": Issue._meta,
        "text": text,
        "rows": _rows(text),
    }
    return TemplateResponse(request, "admin/digests/issue/gone.html", context, status=410)


def sent_text(request: HttpRequest) -> str:
    """Return the text that a page of a conflict sent: the one written there, else the person's own."""
    return str(request.POST.get("text") or request.POST.get("mine") or "").replace("\r\n", "\n")


def keep(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Save the merged text. If it cannot be read, or someone saved first again, show it again."""
    text = sent_text(request)
    try:
        reading = read(text)
    except Refusal as refusal:
        problems = [(one.line, one.field, _(one.reason) % one.params) for one in refusal.problems]
        return _page(request, issue, text=text, status=400, problems=problems)
    if "mine" in request.POST:
        return _keep_chosen(request, issue, reading.manuscript)
    return _keep_text(request, issue, text, reading)


def _keep_chosen(request: HttpRequest, issue: Issue, mine: Manuscript) -> HttpResponse:
    before, now = seen(request, issue), exchange.from_rows(issue)
    chosen = _chosen(request.POST, merge(before.words, now, mine).clashes)
    found = merge(before.words, now, mine, chosen)
    is_decided = before.is_named and all(one.name in chosen for one in found.clashes)
    if not is_decided and version(request.POST) == issue.version:
        return _asked(request, issue, seen=before, now=now, mine=mine, status=400, undecided=True)
    try:
        saved = _save(request, issue, found.manuscript)
    except workflow.Refused as refused:
        issue.refresh_from_db()
        now, status = exchange.from_rows(issue), 409 if refused.stale else 400
        return _asked(request, issue, seen=before, now=now, mine=mine, status=status, refused=refused)
    if saved.revision is None:
        messages.info(request, _("Nothing was changed, so nothing was written."))
    else:
        said = _("Both are saved together, as revision %(number)s.") % {"number": saved.revision.number}
        messages.success(request, said)
    return local_copy.redirect(request, issue)


def _keep_text(request: HttpRequest, issue: Issue, text: str, reading: Reading) -> HttpResponse:
    mine = reading.manuscript
    try:
        saved = _save(request, issue, mine)
    except workflow.Refused as refused:
        if refused.stale:
            issue.refresh_from_db()
            return page(request, issue, refused, mine=mine, seen=seen(request, issue))
        changes = compare(exchange.from_rows(issue), mine)
        return _page(request, issue, text=text, status=400, refused=refused, changes=changes)
    tell_notes(request, reading)
    head = saved.revision or saved.issue.head
    messages.success(request, _("Your text is saved as revision %(number)s.") % {"number": head.number if head else 0})
    return local_copy.redirect(request, issue)


def tell_notes(request: HttpRequest, reading: Reading) -> None:
    """Say where a text was not read as it stood."""
    for note in reading.notes:
        messages.warning(
            request, _("Line %(line)s: %(note)s") % {"line": note.line, "note": _(note.message) % note.params}
        )


def with_kept_cover(mine: Manuscript, issue: Issue) -> Manuscript:
    """Return a text whose cover, if it names one, is a stored picture; the issue's own instead of any other path."""
    own, name = issue.cover.name or "", mine.cover_file
    known = name in ("", own) or Picture.objects.filter(file=name).exists()
    return replace(mine, cover_file=name if known else own)


def _save(request: HttpRequest, issue: Issue, manuscript: Manuscript) -> saving.Saved:
    return saving.save(with_kept_cover(manuscript, issue), issue, by=signed_in(request), version=version(request.POST))


# --- What is asked ------------------------------------------------------------------


def _chosen(sent: Mapping[str, Any], clashes: Iterable[Clash]) -> dict[str, Choice]:
    """Return the valid choices among those that were sent."""
    chosen = {}
    sides: dict[str, Side] = {"theirs": "theirs", "mine": "mine", "both": "both"}
    for clash in clashes:
        side = sides.get(str(sent.get(f"side-{clash.name}")))
        if side == "both" and clash.combines:
            text = str(sent.get(f"text-{clash.name}") or "")
            chosen[clash.name] = Choice("both", text if isinstance(clash.base, str) else split(text))
        elif side and side != "both":
            chosen[clash.name] = Choice(side)
    return chosen


def _asked(
    request: HttpRequest, issue: Issue, *, seen: Seen, now: Manuscript, mine: Manuscript, status: int, **context: Any
) -> HttpResponse:
    """Show the page that asks about each clash, with all that was chosen and written on it so far."""
    found = merge(seen.words, now, mine)
    by_me = merge(seen.words, now, mine, choosing("mine", found.clashes)).manuscript
    shown = _revision(issue, request.POST.get("shown"))
    known = {one.name: one.theirs for one in merge(seen.words, shown.manuscript, mine).clashes} if shown else {}
    chosen = _chosen(request.POST, found.clashes)
    since = said_since(issue, _opened(request))
    return _page(
        request,
        issue,
        text=write(by_me, uids=True),
        status=status,
        mine=write(mine, uids=True),
        seen=seen.number,
        questions=[
            _question(one, request.POST, chosen, is_newer=known.get(one.name, one.theirs) != one.theirs)
            for one in found.clashes
        ],
        who=", ".join(dict.fromkeys(entry.row.actor_name for entry in since)),
        since=since,
        theirs=compare(seen.words, now),
        changes=compare(now, found.manuscript),
        **context,
    )


def _opened(request: HttpRequest) -> int:
    """Return the version at which a person opened the issue: the page of a conflict carries it along."""
    return version(request.POST, "opened" if "opened" in request.POST else "version")


def _question(clash: Clash, sent: Mapping[str, Any], chosen: Mapping[str, Choice], *, is_newer: bool) -> Question:
    place = clash.place
    text = sent.get(f"text-{clash.name}")
    if text is None:
        text = _text(clash.combined) if clash.combines else ""
    choice = chosen.get(clash.name)
    return Question(
        name=clash.name,
        what=what_name(place),
        title="" if place.what == "issue" else place.title,
        section=place.section,
        field=_field(clash),
        before=_before(clash),
        theirs=_said(clash, clash.theirs),
        mine=_said(clash, clash.mine),
        side=choice.side if choice else "",
        combines=clash.combines,
        text=str(text),
        is_long=place.field in ("body", "text", "lead", "summary", "intro", "footer"),
        is_open=choice is None and "mine" in sent,
        is_newer=is_newer,
    )


def _field(clash: Clash) -> str:
    place = clash.place
    orders = {
        "section": _("order of the sections"),
        "item": _("order of the stories"),
        "brief": _("order of the briefs"),
        "insight": _("order of the insights"),
    }
    match place.field:
        case "stays":
            return _("insight") if place.what == "insight" else ""
        case "stands":
            return _("the section that it stands in")
        case "order":
            return orders[place.what]
    return name_of(place)


def _before(clash: Clash) -> str:
    if clash.place.field == ORDER:
        return " · ".join(clash.base)
    if clash.place.field == STAYS:
        return diff.whole(clash.base)
    return readable(clash.place, _text(clash.base))


def _said(clash: Clash, side: Any) -> Said:
    match clash.place.field:
        case "order":
            return Said(order=side)
        case "stands":
            return Said(_("Moved to “%(section)s”") % {"section": side})
        case "stays" if side is None:
            return Said(_("Deleted"))
        case "stays" if side == clash.base:
            return Said(_("Moved to another section"))
        case "stays":
            return Said(_("Kept, and changed"), tuple(diff.words(diff.whole(clash.base), diff.whole(side))))
    words = (readable(clash.place, _text(one)) for one in (clash.base, side))
    return Said(words=tuple(diff.words(*words)))


def _text(value: Any) -> str:
    return join(value) if isinstance(value, tuple) else str(value)


def _rows(text: str) -> int:
    return min(text.count("\n") + 2, 40)


def _page(request: HttpRequest, issue: Issue, *, text: str, status: int, **context: Any) -> HttpResponse:
    head = issue.head
    return TemplateResponse(
        request,
        "admin/digests/issue/conflict.html",
        {
            **admin.site.each_context(request),
            "title": _("Put your changes and theirs together"),
            "subtitle": str(issue),
            "opts": Issue._meta,
            "original": issue,
            "revision": head.number if head else 0,
            "opened": _opened(request),
            "kept": local_copy.name(request),
            "text": text,
            "rows": _rows(text),
            "zone": issue.digest.time_zone,
            **context,
        },
        status=status,
    )
