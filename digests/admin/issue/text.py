"""The text view: a whole issue as one text, with its page and its problems by line beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from digests.admin.conflict import resolving
from digests.admin.issue import local_copy, saving
from digests.admin.issue.actions import version
from digests.admin.signed_in import signed_in
from digests.editorial import exchange, workflow
from digests.editorial.preflight import Problem, examine
from digests.manuscript.reader import Reading, Refusal, Spot, read
from digests.manuscript.values import DEFAULT_LABEL, Manuscript
from digests.manuscript.writer import write
from digests.models import Issue
from digests.models.states import State
from digests.site.views.draft import draft_page

# Where somebody who writes may go on, as their form says it.
WAYS = {"structure": "change", "text": "text"}  # the end of the name of its page


@dataclass(frozen=True, slots=True)
class Found:
    """A problem, and the line of the text where it stands."""

    line: int
    severity: str  # blocker or warning; note: the text was read, but not as it stands
    message: str
    fix: str = ""


def page(
    request: HttpRequest,
    issue: Issue,
    *,
    editable: bool = True,
    text: str | None = None,
    refused: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """Show an issue's text; or a refused text again, with the version that its author had seen."""
    head = issue.head
    words = write(exchange.from_rows(issue), uids=True) if text is None else text
    sent = request.POST if text is not None else {}
    reading, problems = _read(words, issue)
    context = {
        **admin.site.each_context(request),
        "title": _("Text"),
        "subtitle": str(issue),
        "opts": Issue._meta,
        "original": issue,
        "editable": editable,
        "text": words,
        "rows": min(words.count("\n") + 2, 40),
        "problems": problems,
        "unreadable": reading is None,
        "refused": refused,
        "is_refused": text is not None,
        "seen_version": sent.get("version", issue.version),
        "seen_revision": sent.get("revision", head.number if head else 0),
        "label": DEFAULT_LABEL,
    }
    return TemplateResponse(request, "admin/digests/issue/text.html", context, status=status)


def save(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Save a text, or show all of it again with the reasons why it was refused."""
    text = resolving.sent_text(request)
    reading, _problems = _read(text, issue)
    if reading is None:
        return page(request, issue, text=text, status=400)
    mine = resolving.with_kept_cover(reading.manuscript, issue)
    was = State(issue.state)
    try:
        saved = saving.save(mine, issue, by=signed_in(request), version=version(request.POST))
    except workflow.Refused as refused:
        if refused.stale:
            return resolving.page(request, issue, refused, mine=mine, seen=resolving.seen(request, issue))
        return page(request, issue, text=text, refused=refused.reasons, status=400)
    resolving.tell_notes(request, reading)
    saving.tell(request, saved, was=was)
    return go_on(request, saved.issue, "text")


def check(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Answer with the page made from a text, its problems, and the line of each story. Writes nothing."""
    reading, problems = _read(resolving.sent_text(request), issue)
    answer: dict[str, Any] = {"problems": [asdict(one) for one in problems], "stories": [], "html": None}
    if reading is not None:
        words = resolving.with_kept_cover(reading.manuscript, issue)
        answer["html"] = draft_page(request, issue, words).content.decode()
        answer["stories"] = [spot.line for spot in reading.spots.items]
    return JsonResponse(answer)


def go_on(request: HttpRequest, issue: Issue, here: str) -> HttpResponseRedirect:
    """Redirect after a save, to the other view if the person asked for it."""
    return local_copy.redirect(request, issue, WAYS.get(str(request.POST.get("then") or ""), WAYS[here]))


def _read(text: str, issue: Issue) -> tuple[Reading | None, list[Found]]:
    """Return the manuscript, if the text can be read, and all findings from top to bottom."""
    try:
        reading = read(text, date=issue.date)
    except Refusal as refusal:
        problems = refusal.problems
        return None, [Found(one.line, "blocker", f"{one.field}: {_(one.reason) % one.params}") for one in problems]
    return reading, sorted(_found(reading), key=lambda one: one.line)


def _found(reading: Reading) -> Iterator[Found]:
    for note in reading.notes:
        yield Found(note.line, "note", _(note.message) % note.params)
    try:
        exchange.refuse_unfit(reading.manuscript)
    except exchange.DoesNotFit as error:
        yield Found(1, "blocker", str(error))
    named = reading.manuscript.with_uids()  # typed stories have no uid yet, and problems are told by uid
    spots = _spots(named, reading)
    for problem in examine(named):
        spot = spots.get(problem.place.uid or problem.place.section, reading.spots.issue)
        yield Found(spot.line_of(problem.place.field), problem.severity, str(problem.message), str(problem.fix))


def _spots(named: Manuscript, reading: Reading) -> dict[str | int | None, Spot]:
    """Return the line of each story, insight and brief by its uid, and of each section by its number."""
    spots = reading.spots
    found: dict[str | int | None, Spot] = dict(enumerate(spots.sections))
    values: tuple[Any, ...] = (*named.items, *named.insights, *named.briefs)
    places = (*spots.items, *spots.insights, *spots.briefs)
    found.update((value.uid, spot) for value, spot in zip(values, places, strict=True))
    return found
