"""Checks of the contents of a section: briefs, stories and their insights, tags and earlier stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from digests.editorial.preflight.problems import Advisory, Blocker, Place, Problem
from digests.editorial.preflight.texts import check_link, check_text, check_words
from digests.manuscript import headlines
from digests.manuscript.addresses import canonical
from digests.manuscript.values import Brief, Insight, NewsItem
from digests.models import Tag


def check_brief(brief: Brief) -> Iterator[Problem]:
    """Check one line of a list of briefs."""
    place = Place("text", brief.uid)
    if not brief.text:
        yield Blocker("brief_empty", _("A brief has no words."), place, _("Write or delete it."))
    yield from check_text(place, brief.text, prose=False)


def check_item(item: NewsItem) -> Iterator[Problem]:
    """Check a story's headline, source, text and insights."""
    if not item.headline:
        yield Blocker("headline_missing", _("A story has no headline."), Place("headline", item.uid), _("Write one."))
    yield from check_words(Place("headline", item.uid), item.headline)
    yield from _source(item)
    if not item.body and not item.insights:
        yield Advisory(
            "story_empty",
            _("“%(headline)s” has no text.") % {"headline": item.headline},
            Place("body", item.uid),
            _("Write a sentence, or make it a brief."),
        )
    yield from check_text(Place("body", item.uid), item.body)
    for insight in item.insights:
        yield from _insight(insight, item)


def _insight(insight: Insight, item: NewsItem) -> Iterator[Problem]:
    place = Place("text", insight.uid) if insight.uid else Place("insights", item.uid)
    if not insight.text:
        yield Advisory(
            "insight_empty",
            _("An insight of “%(headline)s” has no text.") % {"headline": item.headline},
            place,
            _("Write or delete it."),
        )
    yield from check_text(place, insight.text, prose=not insight.bullet)


def _source(item: NewsItem) -> Iterator[Problem]:
    place = Place("link", item.uid)
    if not item.link:
        if "://" not in item.body:
            yield Advisory(
                "link_missing",
                _("“%(headline)s” has no source link.") % {"headline": item.headline},
                place,
                _("Readers trust what they can follow."),
            )
    elif not _is_web_address(item.link):
        yield Blocker(
            "link_unusable",
            _("The source link of “%(headline)s” is not a web address.") % {"headline": item.headline},
            place,
            _("It begins with https:// or http:// and a host."),
        )
    else:
        yield from check_link(place, item.link)


def check_twice(item: NewsItem, by_link: dict[str, str], by_headline: dict[str, str]) -> Iterator[Problem]:
    """Find a story with the same link or headline as an earlier one, and add its own to the two dicts.

    They map a canonical link, or the letters of a headline, to the headline of the first story that has it.
    """
    link, headline = canonical(item.link), headlines.key(item.headline)
    if link and link in by_link:
        yield Advisory(
            "link_twice",
            _("“%(headline)s” has the same source link.") % {"headline": by_link[link]},
            Place("link", item.uid),
            _("Merge the two stories, or link to another report."),
        )
    if headline and headline in by_headline:
        yield Advisory(
            "headline_twice",
            _("“%(headline)s” stands above another story too.") % {"headline": by_headline[headline]},
            Place("headline", item.uid),
            _("Merge the two stories, or say what is different."),
        )
    by_link.setdefault(link, item.headline)
    by_headline.setdefault(headline, item.headline)


def check_tags(names: Iterable[str], place: Place, known: dict[str, str], former: frozenset[str]) -> Iterator[Problem]:
    """Find tags that differ from a known one only by case, width or a space. New ones are added to `known`."""
    for name in names:
        before = known.setdefault(Tag.letters_of(name), name)
        if before != name and name not in former:
            yield Advisory(
                "tag_alike",
                _("The tag “%(name)s” is nearly “%(before)s”.") % {"name": name, "before": before},
                place,
                _("Spell it as it was before, so that readers find both under one."),
            )


def check_follows(item: NewsItem, seen: frozenset[str]) -> Iterator[Problem]:
    """Find a story that is an update to itself, or to one that is not in `seen`, the uids that readers can see."""
    place = Place("follows", item.uid)
    if item.follows and item.follows == item.uid:
        yield Advisory(
            "follows_itself",
            _("“%(headline)s” is an update to itself.") % {"headline": item.headline},
            place,
            _("Choose an earlier story, or none."),
        )
    elif item.follows and item.follows not in seen:
        yield Advisory(
            "follows_unseen",
            _("“%(headline)s” is an update to a story that readers cannot see.") % {"headline": item.headline},
            place,
            _("Choose one that is public, or none; it shows once that story is."),
        )


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
