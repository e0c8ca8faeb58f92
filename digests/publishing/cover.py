"""Draw a cover for shared links to an issue that has no picture.

The cover has the site's colours, and is drawn from the title alone. A letter that the font lacks becomes 〓, as in
typesetting; symbols that it lacks, such as emoji, are left out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date as Date
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from django.utils.formats import date_format
from PIL import Image, ImageDraw, ImageFont

VERSION = 1
"""Raise it with every change of the drawing: it is part of the cache key."""

SIZE = (1200, 630)
PAPER, INK, SOFT, RED = "#fcfcfb", "#191a1d", "#5a5d64", "#b0281a"  # tokens.css
MARGIN = 76
TITLE_TOP, TITLE_BOTTOM = 176, 540
TITLE_SIZES = range(88, 43, -4)
SPACING = 1.3  # from line to line

FONT = Path(__file__).parent / "fonts" / "NotoSerifCJKsc-Bold.woff2"
MISSING = "〓"

# What is not broken over lines: a Latin word, a number with its symbols. All else may break anywhere.
_PIECE = re.compile(r"[^\s\u2e80-\uffef]+|\s+|.", re.DOTALL)
_NEVER_FIRST = frozenset("，。、；：？！）》」』】〕〉”’…—·％%,.;:?!)]}~～")
_NEVER_LAST = frozenset("（《「『【〔〈“‘([{")


@dataclass(frozen=True, slots=True)
class Words:
    """What is drawn: name of the digest, title and date of the issue, host of the site."""

    name: str
    title: str
    date: Date
    host: str


def draw(words: Words) -> bytes:
    """Return the cover as a PNG, with the date in the active language."""
    paper = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(paper)
    right = SIZE[0] - MARGIN
    day = date_format(words.date, "DATE_FORMAT")
    day_width = _font(30).getlength(day)
    pen.text(
        (MARGIN, 98), _cut(printable(words.name), 44, right - MARGIN - day_width - 40), INK, _font(44), anchor="ls"
    )
    pen.text((right, 98), day, SOFT, _font(30), anchor="rs")
    # A thick and a thin rule, as at the top of every page.
    pen.rectangle((MARGIN, 120, right, 125), INK)
    pen.rectangle((MARGIN, 130, right, 131), INK)

    lines, size = fitted(printable(words.title) or printable(words.name), right - MARGIN)
    height = SPACING * size
    top = TITLE_TOP + max(0.0, (TITLE_BOTTOM - TITLE_TOP - height * len(lines)) / 2)
    for number, line in enumerate(lines):
        pen.text((MARGIN, round(top + height * (number + 0.5))), line, INK, _font(size), anchor="lm")

    pen.rectangle((MARGIN, 560, MARGIN + 20, 582), RED)
    pen.rectangle((MARGIN + 28, 566, MARGIN + 88, 576), RED)
    pen.text((right, 582), printable(words.host), SOFT, _font(26), anchor="rs")
    drawn = BytesIO()
    paper.quantize(64).save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def fitted(text: str, width: float) -> tuple[list[str], int]:
    """Return the lines of a title and the largest font size at which they fit.

    If none fits, the text is cut at the smallest size and ends with an ellipsis.
    """
    for size in TITLE_SIZES:
        lines = wrapped(text, size, width)
        most = int((TITLE_BOTTOM - TITLE_TOP) / (SPACING * size))
        if len(lines) <= min(most, 3 if size > 60 else 6):
            return _balanced(text, size, width, len(lines)), size
    kept = lines[:most]
    kept[-1] = _cut(kept[-1] + "……" * 40, size, width)
    return kept, size


def wrapped(text: str, size: int, width: float) -> list[str]:
    """Break a text into lines of a width in pixels; no line begins with a comma or ends with an opening bracket."""
    lines = [""]
    for piece in _pieces(text):
        if _font(size).getlength((lines[-1] + piece).rstrip()) <= width:
            lines[-1] += piece
            continue
        if lines[-1].strip():
            lines.append("")
        for char in piece.lstrip():  # a word that is wider than a line is broken
            if lines[-1] and _font(size).getlength(lines[-1] + char) > width:
                lines.append("")
            lines[-1] += char
    return [line.strip() for line in lines if line.strip()]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        clings = pieces and (piece[0] in _NEVER_FIRST or pieces[-1][-1] in _NEVER_LAST)
        if clings:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _balanced(text: str, size: int, width: float, count: int) -> list[str]:
    """Break a text into `count` lines of about equal width, so that the last one is not a single character."""
    narrow, wide = width / 2, width
    while wide - narrow > size / 4:
        middle = (narrow + wide) / 2
        if len(wrapped(text, size, middle)) <= count:
            wide = middle
        else:
            narrow = middle
    return wrapped(text, size, wide)


def _cut(text: str, size: int, width: float) -> str:
    font = _font(size)
    if font.getlength(text) <= width:
        return text
    text = text.rstrip("…")
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def printable(text: str) -> str:
    """Return a text with only characters that the font has."""
    return " ".join("".join(map(_printable, unicodedata.normalize("NFC", text))).split())


@lru_cache(maxsize=20_000)
def _printable(char: str) -> str:
    """Return what is drawn for a character: itself, its compatibility form, 〓, or nothing."""
    if char.isspace() or _has(char):
        return char
    plain = "".join(one for one in unicodedata.normalize("NFKD", char) if not unicodedata.combining(one))
    if plain != char and plain and all(map(_has, plain)):
        return plain
    return MISSING if char.isalnum() else ""


@cache
def _blank() -> bytes:
    return _image("\U0010ffff")  # which no font has


def _has(char: str) -> bool:
    return _image(char) != _blank()


def _image(char: str) -> bytes:
    return bytes(_font(40).getmask(char))


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    # The basic layout engine needs no library beside Pillow, and these scripts need no shaping.
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)
