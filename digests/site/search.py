"""Search: find the stories that contain exactly what was asked for, those with it in the headline first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Self

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString

from digests.models import EditionTag, Story, StoryText, Tag
from digests.models.desk import LAST_DAY
from digests.text.folding import fold, places
from digests.text.languages import opening
from digests.text.markup import marked

Stories = QuerySet[Story, Any]

EXCERPT = 140  # characters
BEFORE = 40  # of these, at most, before the first hit

_TERM = re.compile(r'(-?)(?:["“]([^"“”]*[^"“”\s][^"“”]*)(?:["”]|$)|(\S+))')
_PLACE = re.compile(r"([01])-([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{1,18})-([0-9]{1,9})")
_SENTENCE = re.compile(r"[。！？!?…\n]\s*|\.\s+")


def any_of(stories: Stories, phrases: Iterable[str]) -> Stories:
    """Narrow stories to those that have any of these folded phrases; without phrases, all remain."""
    indexed, condition = [], Q()
    for phrase in phrases:
        if StoryText.objects.are_many(phrase):
            condition |= _contains(phrase)
        else:
            indexed.append(StoryText.objects.holding(phrase))
    if indexed:
        union = " UNION ".join(one.sql for one in indexed)  # one set of ids, which the database can start from
        condition |= Q(pk__in=RawSQL(union, [value for one in indexed for value in one.params]))
    return stories.filter(condition)


def tagged(tags: Iterable[Tag]) -> Q:
    """Return the condition that a story has one of these tags, or is in an issue that has one itself."""
    of_story = Story.tags.through.objects.filter(tag__in=tags).values("story")
    return Q(pk__in=of_story) | Q(edition__in=EditionTag.objects.filter(tag__in=tags, own=True).values("edition"))


def shown(stories: Stories) -> Stories:
    """Load only the fields that a hit shows, and add `plain`, the text of the story as plain words."""
    # Stories from before search existed have no text until `migrate` has finished.
    plain = Coalesce("text__plain", Value(""), output_field=TextField())
    return stories.annotate(plain=plain).select_related("edition__digest", "source").only(*_SHOWN)


_SHOWN = (
    "uid", "headline", "section", "position", "source__name", "source__domain",
    "edition__date", *(f"edition__digest__{name}" for name in ("slug", "name", "language")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story that was found, with rank 1 if its headline has all wanted phrases, else 0."""

    story: Story
    rank: int


@dataclass(frozen=True, slots=True)
class Query:
    """A search: folded phrases that a story must all have, and phrases that it must not have."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Self:
        """Read words, "phrases in quotes", and a minus before either; all other characters are searched for."""
        wanted: dict[str, bool] = {}
        unwanted: dict[str, bool] = {}
        for minus, phrase, word in _TERM.findall(unicodedata.normalize("NFKC", text)):
            if term := fold(phrase or word):
                (unwanted if minus else wanted)[term] = True
        return cls(tuple(wanted), tuple(unwanted))

    def __len__(self) -> int:
        return len(self.wanted) + len(self.unwanted)

    def among(self, stories: Stories) -> Stories:
        """Narrow stories to those that match.

        Rare phrases are looked up in the index. For common ones the text of each story is compared, so that the query
        can stop as soon as a page is full instead of collecting and sorting all of them.
        """
        if self.wanted and StoryText.objects.are_many(*self.wanted):
            for phrase in self.wanted:
                stories = stories.filter(_contains(phrase))
        elif self.wanted:
            stories = stories.filter(pk__in=StoryText.objects.holding(*self.wanted))
        for phrase in self.unwanted:
            stories = stories.exclude(_contains(phrase))
        return stories

    def ranked(self, found: Stories, after: str, many: int) -> list[Ranked]:
        """Return up to `many` of the stories in `found`, beginning after a place as `place` writes it.

        Stories with all phrases in the headline come first, then newer ones; within an issue, its own order.
        Raises ValueError for anything that is not a place.
        """
        begin = _place(after) if after else None
        listed: list[Ranked] = []
        for rank, ranked in self._by_rank(found):
            if len(listed) < many and (begin is None or rank <= begin[0]):
                rest = _after(ranked, *begin[1:]) if begin and rank == begin[0] else ranked
                listed += (Ranked(story, rank) for story in in_order(rest)[: many - len(listed)])
        return listed

    def _by_rank(self, found: Stories) -> Iterator[tuple[int, Stories]]:
        """Yield (1, the stories with all phrases in the headline), then (0, the others)."""
        if not self.wanted:
            yield 0, found
            return
        in_headline = Q(*(Q(text__headline__contains=phrase) for phrase in self.wanted))
        if StoryText.objects.are_many(*self.wanted, in_headline=True):
            yield 1, found.filter(in_headline)
        else:
            yield 1, found.filter(pk__in=StoryText.objects.holding(*self.wanted, in_headline=True))
        yield 0, found.exclude(in_headline)


def _contains(phrase: str) -> Q:
    """Return the condition that the text of a story contains a folded phrase, without using the index."""
    return Q(text__headline__contains=phrase) | Q(text__body__contains=phrase)


def in_order(stories: Stories) -> Stories:
    """Sort stories: newer ones first, within an issue in its own order."""
    # Every story meets this bound. It makes SQLite use the index on dates and stop early instead of sorting everything.
    return stories.filter(edition__date__lte=LAST_DAY).order_by("-edition__date", "-edition_id", "position")


# Where a page of results begins


def place(ranked: Ranked) -> str:
    """Return the place of a story from `ranked`; the next page begins after it."""
    story = ranked.story
    return f"{ranked.rank}-{story.edition.date}-{story.edition_id}-{story.position}"


def _place(text: str) -> tuple[int, date, int, int]:
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no place among what was found")
    return int(found[1]), date.fromisoformat(found[2]), int(found[3]), int(found[4])


def _after(stories: Stories, day: date, edition: int, position: int) -> Stories:
    later = Q(edition__date__lt=day) | Q(edition_id__lt=edition) | Q(edition_id=edition, position__gt=position)
    return stories.filter(later, edition__date__lte=day)


# How hits are shown


@dataclass(frozen=True, slots=True)
class Hit:
    """A story that was found, with the searched phrases marked in its headline and excerpt."""

    story: Story
    headline: SafeString
    excerpt: SafeString


def hits(stories: Iterable[Any], query: Query) -> list[Hit]:
    """Return stories from `shown`, each with the phrases of a query marked."""
    return [Hit(story, headline(story, query), excerpt(story.plain, query)) for story in stories]


def headline(story: Story, query: Query) -> SafeString:
    """Return a headline with the phrases of a query marked."""
    return marked(story.headline, _hits(story.headline, query.wanted))


def excerpt(plain: str, query: Query) -> SafeString:
    """Return the text around the first hit with all hits marked, or the beginning of the text if it has none."""
    text = plain.replace("\n", " ")
    first = min((begin for phrase in query.wanted for begin, _end in islice(places(text, phrase), 1)), default=0)
    begin = _beginning(plain, first)
    shown = ("…" if begin else "") + opening(text[begin:].rstrip(), EXCERPT)
    return marked(shown, _hits(shown, query.wanted))


def _beginning(plain: str, hit: int) -> int:
    """Return the index where an excerpt begins: the start of the hit's sentence if near, else a few words before it."""
    if hit <= BEFORE:
        return 0
    begin = hit - BEFORE
    if ends := [found.end() for found in _SENTENCE.finditer(plain, begin, hit)]:
        return ends[0]
    space = plain.find(" ", begin, hit)
    return space + 1 if space >= 0 and plain[begin].isascii() else begin


def _hits(text: str, phrases: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of folded phrases in a text, in order; overlapping hits are joined."""
    end = begin = 0
    for start, stop in sorted(hit for phrase in phrases for hit in places(text, phrase)):
        if start > end:
            if end:
                yield begin, end
            begin = start
        end = max(end, stop)
    if end:
        yield begin, end
