"""Lists of issues: what a line shows, and where in the list a page begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date as Date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from digests import pictures
from digests.models import Digest, Edition, Story, Tag
from digests.views.dressed import cover

OF_DIGEST = ("slug", "name", "language", "description")
TAGS = 12  # of an issue, where readers are sent on
HEADLINES = 8  # of an issue, where it is announced
LEAD_WIDTH = "(min-width: 66rem) 28.75rem, (min-width: 44rem) 45vw, 100vw"  # what digest.css gives its cover


def listed(editions: Any) -> Any:
    """Return editions, newest first, with what a card shows and nothing heavier."""
    return (
        editions.select_related("digest")
        .only("number", "date", "title", "summary", "cover", *(f"digest__{name}" for name in OF_DIGEST))
        .order_by("-date", "-pk")
    )


def headlines_of(editions: Iterable[Edition]) -> dict[int, list[Story]]:
    """Return the first stories of each edition. One query, however many they have."""
    found: dict[int, list[Story]] = {}
    stories = Story.objects.live().filter(edition__in=editions, position__lt=HEADLINES)
    for story in stories.only("uid", "headline", "section", "edition_id", "position").order_by("position"):
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
            cover({"file": edition.cover, "alt": ""}, shown, sizes=LEAD_WIDTH, lazy=place > 0),
        )
        for place, edition in enumerate(editions)
    ]


def onward(digest: Digest | None) -> dict[str, Any]:
    """Return where readers go on from a page with nothing on it: the latest issue, a digest's or any, and its tags."""
    live = Edition.objects.live()
    latest = listed(live.filter(digest=digest) if digest else live).first()
    return {"latest": latest, "tags": Tag.objects.filter(editions=latest)[:TAGS] if latest else []}


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
