"""The one door: every change of an issue's words, state or public life goes through here.

It locks the row, checks permission, version, state and preflight, writes narrowly,
logs one row, and announces after commit. Nothing else assigns a state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digests.editorial import exchange
from digests.editorial.permissions import may, wrote
from digests.editorial.preflight import Blocker, Place, Problem, blockers, examine
from digests.manuscript.values import NewsItem, block, line
from digests.models import Edition, Issue, LastReviewed, LogEntry, Review, Revision, Shingle, StorySignOff
from digests.models.states import TABLE, UNREVIEWED_ACTIONS, Action, Correction, State, sources
from digests.publishing import editions

LONGEST_WAIT = timedelta(days=366)  # a date further away is a slip of the hand

# Sent with the log entry once the transaction is through; a receiver that fails harms nothing.
announced = Signal()


class Refused(Exception):
    """An action was not done, and nothing was written. Carries the reasons as problems."""

    def __init__(self, *reasons: Problem) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = reasons

    @property
    def stale(self) -> bool:
        return any(reason.code == "stale" for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Request:
    """An action with what it was asked with; only some actions use each."""

    action: Action
    by: Any = None  # a user; None is a command of the system
    note: str = ""
    at: datetime | None = None  # schedule, archive
    correction: str = ""  # publish, schedule, roll_back
    story: str = ""  # retract: a uid
    edition: int | None = None  # roll_back, endorse: an edition's number
    attests_read_all: bool = False  # approve: they say that they read all of it; at the desk, ticks show it

    @property
    def name(self) -> str:
        return person(self.by)


@dataclass(slots=True)
class Outcome:
    """What an action did."""

    issue: Issue
    entry: LogEntry
    edition: Edition | None = None
    problems: list[Problem] = field(default_factory=list)


def person(user: Any) -> str:
    """Return the name that history keeps for whoever acted."""
    return (user.get_full_name() or user.get_username()) if user is not None else _("newsroom")


def approvals(revision: Revision | None) -> int:
    """Return how many people approved exactly this revision."""
    return revision.reviews.filter(verdict=Review.Verdict.APPROVED).count() if revision else 0


def objections(revision: Revision | None) -> list[str]:
    """Return who asked for changes to exactly this revision, and did not approve it since."""
    asked = revision.reviews.filter(verdict=Review.Verdict.CHANGES_REQUESTED) if revision else Review.objects.none()
    return list(asked.values_list("reviewer_name", flat=True))


def is_approved(issue: Issue, head: Revision | None) -> bool:
    """Say whether the words as they stand may go out."""
    needed: int = settings.NEWSROOM_APPROVALS
    enough = approvals(head) >= needed and not objections(head)
    return needed == 0 or (issue.state == State.APPROVED and enough)


@contextmanager
def editing(issue: Issue, *, by: Any, version: int | None = None, note: str = "") -> Iterator[Issue]:
    """Open an issue for changing its rows; on leaving, record what they say as a revision.

    Raises Refused if the person may not edit, or saw another version than `version`.
    """
    with transaction.atomic():
        locked = lock(issue.pk, version)
        _permit(Action.EDIT, by)
        yield locked
        record(locked, by=by, note=note)


def record(issue: Issue, *, by: Any, note: str = "") -> Revision | None:
    """Write a revision of what the rows say now, if they say anything new; that voids an approval.

    Returns None, and writes nothing, when the words are those of the last revision.
    """
    manuscript = exchange.from_rows(issue)
    head = issue.head
    if head and head.sha256 == manuscript.sha256:
        return None
    _refuse_new_address(issue)
    revision = Revision.objects.create(
        issue=issue,
        number=head.number + 1 if head else 1,
        sha256=manuscript.sha256,
        content=manuscript.canonical(),
        author=by,
        author_name=person(by),
    )
    exchange.cite(issue)
    Shingle.objects.index(issue)
    target = State.DRAFT if issue.state == State.APPROVED else State(issue.state)
    _enter(issue, Request(Action.EDIT, by, note), target, revision)
    return revision


def _refuse_new_address(issue: Issue) -> None:
    """Refuse to move an issue that readers have an address of."""
    edition = issue.editions.first()
    if edition and (edition.date, edition.digest_id) != (issue.date, issue.digest_id):
        raise Refused(
            Blocker(
                "address_is_public",
                _("This issue has been public as %(edition)s, and readers keep its address.") % {"edition": edition},
                Place("date"),
                _("Leave its digest and date as they are, and start another issue."),
            )
        )


def perform(
    action: Action,
    issue: Issue,
    *,
    by: Any,
    version: int | None = None,
    note: str = "",
    at: datetime | None = None,
    correction: str = "",
    story: str = "",
    edition: int | None = None,
    attests_read_all: bool = False,
) -> Outcome:
    """Carry out an action on an issue, or raise Refused with every reason and write nothing.

    `version` is the one that the person saw; None (a command) means as it stands now.
    """
    request = Request(action, by, block(note), at, correction, line(story), edition, attests_read_all)
    with transaction.atomic():
        locked = lock(issue.pk, version)
        if reasons := list(_objections(locked, request)):
            raise Refused(*reasons)
        return _DEEDS[action](locked, request)


def lock(pk: int, version: int | None = None) -> Issue:
    """Return an issue's row, held until the transaction ends. Raises Refused if it moved on since `version`."""
    issue = Issue.objects.select_for_update(of=("self",)).select_related("digest").filter(pk=pk).first()
    if issue is None:
        raise Refused(Blocker("gone", _("This issue was deleted.")))
    if version is not None and version != issue.version:
        raise Refused(_stale(issue))
    return issue


def _stale(issue: Issue) -> Blocker:
    last = issue.log.first()
    if last is None:
        return Blocker("stale", _("The issue changed since you opened it."), fix=_("Look again before you act."))
    return Blocker(
        "stale",
        _("The issue changed since you opened it: %(who)s, %(what)s, at %(when)s.")
        % {
            "who": last.actor_name,
            "what": last.get_action_display(),
            "when": issue.local(last.at).strftime("%H:%M:%S %Z"),
        },
        fix=_("Look again before you act."),
    )


def _permit(action: Action, by: Any) -> None:
    if not may(by, action):
        raise Refused(_not_permitted(action, by))


def _not_permitted(action: Action, by: Any) -> Blocker:
    return Blocker(
        "not_permitted",
        _("%(who)s may not do this: %(what)s.") % {"who": person(by), "what": action.label},
        fix=_("Ask someone whose role includes it."),
    )


def _objections(issue: Issue, request: Request) -> Iterator[Problem]:
    """Say what stands against an action before it is tried: role, authorship, state, a reason that is missing."""
    row = TABLE[request.action]
    if not may(request.by, request.action):
        yield _not_permitted(request.action, request.by)
    if request.action == Action.APPROVE and (head := issue.head):
        yield from _authorship(issue, request, head)
    if issue.state not in sources(request.action, approvals_needed=settings.NEWSROOM_APPROVALS):
        yield Blocker(
            "wrong_state",
            _("The issue is in the state “%(state)s”, and “%(action)s” is not possible there.")
            % {"state": State(issue.state).label, "action": request.action.label},
            fix=_not_approved(issue) if request.action in UNREVIEWED_ACTIONS else "",
        )
    elif request.action == Action.APPROVE and (head := issue.head):
        yield from unread(head, request.by, attests_read_all=request.attests_read_all)
    if row.note and not request.note:
        yield Blocker("note_missing", _("A reason is needed."), Place("note"), row.note_prompt or "")


def _authorship(issue: Issue, request: Request, revision: Revision) -> Iterator[Problem]:
    if request.by is None:
        yield Blocker("nobody", _("An approval is given by a person."), fix=_("Say who approves."))
    elif wrote(request.by, issue, until=revision):
        yield Blocker(
            "own_words",
            _("%(who)s wrote part of this issue, and nobody approves their own words.") % {"who": request.name},
            fix=_("Ask another reviewer."),
        )


def unread(revision: Revision, user: Any, *, attests_read_all: bool = False) -> Iterator[Problem]:
    """Say what an approval still waits for: stories without the reviewer's tick, and open threads."""
    if not attests_read_all and (missing := unticked(revision, user)):
        yield Blocker(
            "unticked",
            ngettext(
                "%(count)s story is not ticked yet, beginning with “%(headline)s”.",
                "%(count)s stories are not ticked yet, beginning with “%(headline)s”.",
                len(missing),
            )
            % {"count": len(missing), "headline": missing[0].headline},
            Place("ticks", missing[0].uid),
            _("Read and tick each on the review screen."),
        )
    if count := revision.issue.comments.open_comments().count():
        yield Blocker(
            "thread_open",
            ngettext("%(count)s thread is open.", "%(count)s threads are open.", count) % {"count": count},
            Place("threads"),
            _("Answer and resolve it first."),
        )


def unticked(revision: Revision, user: Any) -> list[NewsItem]:
    """Return the stories of a revision that a person has not ticked in exactly these words."""
    ticked = set(StorySignOff.objects.filter(issue=revision.issue_id, person=user).values_list("uid", "sha256"))
    return [item for item in revision.manuscript.items if (item.uid, item.sha256) not in ticked]


def _not_approved(issue: Issue) -> str:
    if against := objections(issue.head):
        return _("%(who)s asked for changes to exactly these words. Change them, or ask for another look.") % {
            "who": ", ".join(against)
        }
    return _("It goes out once %(needed)s approved exactly these words; so far %(given)s did.") % {
        "needed": settings.NEWSROOM_APPROVALS,
        "given": approvals(issue.head),
    }


def _enter(
    issue: Issue, request: Request, target: State, revision: Revision | None = None, *, note: str | None = None
) -> LogEntry:
    """Write the new state and version, and the one log row that goes with them; announce after commit."""
    before = issue.state
    issue.state, issue.updated_at = target, timezone.now()
    Issue.objects.filter(pk=issue.pk).update(state=target, version=F("version") + 1, updated_at=issue.updated_at)
    issue.version += 1
    entry = LogEntry.objects.create(
        actor=request.by,
        actor_name=request.name,
        action=request.action,
        issue=issue,
        digest_slug=issue.digest.slug,
        date=issue.date,
        revision_sha256=revision.sha256 if revision else "",
        from_state=before,
        to_state=target,
        note=request.note if note is None else note,
    )
    transaction.on_commit(lambda: announced.send_robust(sender=Issue, entry=entry))
    return entry


def _head(issue: Issue) -> Revision:
    head: Revision | None = issue.head
    if head is None:
        raise Refused(Blocker("nothing_saved", _("Nothing of this issue has been saved yet."), fix=_("Save it first.")))
    return head


def _move(issue: Issue, request: Request) -> Outcome:
    """Do an action that changes the state and nothing else."""
    target = TABLE[request.action].target
    assert target is not None
    return Outcome(issue, _enter(issue, request, target, _head(issue)))


def _signed_off(revision: Revision, user: Any) -> list[str]:
    missing = {item.uid for item in unticked(revision, user)}
    return [item.uid for item in revision.manuscript.items if item.uid not in missing]


def _judge(revision: Revision, request: Request, verdict: Review.Verdict) -> None:
    LastReviewed.objects.record(request.by, revision)
    Review.objects.update_or_create(
        revision=revision,
        reviewer=request.by,
        defaults={
            "sha256": revision.sha256,
            "reviewer_name": request.name,
            "verdict": verdict,
            "note": request.note,
            "signed_off": _signed_off(revision, request.by),
            "at": timezone.now(),
        },
    )


def _approve(issue: Issue, request: Request) -> Outcome:
    head = _head(issue)
    _judge(head, request, Review.Verdict.APPROVED)
    enough = approvals(head) >= settings.NEWSROOM_APPROVALS and not objections(head)
    target = State.APPROVED if enough else State(issue.state)
    return Outcome(issue, _enter(issue, request, target, head), problems=examine(head.manuscript))


def _request_changes(issue: Issue, request: Request) -> Outcome:
    head = _head(issue)
    if request.by is None:
        raise Refused(Blocker("nobody", _("A review is given by a person."), fix=_("Say who reviews.")))
    _judge(head, request, Review.Verdict.CHANGES_REQUESTED)
    # What was approved and is not any more does not go out by the clock.
    for pending in issue.editions.pending().filter(revision=head):
        editions.unschedule(pending)
    return Outcome(issue, _enter(issue, request, State.CHANGES_REQUESTED, head))


def _refuse_unfit(revision: Revision) -> list[Problem]:
    problems = examine(revision.manuscript)
    if found := blockers(problems):
        raise Refused(*found)
    return problems


def _refuse_pending(issue: Issue) -> None:
    pending = issue.editions.pending().first()
    if pending:
        raise Refused(
            Blocker(
                "already_scheduled",
                _("An edition is scheduled for %(when)s.")
                % {"when": issue.local(pending.live_from).strftime("%Y-%m-%d %H:%M %Z")},
                fix=_("Cancel that schedule first."),
            )
        )


def _correction(issue: Issue, request: Request, at: datetime) -> str:
    """Return what an edition is to readers: nothing if it is the first, else the kind of its correction."""
    if not issue.editions.ever_live(at).exists():
        return ""
    kind = request.correction or (Correction.CORRECTION if request.note else "")
    if kind not in (Correction.TYPO, Correction.CLARIFICATION, Correction.CORRECTION):
        raise Refused(
            Blocker(
                "correction_unnamed",
                _("This issue is public already, so this is a correction."),
                Place("correction"),
                _("Say what kind: typo, clarification or correction, and but for a typo write a note to readers."),
            )
        )
    if kind != Correction.TYPO and not request.note:
        raise Refused(
            Blocker(
                "note_missing",
                _("A substantive correction needs a note to readers."),
                Place("note"),
                _("Say what was wrong and what is right."),
            )
        )
    return kind


def _go_out(issue: Issue, request: Request, at: datetime, *, forced_reason: str = "") -> Outcome:
    """Make the head revision an edition from an instant on."""
    head = _head(issue)
    problems = _refuse_unfit(head)
    _refuse_pending(issue)
    # An edition that was retracted from since has the same revision, but is not what readers would get anew.
    live = issue.editions.live(at).first()
    if live and live.revision_id == head.pk:
        raise Refused(Blocker("already_live", _("Readers see exactly these words already.")))
    correction = _correction(issue, request, at)
    edition = editions.publish(
        issue,
        head,
        at=at,
        by=request.by,
        by_name=request.name,
        approvals=approvals(head),
        correction=correction,
        note=request.note if correction else "",
        forced_reason=forced_reason,
    )
    return Outcome(issue, _enter(issue, request, State(issue.state), head), edition, problems)


def _publish(issue: Issue, request: Request) -> Outcome:
    head = _head(issue)
    if not is_approved(issue, head):
        raise Refused(Blocker("not_approved", _("This is not approved."), fix=_not_approved(issue)))
    return _go_out(issue, request, timezone.now())


def _schedule(issue: Issue, request: Request) -> Outcome:
    head = _head(issue)
    if not is_approved(issue, head):
        raise Refused(Blocker("not_approved", _("This is not approved."), fix=_not_approved(issue)))
    if request.at is None or request.at <= timezone.now():
        raise Refused(
            Blocker(
                "not_in_the_future",
                _("A schedule needs an instant that is still to come."),
                Place("at"),
                _("Give a date and time in the zone %(zone)s.") % {"zone": issue.digest.time_zone},
            )
        )
    if request.at > timezone.now() + LONGEST_WAIT:
        raise Refused(
            Blocker(
                "too_far_away",
                _("That is more than a year away."),
                Place("at"),
                _("Schedule it when the day is nearer."),
            )
        )
    return _go_out(issue, request, request.at)


def _unschedule(issue: Issue, request: Request) -> Outcome:
    pending = issue.editions.pending().first()
    if pending is None:
        raise Refused(Blocker("nothing_scheduled", _("Nothing of this issue is scheduled.")))
    revision = pending.revision
    editions.unschedule(pending)
    return Outcome(issue, _enter(issue, request, State(issue.state), revision))


def _force_publish(issue: Issue, request: Request) -> Outcome:
    if is_approved(issue, _head(issue)):
        raise Refused(Blocker("is_approved", _("This is approved."), fix=_("Publish it as usual.")))
    return _go_out(issue, request, timezone.now(), forced_reason=request.note)


def _endorse(issue: Issue, request: Request) -> Outcome:
    flagged = issue.editions.ever_live().flagged().select_related("revision")
    if request.edition is not None:
        flagged = flagged.filter(number=request.edition)
    edition = flagged.order_by("-number").first()
    if edition is None:
        raise Refused(Blocker("nothing_flagged", _("No edition of this issue waits for an approval afterwards.")))
    reasons = list(_authorship(issue, request, edition.revision))
    if request.by is not None and edition.by_id == request.by.pk:
        reasons.append(
            Blocker(
                "own_emergency",
                _("%(who)s published this without approval.") % {"who": request.name},
                fix=_("Ask another reviewer."),
            )
        )
    if reasons:
        raise Refused(*reasons)
    _judge(edition.revision, request, Review.Verdict.APPROVED)
    issue.editions.flagged().filter(revision=edition.revision).update(
        endorsed_at=timezone.now(), endorsed_by=request.by, endorsed_by_name=request.name
    )
    return Outcome(issue, _enter(issue, request, State(issue.state), edition.revision), edition)


def _roll_back(issue: Issue, request: Request) -> Outcome:
    now = timezone.now()
    _refuse_pending(issue)
    earlier = issue.editions.ever_live(now).select_related("revision").filter(number=request.edition or 0).first()
    if earlier is None:
        raise Refused(
            Blocker(
                "no_such_edition",
                _("There is no earlier edition %(number)s.") % {"number": request.edition},
                Place("edition"),
                _("Editions so far: %(numbers)s.")
                % {"numbers": ", ".join(str(one.number) for one in issue.editions.ever_live(now).order_by("number"))},
            )
        )
    live = issue.editions.live(now).first()
    if live and live.revision_id == earlier.revision_id:
        raise Refused(Blocker("already_live", _("Readers see exactly these words already.")))
    edition = editions.publish(
        issue,
        earlier.revision,
        at=now,
        by=request.by,
        by_name=request.name,
        approvals=earlier.approvals,
        correction=_correction(issue, request, now),
        note=request.note,
        forced_reason=earlier.forced_reason,
        endorsed_at=earlier.endorsed_at,
        endorsed_by=earlier.endorsed_by,
        endorsed_by_name=earlier.endorsed_by_name,
    )
    return Outcome(issue, _enter(issue, request, State(issue.state), earlier.revision), edition)


def _live_edition(issue: Issue) -> Edition:
    live: Edition | None = issue.editions.live().select_related("revision").first()
    if live is None:
        raise Refused(Blocker("not_live", _("This issue is not public.")))
    return live


def _retract(issue: Issue, request: Request) -> Outcome:
    live = _live_edition(issue)
    story = live.stories.filter(uid=request.story).first()
    if story is None:
        raise Refused(
            Blocker("no_such_story", _("The public issue has no such story."), Place("story"), _("Choose one of it."))
        )
    if story.retracted:
        raise Refused(Blocker("already_retracted", _("This story is retracted already.")))
    edition = editions.retract(
        live,
        story.uid,
        request.note,
        at=timezone.now(),
        by=request.by,
        by_name=request.name,
        correction=Correction.RETRACTION,
        note=request.note,
    )
    note = f"{story.uid}: {request.note}"
    return Outcome(issue, _enter(issue, request, State(issue.state), live.revision, note=note), edition)


def _withdraw(issue: Issue, request: Request) -> Outcome:
    live = _live_edition(issue)
    _refuse_pending(issue)
    editions.withdraw(live, at=timezone.now())
    return Outcome(issue, _enter(issue, request, State(issue.state), live.revision), live)


def _archive(issue: Issue, request: Request) -> Outcome:
    """Publish what was public elsewhere before, as of then. Nobody here reviewed it, and its label says so."""
    if issue.editions.exists():
        raise Refused(
            Blocker("has_editions", _("This issue has a public history here already."), fix=_("Correct it instead."))
        )
    if issue.revisions.count() > 1 or issue.log.exclude(action=Action.EDIT).exists():
        raise Refused(
            Blocker("worked_on", _("People have worked on this issue here."), fix=_("Publish it by review, as usual."))
        )
    now = timezone.now()
    at = request.at or now
    if issue.date >= issue.local(now).date() or at > now:
        raise Refused(
            Blocker("not_in_the_past", _("An archive is of the past."), Place("date"), _("Schedule it instead."))
        )
    return _go_out(issue, request, at)


_DEEDS: dict[Action, Callable[[Issue, Request], Outcome]] = {
    Action.SUBMIT: _move,
    Action.RECALL: _move,
    Action.APPROVE: _approve,
    Action.REQUEST_CHANGES: _request_changes,
    Action.PUBLISH: _publish,
    Action.SCHEDULE: _schedule,
    Action.UNSCHEDULE: _unschedule,
    Action.FORCE_PUBLISH: _force_publish,
    Action.ENDORSE: _endorse,
    Action.ROLL_BACK: _roll_back,
    Action.RETRACT: _retract,
    Action.WITHDRAW: _withdraw,
    Action.ARCHIVE: _archive,
}
