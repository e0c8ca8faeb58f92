"""Fold text for search (one width, one case, single spaces), and cut it into the pairs of characters of the index."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

PARTS = "\n"  # between the parts of a text: folding leaves no line break in a phrase, so none matches across parts

# NUL, which PostgreSQL refuses in text, and lone surrogates, which have no UTF-8.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Return a text with replacement characters for what some database cannot store."""
    return _UNSTORABLE.sub("\ufffd", text)


def fold(text: str) -> str:
    """Return the form in which texts are compared: NFKC, case folded, each run of white space a single space."""
    return " ".join(unicodedata.normalize("NFKC", storable(text)).casefold().split())


def grams(folded: str) -> str:
    """Return each character with the next one, as words (in hexadecimal) for an index of words.

    Words in a row are characters in a row, so a phrase of these words is an exact part of the text. The last
    character's word ends with `PARTS`, so that every character begins a word.
    """
    return " ".join(_word(one + other) for one, other in pairwise(folded + PARTS))


def fts_query(phrase: str) -> str:
    """Return the FTS5 query for a folded phrase in an index of `grams`; for one character, a prefix of words."""
    if len(phrase) == 1:
        return f"{_word(phrase)}*"
    return f'"{" ".join(_word(one + other) for one, other in pairwise(phrase))}"'


def places(text: str, phrase: str) -> Iterator[tuple[int, int]]:
    """Find a folded phrase in a text that is not folded. Yields (begin, end) in that text."""
    folded, end = fold(text), 0
    while phrase and (begin := folded.find(phrase, end)) >= 0:
        end = begin + len(phrase)
        yield _within(text, begin, end)


def _within(text: str, begin: int, end: int) -> tuple[int, int]:
    """Return (begin, end) in a text for a span of its folded form, whose length may differ."""

    def made(length: int) -> int:
        return len(fold(text[:length]))

    lengths = range(len(text) + 1)
    first = bisect_right(lengths, begin, key=made) - 1
    last = max(bisect_left(lengths, end, key=made), bisect_right(lengths, end, key=made) - 1)
    return first, first + len(text[first:last].rstrip())


def _word(signs: str) -> str:
    return signs.encode().hex()
