"""Every public address, as others see it."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.urls import reverse

# What markup.py writes: sanitised, so every attribute is quoted the same way.
_OWN_ADDRESS = re.compile(r'(?<= )(href|src)="(?=/(?!/))')
_ANCHOR = re.compile(r'(?<= )href="(?=#)')


def absolute(path: str) -> str:
    """Return a path of this site as an address that works anywhere."""
    return f"{settings.SITE_URL}{path}"


def absolute_html(html: str, base: str) -> str:
    """Return rendered HTML for reading elsewhere: paths get the site, anchors the page at `base`."""
    html = _OWN_ADDRESS.sub(rf'\1="{settings.SITE_URL}', html)
    return _ANCHOR.sub(f'href="{base}', html)


def moved(request: HttpRequest, **now: Any) -> HttpResponsePermanentRedirect:
    """Lead for good to where the same page, feed or place in a list is now: some part of its address is another."""
    match = request.resolver_match
    assert match is not None
    address = reverse(match.view_name, kwargs={**match.kwargs, **now})
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
