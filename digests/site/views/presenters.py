"""What pages of an issue and of a story are made from."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.files.storage import default_storage
from django.urls import reverse

from digests.models import Edition, Insight, NewsItem, Source, Tag
from digests.publishing.pictures import SHARED
from digests.text.markup import Shown, picture, raised


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


def alone(item: dict[str, Any]) -> dict[str, Any]:
    """Return a story for a page of its own, whose title is its headline: the headings in it follow right below."""
    notes = [
        {**note, "insights": [{**insight, "html": raised(insight["html"])} for insight in note["insights"]]}
        for note in item["notes"]
    ]
    return {**item, "body": raised(item["body"]), "notes": notes}


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


_OF_STORY = ("uid", "headline", "follows")


def in_time(stories: Any) -> Any:
    """Return stories, the earliest first, with what a line about each shows and nothing heavier."""
    return (
        stories.select_related("edition__digest")
        .only(
            "uid", "headline", "follows", *(f"edition__{name}" for name in ("date", "digest__name", "digest__language"))
        )
        .order_by("edition__date", "edition__live_from", "position")
    )


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """What a shared link shows."""

    path: str
    kind: str
    alt: str
    width: int = SHARED[0]
    height: int = SHARED[1]


def cover(of: Mapping[str, str], shown: Mapping[str, Shown], *, sizes: str, by: str = "", lazy: bool = False) -> str:
    """Return the cover of an issue; nothing if it has none. Lazy is for one that no page begins with."""
    if not of["file"]:
        return ""
    # One from before there were pictures is shown as it was uploaded.
    plain = Shown(default_storage.url(of["file"]) + by, *SHARED)
    return picture(shown.get(of["file"], plain), of["alt"], css="cover", sizes=sizes, lazy=lazy)


def shared(edition: Edition, pictures: Container[str] = (), alt: str = "") -> SharedPicture:
    """Return the cover of an edition if it is one of these pictures, else what is drawn from its title.

    Each edition's has an address of its own, since others keep it by that.
    """
    has_cover = bool(pictures) and edition.cover in pictures
    name, kind = ("issue-cover-cropped", "image/jpeg") if has_cover else ("issue-cover", "image/png")
    path = f"{reverse(name, args=[edition.digest.slug, edition.date])}?edition={edition.number}"
    words = f"{edition.title} · {edition.digest.name} {edition.date}"
    return SharedPicture(path, kind, (has_cover and alt) or words)
