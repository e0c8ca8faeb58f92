"""Duplicates: earlier stories with the same link or a similar headline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from django.conf import settings
from django.db.models import QuerySet

from digests.manuscript.addresses import canonical
from digests.manuscript.headlines import ALIKE, Headline, likeness, same
from digests.models import Issue, NewsItem, Shingle, Story

SHOWN = 5
CANDIDATES = 40  # stories whose whole headlines are compared
SAME_LINK = 20

Why = Literal["link", "headline"]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier story, as readers see it; if it is not public, as the desk has it."""

    uid: str
    headline: str
    link: str
    date: date
    digest: str
    language: str
    issue: int  # its key
    public: bool
    why: Why | None = None
    likeness: float = 0.0

    @property
    def named(self) -> str:
        """Return the story in words, for places where people would see its uid."""
        return f"{self.headline} ({self.date:%Y-%m-%d})"


def find(headline: str, link: str, *, apart_from: str = "") -> list[Earlier]:
    """Return the stories of the last issues with the same link or a near headline, the likeliest first.

    Costs six queries at most, of bounded work each, whatever is typed and however many stories there are.
    """
    wanted, target = Headline.of(headline), canonical(link)
    sketch = wanted.sketch
    if not (sketch or target):
        return []
    since = _since()
    uids = {*Shingle.objects.uids(sketch, since, CANDIDATES), *_of_link(target)} - {apart_from}
    found: dict[str, Earlier] = {}
    scores: dict[str, float] = {}  # most stories have one headline, at the desk and for readers
    for earlier in _of(uids):
        why: Why | None = None
        if (score := scores.get(earlier.headline)) is None:
            is_same = bool(sketch) and same(earlier.headline, headline)
            score = scores[earlier.headline] = 1.0 if is_same else likeness(wanted, Headline.of(earlier.headline))
        if target and canonical(earlier.link) == target:
            why = "link"
        elif score >= ALIKE:
            why = "headline"
        if why and earlier.date >= since:
            # If readers see a headline that differs from the desk's, show theirs as long as it is similar at all.
            found[earlier.uid] = replace(earlier, why=why, likeness=score)
    by_weight = sorted(found.values(), key=lambda one: (one.why != "link", -one.likeness, -one.date.toordinal()))
    return by_weight[:SHOWN]


def named(uids: Iterable[str]) -> dict[str, Earlier]:
    """Return stories by uid: as readers see them, else as the desk has them. Costs two queries, or none."""
    wanted = set(uids)
    return {earlier.uid: earlier for earlier in _of(wanted)} if wanted else {}


def _since() -> date:
    """Return the day of the oldest issue to look in."""
    days = Issue.objects.order_by("-date").values_list("date", flat=True)
    oldest = max(settings.NEWSROOM_COVERED_ISSUES, 1) - 1
    return days[oldest : oldest + 1].first() or date.min


def _of_link(target: str) -> list[str]:
    if not target:
        return []
    rows: list[QuerySet[NewsItem] | QuerySet[Story]] = [
        NewsItem.objects.filter(canonical=target), Story.objects.live().filter(canonical=target)
    ]  # fmt: skip
    return [uid for found in rows for uid in found.order_by("-pk").values_list("uid", flat=True)[:SAME_LINK]]


def _of(uids: Iterable[str]) -> Iterator[Earlier]:
    """Return stories as the desk has them, then as readers see them."""
    wanted = list(uids)
    items = NewsItem.objects.filter(uid__in=wanted).order_by()
    yield from _read(items.values_list("uid", "headline", "link", *_fields("section__issue"), "section__issue"), False)
    stories = Story.objects.live().filter(uid__in=wanted).order_by("edition__live_from")
    yield from _read(stories.values_list("uid", "headline", "link", *_fields("edition"), "edition__issue"), True)


def _read(rows: Iterable[Any], public: bool) -> Iterator[Earlier]:
    for row in rows:
        yield Earlier(*(*row, public))


def _fields(path: str) -> list[str]:
    return [f"{path}__{name}" for name in ("date", "digest__name", "digest__language")]
