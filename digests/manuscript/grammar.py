"""The shapes of the manuscript format, shared by its reader and its writer.

Text that an editor wrote may look like structure. The writer then puts one
backslash in front of it, and the reader takes one off whatever has that stuffed
form, so any text comes back as it was. Both ask the same functions here what
looks like structure; docs/format.md has the whole grammar.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from .values import AI_ROLES, BASES, UID, line

RULE = re.compile(r"-{3,}[ \t]*")
HEADING = re.compile(r"(#{1,4})(?:[ \t]+(.*))?")
BULLET = re.compile(r"(?!\*[ \t]*\*[ \t]*\*[* \t]*$)([-*+])(?:[ \t](.*))?")
_OPENING = re.compile(r"(`{3,})[^`]*|(~{3,}).*")
_CLOSING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*")


# Code fences


def fences(lines: Sequence[str]) -> dict[int, int]:
    """Return the closing line of each code fence by its opening line.

    A fence that is never closed is none: it hides nothing, so that a slip in one
    story cannot swallow the stories after it. Only a line that begins with the
    fence opens one: a bullet's own code is indented, and holds no structure.
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

    Walks backwards, and keeps for each character only the closing lines that no
    nearer and longer one makes useless: so the time stays near linear.
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
    return _OPENING.fullmatch(text) is not None


def hidden(lines: Sequence[str]) -> list[bool]:
    """Return for each line whether a code fence hides what it looks like."""
    mask = [False] * len(lines)
    for first, last in fences(lines).items():
        mask[first : last + 1] = [True] * (last + 1 - first)
    return mask


# Attribute groups: {#uid ai=drafted tags="a,b"}

Place = Literal["item", "brief", "note", "bullet"]
Attributes = dict[str, str]

_KEYS: dict[Place, frozenset[str]] = {
    "item": frozenset({"uid", "ai", "follows", "tags"}),
    "brief": frozenset({"uid"}),
    "note": frozenset({"note", "basis", "uid"}),
    "bullet": frozenset({"uid"}),
}
_ATTRIBUTE = re.compile(
    rf"#(?P<uid>{UID.pattern})|\.(?P<note>note)|ai=(?P<ai>{'|'.join(AI_ROLES)})|basis=(?P<basis>{'|'.join(BASES)})"
    rf"|follows=(?P<follows>{UID.pattern})"
    r'|tags=(?P<tags>"(?:[^"\\]|\\.)*")'
)


def group(attributes: Attributes) -> str:
    """Return the attributes as ` {…}`, empty for none.

    No brace stands inside, so that a group is found by its last opening brace.
    """
    words = []
    for key, value in attributes.items():
        if key == "uid":
            words.append(f"#{value}")
        elif key == "note":
            words.append(".note")
        elif key == "tags":
            quoted = json.dumps(value, ensure_ascii=False)
            words.append("tags=" + quoted.replace("{", "\\u007b").replace("}", "\\u007d"))
        else:
            words.append(f"{key}={value}")
    return f" {{{' '.join(words)}}}" if words else ""


def _attributes(text: str, place: Place) -> Attributes | None:
    """Return what a group says, or None if it is no group that this place can have."""
    found: Attributes = {}
    at = 1
    while match := _ATTRIBUTE.match(text, at):
        key = match.lastgroup
        if key not in _KEYS[place] or key in found:
            return None
        found[key] = match[key]
        at = match.end()
        if text[at : at + 1] != " ":
            break
        at += 1
    if not found or text[at:] != "}":
        return None
    if "tags" in found:
        try:
            found["tags"] = json.loads(found["tags"])
        except ValueError:
            return None
    return found


def _group_at(text: str, place: Place) -> tuple[int, Attributes]:
    """Return where the group that ends the text begins, or -1."""
    at = text.rfind("{") if text.endswith("}") else -1
    found = _attributes(text[at:], place) if at >= 0 else None
    return (at, found) if found is not None else (-1, {})


def split_group(text: str, place: Place) -> tuple[str, Attributes]:
    """Return the text without the group at its end, and what the group says."""
    at, found = _group_at(text, place)
    if at == 0 or (at > 0 and text[at - 1].isspace()):
        # Spaces at the end of a bullet's first line are a line break, and its text's own.
        return text[: max(at - 1, 0)] if place == "bullet" else text[:at].rstrip(), found
    return text, {}


def stuff_group(text: str, place: Place) -> str:
    """Mark an end of a text that only looks like a group."""
    at, _ = _group_at(text, place)
    return f"{text[:at]}\\{text[at:]}" if at >= 0 else text


def unstuff_group(text: str, place: Place) -> str:
    at, _ = _group_at(text, place)
    return text[: at - 1] + text[at:] if at > 0 and text[at - 1] == "\\" else text


def join_tags(tags: Iterable[str]) -> str:
    return ",".join(re.sub(r"[\\,]", r"\\\g<0>", tag) for tag in tags)


def split_tags(text: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\\(.)", r"\1", tag, flags=re.S) for tag in re.findall(r"(?:[^,\\]|\\.)+", text, re.S))


# Links and headings


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
    """Return text, target and whatever follows, if the text begins with a Markdown link."""
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


_NUMBERED = re.compile(r"[0-9]+[.、．)）]\s*(?=\[)")
ISSUE_NUMBER = re.compile(r"`#[0-9]+`$")


@dataclass(frozen=True, slots=True)
class Headline:
    """What a heading says: its words, its link, and what it had that was left out."""

    text: str
    link: str = ""
    left_out: str = ""


def read_headline(text: str, known: frozenset[str] = frozenset()) -> Headline:
    """Return the words and link of a heading, freed of the bold and numbers that some files give it."""
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
    """Return words without a link as a heading carries them."""
    words = text.lstrip("\\")
    if not _looks_special(words, known):
        return text
    if len(words) == len(text) and read_headline(text, known) == Headline(text) and not is_known(text, known):
        return text  # it begins like a link or bold, and is neither
    return "\\" + text


def _looks_special(text: str, known: frozenset[str]) -> bool:
    return text.startswith(("[", "**")) or _NUMBERED.match(text) is not None or is_known(text, known)


# Notes: **label：**


def keys(labels: Iterable[str]) -> frozenset[str]:
    """Return the labels as they are compared: without case and spaces."""
    return frozenset(_key(label) for label in labels)


def _key(label: str) -> str:
    return "".join(label.casefold().split())


def is_known(label: str, known: frozenset[str]) -> bool:
    return _key(label.strip().rstrip(":：")) in known


def read_label(text: str, known: frozenset[str]) -> tuple[str, Attributes, str] | None:
    """Return label, attributes and inline text of a line that begins a note, else None."""
    if not text.startswith("**"):
        return None
    if text.endswith("}"):
        at = text.rfind("：** {")
        if at > 2:
            attributes = _attributes(text[at + 4 :], "note")
            if attributes is not None and "note" in attributes:
                return text[2:at], attributes, ""
    label, closed, rest = text[2:].partition("**")
    if not closed:
        return None
    label, rest = label.strip(), rest.strip()
    if label.endswith((":", "：")):
        label = label.rstrip(":： ")
    elif rest.startswith((":", "：")):
        rest = rest[1:].lstrip()
    else:
        return None
    if not label or not is_known(label, known):
        return None
    attributes = _attributes(rest, "note") if rest.startswith("{") else None
    return (label, {}, rest) if attributes is None else (label, attributes, "")


def label(name: str, basis: str, known: frozenset[str], uid: str = "") -> str:
    """Return the line that begins a note; a label that no reader could know says that it is one."""
    plain = f"**{name}：**"
    attributes = {} if read_label(plain, known) == (name, {}, "") else {"note": "note"}
    if basis != "editor":
        attributes["basis"] = basis
    if uid:
        attributes["uid"] = uid
    return plain + group(attributes)


# Lists


def bullets(lines: Sequence[str]) -> list[list[str]] | None:
    """Return each bullet's lines if there is nothing but top-level bullets, else None.

    A bullet goes on in lines indented by two spaces, or lazily in a line right below it.
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
    """Return where the list of briefs that ends a section's text begins; its length if there is none."""
    begin = len(lines)
    while begin and (not lines[begin - 1] or BULLET.fullmatch(lines[begin - 1])):
        begin -= 1
    if begin and lines[begin - 1] and begin < len(lines) and lines[begin]:
        while begin < len(lines) and lines[begin]:  # these bullets belong to the paragraph above them
            begin += 1
    while begin < len(lines) and not lines[begin]:
        begin += 1
    return begin


# Stuffing


class Kind(Enum):
    """Where a text stands, which decides what in it looks like structure."""

    INTRO = "intro"
    LEAD = "lead"
    BODY = "body"
    PARAGRAPH = "paragraph"
    FOOTER = "footer"


def stuff(text: str, kind: Kind, known: frozenset[str]) -> str:
    """Put a backslash in front of each line that the reader would take for structure."""
    if kind is Kind.PARAGRAPH and not text.strip("\\"):
        return "\\" + text  # a paragraph without words, which a bare label would not say
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
    """Return each line that is structure but for the backslashes in front of it, and their number."""
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
    """Tell whether a rule would be read as the end of a text: its last line, or before a footer."""
    if number and lines[number - 1]:
        return False
    number += 1
    while number < len(lines) and not lines[number]:
        number += 1
    below = lines[number] if number < len(lines) else ""
    return not below or below.startswith(("<", "\\"))
