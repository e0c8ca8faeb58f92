"""A digest, and its months."""

from __future__ import annotations

from datetime import date as Date
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from digests.markup import card, render
from digests.models import Digest, Edition
from digests.views.answers import answer, feed_links, readable
from digests.views.dressed import shared
from digests.views.listing import day_of, led, listed

PAGE = 20  # issues


@readable
def digest(request: HttpRequest, digest: str) -> HttpResponse:
    """Show a digest: its latest issue, the recent ones, and the archive by month."""
    publication = get_object_or_404(Digest, slug=digest)
    live = Edition.objects.live().filter(digest=publication)
    before = request.GET.get("before", "")
    entries = list(listed(live.filter(date__lt=day_of(before)) if before else live)[: PAGE + 1])
    if before and not entries:
        raise Http404(_("No issues before this date."))
    last = entries[PAGE - 1] if len(entries) > PAGE else None
    latest = entries[0] if entries and not before else None
    context = {
        "leads": led([latest]) if latest else [],
        "issues": entries[1:PAGE] if latest else entries[:PAGE],
        "months": live.order_by()
        .annotate(month=TruncMonth("date"))
        .values("month")
        .annotate(issues=Count("pk"))
        .order_by("-month"),
        "before": str(last.date) if last else "",
        "is_first": not before,
        "feeds": feed_links("digest", publication.slug),
        "story_feeds": feed_links("stories", publication.slug),
        "channels": publication.channels.all(),
        "card": card(publication.subscribe_card),
        "policies": "" if before else render(publication.policies, heading_from=3),
        "shared": shared(entries[0]) if entries else None,
    }
    return answer(request, "digests/digest.html", context, digest=publication)


@readable
def month(request: HttpRequest, digest: str, year: int, month: int) -> HttpResponse:
    """List a digest's issues of a month."""
    publication = get_object_or_404(Digest, slug=digest)
    live = Edition.objects.live().filter(digest=publication)
    first = Date(year, month, 1)
    following = Date(year + month // 12, month % 12 + 1, 1)
    entries = list(listed(live.filter(date__gte=first, date__lt=following)))
    if not entries:
        raise Http404(_("No issues in this month."))
    context = {
        "month": first,
        "issues": entries,
        "earlier": _dates(live.filter(date__lt=first).order_by("-date")),
        "later": _dates(live.filter(date__gte=following).order_by("date")),
        "shared": shared(entries[0]),
        "feeds": feed_links("month", publication.slug, year, month),
    }
    return answer(request, "digests/month.html", context, digest=publication)


def _dates(editions: Any) -> Any:
    return editions.values_list("date", flat=True).first()
