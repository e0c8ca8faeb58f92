"""Weeks and days: archives are divided by the calendar, so that new entries do not go into old documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `since` up to but not including `until`; None is unbounded."""

    since: Date | None = None
    until: Date | None = None


class Week:
    """ISO weeks, such as 2026-W09."""

    name = "week"

    def of(self, day: Date) -> Span:
        monday = day - timedelta(days=day.weekday())
        return Span(monday, monday + timedelta(days=7))

    def write(self, span: Span) -> str:
        assert span.since
        year, week, _day = span.since.isocalendar()
        return f"{year:04}-W{week:02}"

    def read(self, text: str) -> Span:
        """Return the week for a text such as 2026-W09. Raises ValueError if there is none."""
        if not re.fullmatch(r"(?:19|2[0-9])[0-9]{2}-W[0-9]{2}", text):
            raise ValueError("not a week, such as 2026-W09")
        return self.of(Date.fromisocalendar(int(text[:4]), int(text[6:]), 1))


class Day:
    """Days, such as 2026-03-01."""

    name = "day"

    def of(self, day: Date) -> Span:
        return Span(day, day + timedelta(days=1))

    def write(self, span: Span) -> str:
        return str(span.since)

    def read(self, text: str) -> Span:
        """Return the day for a text such as 2026-03-01. Raises ValueError if there is none."""
        if not re.fullmatch(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError("not a day, such as 2026-03-01")
        return self.of(Date.fromisoformat(text))


def month(year: int, number: int) -> Span:
    """Return the days of a month; `number` is from 1 to 12."""
    return Span(Date(year, number, 1), Date(year + number // 12, number % 12 + 1, 1))
