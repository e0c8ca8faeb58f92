"""Problems and their places, as values that the admin, the commands and the API show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is: a field of a story, insight or brief, of a section (counted from 0), or else of the issue."""

    field: str = ""
    uid: str = ""
    section: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and how to fix it. `str` gives the message and the fix."""

    severity: ClassVar[str]

    code: str
    message: str | _StrPromise
    place: Place = Place()
    fix: str | _StrPromise = ""

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class Blocker(Problem):
    """A problem that prevents publication."""

    __slots__ = ()
    severity = "blocker"


class Advisory(Problem):
    """A problem that does not prevent publication. People see it as a warning."""

    __slots__ = ()
    severity = "warning"


def blockers(problems: list[Problem]) -> list[Blocker]:
    """Return the problems that prevent publication."""
    return [problem for problem in problems if isinstance(problem, Blocker)]
