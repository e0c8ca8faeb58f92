"""Notices: what people are told, at the desk and by mail.

blocking   who an issue waits for now, read from the issue as it stands
events     who else should know of what was just done or said
telling    writes the notices, and settles those that are not true any more
words      what a notice says, in the reader's language, and where it leads
mail       sends what is due, many notices in one mail
receivers  hears of events, and sets all this going
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class News:
    """Something that people are told: one notice for each of them and key."""

    key: str
    kind: str
    people: frozenset[int]
    details: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, kind: str, people: Iterable[int | None], **details: Any) -> News:
        return cls(key, kind, frozenset(one for one in people if one), details)


@dataclass(frozen=True, slots=True)
class Ending:
    """What settled a notice: an action or a comment, and by whom."""

    how: str = ""
    by: int | None = None
    by_name: str = ""
