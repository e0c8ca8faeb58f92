"""Bullets: the lists of a note and of a section's briefs; and the rules that part texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .fences import is_opening

RULE = re.compile(r"-{3,}[ \t]*")
BULLET = re.compile(r"(?!\*[ \t]*\*[ \t]*\*[* \t]*$)([-*+])(?:[ \t](.*))?")


def bullets(lines: Sequence[str]) -> list[list[str]] | None:
    """Return the lines of each bullet if there is nothing but top-level bullets, else None.

    A bullet continues in lines indented by two spaces, or in a line right below it without any indent.
    """
    found: list[list[str]] = []
    for text in lines:
        if match := BULLET.fullmatch(text):
            words = match[2] or ""
            found.append([words if match[1] == "-" else words.lstrip()])
        elif not found:
            return None
        elif text.startswith("  ") or not text:
            found[-1].append(text[2:])
        elif found[-1][-1] and not is_opening(text) and not RULE.fullmatch(text) and text[0] not in "#><|":
            found[-1].append(text)
        else:
            return None
    return found or None


def briefs_begin(lines: Sequence[str]) -> int:
    """Return the index of the first line of the briefs that end a section's text; its length if there are none."""
    begin = len(lines)
    while begin and (not lines[begin - 1] or BULLET.fullmatch(lines[begin - 1])):
        begin -= 1
    if begin and lines[begin - 1] and begin < len(lines) and lines[begin]:
        while begin < len(lines) and lines[begin]:  # these bullets belong to the paragraph above them
            begin += 1
    while begin < len(lines) and not lines[begin]:
        begin += 1
    return begin
