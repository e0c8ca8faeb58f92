"""What comes of reading a text: a manuscript with notes and places, or a refusal."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from ..values import Manuscript


@dataclass(frozen=True, slots=True)
class Note:
    """A departure from the format. `message` is a constant, to be translated; `params` fill it; lines count from 1."""

    line: int
    message: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text cannot be an issue. `reason` is a constant, to be translated; `params` fill it; lines count from 1."""

    line: int
    field: str
    reason: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.reason % self.params}"


class Refusal(Exception):
    """The text cannot be an issue; nothing of it was taken. `problems` says why, all of them that were found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Spot:
    """The line where something begins, and those of its fields that have lines of their own; lines count from 1."""

    line: int = 1
    fields: dict[str, int] = dataclasses.field(default_factory=dict)

    def line_of(self, field: str) -> int:
        """Return the line of a field, or of the whole if the field has none."""
        return self.fields.get(field, self.line)


@dataclass(frozen=True, slots=True)
class Spots:
    """Where everything stands in the text: each kind in the manuscript's order, so that no uid is needed."""

    issue: Spot = dataclasses.field(default_factory=Spot)
    sections: list[Spot] = dataclasses.field(default_factory=list)
    items: list[Spot] = dataclasses.field(default_factory=list)
    insights: list[Spot] = dataclasses.field(default_factory=list)
    briefs: list[Spot] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """An issue as it was read, the notes in the order of their lines, and where everything stands."""

    manuscript: Manuscript
    notes: tuple[Note, ...] = ()
    spots: Spots = dataclasses.field(default_factory=Spots)
