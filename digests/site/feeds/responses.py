"""Respond with feeds. A conditional request for an unchanged feed costs a query or two and reads no texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from datetime import date as Date
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import URLPattern, reverse
from django.urls import path as route
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from digests.manuscript import diff
from digests.models import page
from digests.publishing import addresses, changes, rendering
from digests.publishing.addresses import FORMATS, Format, absolute
from digests.site.feeds.entries import State
from digests.site.feeds.formats import write
from digests.site.feeds.listings import Find, Listing
from digests.site.feeds.periods import Span
from digests.site.feeds.values import Feed
from digests.text import markup

MAX_AGE = 300  # seconds
ICON = "img/feed.png"

View = Callable[..., HttpResponse]


def _code() -> tuple[str, datetime]:
    """Return a hash of the code that writes feeds, and when its files last changed."""
    package = Path(str(markup.__file__)).parent
    folders = (Path(__file__).parent, package, settings.BASE_DIR / "templates" / "site" / "feeds")
    files = [file for folder in folders for file in sorted(folder.iterdir()) if file.is_file()]
    files += [Path(str(module.__file__)) for module in (addresses, changes, diff, page, rendering)]
    files.append(settings.BASE_DIR / "digests" / "templatetags" / "feeds.py")  # above this room: not imported
    words = hashlib.sha256(b"\0".join(file.read_bytes() for file in files))
    return words.hexdigest(), datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC)


CODE, CODE_SINCE = _code()


def of(prefix: str, find: Find, *, name: str) -> list[URLPattern]:
    """Return the three feed addresses of a listing page: P + rss.xml, atom.xml, feed.json."""
    return [route(f"{prefix}{kind.file}", _view(find, kind), name=f"{name}-{kind.name}") for kind in FORMATS]


def _view(find: Find, kind: Format) -> View:
    @csrf_exempt
    @require_safe
    @wraps(find)
    def respond(request: HttpRequest, **where: Any) -> HttpResponse:
        listing = find(request, **where)
        return listing if isinstance(listing, HttpResponse) else answer(request, listing, kind)

    return respond


def answer(request: HttpRequest, listing: Listing, kind: Format) -> HttpResponse:
    """Respond with a feed, or a document of its archive, in a format; 304 if the client has it already."""
    at = timezone.now()
    newest = listing.span or listing.entries.newest(at)
    asked = _asked(request, listing)
    state = listing.entries.state(asked or newest, at)
    if not state.keys and (asked or listing.missing):
        raise Http404(listing.missing or _("Nothing is from that time."))
    feed = _document(listing, kind, state, newest, asked)
    # A weak ETag: it stands for the same entries, even if a proxy compresses the bytes.
    etag = f'W/"{hashlib.sha256(repr((CODE, kind.name, feed, state.facts)).encode()).hexdigest()[:32]}"'
    modified = _modified(feed, at)
    response = HttpResponse(
        content_type=f"{kind.content_type}; charset=utf-8",
        headers={
            "ETag": etag,
            "Last-Modified": http_date(modified),
            "Cache-Control": f"public, max-age={MAX_AGE}",
            "Content-Language": feed.language,
        },
    )
    answered = get_conditional_response(request, etag, modified, response) or response
    if answered is response:
        entries = tuple(listing.entries.read(state.keys, at))
        response.content = write(replace(feed, entries=entries), kind)
    answered.headers["Access-Control-Allow-Origin"] = "*"  # for feed readers that run in a browser
    answered.headers["X-Robots-Tag"] = "noindex"  # people who search should find the page
    if feed.hub:
        answered.headers["Link"] = f'<{feed.hub}>; rel="hub", <{feed.url}>; rel="self"'
    return answered


def _asked(request: HttpRequest, listing: Listing) -> Span | None:
    """Return the days of the archive document that the address asks for, or None for the newest. Raises Http404."""
    period = listing.entries.period
    text = "" if listing.span else request.GET.get(period.name, "")
    try:
        return period.read(text) if text else None
    except ValueError:
        raise Http404(_("Nothing is from that time.")) from None


def _document(listing: Listing, kind: Format, state: State, newest: Span, asked: Span | None) -> Feed:
    """Return a document of a feed, without its entries."""
    period = listing.entries.period
    path = reverse(f"{listing.name}-{kind.name}", args=listing.args)

    def address(day: Date | None = None) -> str:
        query = {period.name: period.write(period.of(day))} if day else {}
        whole = "&".join(filter(None, (listing.query, urlencode(query))))
        return absolute(f"{path}?{whole}" if whole else path)

    def is_archived(day: Date | None) -> bool:
        return bool(day and not listing.span and newest.since and day < newest.since)

    changed = [instant for instant in (state.changed, listing.changed_at) if instant]
    return Feed(
        id=address(),
        url=address(asked.since if asked else None),
        page=absolute(listing.page or path.rpartition("/")[0] + "/"),
        title=listing.title,
        description=listing.description or listing.title,
        author=listing.author or _newsroom(),
        language=listing.language or settings.LANGUAGE_CODE,
        icon=absolute(static(ICON)),
        updated=max(changed, default=CODE_SINCE),
        entries=(),
        hub=settings.NEWSROOM_HUB if listing.has_hub and not asked else "",
        earlier=address(state.earlier) if is_archived(state.earlier) else "",
        later=address(state.later) if is_archived(state.later) else "",
        is_archive=bool(asked and is_archived(asked.since)),
        is_complete=bool(listing.span),
    )


def _newsroom() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("Newsroom")


def _modified(feed: Feed, at: datetime) -> int:
    """Return Last-Modified as a Unix time: one second after the last change, but not in the future.

    HTTP dates have whole seconds. If a feed changes twice in one second, a client that fetched it in between must not
    get a 304 for the second change.
    """
    return min(int(max(feed.updated, CODE_SINCE).timestamp()) + 1, int(at.timestamp()))
