"""Reviewing: submit, approve, ask for changes, and approve an emergency edition afterwards.

A rule yields the problems that prevent an action and writes nothing. An action runs after its rules, with the issue
locked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digests.editorial.preflight import Blocker, Place, Problem
from digests.editorial.workflow.facts import Facts
from digests.editorial.workflow.record import enter
from digests.editorial.workflow.request import Outcome, Request
from digests.manuscript.values import NewsItem
from digests.models import Edition, LastReviewed, Review, Revision, StorySignOff
from digests.models.person import System, account
from digests.models.states import TABLE, Action, State
from digests.publishing import editions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The codes of problems that the reviewer can still solve before they approve.
READING = frozenset({"not_signed_off", "comment_open"})


def is_approved(facts: Facts) -> bool:
    """Tell whether the newest words may be published."""
    needed: int = settings.NEWSROOM_APPROVALS
    enough = facts.approvals >= needed and not facts.objections
    return needed == 0 or (facts.issue.state == State.APPROVED and enough)


def awaits(facts: Facts) -> Action | None:
    """Return what the newest words wait for, as `next_step` does; None if they are published or scheduled."""
    head = facts.head
    is_out = head is None or any(edition.revision_id == head.pk for edition in facts.editions)
    return None if is_out else next_step(facts)


def next_step(facts: Facts) -> Action:
    """Return what words that were never published need next: EDIT, APPROVE or PUBLISH.

    Approved words that preflight blocks need editing. Only for approved words does this read the manuscript.
    """
    state = facts.issue.state
    if state in (State.DRAFT, State.CHANGES_REQUESTED):
        return Action.EDIT
    if state == State.IN_REVIEW or not is_approved(facts):
        return Action.APPROVE
    return Action.EDIT if facts.blockers else Action.PUBLISH


def not_signed_off(revision: Revision, person: User) -> list[NewsItem]:
    """Return the stories of a revision that a person has not signed off in exactly these words."""
    signed_off = set(StorySignOff.objects.filter(issue=revision.issue_id, person=person).values_list("uid", "sha256"))
    return [item for item in revision.manuscript.items if (item.uid, item.sha256) not in signed_off]


# --- Rules -------------------------------------------------------------------------------


def nothing_saved(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report that nothing has been saved yet."""
    if facts.head is None:
        yield Blocker("nothing_saved", _("Nothing of this issue has been saved yet."), fix=_("Save it first."))


def authorship(facts: Facts, request: Request, revision: Revision) -> Iterator[Problem]:
    """Report why a person can never approve a revision: an approval is a person's, and not of their own words."""
    if isinstance(request.by, System):
        yield Blocker("nobody", _("An approval is given by a person."), fix=_("Say who approves."))
    elif request.by.pk in facts.authors(revision):
        yield Blocker(
            "own_words",
            _("%(who)s wrote part of this issue, and nobody approves their own words.") % {"who": request.name},
            fix=_("Ask another reviewer."),
        )


def approval(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report what prevents an approval: nothing saved, approved by them already, missing sign-offs, open comments."""
    if facts.head is None:
        yield from nothing_saved(facts, request)
    elif _approved_before(facts, request):
        yield Blocker(
            "approved_already",
            _("%(who)s approved exactly these words already.") % {"who": request.name},
            fix=_("Another approval is another person's."),
        )
    else:
        yield from unread(facts, request)


def _approved_before(facts: Facts, request: Request) -> bool:
    """Tell whether a person has approved these words and approving again would change nothing."""
    approved = any(one.reviewer_id == _pk(request) and one.verdict == Review.Verdict.APPROVED for one in facts.reviews)
    return approved and (facts.issue.state == State.APPROVED or not _completes(facts, request))


def _completes(facts: Facts, request: Request) -> bool:
    """Tell whether the newest words are approved once this person approves them."""
    others = [review.verdict for review in facts.reviews if review.reviewer_id != _pk(request)]
    approvals = 1 + others.count(Review.Verdict.APPROVED)
    return approvals >= settings.NEWSROOM_APPROVALS and Review.Verdict.CHANGES_REQUESTED not in others


def unread(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report what the reviewer still has to sign off or resolve; `READING` has the codes."""
    person = account(request.by)
    if person and not request.attests_read_all and (missing := facts.not_signed_off(person)):
        yield Blocker(
            "not_signed_off",
            ngettext(
                "%(count)s story is not signed off yet, beginning with “%(headline)s”.",
                "%(count)s stories are not signed off yet, beginning with “%(headline)s”.",
                len(missing),
            )
            % {"count": len(missing), "headline": missing[0].headline},
            Place("sign_offs", missing[0].uid),
            _("Read and sign off each on the review screen."),
        )
    if count := facts.open_comments:
        yield Blocker(
            "comment_open",
            ngettext("%(count)s comment is open.", "%(count)s comments are open.", count) % {"count": count},
            Place("comments"),
            _("Reply and resolve it first."),
        )


def objection(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report why a person cannot ask for changes."""
    if isinstance(request.by, System):
        yield Blocker("nobody", _("A review is given by a person."), fix=_("Say who reviews."))
    yield from nothing_saved(facts, request)


def endorsement(facts: Facts, request: Request) -> Iterator[Problem]:
    """Report why a person cannot approve an edition after it was published."""
    edition = flagged(facts, request)
    if edition is None:
        yield Blocker("nothing_flagged", _("No edition of this issue waits for an approval afterwards."))
        return
    yield from authorship(facts, request, edition.revision)
    # Editions of the same words are approved together, so a person who forced one of them can approve none.
    same = [one for one in facts.editions if one.revision_id == edition.revision_id and one.forced_reason]
    if _pk(request) is not None and any(one.by_id == _pk(request) for one in same):
        yield Blocker(
            "own_emergency",
            _("%(who)s published this without approval.") % {"who": request.name},
            fix=_("Ask another reviewer."),
        )


def flagged(facts: Facts, request: Request) -> Edition | None:
    """Return the flagged edition that the request names, or the newest flagged one."""
    return next((one for one in facts.flagged if request.edition in (None, one.number)), None)


def not_approved(facts: Facts) -> str:
    """Return a sentence on what is missing before the words may be published."""
    if against := facts.objections:
        return _("%(who)s asked for changes to exactly these words. Change them, or ask for another review.") % {
            "who": ", ".join(against)
        }
    return _("It goes out once %(needed)s approved exactly these words; so far %(given)s did.") % {
        "needed": settings.NEWSROOM_APPROVALS,
        "given": facts.approvals,
    }


def _pk(request: Request) -> int | None:
    person = account(request.by)
    return person.pk if person else None


# --- Actions -------------------------------------------------------------------------------


def move(facts: Facts, request: Request) -> Outcome:
    """Change the state and nothing else."""
    target = TABLE[request.action].target
    assert target is not None
    return Outcome(facts.issue, enter(facts.issue, request, target, facts.head))


def approve(facts: Facts, request: Request) -> Outcome:
    """Save an approval; the issue becomes approved if it has enough of them and nobody objects."""
    assert facts.head
    target = State.APPROVED if _completes(facts, request) else State(facts.issue.state)
    _save_verdict(facts.head, request, Review.Verdict.APPROVED, facts)
    return Outcome(facts.issue, enter(facts.issue, request, target, facts.head), problems=facts.problems)


def request_changes(facts: Facts, request: Request) -> Outcome:
    """Save an objection, send the issue back, and cancel a schedule of exactly these words."""
    assert facts.head
    _save_verdict(facts.head, request, Review.Verdict.CHANGES_REQUESTED, facts)
    # Words that are no longer approved must not be published by the clock.
    if facts.pending and facts.pending.revision_id == facts.head.pk:
        editions.unschedule(facts.pending)
    return Outcome(facts.issue, enter(facts.issue, request, State.CHANGES_REQUESTED, facts.head))


def endorse(facts: Facts, request: Request) -> Outcome:
    """Approve a flagged edition, and all others of the same words."""
    edition = flagged(facts, request)
    assert edition
    issue, revision = facts.issue, edition.revision
    _save_verdict(revision, request, Review.Verdict.APPROVED, facts)
    issue.editions.flagged().filter(revision=revision).update(
        endorsed_at=timezone.now(), endorsed_by=account(request.by), endorsed_by_name=request.name
    )
    return Outcome(issue, enter(issue, request, State(issue.state), revision), edition)


def _save_verdict(revision: Revision, request: Request, verdict: Review.Verdict, facts: Facts) -> None:
    """Save a person's verdict on a revision, replacing an earlier one of theirs."""
    person = account(request.by)
    assert person
    is_head = facts.head is not None and facts.head.pk == revision.pk
    missing = {item.uid for item in (facts.not_signed_off(person) if is_head else not_signed_off(revision, person))}
    LastReviewed.objects.record(person, revision)
    Review.objects.bulk_create(
        [
            Review(
                revision=revision,
                reviewer=person,
                sha256=revision.sha256,
                reviewer_name=request.name,
                verdict=verdict,
                note=request.note,
                signed_off=[item.uid for item in revision.manuscript.items if item.uid not in missing],
                at=timezone.now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["revision", "reviewer"],
        update_fields=["sha256", "reviewer_name", "verdict", "note", "signed_off", "at"],
    )
