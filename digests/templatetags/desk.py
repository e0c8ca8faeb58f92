"""The desk's first page, and times as clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from digests.editorial import inbox
from digests.editorial.permissions import may_invite
from digests.models import Digest

register = template.Library()
register.filter(may_invite)

# How the distance to an instant is written: before it, after it, and within the same minute.
CLOCKS = {
    "since": (_("in {time}"), _("{time} ago"), _("just now")),
    "until": (_("in {time}"), _("any moment now"), _("any moment now")),
    "deadline": (_("in {time}"), _("overdue by {time}"), _("now")),
}
UNITS = (
    (pgettext_lazy("length of time", "d"), 24 * 60),
    (pgettext_lazy("length of time", "h"), 60),
    (pgettext_lazy("length of time", "min"), 1),
)


@register.simple_tag(takes_context=True)
def first_page(context: dict[str, Any]) -> dict[str, Any]:
    """Return what the first page of the desk shows to the user."""
    user, at = context["request"].user, timezone.now()
    coming = inbox.coming(user, at=at)
    flagged, scheduled = inbox.unusual(user, at=at)
    return {
        "at": at,
        "groups": inbox.for_person(user, coming),
        "standings": inbox.standings(coming),
        "flagged": flagged,
        "scheduled": scheduled,
        "open_comments": inbox.open_comments(user),
        "published": inbox.published(user, at=at),
        "may_look": user.has_perm("digests.view_issue"),
        "may_start": user.has_perm("digests.add_issue"),
    }


@register.simple_tag
def clock(instant: datetime, at: datetime, kind: str) -> str:
    """Write how far away an instant is, with the data that `clock.js` needs to keep it up to date."""
    ahead, behind, now = CLOCKS[kind]
    minutes = int(abs(instant - at) / timedelta(minutes=1))
    text = now if not minutes else ahead if instant > at else behind
    return format_html(
        '<time class="clock" datetime="{}" data-ahead="{}" data-behind="{}" data-now="{}" data-units="{}">{}</time>',
        instant.isoformat(timespec="seconds"),
        ahead,
        behind,
        now,
        " ".join(str(unit) for unit, _minutes in UNITS),
        str(text).replace("{time}", length(minutes)),
    )


def length(minutes: int) -> str:
    """Return a length of time in its two largest units: “2 h 13 min”, “3 d 4 h”."""
    parts: list[tuple[int, Any]] = []
    for unit, size in UNITS:
        count, minutes = divmod(minutes, size)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count)


@register.filter
def on_clock(instant: datetime, digest: Digest) -> str:
    """Return an instant in a digest's time zone, with the name of the zone."""
    return f"{instant.astimezone(digest.zone):%Y-%m-%d %H:%M} {digest.time_zone}"


@register.filter
def short_clock(instant: datetime, digest: Digest) -> str:
    """Return an instant in a digest's time zone, without the year."""
    return f"{instant.astimezone(digest.zone):%m-%d %H:%M %Z}"
