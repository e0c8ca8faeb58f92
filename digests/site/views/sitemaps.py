"""Sitemaps: every page that search engines may show, and when it last changed.

An index names the parts: one for lists, parts for tags and sources by primary key, and one for each month of a digest
with its issues and stories. So parts for past months do not change, and no response grows with the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digests.models import Edition, Picture, Story
from digests.site.public_addresses import NUMBERS_A_SITEMAP, every
from digests.site.views.presenters import shared
from digests.site.views.responses import document, readable

# Names in urls.py: the parts in the index, and the pages in the part for lists.
PARTS = ("sitemap-pages", "sitemap-tags", "sitemap-sources", "sitemap-month")
LISTS = ("front", "digest", "month", "tags", "sources", "corrections", "subscribe")
NEWS_AGE = timedelta(hours=48)
MOST_NEWS = 1000  # Google accepts no more
NEWS_LANGUAGES = {"zh-hans": "zh-cn"}  # where Google uses another code
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in a sitemap."""

    path: str
    updated: datetime | None
    image: str = ""


@readable
def index(request: HttpRequest) -> HttpResponse:
    """List the parts, each with when it last changed."""
    return document(request, "site/discovery/sitemap_index.xml", {"parts": every(kinds=PARTS)}, XML)


@readable
def pages(request: HttpRequest) -> HttpResponse:
    """List the pages that are lists."""
    return _listed(request, [Entry(page.path, page.updated) for page in every(kinds=LISTS)])


@readable
def tags(request: HttpRequest, part: int) -> HttpResponse:
    """List the tags of live issues whose primary keys belong to a part."""
    first = part * NUMBERS_A_SITEMAP
    used = Edition.objects.live().filter(tags__pk__gte=first, tags__pk__lt=first + NUMBERS_A_SITEMAP)
    last = used.order_by("tags").values_list("tags__slug").annotate(Max("live_from"))
    return _listed(request, [Entry(reverse("tag", args=[slug]), updated) for slug, updated in last])


@readable
def sources(request: HttpRequest, part: int) -> HttpResponse:
    """List the sources of live stories whose primary keys belong to a part."""
    first = part * NUMBERS_A_SITEMAP
    cited = Story.objects.live().filter(source__pk__gte=first, source__pk__lt=first + NUMBERS_A_SITEMAP)
    last = cited.order_by("source").values_list("source__domain").annotate(Max("edition__live_from"))
    return _listed(request, [Entry(reverse("source", args=[domain]), updated) for domain, updated in last])


@readable
def month(request: HttpRequest, digest: str, year: int, month: int) -> HttpResponse:
    """List the issues of a month, each with its stories."""
    live = Edition.objects.live().filter(digest__slug=digest, date__year=year, date__month=month)
    editions: Any = (
        live.select_related("digest")
        .only("number", "date", "live_from", "cover", "digest__slug")
        .annotate(has_picture=Exists(Picture.objects.filter(file=OuterRef("cover"))))
        .order_by("date")
    )
    # A story that is in several live issues has one address, which shows the newest of these editions.
    later = Story.objects.with_public_page().filter(
        uid=OuterRef("uid"), edition__live_from__gt=OuterRef("edition__live_from")
    )
    stories: dict[int, list[str]] = {}
    for edition, uid in (
        Story.objects.live()
        .filter(~Exists(later), edition__in=live)
        .order_by("position")
        .values_list("edition_id", "uid")
    ):
        stories.setdefault(edition, []).append(uid)
    return _listed(request, list(_issues(editions, stories)))


def _issues(editions: Any, stories: dict[int, list[str]]) -> Iterator[Entry]:
    for edition in editions:
        image = shared(edition, {edition.cover}).path if edition.has_picture else ""
        yield Entry(edition.get_absolute_url(), edition.live_from, image)
        for uid in stories.get(edition.pk, ()):
            yield Entry(reverse("story", args=[uid]), edition.live_from)


def _listed(request: HttpRequest, entries: list[Entry]) -> HttpResponse:
    if not entries:
        raise Http404(_("There is no such sitemap."))
    return document(request, "site/discovery/sitemap.xml", {"entries": entries}, XML)


@dataclass(frozen=True, slots=True)
class NewsEntry:
    """An issue in the news sitemap."""

    path: str
    name: str  # of its digest
    language: str
    published: str
    title: str


@readable
def news(request: HttpRequest) -> HttpResponse:
    """List the issues that were first published within the last two days, for Google News.

    Their stories are left out, because the page of a story repeats words of its issue. After two days without an issue
    the list is empty, which Google allows.
    """
    since = timezone.now() - NEWS_AGE
    # `live_from` has an index and cannot be earlier than `first_published`.
    recent: Any = Edition.objects.live().filter(live_from__gte=since).dated()
    recent = (
        recent.filter(first_published__gte=since)
        .select_related("digest")
        .only("date", "title", "digest__slug", "digest__name", "digest__language", "digest__time_zone")
        .order_by("-first_published", "-pk")[:MOST_NEWS]
    )
    entries = [
        NewsEntry(
            path=edition.get_absolute_url(),
            name=edition.digest.name,
            language=NEWS_LANGUAGES.get(edition.digest.language, edition.digest.language),
            published=edition.first_published.astimezone(edition.digest.zone).isoformat(timespec="seconds"),
            title=edition.title,
        )
        for edition in recent
    ]
    return document(request, "site/discovery/news_sitemap.xml", {"entries": entries}, XML)
