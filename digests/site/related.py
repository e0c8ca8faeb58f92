"""What else a reader of a story may want to read: live stories that have to do with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from digests.manuscript.headlines import Headline, likeness
from digests.models import Shingle, Story

SHOWN = 5
LIKELY = 24  # stories that are found by what they share, and as many by their headline
WITH_TAG = 100  # rows that are read for one tag: the newest
WITH_LINK = 20  # and for one source or link
TAGS = 10

# What each kind of kinship weighs, beside a tag, whose weight is how rare it is: 0.5 at the most.
SAME_LINK = 2.0
LIKE_HEADLINE = 2.0
SAME_SOURCE = 0.1


def find(story: Story, tags: Iterable[int]) -> list[Any]:
    """Return the live stories next of kin to one, apart from its own thread: the nearest first, then the newest.

    `tags` are the keys of its tags. Costs three queries at most, of bounded work each, however many stories there are.
    """
    weights = _kin(story, list(tags)[:TAGS])
    headline = Headline.of(story.headline)
    alike = Shingle.objects.uids(headline.sketch, date.min, LIKELY)
    nearest = sorted(weights, key=lambda pk: (-weights[pk], -pk))[:LIKELY]
    if not (alike or nearest):
        return []
    found = (
        Story.objects.live()
        .filter(Q(pk__in=nearest) | Q(uid__in=alike))
        .exclude(uid=story.uid)
        .exclude(~Q(storyline=""), storyline=story.storyline)
        .select_related("edition__digest")
        .only("uid", "headline", *(f"edition__{name}" for name in ("date", "digest__name", "digest__language")))
    )
    ranked = {one: weights[one.pk] for one in found}
    for one in ranked:
        if one.uid in alike:
            ranked[one] += LIKE_HEADLINE * likeness(headline, Headline.of(one.headline))
    newest = sorted(ranked, key=lambda one: (one.edition.date, -one.pk), reverse=True)
    # Rounded, so that of what is about as near the newest comes first.
    return sorted((one for one in newest if ranked[one]), key=lambda one: -round(ranked[one], 1))[:SHOWN]


def _kin(story: Story, tags: list[int]) -> dict[int, float]:
    """Return the newest stories that share a tag, the link or the source with one, each with what that weighs."""
    name = connection.ops.quote_name
    stories, tagged = name(Story._meta.db_table), name(Story.tags.through._meta.db_table)
    # By their own keys, which are as old as the stories: so the index on what they share has them in order.
    by_tag = f"SELECT tag_id AS kin, story_id FROM {tagged} WHERE tag_id = %s ORDER BY id DESC LIMIT {WITH_TAG}"
    by_link = f"SELECT -1, id FROM {stories} WHERE canonical = %s ORDER BY id DESC LIMIT {WITH_LINK}"
    by_source = f"SELECT -2, id FROM {stories} WHERE source_id = %s ORDER BY id DESC LIMIT {WITH_LINK}"
    parts: list[tuple[str, Any]] = [(by_tag, tag) for tag in tags]
    parts += [(by_link, story.canonical)] if story.canonical else []
    parts += [(by_source, story.source_id)] if story.source_id else []
    weights: dict[int, float] = defaultdict(float)
    if parts:
        query = " UNION ALL ".join(f"SELECT * FROM ({part}) AS part{at}" for at, (part, _) in enumerate(parts))
        with connection.cursor() as cursor:
            cursor.execute(query, [value for _, value in parts])
            rows = cursor.fetchall()
        common = Counter(kin for kin, _ in rows)
        for kin, pk in rows:
            weights[pk] += {-1: SAME_LINK, -2: SAME_SOURCE}.get(kin) or 1 / (1 + common[kin] ** 0.5)
    return weights
