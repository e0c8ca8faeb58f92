"""What pages of an issue and of a story are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def tags_of(names: Iterable[str], tags: Mapping[str, Tag]) -> list[Tag]:
    return [tags[key] for name in names if (key := Tag.key_of(name)) in tags]


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
