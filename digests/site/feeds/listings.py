"""What each address has a feed of.

Each function costs at most one query, and the entries that it returns have read nothing yet. `custom` costs at most
three queries for each digest, tag or source that the feed query names, and one for each word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from digests.models import Digest, Edition, EditionTag, Source, Story, Tag
from digests.site import feed_queries
from digests.site.feeds import periods
from digests.site.feeds.corrections import CorrectionEntries
from digests.site.feeds.entries import Entries, IssueEntries, StoryEntries
from digests.site.public_addresses import moved


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed contains, independent of its format."""

    name: str  # of its addresses in urls.py, without the format
    title: str
    entries: Entries
    args: tuple[Any, ...] = ()
    query: str = ""  # the query string of its address
    description: str = ""
    author: str = ""
    language: str = ""
    page: str = ""  # the page with the same content, if it is not the one that the feed is below
    changed_at: datetime | None = None  # when the title or description last changed
    span: periods.Span | None = None  # the days of a complete feed, which has no archive
    missing: str = ""  # the message of the 404 for a feed without entries; empty: such a feed is served
    has_hub: bool = False


Find = Callable[..., Listing | HttpResponse]  # a response is a redirect to the present address


def newsroom(request: HttpRequest) -> Listing:
    """The issues of all digests."""
    with translation.override(settings.LANGUAGE_CODE):
        title, description = _("Newsroom"), _("The latest issue of each digest")
    return Listing("front", title, IssueEntries(Edition.objects.all()), description=description, has_hub=True)


def issues(request: HttpRequest, digest: str) -> Listing:
    """A digest's issues."""
    found = get_object_or_404(Digest, slug=digest)
    return _of(found, "digest", found.name, IssueEntries(Edition.objects.filter(digest=found)), has_hub=True)


def months(request: HttpRequest, digest: str, year: int, month: int) -> Listing:
    """All issues of a digest in a month."""
    found = get_object_or_404(Digest, slug=digest)
    return _of(
        found,
        "month",
        f"{found.name} {year}-{month:02}",
        IssueEntries(Edition.objects.filter(digest=found)),
        args=(found.slug, year, month),
        span=periods.month(year, month),
        missing=_("No issues in this month."),
    )


def stories(request: HttpRequest, digest: str) -> Listing:
    """A digest's stories."""
    found = get_object_or_404(Digest, slug=digest)
    with translation.override(found.language):
        title = _("%(digest)s: stories") % {"digest": found.name}
    entries = StoryEntries(Story.objects.filter(edition__digest=found))
    return _of(found, "stories", title, entries, page=found.get_absolute_url(), has_hub=True)


def tags(request: HttpRequest) -> Listing:
    """The issues that have tags, or have stories with tags."""
    with translation.override(settings.LANGUAGE_CODE):
        title, description = _("Issues with tags"), _("Every issue that has a tag")
    filed = EditionTag.objects.filter(edition=OuterRef("pk"))
    return Listing("tags", title, IssueEntries(Edition.objects.filter(Exists(filed))), description=description)


def tagged(request: HttpRequest, slug: str) -> Listing | HttpResponse:
    """The issues with a tag; of an issue in which only some stories have it, those stories."""
    tag = Tag.objects.at(slug)
    if tag is None:
        raise Http404(_("There is no such tag."))
    if tag.slug != slug:
        return moved(request, slug=tag.slug)
    with translation.override(settings.LANGUAGE_CODE):
        description = _("Issues and stories tagged “%(tag)s”") % {"tag": tag.name}
    return Listing(
        "tag",
        tag.name,
        IssueEntries(Edition.objects.filter(tags=tag), tag),
        args=(tag.slug,),
        description=description,
        changed_at=tag.changed_at,
        missing=_("There is no such tag."),
    )


def sources(request: HttpRequest) -> Listing:
    """The stories of all sources."""
    with translation.override(settings.LANGUAGE_CODE):
        title, description = _("Stories of all sources"), _("Every story that links to a source")
    return Listing("sources", title, StoryEntries(Story.objects.exclude(source=None)), description=description)


def source(request: HttpRequest, domain: str) -> Listing | HttpResponse:
    """A source's stories."""
    found = Source.objects.at(domain)
    if found is None:
        raise Http404(_("There is no such source."))
    if found.domain != domain:
        return moved(request, domain=found.domain)
    with translation.override(settings.LANGUAGE_CODE):
        description = _("Stories that link to %(source)s") % {"source": found.domain}
    return Listing(
        "source",
        str(found),
        StoryEntries(Story.objects.filter(source=found)),
        args=(found.domain,),
        description=description,
        changed_at=found.changed_at,
        missing=_("There is no such source."),
    )


def custom(request: HttpRequest) -> Listing | HttpResponse:
    """The stories that match a reader's feed query."""
    try:
        asked = feed_queries.read(request.GET.get("q", ""))
        rows = asked.rows()
    except ValidationError as error:
        return HttpResponseBadRequest("\n".join(error.messages), content_type="text/plain; charset=utf-8")
    with translation.override(settings.LANGUAGE_CODE):
        title = f"{asked} · {_('Newsroom')}"
        description = _("Stories that match: %(query)s") % {"query": asked}
    query = urlencode({"q": asked}, safe=":")
    page = f"{reverse('custom')}?{query}"
    return Listing(
        "custom",
        title,
        StoryEntries(asked.among(Story.objects.all(), rows)),
        query=query,
        description=description,
        page=page,
        changed_at=max((row.changed_at for named in rows.values() for row in named), default=None),
    )


def corrections(request: HttpRequest) -> Listing:
    """The log of corrections; with ?digest=, that of one digest."""
    slug = request.GET.get("digest", "")
    found = get_object_or_404(Digest, slug=slug) if slug else None
    with translation.override(found.language if found else settings.LANGUAGE_CODE):
        title, description = _("Corrections"), _("What was corrected, and what readers were told")
    if found is None:
        entries = CorrectionEntries(Edition.objects.all())
        return Listing("corrections", title, entries, description=description, has_hub=True)
    return _of(
        found,
        "corrections",
        f"{found.name} · {title}",
        CorrectionEntries(Edition.objects.filter(digest=found)),
        args=(),
        query=urlencode({"digest": slug}),
        description=description,
    )


def _of(digest: Digest, name: str, title: str, entries: Entries, **more: Any) -> Listing:
    given = {
        "args": (digest.slug,),
        "description": digest.description or digest.name,
        "author": digest.name,
        "language": digest.language,
        "changed_at": digest.changed_at,
    }
    return Listing(name, title, entries, **{**given, **more})
