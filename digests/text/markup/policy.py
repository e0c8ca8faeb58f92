"""What readers may get: which elements, attributes and addresses, and the sanitisers that enforce it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import nh3

MEDIA = "/media/"


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# The elements of one line, of a text of several blocks, and of a subscribe card.
PHRASES = _names("a b br code del em i img ins kbd mark s small strong sub sup u")
BLOCKS = PHRASES | _names(
    "blockquote dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre summary"
    " table tbody td tfoot th thead tr ul"
)
CARD = _names("a br div em p span strong")
# Elements that may have a `lang` of their own. A line that needs one gets a span, which no writer can write.
PASSAGES = _names("blockquote dd div dt figcaption h1 h2 h3 h4 h5 h6 li p summary td th")

# Elements whose tags are left out and whose content stays. Any other name in angle brackets is text: `<search>` or
# `<output>` is more likely the author's own word than an element.
LEFT_OUT = _names(
    "abbr acronym address animate applet area article aside audio base basefont bdi bdo bgsound big blink body button"
    " canvas caption center cite col colgroup datalist dfn dialog dir embed fieldset font footer foreignobject form"
    " frame frameset head header hgroup html iframe image input keygen label legend link main map marquee math"
    " menu menuitem meta meter nav nobr noembed noframes noscript object optgroup option param picture plaintext"
    " progress q rp rt ruby samp script section select slot source span strike style svg template textarea time title"
    " track tt var video wbr xmp"
)
DECORATION = ("-", "–", "—")  # as the description of an image: there is nothing to describe
OUTSIDE = re.compile(r"https?://", re.IGNORECASE)

_ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "code": {"class"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
_VALUES = {
    ("a", "rel"): re.compile(r"noopener"),
    ("code", "class"): re.compile(r"language-[\w+#.-]{1,30}", re.ASCII),
    ("img", "height"): re.compile(r"[0-9]{1,4}"),
    ("img", "loading"): re.compile(r"lazy"),
    ("img", "width"): re.compile(r"[0-9]{1,4}"),
    ("ol", "start"): re.compile(r"[0-9]{1,9}"),
    ("td", "align"): re.compile(r"left|center|right"),
    ("th", "align"): re.compile(r"left|center|right"),
}
_LANGUAGE = re.compile(r"[a-z]{2}")
_TARGET = re.compile(r"(?:https?://[^/?#]|mailto:.|/(?![/\\])|#)", re.IGNORECASE)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def target(address: str) -> str:
    """Return where a link may lead: http, https, mailto, or this site's own `/…` or `#…`; empty for anywhere else."""
    # Browsers drop line breaks and tabs inside an address, so `/\t/host` would be another host.
    address = re.sub(r"[\t\n\r]", "", address).strip().replace(" ", "%20")
    return address if _TARGET.match(address) else ""


def is_stored(address: str) -> bool:
    """Tell whether an image is stored here: `/media/../admin/logout/` is not."""
    return address.startswith(MEDIA) and not re.search(r"\.\.|//|[\\\s]", unquote(address))


def printable(text: str) -> str:
    """Leave out the characters that XML, and so a feed, cannot hold, and python-markdown's own control characters."""
    return _UNPRINTABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def _filter(tag: str, name: str, value: str) -> str | None:
    """Return the value that an allowed attribute keeps, or None to drop it; nh3 calls this for each."""
    if name == "href":
        return target(value) or None
    if name == "src":
        return value if is_stored(value) else None
    if name == "lang":
        return value if _LANGUAGE.fullmatch(value) else None
    allowed = _VALUES.get((tag, name))
    return value if allowed is None or allowed.fullmatch(value) else None


def _cleaners(tags: frozenset[str]) -> tuple[nh3.Cleaner, nh3.Cleaner]:
    """Make the first and the last sanitiser for these elements."""
    common: dict[str, Any] = {
        "url_schemes": {"http", "https", "mailto"},
        "link_rel": None,  # it would mark our own links too
    }
    # Without "*", nh3 keeps title and lang everywhere.
    given = {"*": set(), **{tag: names for tag, names in _ATTRIBUTES.items() if tag in tags}}
    spoken = {tag: given.get(tag, set()) | {"lang"} for tag in (PASSAGES & tags) | {"span"}}
    return (
        nh3.Cleaner(**common, tags=set(tags), attributes=given),
        nh3.Cleaner(**common, tags=tags | {"span"}, attributes=given | spoken, attribute_filter=_filter),
    )


CLEANERS = {tags: _cleaners(tags) for tags in (BLOCKS, PHRASES, CARD)}
