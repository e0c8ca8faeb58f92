"""List every public address, for sitemaps, caches and checks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q
from django.db.models.functions import ExtractMonth, ExtractYear
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone

from digests.models import Channel, Digest, Edition, Picture, Story, Tag
from digests.publishing.addresses import FORMATS


def moved(request: HttpRequest, **now: Any) -> HttpResponsePermanentRedirect:
    """Redirect permanently to the same view with some arguments replaced; the query string stays."""
    match = request.resolver_match
    assert match is not None
    address = reverse(match.view_name, kwargs={**match.kwargs, **now})
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


@dataclass(frozen=True, slots=True)
class Page:
    """A public address: its path, its name in urls.py, and when its content last changed, if that is known."""

    path: str
    kind: str
    updated: datetime | None


def every(at: datetime | None = None, *, kinds: Collection[str] = ()) -> Iterator[Page]:
    """Yield every address that is public at an instant, or only those of some kinds.

    Of a list that has several pages, only the first is included. The number of queries does not depend on the number
    of issues.
    """
    at = at or timezone.now()
    for names, places in KINDS.items():
        wanted = [name for name in names if not kinds or name in kinds]
        for arguments, updated in places(at) if wanted else ():
            for name in wanted:
                yield Page(reverse(name, args=arguments), name, updated)


# The arguments of an address in urls.py, and when its content last changed.
Places = Iterator[tuple[tuple[Any, ...], datetime | None]]


def _newsroom(at: datetime) -> Places:
    last = Edition.objects.ever_live(at).aggregate(**_changed(at))
    yield (), max(filter(None, last.values()), default=None)


def _digests(at: datetime) -> Places:
    last = Max("editions__live_from", filter=Q(editions__in=Edition.objects.live(at)))
    for slug, updated in Digest.objects.annotate(last=last).order_by("slug").values_list("slug", "last"):
        yield (slug,), updated


def _channels(at: datetime) -> Places:
    for slug, number in Channel.objects.order_by("pk").values_list("digest__slug", "pk").iterator():
        yield (slug, number), None


def _changed(at: datetime) -> dict[str, Max]:
    """Return aggregates for when editions last began and ended: a list also changes when something leaves it."""
    return {"begun": Max("live_from"), "ended": Max("live_until", filter=Q(live_until__lte=at))}


def _months(at: datetime) -> Places:
    months = (
        Edition.objects.ever_live(at)
        .annotate(year=ExtractYear("date"), month=ExtractMonth("date"))
        .order_by("digest__slug", "year", "month")
        .values_list("digest__slug", "year", "month")
        .annotate(**_changed(at), live=Count("pk", filter=Q(pk__in=Edition.objects.live(at))))
        .filter(live__gt=0)
    )
    for slug, year, month, begun, ended, _live in months.iterator():
        yield (slug, year, month), max(begun, ended or begun)


def _issues(at: datetime) -> Places:
    return _of(Edition.objects.live(at))


def _issues_with_cover(at: datetime) -> Places:
    return _of(Edition.objects.live(at).filter(cover__in=Picture.objects.values("file")))


def _of(editions: Any) -> Places:
    issues = editions.order_by("digest__slug", "-date").values_list("digest__slug", "date", "live_from")
    for slug, date, updated in issues.iterator():
        yield (slug, date), updated


def _stories(at: datetime) -> Places:
    # Grouped by uid: a story that was moved to another issue can be in several live issues, and has one address.
    stories = Story.objects.live(at).order_by("uid").values_list("uid").annotate(Max("edition__live_from"))
    for uid, updated in stories.iterator():
        yield (uid,), updated


def _tags(at: datetime) -> Places:
    used = Tag.objects.filter(editions__in=Edition.objects.live(at))
    for slug, updated in used.order_by("slug").values_list("slug").annotate(Max("editions__live_from")).iterator():
        yield (slug,), updated


def _sources(at: datetime) -> Places:
    cited = Story.objects.live(at).exclude(source=None).order_by("source__domain").values_list("source__domain")
    for domain, updated in cited.annotate(Max("edition__live_from")).iterator():
        yield (domain,), updated


# How many consecutive primary keys of tags or sources one sitemap has. Far below the limit of 50,000, and a row always
# stays in the same sitemap.
NUMBERS_A_SITEMAP = 2_000


def _tag_sitemaps(at: datetime) -> Places:
    return _parts(Edition.objects.live(at).filter(tags__isnull=False), "tags", Max("live_from"))


def _source_sitemaps(at: datetime) -> Places:
    return _parts(Story.objects.live(at).exclude(source=None), "source", Max("edition__live_from"))


def _parts(rows: Any, name: str, last: Max) -> Places:
    numbered = rows.annotate(part=F(name) / NUMBERS_A_SITEMAP).order_by("part")
    for part, updated in numbered.values_list("part").annotate(last):
        yield (part,), updated


def _feeds(name: str) -> tuple[str, ...]:
    return tuple(f"{name}-{kind.name}" for kind in FORMATS)


# For each group of names in urls.py, the function that yields their arguments.
# tests/site/test_public_addresses.py fails for a name that is neither here nor declared there as not public.
KINDS = {
    ("front", *_feeds("front"), "tags", *_feeds("tags"), "search", "subscribe", "custom", "opml"): _newsroom,
    ("corrections", *_feeds("corrections"), "sources", *_feeds("sources")): _newsroom,
    ("sitemap", "sitemap-pages", "news-sitemap", "robots", "opensearch", "llms"): _newsroom,
    ("digest", *_feeds("digest"), *_feeds("stories")): _digests,
    ("channel-code",): _channels,
    ("month", *_feeds("month"), "sitemap-month"): _months,
    ("issue", "issue-markdown", "issue-json", "issue-label", "issue-cover"): _issues,
    ("issue-cover-cropped",): _issues_with_cover,
    ("story",): _stories,
    ("tag", *_feeds("tag")): _tags,
    ("sitemap-tags",): _tag_sitemaps,
    ("source", *_feeds("source")): _sources,
    ("sitemap-sources",): _source_sitemaps,
}
