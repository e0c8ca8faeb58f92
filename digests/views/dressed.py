"""What pages of an issue and of a story are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.urls import reverse

from digests.markup import Shown
from digests.models import Edition, Insight, NewsItem, Source, Tag


def dressed(item: dict[str, Any], sources: Mapping[str, Source], tags: Mapping[str, Tag]) -> dict[str, Any]:
    """Return a story with its source, its tags and what its notes rest on, as rows and words."""
    return {
        **item,
        "source": sources.get(item["domain"]),
        "unsourced": not item["link"] and 'href="http' not in item["body"],
        "tags": tags_of(item["tags"], tags),
        "ai": "" if item["ai_role"] == NewsItem.AIRole.NONE else NewsItem.AIRole(item["ai_role"]).label,
        "notes": [
            {
                "label": note["label"],
                "basis": basis,
                "rests_on": "" if basis == Insight.Basis.EDITOR else Insight.Basis(basis).label,
                "insights": list(insights),
            }
            for note in item["notes"]
            for basis, insights in groupby(note["insights"], lambda insight: insight["basis"])
        ],
    }


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag by the word that was approved, which leads to where the tag is now."""

    name: str
    tag: Tag

    def get_absolute_url(self) -> str:
        return self.tag.get_absolute_url()


def tags_of(names: Iterable[str], tags: Mapping[str, Tag]) -> list[Tagged]:
    return [Tagged(name, tags[key]) for name in names if (key := Tag.key_of(name)) in tags]


def words_of(page: dict[str, Any]) -> list[str]:
    """Return every word that names a tag on the page of an edition."""
    items = (item for section in page["sections"] for item in section["items"])
    return [*page["tags"], *(name for item in items for name in item["tags"])]


def in_time(stories: Any) -> Any:
    """Return stories, the earliest first, with what a line about each shows and nothing heavier."""
    return (
        stories.select_related("edition__digest")
        .only("uid", "headline", *(f"edition__{name}" for name in ("date", "digest__name", "digest__language")))
        .order_by("edition__date", "edition__live_from", "position")
    )


def corrections_of(issue: Any) -> Any:
    """Return the editions that told readers of a correction."""
    return Edition.objects.begun().filter(issue=issue).exclude(correction="").only("correction", "note", "live_from")


def shared(edition: Edition, shown: Mapping[str, Shown]) -> str:
    """Return the address of what a shared link shows; each edition's is another, since others keep it by address."""
    name = "issue-cover-cropped" if edition.cover in shown else "issue-cover"
    return f"{reverse(name, args=[edition.digest.slug, edition.date])}?edition={edition.number}"
