"""How addresses are written where they are read elsewhere, and the formats of feeds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings

# What markup.py writes: sanitised, so every attribute is quoted the same way.
_OWN_ADDRESS = re.compile(r'(?<= )(href|src)="(?=/(?!/))')

_ANCHOR = re.compile(r'(?<= )href="(?=#)')


@dataclass(frozen=True, slots=True)
class Format:
    """A form in which there is every feed."""

    name: str  # after the dash of its name in urls.py
    file: str  # at the end of its address
    content_type: str
    title: str  # as people call it


FORMATS = (
    Format("rss", "rss.xml", "application/rss+xml", "RSS"),
    Format("atom", "atom.xml", "application/atom+xml", "Atom"),
    Format("json", "feed.json", "application/feed+json", "JSON Feed"),
)


def absolute(path: str) -> str:
    """Return a path of this site as an address that works anywhere."""
    return f"{settings.SITE_URL}{path}"


def absolute_html(html: str, base: str) -> str:
    """Return rendered HTML for reading elsewhere: paths get the site, anchors the page at `base`."""
    html = _OWN_ADDRESS.sub(rf'\1="{settings.SITE_URL}', html)
    return _ANCHOR.sub(f'href="{base}', html)
