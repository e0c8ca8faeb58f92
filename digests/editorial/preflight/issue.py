"""Checks of a whole issue: its own fields, its sections, and everything in them."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from digests.editorial.preflight.existing import Known, known
from digests.editorial.preflight.problems import Advisory, Blocker, Place, Problem
from digests.editorial.preflight.stories import check_brief, check_follows, check_item, check_tags, check_twice
from digests.editorial.preflight.texts import check_text, check_words
from digests.manuscript.values import Manuscript, Section
from digests.models import Tag


def examine(manuscript: Manuscript) -> list[Problem]:
    """Return every problem of an issue, compared with what the newsroom has now. Costs two queries at most."""
    return check(manuscript, known(manuscript))


def check(manuscript: Manuscript, known: Known | None = None) -> list[Problem]:
    """Return every problem of an issue in reading order, without any query.

    Tags and earlier stories are checked only if `known` says what the newsroom has.
    """
    return [
        *_issue(manuscript),
        *(check_tags(manuscript.tags, Place("tag_names"), dict(known.tags), known.former) if known else ()),
        *_sections(manuscript, known),
    ]


def _issue(manuscript: Manuscript) -> Iterator[Problem]:
    if not manuscript.title:
        yield Blocker("title_missing", _("The issue has no title."), Place("title"), _("Give it one."))
    yield from check_words(Place("title"), manuscript.title)
    yield from check_text(Place("summary"), manuscript.summary, prose=False)
    if not manuscript.summary:
        yield Advisory(
            "summary_missing", _("There is no summary."), Place("summary"), _("Feeds and search results show it.")
        )
    elif len(manuscript.summary) > settings.NEWSROOM_LONGEST_SUMMARY:
        yield Advisory(
            "summary_too_long",
            _("The summary has %(length)d characters; beyond %(limit)d, search results and cards cut it off.")
            % {"length": len(manuscript.summary), "limit": settings.NEWSROOM_LONGEST_SUMMARY},
            Place("summary"),
            _("Say the most important first, and less."),
        )
    if manuscript.cover_file and not manuscript.cover_alt:
        yield Blocker(
            "cover_alt_missing",
            _("The cover has no description."),
            Place("cover_alt"),
            _("Say in a sentence what it shows, for people who cannot see it."),
        )
    yield from check_text(Place("intro"), manuscript.intro)
    if not any(section.lead or section.briefs or section.items for section in manuscript.sections):
        yield Blocker(
            "issue_empty", _("The issue has no stories."), Place("sections"), _("Add a section with a story or brief.")
        )
    elif (length := _length(manuscript)) < settings.NEWSROOM_SHORTEST_ISSUE:
        yield Blocker(
            "issue_stub",
            _("The issue has %(length)d characters of text, and at least %(limit)d are a whole one.")
            % {"length": length, "limit": settings.NEWSROOM_SHORTEST_ISSUE},
            Place("sections"),
            _("Write it out before it goes anywhere."),
        )


def _length(manuscript: Manuscript) -> int:
    texts = [
        *(section.lead for section in manuscript.sections),
        *(brief.text for brief in manuscript.briefs),
        *(item.headline + item.body for item in manuscript.items),
        *(insight.text for insight in manuscript.insights),
    ]
    return sum(len(text) for text in texts)


def _sections(manuscript: Manuscript, known: Known | None) -> Iterator[Problem]:
    by_link: dict[str, str] = {}
    by_headline: dict[str, str] = {}
    tags = {**known.tags} if known else {}
    if known:
        for name in manuscript.tags:
            tags.setdefault(Tag.letters_of(name), name)
    uids = {item.uid for item in manuscript.items}
    for number, section in enumerate(manuscript.sections):
        yield from _section(number, section)
        for brief in section.briefs:
            yield from check_brief(brief)
        for item in section.items:
            yield from check_item(item)
            yield from check_twice(item, by_link, by_headline)
            if known:
                yield from check_tags(item.tags, Place("tag_names", item.uid), tags, known.former)
                yield from check_follows(item, known.seen | uids)


def _section(number: int, section: Section) -> Iterator[Problem]:
    place = Place("title", section=number)
    if not section.title:
        yield Blocker("section_title_missing", _("A section has no title."), place, _("Give it one."))
    if not (section.lead or section.briefs or section.items):
        yield Advisory(
            "section_empty",
            _("The section “%(title)s” is empty.") % {"title": section.title},
            place,
            _("Fill or delete it."),
        )
    yield from check_words(place, section.title)
    yield from check_text(Place("lead", section=number), section.lead)
