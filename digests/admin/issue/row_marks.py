"""What the rows of an issue's form show besides their fields: problems and open comments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import prefetch_related_objects

from digests.admin.issue.rows import standing
from digests.admin.review.comments import ShownComment
from digests.editorial.preflight import Problem
from digests.models import Brief, Issue, NewsItem


def prefetch_rows(issue: Issue) -> Issue:
    """Read all rows of an issue at once, and return it."""
    prefetch_related_objects(
        [issue],
        "tagged",
        "sections__briefs",
        "sections__items__insights",
        "sections__items__tagged",
    )
    return issue


def mark_problems(issue: Issue, problems: Iterable[Problem]) -> None:
    """Set `problem` on each row that has any, to the worst severity; the form shows it as a dot."""
    rows = standing(issue)
    by_uid: dict[str, Any] = {getattr(row, "uid", ""): row for found in rows.values() for row in found}
    # Stories are collapsed at first, so a story shows the problems of its insights.
    by_uid |= {insight.uid: item for item in rows[NewsItem] for insight in item.insights.all()}
    for problem in problems:
        row = by_uid.get(problem.place.uid) if problem.place.uid else None
        if row is not None and getattr(row, "problem", "") != "blocker":
            row.problem = problem.severity


def count_comments(issue: Issue, comments: Iterable[ShownComment]) -> None:
    """Set `comments` on each story and brief that has open comments, to their number."""
    rows = standing(issue)
    by_uid = {row.uid: row for row in (*rows[NewsItem], *rows[Brief])}
    for comment in comments:
        if row := by_uid.get(comment.home):
            row.comments = getattr(row, "comments", 0) + 1
