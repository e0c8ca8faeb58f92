"""Why an issue cannot go out yet, as values that the admin, the commands and the API all show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from digests.manuscript.values import Brief, Manuscript, NewsItem, Section
from digests.markup import LENGTH, MEDIA, undescribed

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PLACEHOLDERS = re.compile(
    r"\{\{.*?\}\}|\bReport Title\b|\bThis is the (?:report content|summary of the report)\b|\blorem ipsum\b|\bTODO\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is: a field of the story or brief `uid`, of a section (from 0), or of the issue."""

    field: str = ""
    uid: str = ""
    section: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way, where, and how to mend it."""

    severity: ClassVar[str]

    code: str
    message: str | _StrPromise
    place: Place = Place()
    fix: str | _StrPromise = ""

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class Blocker(Problem):
    """Nothing goes out while this stands."""

    __slots__ = ()
    severity = "blocker"


class Warning(Problem):
    """Worth a look; it stops nobody."""

    __slots__ = ()
    severity = "warning"


def check(manuscript: Manuscript) -> list[Problem]:
    """Return every problem of the words, in reading order."""
    return [*_issue(manuscript), *_sections(manuscript)]


def blockers(problems: list[Problem]) -> list[Blocker]:
    return [problem for problem in problems if isinstance(problem, Blocker)]


def _issue(manuscript: Manuscript) -> Iterator[Problem]:
    if not manuscript.title:
        yield Blocker("title_missing", _("The issue has no title."), Place("title"), _("Give it one."))
    yield from _text(Place("title"), manuscript.title)
    yield from _text(Place("summary"), manuscript.summary)
    yield from _text(Place("intro"), manuscript.intro)
    if not manuscript.summary:
        yield Warning(
            "summary_missing", _("There is no summary."), Place("summary"), _("Feeds and search results show it.")
        )
    if manuscript.cover_file and not manuscript.cover_alt:
        yield Blocker(
            "cover_alt_missing",
            _("The cover has no description."),
            Place("cover_alt"),
            _("Say in a sentence what it shows, for people who cannot see it."),
        )
    if not any(section.lead or section.briefs or section.items for section in manuscript.sections):
        yield Blocker(
            "issue_empty", _("The issue has no stories."), Place("sections"), _("Add a section with a story or brief.")
        )


def _sections(manuscript: Manuscript) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for number, section in enumerate(manuscript.sections):
        yield from _section(number, section)
        for brief in section.briefs:
            yield from _brief(brief)
        for item in section.items:
            yield from _item(item)
            if item.link and item.link in seen:
                yield Warning(
                    "link_twice",
                    _("“%(headline)s” has the same source link.") % {"headline": seen[item.link]},
                    Place("link", item.uid),
                    _("Merge the two stories, or link to another report."),
                )
            seen.setdefault(item.link, item.headline)


def _section(number: int, section: Section) -> Iterator[Problem]:
    place = Place("title", section=number)
    if not section.title:
        yield Blocker("section_title_missing", _("A section has no title."), place, _("Give it one."))
    if not (section.lead or section.briefs or section.items):
        yield Warning(
            "section_empty",
            _("The section “%(title)s” is empty.") % {"title": section.title},
            place,
            _("Fill or delete it."),
        )
    yield from _text(Place("lead", section=number), section.lead)


def _brief(brief: Brief) -> Iterator[Problem]:
    if not brief.text:
        yield Blocker("brief_empty", _("A brief has no words."), Place("text", brief.uid), _("Write or delete it."))
    yield from _text(Place("text", brief.uid), brief.text)


def _item(item: NewsItem) -> Iterator[Problem]:
    if not item.headline:
        yield Blocker("headline_missing", _("A story has no headline."), Place("headline", item.uid), _("Write one."))
    if not item.link:
        yield Warning(
            "link_missing",
            _("“%(headline)s” has no source link.") % {"headline": item.headline},
            Place("link", item.uid),
            _("Readers trust what they can follow."),
        )
    elif not _is_web_address(item.link):
        yield Blocker(
            "link_unusable",
            _("The source link of “%(headline)s” is not a web address.") % {"headline": item.headline},
            Place("link", item.uid),
            _("It begins with https:// or http:// and a host."),
        )
    if not item.body and not item.insights:
        yield Warning(
            "story_empty",
            _("“%(headline)s” has no text.") % {"headline": item.headline},
            Place("body", item.uid),
            _("Write a sentence, or make it a brief."),
        )
    if any(not insight.text for insight in item.insights):
        yield Warning(
            "insight_empty",
            _("An insight of “%(headline)s” has no text.") % {"headline": item.headline},
            Place("insights", item.uid),
            _("Write or delete it."),
        )
    yield from _text(Place("headline", item.uid), item.headline)
    yield from _text(Place("body", item.uid), item.body)
    for insight in item.insights:
        yield from _text(Place("insights", item.uid), insight.text)


def _text(place: Place, text: str) -> Iterator[Problem]:
    """Check Markdown or a line of an editor's, wherever it stands."""
    if len(text) > LENGTH:
        yield Blocker(
            "text_too_long",
            _("A text has %(length)d characters; at most %(limit)d are shown with their Markdown.")
            % {"length": len(text), "limit": LENGTH},
            place,
            _("Make two of it."),
        )
    if found := PLACEHOLDERS.search(text):
        yield Blocker(
            "placeholder",
            _("“%(text)s” looks like text that was to be replaced.") % {"text": found[0][:60]},
            place,
            _("Replace it with the real words."),
        )
    yield from _pictures(place, text)


def _pictures(place: Place, text: str) -> Iterator[Problem]:
    if MEDIA in text and (found := undescribed(text)):
        yield Blocker(
            "picture_alt_missing",
            ngettext(
                "%(count)d picture in the text has no description.",
                "%(count)d pictures in the text have no description.",
                len(found),
            )
            % {"count": len(found)},
            place,
            _("Write it between the brackets: ![what it shows](…). For mere decoration, write a dash."),
        )


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
