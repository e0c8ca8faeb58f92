"""Change HTML that was rendered when an edition was made and kept in the database since.

Its images are found by pattern: the last sanitiser wrote them, so each attribute stands in double quotes and holds
none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import escape, unescape
from urllib.parse import unquote

from django.utils.safestring import SafeString

from digests.text.markup.elements import Shown, picture
from digests.text.markup.policy import MEDIA

_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_PORTABLE = ("src", "alt", "title", "width", "height")
_HEADING = re.compile(r"(</?h)([3-6])(?=[ >])")


def rendered(html: str, pictures: Mapping[str, Shown] | None = None) -> SafeString:
    """Mark as safe again what `render` made when an edition was rendered, and the database kept.

    Images whose name is in `pictures` are written with all the files that a browser may choose from.
    """

    def shown_in_full(found: re.Match[str]) -> str:
        given = dict(_ATTRIBUTE.findall(found[1]))
        shown = (pictures or {}).get(_stored_name(given))
        return picture(shown, unescape(given.get("alt", "")), lazy=True) if shown else found[0]

    return SafeString(_IMAGE.sub(shown_in_full, html) if pictures else html)


def portable(html: str, pictures: Mapping[str, Shown]) -> SafeString:
    """Mark as safe HTML that other programs show: an image is one file with its description and size, nothing else."""

    def plain(found: re.Match[str]) -> str:
        given = dict(_ATTRIBUTE.findall(found[1]))
        shown = pictures.get(_stored_name(given))
        if shown:
            given |= {"src": escape(shown.src), "width": str(shown.width), "height": str(shown.height)}
        return "<img" + "".join(f' {name}="{given[name]}"' for name in _PORTABLE if name in given) + ">"

    return SafeString(_IMAGE.sub(plain, html))


def raised(html: str) -> str:
    """Return rendered HTML with its headings two levels higher.

    They are rendered for below a headline; this is for where only the page's title is above them.
    """
    return _HEADING.sub(lambda found: f"{found[1]}{int(found[2]) - 2}", html)


def stored(html: str) -> list[str]:
    """List the names of the stored images that rendered HTML shows."""
    return [name for found in _IMAGE.findall(html) if (name := _stored_name(dict(_ATTRIBUTE.findall(found))))]


def without(html: str, names: Collection[str]) -> str:
    """Return rendered HTML with the words that describe these stored images in their place."""

    def described(found: re.Match[str]) -> str:
        given = dict(_ATTRIBUTE.findall(found[1]))
        return escape(unescape(given.get("alt", ""))) if _stored_name(given) in names else found[0]

    return _IMAGE.sub(described, html)


def _stored_name(given: Mapping[str, str]) -> str:
    """Return the name of the stored file that an image with these attributes shows, or nothing."""
    source = unquote(unescape(given.get("src", "")))
    return source.removeprefix(MEDIA) if source.startswith(MEDIA) else ""
