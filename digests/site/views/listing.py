"""Lists of issues: what a line shows, and where in the list a page begins."""

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
TAGS = 12  # of an issue, where readers are sent on
HEADLINES = 8  # of an issue, where it is announced
LEAD_WIDTH = "(min-width: 66rem) 28.75rem, (min-width: 44rem) 45vw, 100vw"  # what digest.css gives its cover


def listed(editions: QuerySet[Edition]) -> QuerySet[Edition]:
    """Return editions, newest first, with what a card shows and nothing heavier."""
    return (
        editions.select_related("digest")
        .only("number", "date", "title", "summary", "cover", *(f"digest__{name}" for name in OF_DIGEST))
        .order_by("-date", "-pk")
    )


def headlines_of(editions: Iterable[Edition]) -> dict[int, list[Story]]:
    """Return the first stories of each edition. One query, however many they have."""
    stories = Story.objects.live().filter(edition__in=editions, position__lt=HEADLINES)
    return by_edition(stories.only("uid", "headline", "section", "edition_id", "position").order_by("position"))


def by_edition(stories: Iterable[Story]) -> dict[int, list[Story]]:
    """Return stories under the numbers of their editions, in the order that they came in."""
    found: dict[int, list[Story]] = {}
    for story in stories:
        found.setdefault(story.edition_id, []).append(story)
    return found


def led(editions: Iterable[Edition]) -> list[tuple[Edition, list[Story], str]]:
    """Return editions to lead a page with, each with its first stories and its cover. Two queries at most."""
    editions = list(editions)
    headlines = headlines_of(editions)
    shown = pictures.shown({edition.cover for edition in editions} - {""})
    return [
        (
            edition,
            headlines.get(edition.pk, []),
            # Its title stands right beside it, and is all that needs to be read out.
            cover(Cover(edition.cover), shown, sizes=LEAD_WIDTH, lazy=place > 0),
        )
        for place, edition in enumerate(editions)
    ]


def onward(digest: Digest | None) -> dict[str, Any]:
    """Return where readers go on from a page with nothing on it: the latest issue, a digest's or any, and its tags."""
    live = Edition.objects.live()
    latest = listed(live.filter(digest=digest) if digest else live).first()
    return {"latest": latest, "tags": Tag.objects.filter(editions=latest)[:TAGS] if latest else []}


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list of issues, newest first, and where the parts beside it begin. Nothing: there is none."""

    entries: list[Edition]
    before: str = ""  # the older ones, for `?before=`
    newer: str = ""  # the newer ones, unless those are the first of all
    is_first: bool = True


def page_of(editions: QuerySet[Edition], before: str, *, size: int, across: bool = False) -> Page:
    """Return the part of a list that begins after a place, by what is there and not by counting: each costs the same.

    The place is a date; `across` digests, where a date may stand for several issues, a date and a number.
    Raises Http404 if there is no such place, and if nothing comes after it.
    """
    if not before:
        # A bound that all keep, so that SQLite walks by date and stops, and does not sort all that is live.
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
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):  # a day has one spelling here; Python knows more
            raise ValueError
        return Date.fromisoformat(text)
    except ValueError:
        raise Http404(_("That is not a date.")) from None


def place_of(text: str) -> tuple[Date, int]:
    """Return the place in a list across digests, where a date alone may stand for several issues."""
    found = re.fullmatch(r"([0-9-]{10})-([0-9]{1,18})", text)
    if found is None:
        raise Http404(_("That is no place in this list."))
    return day_of(found[1]), int(found[2])
