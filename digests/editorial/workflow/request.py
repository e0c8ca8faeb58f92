"""What is asked of the door, what it answers, and how it refuses."""

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
        """Say whether the issue had changed since the person looked at it."""
        return any(reason.code == "stale" for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Request:
    """An action with what it was asked with; only some actions use each."""

    action: Action
    by: Actor
    note: str = ""
    at: datetime | None = None  # schedule, archive
    correction: str = ""  # publish, schedule, roll_back
    story: str = ""  # retract: a uid
    edition: int | None = None  # roll_back, endorse: an edition's number
    attests_read_all: bool = False  # approve: they say that they read all of it; at the desk, sign-offs show it

    @property
    def name(self) -> str:
        """The name that history keeps for whoever asks."""
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
        """Return an action as somebody asks for it who fills in every field of its form. `at` is now."""
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
