"""The one door: every action on an issue goes through `perform`, and `refusals` says beforehand what it would refuse.

Both apply the same rules to the same facts; `perform` does so under the lock, then does the deed, writes one row of the
log, and announces it after the commit. Nothing else assigns a state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from digests.editorial.permissions import may
from digests.editorial.preflight import Blocker, Place, Problem
from digests.editorial.workflow import approval, release
from digests.editorial.workflow.facts import Facts
from digests.editorial.workflow.record import lock, not_permitted
from digests.editorial.workflow.request import Outcome, Refused, Request
from digests.manuscript.values import block, line
from digests.models import Issue
from digests.models.person import Actor
from digests.models.states import TABLE, UNREVIEWED_ACTIONS, Action, State, sources


@dataclass(frozen=True, slots=True)
class _Way:
    """How an action is done: what may stand against it besides role, state and reason, and the deed itself."""

    rule: Callable[[Facts, Request], Iterator[Problem]]
    deed: Callable[[Facts, Request], Outcome]


_WAYS: dict[Action, _Way] = {
    Action.SUBMIT: _Way(approval.nothing_saved, approval.move),
    Action.RECALL: _Way(approval.nothing_saved, approval.move),
    Action.APPROVE: _Way(approval.approval, approval.approve),
    Action.REQUEST_CHANGES: _Way(approval.objection, approval.request_changes),
    Action.PUBLISH: _Way(release.publication, release.publish),
    Action.SCHEDULE: _Way(release.scheduling, release.schedule),
    Action.UNSCHEDULE: _Way(release.unscheduling, release.unschedule),
    Action.FORCE_PUBLISH: _Way(release.emergency, release.force_publish),
    Action.ENDORSE: _Way(approval.endorsement, approval.endorse),
    Action.ROLL_BACK: _Way(release.rollback, release.roll_back),
    Action.RETRACT: _Way(release.retraction, release.retract),
    Action.WITHDRAW: _Way(release.withdrawal, release.withdraw),
    Action.ARCHIVE: _Way(release.archive, release.publish_archive),
}


def perform(
    action: Action,
    issue: Issue,
    *,
    by: Actor,
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
        facts = Facts.of(lock(issue.pk, version))
        if reasons := refusals(facts, request):
            raise Refused(*reasons)
        return _WAYS[action].deed(facts, request)


def refusals(facts: Facts, request: Request) -> tuple[Problem, ...]:
    """Return why the door would refuse an action as things stand. Reads, and writes nothing."""
    if not may(request.by, request.action):
        return (not_permitted(request.action, request.by), *_in_general(facts, request))
    return obstacles(facts, request)


def obstacles(facts: Facts, request: Request) -> tuple[Problem, ...]:
    """Return the same for someone whose role includes the action.

    What would take a look at the words comes last: if state, authorship or the reason stand against it, that is all.
    """
    return tuple(_in_general(facts, request)) or tuple(_WAYS[request.action].rule(facts, request))


def _in_general(facts: Facts, request: Request) -> Iterator[Problem]:
    issue, action = facts.issue, request.action
    if action == Action.APPROVE and facts.head:
        yield from approval.authorship(facts, request, facts.head)
    if issue.state not in sources(action, approvals_needed=settings.NEWSROOM_APPROVALS):
        is_unreviewed = action in UNREVIEWED_ACTIONS
        yield Blocker(
            "wrong_state",
            _("The issue is in the state “%(state)s”, and “%(action)s” is not possible there.")
            % {"state": State(issue.state).label, "action": action.label},
            fix=approval.not_approved(facts) if is_unreviewed else "",
        )
        if is_unreviewed:
            yield from release.nothing_new(facts, request.at or facts.at)
    if TABLE[action].note and not request.note:
        yield Blocker("note_missing", _("A reason is needed."), Place("note"), TABLE[action].note_prompt or "")
