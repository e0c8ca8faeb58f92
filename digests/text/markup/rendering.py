"""Read a text once into HTML, words, links and images: the way in for everything that has Markdown."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from digests.text.markup import parser
from digests.text.markup.budget import CACHED_LENGTH, CARD_LENGTH, LENGTH, TooExpensive
from digests.text.markup.page import Page
from digests.text.markup.policy import BLOCKS, CARD, PHRASES, printable

logger = logging.getLogger(__name__)


def render(text: str, *, heading_from: int = 4) -> SafeString:
    """Render a text of several blocks.

    Its first heading gets the level `heading_from`, and no heading is more than one level below the one before.
    """
    return SafeString(_read(text, BLOCKS, heading_from).html)


def render_line(text: str) -> SafeString:
    """Render one line without a paragraph round it; `- `, `#` and `>` are plain characters here."""
    return SafeString(_read(text, PHRASES).html)


def plain(text: str) -> str:
    """Return the words alone, one line for each block."""
    return _read(text, BLOCKS).text


def links(text: str) -> list[str]:
    """List the http and https links in order, bare ones too; an image is not a link."""
    return list(_read(text, BLOCKS).links)


def images(text: str) -> list[str]:
    """List the addresses of images in order, stored here or not."""
    return list(_read(text, BLOCKS).images)


def undescribed(text: str) -> list[str]:
    """List the images stored here that have no description and are not marked as decoration."""
    return list(_read(text, BLOCKS).undescribed)


def card(html: str) -> SafeString:
    """Sanitise the raw HTML of a subscribe card: words, links and boxes, but no classes and no images."""
    html = printable(html)
    return SafeString(Page(html if len(html) <= CARD_LENGTH else _as_written(html), CARD).html)


class _Read(NamedTuple):
    html: str
    text: str
    links: tuple[str, ...]
    images: tuple[str, ...]
    undescribed: tuple[str, ...]


def _read(text: str, tags: frozenset[str], heading_from: int = 4) -> _Read:
    read = _read_once if len(text) <= CACHED_LENGTH else _read_once.__wrapped__
    return read(text, tags, heading_from, get_language())


# While an issue is being written its texts are read again at every pause, and few of them are new.
@lru_cache(maxsize=2_000)
def _read_once(text: str, tags: frozenset[str], heading_from: int, language: str | None) -> _Read:
    text = printable(text)
    if tags is PHRASES:
        text = " ".join(text.split("\n")).strip()
    try:
        if len(text) > LENGTH:
            raise TooExpensive
        page = Page(parser.to_html(text, tags), tags, heading_from, language)
    except Exception as problem:  # a text may be bad, but a page never fails for it
        logger.warning("Shown as written: a text of %d characters (%r)", len(text), problem)
        page = Page(_as_written(text), tags, heading_from, language)
    return _Read(page.html, page.text, tuple(page.links), tuple(page.images), tuple(page.undescribed))


def _as_written(text: str) -> str:
    """Return a text as plain paragraphs, without reading any Markdown or HTML in it."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n".join("<p>" + escape(paragraph).replace("\n", "<br>\n") + "</p>" for paragraph in paragraphs)
