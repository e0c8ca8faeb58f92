"""Text as it is searched: one width, one case, one space; and the pairs of signs that it is found by."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

PARTS = "\n"  # stands between the parts of a text, where no phrase reaches across: folding leaves none in a phrase

# What no database keeps as text.
_UNKEPT = re.compile("[\0\ud800-\udfff]")


def kept(text: str) -> str:
    """Return a text that every database keeps."""
    return _UNKEPT.sub("\ufffd", text)


def fold(text: str) -> str:
    """Return a text in the one form in which it is compared: NFKC, case folded, each run of white space one space."""
    return " ".join(unicodedata.normalize("NFKC", kept(text)).casefold().split())


def grams(folded: str) -> str:
    """Return each sign with the one that follows it, as words that any index of words takes.

    Words in a row are signs in a row, so a phrase of these words is an exact part of the text. The last sign's word
    ends with `PARTS`, so that every sign begins one.
    """
    return " ".join(_word(one + other) for one, other in pairwise(folded + PARTS))


def asked(phrase: str) -> str:
    """Return what to ask an index of `grams` for (FTS5): a phrase, or for one sign the beginning of a word."""
    if len(phrase) == 1:
        return f"{_word(phrase)}*"
    return f'"{" ".join(_word(one + other) for one, other in pairwise(phrase))}"'


def places(text: str, phrase: str) -> Iterator[tuple[int, int]]:
    """Find a folded phrase in a text as it was written: where each hit begins and ends there."""
    folded, end = fold(text), 0
    while phrase and (begin := folded.find(phrase, end)) >= 0:
        end = begin + len(phrase)
        yield _within(text, begin, end)


def _within(text: str, begin: int, end: int) -> tuple[int, int]:
    """Return what of a text makes a part of it folded. A sign may fold into several, and several into one."""

    def made(length: int) -> int:
        return len(fold(text[:length]))

    lengths = range(len(text) + 1)
    first = bisect_right(lengths, begin, key=made) - 1
    last = max(bisect_left(lengths, end, key=made), bisect_right(lengths, end, key=made) - 1)
    return first, first + len(text[first:last].rstrip())


def _word(signs: str) -> str:
    return signs.encode().hex()
