"""A feed and its entries, as every format has them. Each value makes itself fit for XML while it is made."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from digests.manuscript.values import UNPRINTABLE


def fit(value: Any) -> Any:
    """Return text without what XML cannot carry, and an instant as feeds write it: in UTC, to the second."""
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
    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, fit(getattr(self, field.name)))


@dataclass(frozen=True, slots=True)
class Image(Fit):
    """A picture beside an entry. Its size is 0 where nobody knows it."""

    url: str
    type: str
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Entry(Fit):
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
    external_url: str = ""  # what the entry is about, elsewhere
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Link(Fit):
    rel: str
    url: str


@dataclass(frozen=True, slots=True)
class Feed(Fit):
    """One document of a feed: what one subscribes to, or a part of its archive (RFC 5005)."""

    id: str  # of all its documents: where one subscribes
    url: str  # of this document
    page: str  # where people read the same
    title: str
    description: str
    author: str
    language: str
    icon: str
    updated: datetime
    entries: tuple[Entry, ...]
    hub: str = ""
    earlier: str = ""  # the archive document before this one
    later: str = ""  # and after
    is_archive: bool = False
    is_complete: bool = False  # all there is: what is not in it any more is gone

    @property
    def links(self) -> list[Link]:
        """Return what it is joined to, in the words of RFC 5005 and WebSub."""
        found = {
            "hub": self.hub,
            "current": self.id if self.is_archive else "",
            "next": self.earlier,
            "prev-archive": self.earlier,
            "next-archive": self.later,
        }
        return [Link(rel, url) for rel, url in found.items() if url]
