"""Values that templates of issues and stories show."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.urls import reverse

from digests.models import (
    Cover,
    Edition,
    Insight,
    NewsItem,
    Page,
    PageBrief,
    PageInsight,
    PageStory,
    Source,
    Story,
    Tag,
)
from digests.publishing.pictures import SHARED
from digests.text.markup import Shown, picture, raised

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag under the word that was approved; it links to the present address of the tag."""

    name: str
    tag: Tag

    def get_absolute_url(self) -> str:
        return self.tag.get_absolute_url()


@dataclass(frozen=True, slots=True)
class ShownNote:
    """Insights under one label with the same basis."""

    label: str
    basis: str
    rests_on: StrOrPromise  # the basis in words; empty for the usual one, an editor's inference
    insights: tuple[PageInsight, ...]


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story of a page, with its source, tags and updates."""

    uid: str
    headline: str
    link: str
    domain: str
    body: str
    retracted: bool
    source: Source | None
    unsourced: bool
    tags: list[Tagged]
    ai: StrOrPromise  # the AI role in words
    notes: list[ShownNote]
    update_to: Story | None = None
    updates: Sequence[Story] = ()


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section of a page."""

    title: str
    lead: str
    briefs: tuple[PageBrief, ...]
    items: list[ShownStory]


def shown_story(
    item: PageStory,
    sources: Mapping[str, Source],
    tags: Mapping[str, Tag],
    *,
    update_to: Story | None = None,
    updates: Sequence[Story] = (),
) -> ShownStory:
    """Return a story for a template. `sources` are by domain, `tags` by key."""
    return ShownStory(
        uid=item.uid,
        headline=item.headline,
        link=item.link,
        domain=item.domain,
        body=item.body,
        retracted=item.retracted,
        source=sources.get(item.domain),
        unsourced=not item.link and 'href="http' not in item.body,
        tags=tags_of(item.tags, tags),
        ai="" if item.ai_role == NewsItem.AIRole.NONE else NewsItem.AIRole(item.ai_role).label,
        notes=[
            ShownNote(
                label=note.label,
                basis=basis,
                rests_on="" if basis == Insight.Basis.EDITOR else Insight.Basis(basis).label,
                insights=tuple(insights),
            )
            for note in item.notes
            for basis, insights in groupby(note.insights, attrgetter("basis"))
        ],
        update_to=update_to,
        updates=updates,
    )


def for_own_page(item: PageStory) -> PageStory:
    """Return a story with its headings raised, for a page on which the headline is the title."""
    return item.with_html(raised)


def tags_of(names: Iterable[str], tags: Mapping[str, Tag]) -> list[Tagged]:
    """Return the tags that names mean, in order; `tags` are by key."""
    return [Tagged(name, tags[key]) for name in names if (key := Tag.key_of(name)) in tags]


def tag_words(page: Page) -> list[str]:
    """Return the names of all tags on the page of an edition."""
    return [*page.tags, *(name for item in page.items for name in item.tags)]


def in_time(stories: QuerySet[Story]) -> QuerySet[Story]:
    """Return stories, oldest first, with only the fields that one line about each shows."""
    return (
        stories.select_related("edition__digest")
        .only(
            "uid", "headline", "follows", *(f"edition__{name}" for name in ("date", "digest__name", "digest__language"))
        )
        .order_by("edition__date", "edition__live_from", "position")
    )


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """The picture that other sites show for a shared link."""

    path: str
    kind: str
    alt: str
    width: int = SHARED[0]
    height: int = SHARED[1]


def cover(of: Cover, shown: Mapping[str, Shown], *, sizes: str, by: str = "", lazy: bool = False) -> str:
    """Return the HTML of an issue's cover, or "" without one. Load it lazily unless it is at the top of a page."""
    if not of.file:
        return ""
    # A cover from before `Picture` existed has no row and is shown as it was uploaded.
    plain = Shown(default_storage.url(of.file) + by, *SHARED)
    return picture(shown.get(of.file, plain), of.alt, css="cover", sizes=sizes, lazy=lazy)


def shared(edition: Edition, pictures: Container[str] = (), alt: str = "") -> SharedPicture:
    """Return the cover of an edition if it is one of these pictures, else the one that is drawn from its title.

    The address has the number of the edition, because other sites cache the picture by address.
    """
    has_cover = bool(pictures) and edition.cover in pictures
    name, kind = ("issue-cover-cropped", "image/jpeg") if has_cover else ("issue-cover", "image/png")
    path = f"{reverse(name, args=[edition.digest.slug, edition.date])}?edition={edition.number}"
    words = f"{edition.title} · {edition.digest.name} {edition.date}"
    return SharedPicture(path, kind, (has_cover and alt) or words)
