"""Absolute addresses for use outside the site, and the formats of feeds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings

# HTML from digests.text.markup is sanitised, so every attribute is quoted the same way.
_OWN_ADDRESS = re.compile(r'(?<= )(href|src)="(?=/(?!/))')

_ANCHOR = re.compile(r'(?<= )href="(?=#)')


@dataclass(frozen=True, slots=True)
class Format:
    """A format in which every feed is offered."""

    name: str  # the part after the dash in names of urls.py
    file: str  # the last part of the address
    content_type: str
    title: str  # for people


FORMATS = (
    Format("rss", "rss.xml", "application/rss+xml", "RSS"),
    Format("atom", "atom.xml", "application/atom+xml", "Atom"),
    Format("json", "feed.json", "application/feed+json", "JSON Feed"),
)


def absolute(path: str) -> str:
    """Return the absolute address of a path of this site."""
    return f"{settings.SITE_URL}{path}"


def absolute_html(html: str, base: str) -> str:
    """Return rendered HTML with absolute addresses; `base` is the page that anchors are on."""
    html = _OWN_ADDRESS.sub(rf'\1="{settings.SITE_URL}', html)
    return _ANCHOR.sub(f'href="{base}', html)
