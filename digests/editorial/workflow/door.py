"""The one door: every action on an issue goes through `perform`, and `refusals` is its dry run.

Both apply the same rules to the same facts. `perform` does so with the issue locked, then applies the action, writes
one row of the log, and announces it after the commit. Nothing else assigns a state.
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
class _Handler:
    """The rule of an action, beside role, state and reason, and the function that applies it."""

    rule: Callable[[Facts, Request], Iterator[Problem]]
    apply: Callable[[Facts, Request], Outcome]


_HANDLERS: dict[Action, _Handler] = {
    Action.SUBMIT: _Handler(approval.nothing_saved, approval.move),
    Action.RECALL: _Handler(approval.nothing_saved, approval.move),
    Action.APPROVE: _Handler(approval.approval, approval.approve),
    Action.REQUEST_CHANGES: _Handler(approval.objection, approval.request_changes),
    Action.PUBLISH: _Handler(release.publication, release.publish),
    Action.SCHEDULE: _Handler(release.scheduling, release.schedule),
    Action.UNSCHEDULE: _Handler(release.unscheduling, release.unschedule),
    Action.FORCE_PUBLISH: _Handler(release.emergency, release.force_publish),
    Action.ENDORSE: _Handler(approval.endorsement, approval.endorse),
    Action.ROLL_BACK: _Handler(release.rollback, release.roll_back),
    Action.RETRACT: _Handler(release.retraction, release.retract),
    Action.WITHDRAW: _Handler(release.withdrawal, release.withdraw),
    Action.ARCHIVE: _Handler(release.archive, release.publish_archive),
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
    """Carry out an action on an issue, or raise Refused with all reasons and write nothing.

    `version` is the version of the issue that the person saw; None, for commands, accepts any. For the other arguments,
    see `Request`.
    """
    request = Request(action, by, block(note), at, correction, line(story), edition, attests_read_all)
    with transaction.atomic():
        facts = Facts.of(lock(issue.pk, version))
        if reasons := refusals(facts, request):
            raise Refused(*reasons)
        return _HANDLERS[action].apply(facts, request)


def refusals(facts: Facts, request: Request) -> tuple[Problem, ...]:
    """Return why `perform` would refuse an action now. Writes nothing."""
    if not may(request.by, request.action):
        return (not_permitted(request.action, request.by), *_general_problems(facts, request))
    return obstacles(facts, request)


def obstacles(facts: Facts, request: Request) -> tuple[Problem, ...]:
    """Return the same for a person whose role includes the action.

    If state, authorship or a missing reason prevent it, the more expensive rules, which read the words, do not run.
    """
    return tuple(_general_problems(facts, request)) or tuple(_HANDLERS[request.action].rule(facts, request))


def _general_problems(facts: Facts, request: Request) -> Iterator[Problem]:
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
