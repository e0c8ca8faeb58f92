"""Publishing: publish, schedule, correct, roll back, retract, withdraw.

A rule yields the problems that prevent an action and writes nothing. An action runs after its rules, with the issue
locked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from digests.editorial.preflight import Blocker, Place, Problem
from digests.editorial.workflow.approval import is_approved, not_approved, nothing_saved
from digests.editorial.workflow.facts import Facts
from digests.editorial.workflow.record import enter
from digests.editorial.workflow.request import Outcome, Request
from digests.models import Edition, Story
from digests.models.person import account
from digests.models.states import Action, Correction, State
from digests.publishing import editions

LONGEST_WAIT = timedelta(days=366)  # a later date is probably a typing error


# --- Rules -------------------------------------------------------------------------------


def publication(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report why the newest words cannot be published now."""
    yield from _unapproved(facts, request) or going_out(facts, request, facts.at)


def scheduling(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report why the newest words cannot be published at the requested instant."""
    yield from (
        _unapproved(facts, request) or _unfit_instant(facts, request) or going_out(facts, request, _instant(request))
    )


def emergency(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report why the newest words cannot be published without approval."""
    if facts.head and is_approved(facts):
        yield Blocker("is_approved", _("This is approved."), fix=_("Publish it as usual."))
    else:
        yield from going_out(facts, request, facts.at)


def archive(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report why an issue cannot be imported as one that was published elsewhere before."""
    issue = facts.issue
    if facts.editions:
        yield Blocker("has_editions", _("This issue has a public history here already."), fix=_("Correct it instead."))
    elif issue.revisions.count() > 1 or issue.log.exclude(action=Action.EDIT).exists():
        yield Blocker(
            "worked_on", _("People have worked on this issue here."), fix=_("Publish it by review, as usual.")
        )
    elif issue.date >= issue.local(facts.at).date() or (request.at or facts.at) > facts.at:
        yield Blocker("not_in_the_past", _("An archive is of the past."), Place("date"), _("Schedule it instead."))
    else:
        yield from going_out(facts, request, request.at or facts.at)


def going_out(facts: Facts, request: Request, at: datetime) -> Iterator[Problem]:
    """Report why the newest words cannot become an edition from an instant on."""
    yield from (
        list(nothing_saved(facts, request))
        or facts.blockers
        or list(nothing_new(facts, at))
        or list(_incomplete_correction(facts, request, at))
    )


def nothing_new(facts: Facts, at: datetime) -> Iterator[Problem]:
    """Report that readers have the newest words already, or that an edition is scheduled."""
    live = facts.live_at(at)
    if facts.pending:
        yield from already_scheduled(facts)
    # The live edition may be one with a retraction; publishing its revision again would still show the tombstone.
    elif live and facts.head and live.revision_id == facts.head.pk:
        yield _already_live()


def already_scheduled(facts: Facts) -> Iterator[Problem]:
    """Report that an edition is scheduled, which would later overwrite what is done now."""
    if facts.pending:
        yield Blocker(
            "already_scheduled",
            _("An edition is scheduled for %(when)s.")
            % {"when": facts.issue.local(facts.pending.live_from).strftime("%Y-%m-%d %H:%M %Z")},
            fix=_("Cancel that schedule first."),
        )


def unscheduling(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report that there is no schedule to cancel."""
    if facts.pending is None:
        yield Blocker("nothing_scheduled", _("Nothing of this issue is scheduled."))


def rollback(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report why the requested edition cannot be published again."""
    earlier = _earlier(facts, request)
    if facts.pending:
        yield from already_scheduled(facts)
    elif earlier is None:
        yield Blocker(
            "no_such_edition",
            _("There is no earlier edition %(number)s.") % {"number": request.edition},
            Place("edition"),
            _("Editions so far: %(numbers)s.")
            % {"numbers": ", ".join(str(one.number) for one in reversed(facts.begun))},
        )
    elif facts.live and facts.live.revision_id == earlier.revision_id:
        yield _already_live()
    else:
        yield from _incomplete_correction(facts, request, facts.at)


def retraction(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report why the requested story cannot be retracted."""
    story = _story(facts, request)
    if facts.live is None:
        yield _not_live()
    elif story is None:
        yield Blocker("no_such_story", _("The public issue has no such story."), Place("story"), _("Choose one of it."))
    elif story.retracted:
        yield Blocker("already_retracted", _("This story is retracted already."))


def withdrawal(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report why the issue cannot be withdrawn."""
    if facts.live is None:
        yield _not_live()
    yield from already_scheduled(facts)


def _unapproved(facts: Facts, request: Request) -> list[Problem]:
    if missing := list(nothing_saved(facts, request)):
        return missing
    return [] if is_approved(facts) else [Blocker("not_approved", _("This is not approved."), fix=not_approved(facts))]


def _unfit_instant(facts: Facts, request: Request) -> list[Problem]:
    if request.at is None or request.at <= facts.at:
        return [
            Blocker(
                "not_in_the_future",
                _("A schedule needs an instant that is still to come."),
                Place("at"),
                _("Give a date and time in the zone %(zone)s.") % {"zone": facts.issue.digest.time_zone},
            )
        ]
    if request.at > facts.at + LONGEST_WAIT:
        return [
            Blocker(
                "too_far_away",
                _("That is more than a year away."),
                Place("at"),
                _("Schedule it when the day is nearer."),
            )
        ]
    return []


def _incomplete_correction(facts: Facts, request: Request, at: datetime) -> Iterator[Problem]:
    """Report a correction without its kind, or without the note to readers that it needs."""
    if not facts.begun_at(at):
        return
    kind = _kind(facts, request, at)
    if kind not in (Correction.TYPO, Correction.CLARIFICATION, Correction.CORRECTION):
        yield Blocker(
            "correction_unnamed",
            _("This issue is public already, so this is a correction."),
            Place("correction"),
            _("Say what kind: typo, clarification or correction, and but for a typo write a note to readers."),
        )
    elif kind != Correction.TYPO and not request.note:
        yield Blocker(
            "note_missing",
            _("A substantive correction needs a note to readers."),
            Place("note"),
            _("Say what was wrong and what is right."),
        )


def _already_live() -> Blocker:
    return Blocker("already_live", _("Readers see exactly these words already."))


def _not_live() -> Blocker:
    return Blocker("not_live", _("This issue is not public."))


# --- What the request means ---------------------------------------------------------------------


def _kind(facts: Facts, request: Request, at: datetime) -> str:
    """Return the kind of correction that an edition is; empty for the first edition."""
    if not facts.begun_at(at):
        return ""
    return request.correction or (Correction.CORRECTION if request.note else "")


def _instant(request: Request) -> datetime:
    assert request.at
    return request.at


def _earlier(facts: Facts, request: Request) -> Edition | None:
    return next((one for one in facts.begun if one.number == request.edition), None)


def _story(facts: Facts, request: Request) -> Story | None:
    return next((one for one in facts.stories if one.uid == request.story), None)


# --- Actions -------------------------------------------------------------------------------


def publish(facts: Facts, request: Request) -> Outcome:
    """Publish the newest words now."""
    return _go_out(facts, request, facts.at)


def schedule(facts: Facts, request: Request) -> Outcome:
    """Publish the newest words from a later instant on."""
    return _go_out(facts, request, _instant(request))


def force_publish(facts: Facts, request: Request) -> Outcome:
    """Publish the newest words without approval; the edition keeps the reason and stays flagged."""
    return _go_out(facts, request, facts.at, forced_reason=request.note)


def publish_archive(facts: Facts, request: Request) -> Outcome:
    """Publish words as of the date on which they were published elsewhere. The label says that nobody reviewed them."""
    return _go_out(facts, request, request.at or facts.at)


def _go_out(facts: Facts, request: Request, at: datetime, *, forced_reason: str = "") -> Outcome:
    """Publish the newest revision from an instant on."""
    issue, head, correction = facts.issue, facts.head, _kind(facts, request, at)
    assert head
    edition = editions.publish(
        issue,
        head,
        at=at,
        by=account(request.by),
        by_name=request.name,
        approvals=facts.approvals,
        correction=correction,
        note=request.note if correction else "",
        forced_reason=forced_reason,
    )
    return Outcome(issue, enter(issue, request, State(issue.state), head), edition, facts.problems)


def unschedule(facts: Facts, request: Request) -> Outcome:
    """Delete the scheduled edition."""
    assert facts.pending
    issue, revision = facts.issue, facts.pending.revision
    editions.unschedule(facts.pending)
    return Outcome(issue, enter(issue, request, State(issue.state), revision))


def roll_back(facts: Facts, request: Request) -> Outcome:
    """Publish the words of an earlier edition again, with the approvals that they had."""
    earlier, issue = _earlier(facts, request), facts.issue
    assert earlier
    edition = editions.publish(
        issue,
        earlier.revision,
        at=facts.at,
        by=account(request.by),
        by_name=request.name,
        approvals=earlier.approvals,
        correction=_kind(facts, request, facts.at),
        note=request.note,
        forced_reason=earlier.forced_reason,
        endorsed_at=earlier.endorsed_at,
        endorsed_by=earlier.endorsed_by,
        endorsed_by_name=earlier.endorsed_by_name,
    )
    return Outcome(issue, enter(issue, request, State(issue.state), earlier.revision), edition)


def retract(facts: Facts, request: Request) -> Outcome:
    """Replace a story by a tombstone, in the live edition and in a scheduled one."""
    live, issue = facts.live, facts.issue
    assert live
    edition = editions.retract(
        live,
        request.story,
        request.note,
        at=facts.at,
        by=account(request.by),
        by_name=request.name,
        correction=Correction.RETRACTION,
        note=request.note,
    )
    note = f"{request.story}: {request.note}"
    return Outcome(issue, enter(issue, request, State(issue.state), live.revision, note=note), edition)


def withdraw(facts: Facts, request: Request) -> Outcome:
    """End the live edition, with nothing in its place."""
    live, issue = facts.live, facts.issue
    assert live
    editions.withdraw(live, at=facts.at)
    return Outcome(issue, enter(issue, request, State(issue.state), live.revision), live)
