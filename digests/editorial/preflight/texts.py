"""Checks of a single text: open Markdown, unfinished sentences, placeholders, and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from digests.editorial.preflight.problems import Advisory, Blocker, Place, Problem
from digests.manuscript.addresses import leads_nowhere
from digests.manuscript.proof import Open, left_open, unfinished, without_code, without_fences
from digests.text.markup import LENGTH, MEDIA, links, undescribed

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Placeholders of templates, and what people write for missing text. Allowed inside code.
PLACEHOLDERS = re.compile(
    r"\{\{.*?\}\}"
    r"|(?<![A-Za-z])(?i:Report Title|This is the (?:report content|summary of the report)|lorem ipsum)(?![A-Za-z])"
    r"|(?<![A-Za-z0-9_])(?:TODO|TBD|FIXME)(?![A-Za-z0-9_])"
    r"|[（(【\[]\s*(?:待补充?|待填写?|待定稿|此处填写?|占位)\s*[）)】\]]"
)

_LEFT_OPEN: dict[Open, str | _StrPromise] = {
    "fence": _("A block of code is not closed."),
    "code": _("A backtick ` has no partner."),
    "strong": _("Two asterisks ** have no partner."),
    "link": _("A link is not closed."),
    "bracket": _("A square bracket has no partner."),
}


def check_text(place: Place, text: str, *, prose: bool = True) -> Iterator[Problem]:
    """Check a Markdown text. `prose` ends with a full stop; without it, only an obvious break counts as unfinished."""
    if len(text) > LENGTH:
        yield Blocker(
            "text_too_long",
            _("A text has %(length)d characters; at most %(limit)d are shown with their Markdown.")
            % {"length": len(text), "limit": LENGTH},
            place,
            _("Make two of it."),
        )
        return
    yield from check_words(place, text)
    if "://" in text or "www." in text:
        for link in links(text):
            yield from check_link(place, link)
    if kind := left_open(text):
        yield Advisory("left_open", _LEFT_OPEN[kind], place, _("Close it, or write a backslash before it."))
    elif tail := unfinished(text, prose=prose):
        yield Advisory(
            "unfinished",
            _("The text stops at “…%(tail)s”.") % {"tail": tail},
            place,
            _("Finish the sentence."),
        )


def check_words(place: Place, text: str) -> Iterator[Problem]:
    """Check a text of one line or several for placeholders and for pictures without a description."""
    if found := PLACEHOLDERS.search(without_code(without_fences(text)[0])):
        yield Blocker(
            "placeholder",
            _("“%(text)s” looks like text that was to be replaced.") % {"text": found[0][:60]},
            place,
            _("Replace it with the real words."),
        )
    yield from _pictures(place, text)


def _pictures(place: Place, text: str) -> Iterator[Problem]:
    if MEDIA in text and (found := undescribed(text)):
        yield Blocker(
            "picture_alt_missing",
            ngettext(
                "%(count)d picture in the text has no description.",
                "%(count)d pictures in the text have no description.",
                len(found),
            )
            % {"count": len(found)},
            place,
            _("Write it between the brackets: ![what it shows](…). For mere decoration, write a dash."),
        )


def check_link(place: Place, link: str) -> Iterator[Problem]:
    """Check that a link leads to a host that readers can reach."""
    if leads_nowhere(link, settings.NEWSROOM_RESERVED_HOSTS):
        yield Blocker(
            "link_nowhere",
            _("The link %(link)s leads to an example or a private network.") % {"link": link[:120]},
            place,
            _("Link to the public page that readers can open."),
        )
