"""The checklist: preflight of the form while someone types in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from digests.admin.issue.posted import as_typed
from digests.editorial.preflight import Problem, blockers, examine, passed
from digests.manuscript.values import Manuscript


@dataclass(frozen=True, slots=True)
class Found:
    """A problem with the row of the form that it is in, if the row is known by its place there."""

    problem: Problem
    row: str = ""


class Checklist:
    """The blockers, warnings and passed checks, as the desk shows them."""

    def __init__(self, problems: list[Problem], sections: list[str] | None = None) -> None:
        self.stops = [self._found(problem, sections) for problem in blockers(problems)]
        self.warnings = [self._found(one, sections) for one in problems if one.severity == "warning"]
        self.passed = passed(problems)

    @staticmethod
    def _found(problem: Problem, sections: list[str] | None) -> Found:
        place = problem.place
        if place.section is not None and sections:
            return Found(problem, sections[place.section])
        return Found(problem, place.uid if "-" in place.uid else "")

    @property
    def groups(self) -> Iterator[tuple[str, list[Found]]]:
        """Return the problems by severity, blockers first."""
        for heading, found in ((_("It cannot go out yet"), self.stops), (_("Worth a look"), self.warnings)):
            if found:
                yield heading, found


def checklist(request: HttpRequest, sent: Mapping[str, Any], seen: Manuscript) -> HttpResponse:
    """Show the problems of what someone is typing; `seen` is the issue as they opened it. Writes nothing."""
    words, sections = as_typed(sent, seen)
    found = Checklist(examine(words), sections)
    return render(request, "admin/digests/issue/_checklist.html", {"checklist": found, "as_typed": True})
