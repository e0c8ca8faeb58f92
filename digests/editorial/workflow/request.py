"""An action with its arguments, what it did, and why it was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digests.editorial.preflight import Problem
from digests.models import Edition, Issue, LogEntry
from digests.models.person import Actor, name_of
from digests.models.states import Action, Correction


class Refused(Exception):
    """An action was not done, and nothing was written. Carries the reasons as problems."""

    def __init__(self, *reasons: Problem) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = reasons

    @property
    def stale(self) -> bool:
        """Tell whether the issue had changed since the person saw it."""
        return any(reason.code == "stale" for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Request:
    """An action with its arguments. Each argument is used by the actions beside it."""

    action: Action
    by: Actor
    note: str = ""
    at: datetime | None = None  # schedule, archive
    correction: str = ""  # publish, schedule, roll_back
    story: str = ""  # retract: a uid
    edition: int | None = None  # roll_back, endorse: an edition's number
    attests_read_all: bool = False  # approve: they state that they read everything, so no sign-offs are needed

    @property
    def name(self) -> str:
        """The name that history keeps for the actor."""
        return name_of(self.by)

    @classmethod
    def filled_in(
        cls,
        action: Action,
        by: Actor,
        *,
        at: datetime,
        story: str = "",
        edition: int | None = None,
        attests_read_all: bool = False,
    ) -> Request:
        """Return the request of somebody who fills in every field of the form, for a dry run. `at` is now."""
        return cls(
            action,
            by,
            note="…",
            at=at + timedelta(hours=1),
            correction=Correction.CORRECTION,
            story=story,
            edition=edition,
            attests_read_all=attests_read_all,
        )


@dataclass(slots=True)
class Outcome:
    """What an action did."""

    issue: Issue
    entry: LogEntry
    edition: Edition | None = None
    problems: list[Problem] = field(default_factory=list)
