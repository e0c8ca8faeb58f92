"""Attribute groups at the end of a line, such as `{#uid ai=drafted tags="a,b"}`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Literal

from ..values import AI_ROLES, BASES, UID

Place = Literal["item", "brief", "note", "bullet"]
Attributes = dict[str, str]

_KEYS: dict[Place, frozenset[str]] = {
    "item": frozenset({"uid", "ai", "follows", "tags"}),
    "brief": frozenset({"uid"}),
    "note": frozenset({"note", "basis", "uid"}),
    "bullet": frozenset({"uid"}),
}
_QUOTED = frozenset({"tags"})  # attributes that hold any text: JSON strings
_ATTRIBUTE = re.compile(
    rf"#(?P<uid>{UID.pattern})|\.(?P<note>note)|ai=(?P<ai>{'|'.join(AI_ROLES)})|basis=(?P<basis>{'|'.join(BASES)})"
    rf"|follows=(?P<follows>{UID.pattern})"
    + "".join(rf'|{key}=(?P<{key}>"(?:[^"\\]|\\.)*")' for key in sorted(_QUOTED))
)


def group(attributes: Attributes) -> str:
    """Return attributes as they are written, ` {…}` with the space before it; empty for none.

    There is no brace inside, so that the reader finds a group by the last opening brace.
    """
    words = []
    for key, value in attributes.items():
        if key == "uid":
            words.append(f"#{value}")
        elif key == "note":
            words.append(".note")
        elif key in _QUOTED:
            quoted = json.dumps(value, ensure_ascii=False)
            words.append(f"{key}=" + quoted.replace("{", "\\u007b").replace("}", "\\u007d"))
        else:
            words.append(f"{key}={value}")
    return f" {{{' '.join(words)}}}" if words else ""


def read_group(text: str, place: Place) -> Attributes | None:
    """Return the attributes of a text that is one group, or None if it is not a group that this place can have."""
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
    try:
        return {key: json.loads(value) if key in _QUOTED else value for key, value in found.items()}
    except ValueError:
        return None


def _group_at(text: str, place: Place) -> tuple[int, Attributes]:
    """Return the index of the group that ends the text, and its attributes; -1 if there is none."""
    at = text.rfind("{") if text.endswith("}") else -1
    found = read_group(text[at:], place) if at >= 0 else None
    return (at, found) if found is not None else (-1, {})


def split_group(text: str, place: Place) -> tuple[str, Attributes]:
    """Return the text without the group at its end, and the attributes of the group."""
    at, found = _group_at(text, place)
    if at == 0 or (at > 0 and text[at - 1].isspace()):
        # Spaces at the end of a bullet's first line are a line break, and belong to its text.
        return text[: max(at - 1, 0)] if place == "bullet" else text[:at].rstrip(), found
    return text, {}


def stuff_group(text: str, place: Place) -> str:
    """Put a backslash before the end of a text that only looks like a group."""
    at, _ = _group_at(text, place)
    return f"{text[:at]}\\{text[at:]}" if at >= 0 else text


def unstuff_group(text: str, place: Place) -> str:
    """Take off the backslash that `stuff_group` put in."""
    at, _ = _group_at(text, place)
    return text[: at - 1] + text[at:] if at > 0 and text[at - 1] == "\\" else text


def join_tags(tags: Iterable[str]) -> str:
    """Return tags as the value of `tags=`, with commas between them and backslashes before those inside."""
    return ",".join(re.sub(r"[\\,]", r"\\\g<0>", tag) for tag in tags)


def split_tags(text: str) -> tuple[str, ...]:
    """Return the tags that `join_tags` joined."""
    return tuple(re.sub(r"\\(.)", r"\1", tag, flags=re.S) for tag in re.findall(r"(?:[^,\\]|\\.)+", text, re.S))
