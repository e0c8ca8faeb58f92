"""Related stories: live stories that share tags, a link, a source or words of the headline with one."""

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
LIKELY = 24  # candidates that share something, plus as many with a similar headline
WITH_TAG = 100  # newest rows that are read for one tag
WITH_LINK = 20  # newest rows that are read for one source or link
TAGS = 10  # of the story that are looked up

# The weight of each thing that two stories share. A tag weighs at most 0.5, and less the more stories have it.
SAME_LINK = 2.0
LIKE_HEADLINE = 2.0
SAME_SOURCE = 0.1


def find(story: Story, tags: Iterable[int]) -> list[Story]:
    """Return the live stories most related to one, most related first, then newest; without those of its storyline.

    `tags` are the ids of its tags. Costs three queries at most, each of bounded work however many stories there are.
    """
    weights = _candidates(story, list(tags)[:TAGS])
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
    # Rounded, so that among stories with about the same weight the newest comes first.
    return sorted((one for one in newest if ranked[one]), key=lambda one: -round(ranked[one], 1))[:SHOWN]


def _candidates(story: Story, tags: list[int]) -> dict[int, float]:
    """Return the ids of the newest stories that share a tag, the link or the source with one, with their weights."""
    name = connection.ops.quote_name
    stories, tagged = name(Story._meta.db_table), name(Story.tags.through._meta.db_table)
    # Sorted by id, so that the index on the shared column gives the newest rows first.
    by_tag = f"SELECT tag_id AS shared, story_id FROM {tagged} WHERE tag_id = %s ORDER BY id DESC LIMIT {WITH_TAG}"
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
        common = Counter(shared for shared, _ in rows)
        for shared, pk in rows:
            weights[pk] += {-1: SAME_LINK, -2: SAME_SOURCE}.get(shared) or 1 / (1 + common[shared] ** 0.5)
    return weights
