"""Search: stories that contain exactly what was asked for, the most telling first."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from django.db.models import Case, QuerySet, Value, When

from digests.folding import fold
from digests.models import Story, StoryText

Stories = QuerySet[Story]

PAGE = 20  # stories
_TERM = re.compile(r'(-?)"([^"]*[^"\s][^"]*)(?:"|$)|(-?)(\S+)')


def containing(stories: Stories, phrase: str) -> Stories:
    """Narrow stories to those that have a phrase in their headline, text or insights, whatever its case and width."""
    folded = fold(phrase)
    return stories.filter(pk__in=StoryText.objects.holding(folded)) if folded else stories


def without(stories: Stories, phrase: str) -> Stories:
    """Narrow stories to those that do not have a phrase."""
    folded = fold(phrase)
    return stories.exclude(pk__in=StoryText.objects.holding(folded)) if folded else stories.none()


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for: all of some phrases, and none of some others."""

    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Self:
        """Read words, "phrases in quotes" and -what is left out. Anything else stands for itself."""
        phrases: dict[str, None] = {}
        left_out: dict[str, None] = {}
        for minus, phrase, sign, word in _TERM.findall(unicodedata.normalize("NFKC", text)):
            if sign and not phrase and not word:
                continue
            (left_out if minus or sign else phrases)[fold(phrase or word)] = None
        return cls(tuple(phrases), tuple(left_out))


def found(stories: Stories, query: Query) -> Stories:
    """Narrow stories to what a query asks for."""
    for phrase in query.phrases:
        stories = containing(stories, phrase)
    for phrase in query.without:
        stories = without(stories, phrase)
    return stories


def ranked(stories: Stories, query: Query) -> Stories:
    """Put first what has more of the phrases in its headline, then what is newer, as its issue has it."""
    told = [When(pk__in=StoryText.objects.holding(phrase, in_headline=True), then=1) for phrase in query.phrases]
    rank = sum((Case(one, default=0) for one in told), Value(0))
    return stories.annotate(rank=rank).order_by("-rank", "-edition__date", "-edition_id", "position")
