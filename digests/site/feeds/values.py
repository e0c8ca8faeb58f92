"""A feed and its entries, independent of format. Each value removes what XML cannot carry when it is created."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from digests.manuscript.values import UNPRINTABLE


def fit(value: Any) -> Any:
    """Return text without characters that XML forbids, instants in UTC without microseconds, tuples without repeats."""
    match value:
        case str():
            return UNPRINTABLE.sub("", value)
        case datetime():
            return value.astimezone(UTC).replace(microsecond=0)
        case tuple():
            return tuple(dict.fromkeys(map(fit, value)))
    return value


@dataclass(frozen=True, slots=True)
class Fit:
    """Base class that passes each field through `fit`."""

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, fit(getattr(self, field.name)))


@dataclass(frozen=True, slots=True)
class Image(Fit):
    """A picture of an entry. Width and height are 0 if unknown."""

    url: str
    type: str
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Entry(Fit):
    """One entry of a feed."""

    id: str
    url: str
    title: str
    html: str
    published: datetime
    updated: datetime
    author: str
    language: str
    summary: str = ""
    tags: tuple[str, ...] = ()
    external_url: str = ""  # the source that the entry is about
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Link(Fit):
    """A link from a feed to another document."""

    rel: str
    url: str


@dataclass(frozen=True, slots=True)
class Feed(Fit):
    """One document of a feed: the one that people subscribe to, or one of its archive (RFC 5005)."""

    id: str  # the address to subscribe to, the same in all documents
    url: str  # the address of this document
    page: str  # the page for people with the same content
    title: str
    description: str
    author: str
    language: str
    icon: str
    updated: datetime
    entries: tuple[Entry, ...]
    hub: str = ""
    earlier: str = ""  # the archive document before this one
    later: str = ""  # and the one after it
    is_archive: bool = False
    is_complete: bool = False  # it has all entries: one that is missing was removed

    @property
    def links(self) -> list[Link]:
        """Return the links to other documents and to the hub, with the relations of RFC 5005 and WebSub."""
        found = {
            "hub": self.hub,
            "current": self.id if self.is_archive else "",
            "next": self.earlier,
            "prev-archive": self.earlier,
            "next-archive": self.later,
        }
        return [Link(rel, url) for rel, url in found.items() if url]
