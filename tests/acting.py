"""Act on issues as the workflow's tests do: see what is refused, what was written and what is live."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from digests.editorial.workflow import Refused, perform
from digests.models import Edition, Issue, LogEntry, Review, Revision, Story
from digests.models.states import Action
from tests.conftest import reword


def refusal(action: Action, issue: Issue, **kwargs: Any) -> str:
    """Do what must be refused; check that nothing was written; return the reason's code."""
    before = snapshot()
    with pytest.raises(Refused) as refused:
        perform(action, issue, **kwargs)
    assert snapshot() == before
    assert all(str(reason) for reason in refused.value.reasons)
    return refused.value.reasons[0].code


def snapshot() -> list[Any]:
    """Return all that an action may write."""
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (Issue, Revision, Review, Edition, Story, LogEntry)
    ]


def actions(issue: Issue) -> list[str]:
    return list(issue.log.order_by("pk").values_list("action", flat=True))


def live_title(issue: Issue, at: Any = None) -> str | None:
    edition = issue.editions.live(at).first()
    return edition.title if edition else None


def correct(issue: Issue, people: SimpleNamespace, title: str, **kwargs: Any) -> None:
    reword(issue, title, by=people.writer)
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    perform(Action.PUBLISH, issue, by=people.editor, **kwargs)
