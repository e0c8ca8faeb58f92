"""Existing tags and stories, which a manuscript is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from digests.manuscript.values import Manuscript
from digests.models import Story, Tag


@dataclass(frozen=True, slots=True)
class Known:
    """The tags and stories that the words of an issue may refer to."""

    tags: Mapping[str, str] = field(default_factory=dict)  # names by Tag.letters_of
    former: frozenset[str] = frozenset()  # earlier names of renamed tags; using them is no problem
    seen: frozenset[str] = frozenset()  # uids of public stories


def known(*manuscripts: Manuscript) -> Known:
    """Return what these manuscripts refer to. Costs two queries at most for any number of them."""
    letters = {Tag.letters_of(name) for manuscript in manuscripts for name in _tag_names(manuscript)}
    follows = {item.follows for manuscript in manuscripts for item in manuscript.items if item.follows}
    # Newest first, so that of similar tags the oldest wins.
    alike = Tag.objects.filter(letters__in=letters).select_related("renamed_to").order_by("-pk") if letters else []
    tags = {tag.letters: (tag.renamed_to or tag).name for tag in alike}
    former = frozenset(tag.name for tag in alike if tag.renamed_to)
    seen = Story.objects.live().filter(uid__in=follows).values_list("uid", flat=True) if follows else []
    return Known(tags, former, frozenset(seen))


def _tag_names(manuscript: Manuscript) -> Iterator[str]:
    yield from manuscript.tags
    for item in manuscript.items:
        yield from item.tags
