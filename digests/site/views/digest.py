"""The page of a digest, and its months."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from digests.editorial.day_status import today
from digests.models import Digest, Edition
from digests.site.views.listing import leads, listed, page_of
from digests.site.views.presenters import shared
from digests.site.views.responses import answer, feed_links, readable
from digests.text.markup import card, render

PAGE = 20  # issues


@readable
def digest(request: HttpRequest, digest: str) -> HttpResponse:
    """Show a digest: its latest issue, the recent ones, and the archive by month."""
    publication = get_object_or_404(Digest, slug=digest)
    live = Edition.objects.live().filter(digest=publication)
    page = page_of(live, request.GET.get("before", ""), size=PAGE)
    entries = page.entries
    latest = entries[0] if entries and page.is_first else None
    context = {
        "leads": leads([latest]) if latest else [],
        "issues": entries[1:] if latest else entries,
        "months": live.order_by()
        .annotate(month=TruncMonth("date"))
        .values("month")
        .annotate(issues=Count("pk"))
        .order_by("-month"),
        "before": page.before,
        "newer": page.newer,
        "is_first": page.is_first,
        "feeds": feed_links("digest", publication.slug),
        "story_feeds": feed_links("stories", publication.slug),
        "channels": publication.channels.all(),
        "card": card(publication.subscribe_card),
        "policies": _policies(publication) if page.is_first else "",
        "shared": shared(entries[0]) if entries else None,
    }
    return answer(request, "site/digest.html", context, digest=publication)


def _policies(digest: Digest) -> str:
    with translation.override(digest.language):
        return render(digest.policies, heading_from=3)


@readable
def month(request: HttpRequest, digest: str, year: int, month: int) -> HttpResponse:
    """List the issues of a digest in a month."""
    publication = get_object_or_404(Digest, slug=digest)
    live = Edition.objects.live().filter(digest=publication)
    first = Date(year, month, 1)
    following = Date(year + month // 12, month % 12 + 1, 1)
    entries = list(listed(live.filter(date__gte=first, date__lt=following)))
    if not entries:
        raise Http404(_("No issues in this month."))
    earlier = _dates(live.filter(date__lt=first).order_by("-date"))
    context = {
        "month": first,
        "weekdays": [(WEEKDAYS[day], WEEKDAYS_ABBR[day]) for day in range(7)],
        "weeks": _weeks(publication, first, entries, begun=bool(earlier)),
        "issues": entries,
        "earlier": earlier,
        "later": _dates(live.filter(date__gte=following).order_by("date")),
        "shared": shared(entries[0]),
        "feeds": feed_links("month", publication.slug, year, month),
    }
    return answer(request, "site/month.html", context, digest=publication)


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the calendar of a month."""

    date: Date
    issue: Edition | None
    is_missing: bool  # a past day that should have had an issue


def _weeks(digest: Digest, first: Date, editions: list[Edition], *, begun: bool) -> list[list[Day | None]]:
    """Return the weeks of a month, beginning on Mondays; a day of another month is None.

    No day is missing from today on, nor before the first issue of a digest. `begun`: the digest has earlier issues.
    """
    of_day = {edition.date: edition for edition in editions}
    begins, now = (first if begun else min(of_day)), today(digest, timezone.now())
    return [
        [
            Day(day, of_day.get(day), is_missing=begins <= day < now and day not in of_day)
            if day.month == first.month
            else None
            for day in week
        ]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]


def _dates(editions: Any) -> Any:
    return editions.values_list("date", flat=True).first()
