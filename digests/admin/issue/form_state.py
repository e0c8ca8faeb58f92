"""What one request knows about the form of an issue, shared by the forms and formsets that Django's admin builds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from digests.admin.review.comments import ShownComment
from digests.editorial.exchange import Rows
from digests.editorial.preflight import Problem
from digests.manuscript.values import Manuscript


@dataclass(frozen=True, slots=True)
class Marks:
    """What is shown beside rows, by uid: the severity of the worst problem, and the number of open comments."""

    problems: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Rows, problems: Iterable[Problem], comments: Iterable[ShownComment]) -> Marks:
        # Stories are collapsed at first, so a story shows the problems of its insights.
        story_of = {insight.uid: item.uid for item in rows.items for insight in item.insights.all()}
        worst: dict[str, str] = {}
        for problem in problems:
            uid = story_of.get(problem.place.uid, problem.place.uid)
            if worst.get(uid) != "blocker":
                worst[uid] = problem.severity
        return cls(worst, Counter(comment.home for comment in comments))


@dataclass(slots=True)
class FormState:
    """The form of an issue in one request. Its forms and formsets hold this object, so they see what is set later."""

    rows: Rows | None = None  # of the issue that the form is about
    words: Manuscript | None = None  # what they say; the issue itself soon has what was sent, by Django's validation
    refused: tuple[Problem, ...] = ()
    is_restored: bool = False  # it shows what a browser kept, which nobody has sent to be saved
    marks: Marks = field(default_factory=Marks)
    formsets: dict[type, Any] = field(default_factory=dict)  # of each kind of rows, the class

    def show(self, rows: Rows) -> None:
        """Set the rows that the form shows."""
        self.rows, self.words = rows, rows.manuscript
        self.formsets.clear()


def state_of(request: HttpRequest) -> FormState:
    """Return what is known of the form in this request."""
    # One admin serves many requests at once, and Django hands only the request from one of its methods to the next.
    state: FormState = vars(request).setdefault("issue_form", FormState())
    return state
