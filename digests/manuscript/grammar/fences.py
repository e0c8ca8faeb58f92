"""Code fences: which lines they hide."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

_OPENING = re.compile(r"(`{3,})[^`]*|(~{3,}).*")
_CLOSING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*")


def _fences(lines: Sequence[str]) -> dict[int, int]:
    """Return for the opening line of each code fence its closing line, both counted from 0.

    A fence that is never closed does not count and hides nothing, so that a slip in one story cannot swallow the
    stories after it. Only a line that begins with the fence opens one: code inside a bullet is indented, and holds no
    structure.
    """
    closing = _next_closing(lines)
    found: dict[int, int] = {}
    end = -1
    for number in sorted(closing):
        if number > end:
            end = closing[number]
            found[number] = end
    return found


def _next_closing(lines: Sequence[str]) -> dict[int, int]:
    """Return for each line that could open a fence the line that would close it.

    Walks backwards, and forgets a closing line once a nearer one is at least as long, so that the time stays almost
    linear.
    """
    found: dict[int, int] = {}
    nearest: dict[str, list[tuple[int, int]]] = {"`": [], "~": []}  # (-length, line), the nearest last
    for number in range(len(lines) - 1, -1, -1):
        text = lines[number]
        if "```" not in text and "~~~" not in text:
            continue
        if match := _OPENING.fullmatch(text):
            run = match[1] or match[2]
            candidates = nearest[run[0]]
            at = bisect_left(candidates, (-len(run) + 1, -1))
            if at:
                found[number] = candidates[at - 1][1]
        if match := _CLOSING.fullmatch(text):
            candidates = nearest[match[1][0]]
            while candidates and -candidates[-1][0] <= len(match[1]):
                candidates.pop()
            candidates.append((-len(match[1]), number))
    return found


def is_opening(text: str) -> bool:
    """Tell whether a line would open a code fence."""
    return _OPENING.fullmatch(text) is not None


def hidden(lines: Sequence[str]) -> list[bool]:
    """Return for each line whether it belongs to a closed code fence, where nothing is structure."""
    mask = [False] * len(lines)
    for first, last in _fences(lines).items():
        mask[first : last + 1] = [True] * (last + 1 - first)
    return mask
