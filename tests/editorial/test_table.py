"""The table of actions: every state, action and role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from digests.editorial.workflow import perform
from digests.editorial.workflow.door import _HANDLERS
from digests.models import Digest, Issue
from digests.models.states import TABLE, Action, State
from tests.acting import refusal

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


ROLES = {
    "writer": {Action.SUBMIT, Action.RECALL},
    "reviewer": {Action.APPROVE, Action.REQUEST_CHANGES, Action.ENDORSE},
    "editor": {
        Action.SUBMIT,
        Action.RECALL,
        Action.PUBLISH,
        Action.SCHEDULE,
        Action.UNSCHEDULE,
        Action.FORCE_PUBLISH,
        Action.ROLL_BACK,
        Action.RETRACT,
        Action.WITHDRAW,
        Action.ARCHIVE,
    },
    "outsider": set(),
}
FROM = {
    Action.SUBMIT: {State.DRAFT: State.IN_REVIEW, State.CHANGES_REQUESTED: State.IN_REVIEW},
    Action.RECALL: {State.IN_REVIEW: State.DRAFT},
    Action.APPROVE: {State.IN_REVIEW: State.APPROVED, State.APPROVED: State.APPROVED},
    Action.REQUEST_CHANGES: {
        State.IN_REVIEW: State.CHANGES_REQUESTED,
        State.APPROVED: State.CHANGES_REQUESTED,
    },
    Action.PUBLISH: {State.APPROVED: State.APPROVED},
    Action.SCHEDULE: {State.APPROVED: State.APPROVED},
    Action.ARCHIVE: {State.DRAFT: State.DRAFT},
}
# What makes an edition.
GOING_OUT = {Action.PUBLISH, Action.SCHEDULE, Action.FORCE_PUBLISH, Action.ARCHIVE}
# What these need is an edition, not a state; each has tests of its own.
OF_EDITIONS = {Action.UNSCHEDULE, Action.ENDORSE, Action.ROLL_BACK, Action.RETRACT, Action.WITHDRAW}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", [action for action in Action if action != Action.EDIT])
def test_every_state_action_and_role(
    draft: Make, people: SimpleNamespace, action: Action, state: State, role: str
) -> None:
    issue = into(state, draft(), people)
    by = getattr(people, role)
    arguments: dict[str, Any] = {"by": by, "note": "因为", "attests_read_all": True}
    if action == Action.SCHEDULE:
        arguments["at"] = timezone.now() + timedelta(days=1)
    if action not in ROLES[role]:
        assert refusal(action, issue, **arguments) == "not_permitted"
    elif action in OF_EDITIONS:
        assert refusal(action, issue, **arguments) in {
            "nothing_scheduled",
            "nothing_flagged",
            "no_such_edition",
            "not_live",
        }
    elif action == Action.FORCE_PUBLISH and state == State.APPROVED:
        assert refusal(action, issue, **arguments) == "is_approved"
    elif action in FROM and state not in FROM[action]:
        assert refusal(action, issue, **arguments) == "wrong_state"
    else:
        outcome = perform(action, issue, **arguments)
        target = FROM.get(action, {}).get(state, state)
        assert (outcome.entry.from_state, outcome.entry.to_state) == (state, target)
        assert Issue.objects.get(pk=issue.pk).state == target
        assert bool(outcome.edition) == (action in GOING_OUT)


def into(state: State, issue: Issue, people: SimpleNamespace) -> Issue:
    """Bring a draft into a state by the door."""
    if state != State.DRAFT:
        perform(Action.SUBMIT, issue, by=people.writer)
    if state == State.APPROVED:
        perform(Action.APPROVE, issue, by=people.second, attests_read_all=True)
    if state == State.CHANGES_REQUESTED:
        perform(Action.REQUEST_CHANGES, issue, by=people.second, note="再改")
    return Issue.objects.get(pk=issue.pk)


def test_the_table_names_every_action() -> None:
    assert set(TABLE) == set(Action)
    assert set(_HANDLERS) == set(Action) - {Action.EDIT}


def test_an_inactive_person_may_do_nothing(draft: Make, people: SimpleNamespace) -> None:
    people.writer.is_active = False
    people.writer.save()
    assert refusal(Action.SUBMIT, draft(by=people.colleague), by=people.writer) == "not_permitted"


def test_a_deleted_issue_is_refused_with_a_sentence(draft: Make, people: SimpleNamespace, digest: Digest) -> None:
    issue = draft()
    gone = Issue.objects.get(pk=issue.pk)
    issue.delete()
    assert refusal(Action.SUBMIT, gone, by=people.writer) == "gone"
