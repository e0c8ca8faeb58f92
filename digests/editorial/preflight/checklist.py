"""The checks that found nothing, as sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from digests.editorial.preflight.problems import Problem

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Codes of problems, and the sentence to show if none of them was found.
CHECKS: tuple[tuple[frozenset[str], str | _StrPromise], ...] = tuple(
    (frozenset(codes.split()), passed)
    for codes, passed in (
        ("title_missing", _("The issue has a title.")),
        ("summary_missing summary_too_long", _("The summary is there, and short enough.")),
        ("cover_alt_missing picture_alt_missing", _("Every picture has a description.")),
        ("issue_empty issue_stub", _("There is enough to read.")),
        ("section_title_missing section_empty", _("Every section has a title and stories.")),
        ("headline_missing", _("Every story has a headline.")),
        ("story_empty brief_empty", _("Every story and brief has text.")),
        ("insight_empty", _("Every insight has text.")),
        ("link_missing", _("Every story says where it is from.")),
        ("link_unusable link_nowhere", _("Every link leads to a public address.")),
        ("link_twice headline_twice", _("No story is told twice.")),
        ("placeholder", _("No text is left that was to be replaced.")),
        ("text_too_long", _("No text is too long.")),
        ("left_open", _("All Markdown is closed.")),
        ("unfinished", _("No sentence stops halfway.")),
        ("tag_alike", _("Every tag is spelled as it was before.")),
        ("follows_itself follows_unseen", _("Every update follows a story that readers can see.")),
    )
)


def passed(problems: Iterable[Problem]) -> list[str | _StrPromise]:
    """Return a sentence for each check that found nothing, given the problems of an issue."""
    found = {problem.code for problem in problems}
    return [sentence for codes, sentence in CHECKS if not codes & found]
