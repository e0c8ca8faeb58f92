"""Headings: the words and the link of a section's title or a story's headline."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..values import line
from .labels import is_known

HEADING = re.compile(r"(#{1,4})(?:[ \t]+(.*))?")
ISSUE_NUMBER = re.compile(r"`#[0-9]+`$")  # which some files have after a headline
_NUMBERED = re.compile(r"[0-9]+[.、．)）]\s*(?=\[)")  # which some files have before a linked headline


def link(text: str, target: str) -> str:
    """Return a Markdown link that `read_link` takes apart again."""
    text = text.replace("\\", "\\\\")
    if not _balanced(text):
        text = text.replace("[", "\\[").replace("]", "\\]")
    if not _is_bare(target):
        target = "<" + re.sub(r"[\\<>]", r"\\\g<0>", target) + ">"
    return f"[{text}]({target})"


def _balanced(text: str) -> bool:
    depth = 0
    for mark in re.findall(r"\\.|[\[\]]", text):
        depth += {"[": 1, "]": -1}.get(mark, 0)
        if depth < 0:
            return False
    return depth == 0


def _is_bare(target: str) -> bool:
    depth = 0
    for mark in re.findall(r"[\s<>\\()]", target):
        if mark not in "()":
            return False
        depth += 1 if mark == "(" else -1
        if depth < 0:
            return False
    return depth == 0


def read_link(text: str) -> tuple[str, str, str] | None:
    """Return (text, target, what follows) if the text begins with a Markdown link, else None."""
    if not (text.startswith("[") and "](" in text and ")" in text):
        return None
    depth = 0
    for match in re.finditer(r"\\.|[\[\]]", text):
        depth += {"[": 1, "]": -1}.get(match[0], 0)
        if depth == 0:
            break
    else:
        return None
    inner, rest = text[1 : match.start()], text[match.end() :]
    if not rest.startswith("("):
        return None
    inner = re.sub(r"\\([\\\[\]])", r"\1", inner)
    if quoted := re.match(r"\(<((?:[^<>\\]|\\.)*)>\)", rest):
        return inner, re.sub(r"\\([\\<>])", r"\1", quoted[1]), rest[quoted.end() :]
    depth = 0
    for match in re.finditer(r"[\s<>()]", rest):
        if match[0] not in "()":
            return None
        depth += 1 if match[0] == "(" else -1
        if depth == 0:
            return inner, rest[1 : match.start()], rest[match.end() :]
    return None


@dataclass(frozen=True, slots=True)
class Headline:
    """A heading: its words, its link, and the marks around them that were left out."""

    text: str
    link: str = ""
    left_out: str = ""


def read_headline(text: str, known: frozenset[str] = frozenset()) -> Headline:
    """Read a heading, leaving out the bold and the numbers that some files put there."""
    if text.startswith("\\") and _looks_special(text.lstrip("\\"), known):
        return Headline(text[1:])
    if plain := read_link(text):
        words, target, rest = plain
        if not rest.strip() or ISSUE_NUMBER.fullmatch(rest.strip()):
            return Headline(line(words), line(target), rest.strip())
    inner, mark = text, ""
    if len(text) > 4 and text.startswith("**") and text.endswith("**") and "**" not in text[2:-2]:
        inner, mark = text[2:-2].strip(), "**"
    number = _NUMBERED.match(inner)
    if (found := read_link(inner[number.end() :] if number else inner)) and not found[2].strip():
        left_out = " ".join(part for part in (mark, number[0].strip() if number else "") if part)
        return Headline(line(found[0]), line(found[1]), left_out)
    return Headline(inner, left_out=mark)


def headline(text: str, known: frozenset[str] = frozenset()) -> str:
    """Return a headline without a link as it is written, with a backslash if it would be read as something else."""
    words = text.lstrip("\\")
    if not _looks_special(words, known):
        return text
    if len(words) == len(text) and read_headline(text, known) == Headline(text) and not is_known(text, known):
        return text  # it begins like a link or bold, and is neither
    return "\\" + text


def _looks_special(text: str, known: frozenset[str]) -> bool:
    return text.startswith(("[", "**")) or _NUMBERED.match(text) is not None or is_known(text, known)
