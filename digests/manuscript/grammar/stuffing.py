"""The backslashes that keep an editor's text from being read as structure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from .fences import hidden, is_opening
from .headings import HEADING
from .labels import read_label
from .lists import BULLET, RULE, briefs_begin, bullets


class Kind(Enum):
    """Where a text belongs, which decides what in it would be read as structure."""

    INTRO = "intro"
    LEAD = "lead"
    BODY = "body"
    PARAGRAPH = "paragraph"
    FOOTER = "footer"


def stuff(text: str, kind: Kind, known: frozenset[str]) -> str:
    """Put a backslash in front of each line that the reader would take for structure."""
    if kind is Kind.PARAGRAPH and not text.strip("\\"):
        return "\\" + text  # a note without words, which a label alone would not make
    if not text:
        return ""
    if kind is Kind.FOOTER and not text.startswith("<"):
        text = "\\" + text
    lines = text.split("\n")
    done = list(lines)
    # Upwards, because whether a rule is safe depends on how the line below it is written.
    for number, marks in reversed(_structure(lines, kind, known)):
        words = lines[number]
        if marks or not (BULLET.fullmatch(words) or (RULE.fullmatch(words) and not _is_break(done, number))):
            done[number] = "\\" + words
    if kind is Kind.PARAGRAPH and bullets(done):
        done[0] = "\\" + done[0]
    if kind is Kind.LEAD and briefs_begin(done) < len(done):
        done[-1] = "\\" + done[-1]
    return "\n".join(done)


def unstuff(text: str, kind: Kind, known: frozenset[str]) -> str:
    """Take off the backslashes that `stuff` put on."""
    if kind is Kind.PARAGRAPH and not text.strip("\\"):
        return text[1:]
    lines = text.split("\n")
    for number, marks in _structure(lines, kind, known):
        if marks:
            lines[number] = lines[number][1:]
    text = "\n".join(lines)
    return text.removeprefix("\\") if kind is Kind.FOOTER else text


def _structure(lines: Sequence[str], kind: Kind, known: frozenset[str]) -> list[tuple[int, int]]:
    """List the lines that are structure apart from any backslashes before them, as (line from 0, number of those)."""
    found = []
    for number, behind_fence in enumerate(hidden(lines)):
        words = lines[number].lstrip("\\")
        if not behind_fence and _is_structure(words, number, len(lines), kind, known):
            found.append((number, len(lines[number]) - len(words)))
    return found


def _is_structure(text: str, number: int, count: int, kind: Kind, known: frozenset[str]) -> bool:
    if match := HEADING.fullmatch(text):
        # A fourth level that opens a body would look like the first of a group's stories.
        return len(match[1]) < 4 or (kind is Kind.BODY and number == 0)
    if is_opening(text) or RULE.fullmatch(text):
        return True
    if kind in (Kind.INTRO, Kind.FOOTER):
        return False
    if (kind is Kind.PARAGRAPH and number == 0) or (kind is Kind.LEAD and number == count - 1):
        return BULLET.fullmatch(text) is not None or read_label(text, known) is not None
    return read_label(text, known) is not None


def _is_break(lines: Sequence[str], number: int) -> bool:
    """Tell whether a rule would be read as the end of a text: as its last line, or before a footer."""
    if number and lines[number - 1]:
        return False
    number += 1
    while number < len(lines) and not lines[number]:
        number += 1
    below = lines[number] if number < len(lines) else ""
    return not below or below.startswith(("<", "\\"))
