"""Pictures for shared links to an issue: its cover, cropped, or one that is drawn from its title."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date as Date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from digests.models import Picture
from digests.publishing import cover, pictures
from digests.site.views.issue import live_edition
from digests.site.views.responses import readable

CACHED = 7 * 24 * 3600  # seconds


@readable
def drawn(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Serve a cover of a live issue that is drawn from its title and date."""
    edition = live_edition(digest, date).row
    host = urlsplit(settings.SITE_URL).hostname or ""
    words = cover.Words(edition.digest.name, edition.title, edition.date, host)
    with translation.override(edition.digest.language):
        content = _cached(lambda: cover.draw(words), cover.VERSION, edition.digest.language, words)
    return HttpResponse(content, content_type="image/png")


@readable
def cropped(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Serve the cover of a live issue, cropped around its focal point."""
    edition = live_edition(digest, date).row
    picture = Picture.objects.filter(file=edition.cover).first() if edition.cover else None
    if picture is None:
        raise Http404(_("This issue has no cover."))
    point = (edition.cover, picture.focal_x, picture.focal_y)
    try:
        content = _cached(lambda: pictures.cropped(picture), *point)
    except OSError:
        raise Http404(_("This issue has no cover.")) from None
    return HttpResponse(content, content_type="image/jpeg")


def _cached(make: Callable[[], bytes], *of: Any) -> bytes:
    """Return a picture from the cache, or make it. `of` is everything that it depends on."""
    key = f"cover:{hashlib.sha256(repr(of).encode()).hexdigest()}"
    content: bytes | None = cache.get(key)
    if content is None:
        content = make()
        cache.set(key, content, CACHED)
    return content
