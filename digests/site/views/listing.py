"""Lists of issues: what an entry shows, and how lists are divided into pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from digests.models import Cover, Digest, Edition, Story, Tag
from digests.models.desk import LAST_DAY
from digests.publishing import pictures
from digests.site.views.presenters import cover

OF_DIGEST = ("slug", "name", "language", "description")
TAGS = 12  # of an issue, on pages for 404 and 410
HEADLINES = 8  # of an issue that leads a page
LEAD_WIDTH = "(min-width: 66rem) 28.75rem, (min-width: 44rem) 45vw, 100vw"  # of its cover, as in digest.css


def listed(editions: QuerySet[Edition]) -> QuerySet[Edition]:
    """Return editions, newest first, with only the fields that a card shows."""
    return (
        editions.select_related("digest")
        .only("number", "date", "title", "summary", "cover", *(f"digest__{name}" for name in OF_DIGEST))
        .order_by("-date", "-pk")
    )


def headlines_of(editions: Iterable[Edition]) -> dict[int, list[Story]]:
    """Return the first stories of each edition, by its primary key. Costs one query."""
    stories = Story.objects.live().filter(edition__in=editions, position__lt=HEADLINES)
    return by_edition(stories.only("uid", "headline", "section", "edition_id", "position").order_by("position"))


def by_edition(stories: Iterable[Story]) -> dict[int, list[Story]]:
    """Group stories by the primary key of their edition, keeping their order."""
    found: dict[int, list[Story]] = {}
    for story in stories:
        found.setdefault(story.edition_id, []).append(story)
    return found


def leads(editions: Iterable[Edition]) -> list[tuple[Edition, list[Story], str]]:
    """Return editions that lead a page, each with its first stories and its cover. Two queries at most."""
    editions = list(editions)
    headlines = headlines_of(editions)
    shown = pictures.shown({edition.cover for edition in editions} - {""})
    return [
        (
            edition,
            headlines.get(edition.pk, []),
            # Without a description: screen readers read the title beside it.
            cover(Cover(edition.cover), shown, sizes=LEAD_WIDTH, lazy=place > 0),
        )
        for place, edition in enumerate(editions)
    ]


def links_onward(digest: Digest | None) -> dict[str, Any]:
    """Return where readers can go on from an error page: the latest issue, of a digest if given, and its tags."""
    live = Edition.objects.live()
    latest = listed(live.filter(digest=digest) if digest else live).first()
    return {"latest": latest, "tags": Tag.objects.filter(editions=latest)[:TAGS] if latest else []}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list of issues, newest first, and the places where the pages beside it begin; empty if none."""

    entries: list[Edition]
    before: str = ""  # of the older page, for `?before=`
    newer: str = ""  # of the newer page, unless that is the first one
    is_first: bool = True


def page_of(editions: QuerySet[Edition], before: str, *, size: int, across: bool = False) -> Page:
    """Return the page of a list that begins after a place. Every page costs the same, since nothing is counted.

    A place is a date; `across` digests, where several issues have the same date, it is a date and a primary key.
    Raises Http404 if `before` is not a place or nothing comes after it.
    """
    if not before:
        # Every edition meets this bound. It makes SQLite use the index on dates and stop early instead of sorting all.
        entries = list(listed(editions.filter(date__lte=LAST_DAY))[: size + 1])
        return Page(entries[:size], _older(entries, size, across=across))
    day, pk = place_of(before) if across else (day_of(before), 0)
    entries = list(listed(editions.filter(Q(date__lt=day) | Q(pk__lt=pk), date__lte=day))[: size + 1])
    if not entries:
        raise Http404(_("No issues before this date."))
    above = editions.filter(Q(date__gt=day) | Q(pk__gte=pk), date__gte=day).order_by("date", "pk")
    newer = above.only("date")[size : size + 1].first()
    return Page(
        entries[:size],
        _older(entries, size, across=across),
        _place(newer, across=across) if newer else "",
        is_first=False,
    )


def _older(entries: list[Edition], size: int, *, across: bool) -> str:
    return _place(entries[size - 1], across=across) if len(entries) > size else ""


def _place(edition: Edition, *, across: bool) -> str:
    return f"{edition.date}-{edition.pk}" if across else str(edition.date)


def day_of(text: str) -> Date:
    """Return the date of a text such as 2026-03-01. Raises Http404."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):  # Python accepts other spellings too
            raise ValueError
        return Date.fromisoformat(text)
    except ValueError:
        raise Http404(_("That is not a date.")) from None


def place_of(text: str) -> tuple[Date, int]:
    """Return the place in a list across digests: a date and a primary key. Raises Http404."""
    found = re.fullmatch(r"([0-9-]{10})-([0-9]{1,18})", text)
    if found is None:
        raise Http404(_("That is no place in this list."))
    return day_of(found[1]), int(found[2])
