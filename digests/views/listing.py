"""Lists of issues: what a line shows, and where in the list a page begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date as Date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from digests.models import Edition, Story

HEADLINES = 8  # of an issue, where it is announced


def listed(editions: Any) -> Any:
    """Return editions, newest first, with what a card shows and nothing heavier."""
    return (
        editions.select_related("digest")
        .only(
            "number",
            "date",
            "title",
            "summary",
            *(f"digest__{name}" for name in ("slug", "name", "language", "description")),
        )
        .order_by("-date", "-pk")
    )


def headlines_of(editions: Iterable[Edition]) -> dict[int, list[Story]]:
    """Return the first stories of each edition. One query, however many they have."""
    found: dict[int, list[Story]] = {}
    stories = Story.objects.live().filter(edition__in=editions, position__lt=HEADLINES)
    for story in stories.only("uid", "headline", "section", "edition_id", "position").order_by("position"):
        found.setdefault(story.edition_id, []).append(story)
    return found


def day_of(text: str) -> Date:
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise Http404(_("That is not a date.")) from None


def place_of(text: str) -> tuple[Date, int]:
    """Return the place in a list across digests, where a date alone may stand for several issues."""
    found = re.fullmatch(r"([0-9-]{10})-([0-9]{1,18})", text)
    if found is None:
        raise Http404(_("That is no place in this list."))
    return day_of(found[1]), int(found[2])
