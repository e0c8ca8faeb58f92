"""The page of an edition: its words with the Markdown rendered, as one immutable value that is stored as JSON.

publishing/rendering.py makes it, and everything for readers is made from it. The JSON has the version of its format. If
the format changes, raise `VERSION` and let `from_json` go on reading the earlier ones: a published page does not change
until its edition is rebuilt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from django.db import models
from django.db.models.fields.json import KeyTransform

VERSION = 1
"""The version of the stored JSON. JSON without a version is version 1."""


class UnknownVersion(ValueError):
    """A stored page has a version that this code does not know."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The picture of an issue, by the name of its file; empty if there is none."""

    file: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class PageInsight:
    """One bullet or paragraph of commentary on a story."""

    basis: str = ""
    bullet: bool = False
    html: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Consecutive insights under one label."""

    label: str = ""
    insights: tuple[PageInsight, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBrief:
    """One line of a list of short news."""

    uid: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class PageStory:
    """A story, or the tombstone of a retracted one."""

    uid: str = ""
    headline: str = ""
    link: str = ""
    domain: str = ""
    body: str = ""
    notes: tuple[Note, ...] = ()
    tags: tuple[str, ...] = ()
    ai_role: str = "none"
    follows: str = ""  # the uid of the story that this is an update to
    retracted: bool = False

    @property
    def words(self) -> Self:
        """The story without what is not its words, to compare editions: its uid, `follows` and whether it is retracted.

        The domain comes from the link.
        """
        return replace(self, uid="", domain="", follows="", retracted=False)

    def html(self) -> Iterator[str]:
        """Yield each rendered text, in order."""
        yield self.body
        for note in self.notes:
            for insight in note.insights:
                yield insight.html

    def with_html(self, change: Callable[[str], str]) -> Self:
        """Return the story with each rendered text replaced by `change(text)`."""
        notes = tuple(
            replace(note, insights=tuple(replace(insight, html=change(insight.html)) for insight in note.insights))
            for note in self.notes
        )
        return replace(self, body=change(self.body), notes=notes)

    def to_json(self) -> dict[str, Any]:
        """Return the stored form, made of plain types."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read the stored form; missing keys become empty values. Raises UnknownVersion."""
        _check(stored)
        return cls._read(stored)

    @classmethod
    def _read(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            uid=stored.get("uid", ""),
            headline=stored.get("headline", ""),
            link=stored.get("link", ""),
            domain=stored.get("domain", ""),
            body=stored.get("body", ""),
            notes=tuple(
                Note(note["label"], tuple(PageInsight(**insight) for insight in note["insights"]))
                for note in stored.get("notes", ())
            ),
            tags=tuple(stored.get("tags", ())),
            ai_role=stored.get("ai_role", "none"),
            follows=stored.get("follows", ""),  # missing in the oldest pages
            retracted=stored.get("retracted", False),
        )


@dataclass(frozen=True, slots=True)
class PageSection:
    """A titled part of an issue: a lead, briefs, stories."""

    title: str = ""
    lead: str = ""
    briefs: tuple[PageBrief, ...] = ()
    items: tuple[PageStory, ...] = ()

    def html(self) -> Iterator[str]:
        """Yield each rendered text, in order."""
        yield self.lead
        for brief in self.briefs:
            yield brief.html
        for item in self.items:
            yield from item.html()

    def with_html(self, change: Callable[[str], str]) -> Self:
        """Return the section with each rendered text replaced by `change(text)`."""
        return replace(
            self,
            lead=change(self.lead),
            briefs=tuple(replace(brief, html=change(brief.html)) for brief in self.briefs),
            items=tuple(item.with_html(change) for item in self.items),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """An issue as readers get it."""

    title: str = ""
    date: str = ""  # ISO 8601
    category: str = ""
    summary: str = ""
    seo: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    editor: str = ""
    cover: Cover = Cover()
    cited: tuple[str, ...] = ()  # every link to a source, in order
    intro: str = ""
    sections: tuple[PageSection, ...] = ()

    @property
    def items(self) -> Iterator[PageStory]:
        """All stories, in order."""
        return (item for section in self.sections for item in section.items)

    def html(self) -> Iterator[str]:
        """Yield each rendered text, in order."""
        yield self.summary
        yield self.intro
        for section in self.sections:
            yield from section.html()

    def with_html(self, change: Callable[[str], str]) -> Self:
        """Return the page with each rendered text replaced by `change(text)`."""
        return replace(
            self,
            summary=change(self.summary),
            intro=change(self.intro),
            sections=tuple(section.with_html(change) for section in self.sections),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the stored form, made of plain types."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read the stored form; missing keys become empty values. Raises UnknownVersion."""
        _check(stored)
        return cls(
            title=stored.get("title", ""),
            date=stored.get("date", ""),
            category=stored.get("category", ""),
            summary=stored.get("summary", ""),
            seo=tuple(stored.get("seo", ())),
            tags=tuple(stored.get("tags", ())),
            editor=stored.get("editor", ""),
            cover=Cover(**stored.get("cover", {})),
            cited=tuple(stored.get("cited", ())),
            intro=stored.get("intro", ""),
            sections=tuple(
                PageSection(
                    title=section.get("title", ""),
                    lead=section.get("lead", ""),
                    briefs=tuple(PageBrief(**brief) for brief in section.get("briefs", ())),
                    items=tuple(PageStory._read(item) for item in section.get("items", ())),
                )
                for section in stored.get("sections", ())
            ),
        )


def _check(stored: Mapping[str, Any]) -> None:
    version = stored.get("version", 1)
    if version != VERSION:
        raise UnknownVersion(
            f"A stored page has version {version!r}, and this code reads version {VERSION}. It was written by newer "
            "code: run that, or make all pages anew with manage.py rebuild_stories."
        )


class _ValueField(models.JSONField[Any, Any]):
    """A JSON column whose value is a `kind`."""

    kind: type[Page] | type[PageStory]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "default": self.kind})

    def deconstruct(self) -> Any:
        """Report a plain JSONField to migrations, so that none depends on this code."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, {**options, "default": dict}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        return found if found is None or isinstance(expression, KeyTransform) else self.kind.from_json(found)

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(value.to_json() if isinstance(value, self.kind) else value)


class PageField(_ValueField):
    """A column with the page of an edition."""

    kind = Page


class PageStoryField(_ValueField):
    """A column with one story of a page."""

    kind = PageStory
