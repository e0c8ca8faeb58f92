"""Labels: the lines that begin a note, such as `**点评：**`."""

from __future__ import annotations

from collections.abc import Iterable

from .attributes import Attributes, group, read_group


def keys(labels: Iterable[str]) -> frozenset[str]:
    """Return labels as they are compared: without case and spaces."""
    return frozenset(_key(label) for label in labels)


def _key(label: str) -> str:
    return "".join(label.casefold().split())


def is_known(label: str, known: frozenset[str]) -> bool:
    """Tell whether a label is one of `known`, which come from `keys`."""
    return _key(label.strip().rstrip(":：")) in known


def read_label(text: str, known: frozenset[str]) -> tuple[str, Attributes, str] | None:
    """Return (label, attributes, text on the same line) of a line that begins a note, else None."""
    if not text.startswith("**"):
        return None
    if text.endswith("}"):
        at = text.rfind("：** {")
        if at > 2:
            attributes = read_group(text[at + 4 :], "note")
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
    attributes = read_group(rest, "note") if rest.startswith("{") else None
    return (label, {}, rest) if attributes is None else (label, attributes, "")


def label(name: str, basis: str, known: frozenset[str], uid: str = "") -> str:
    """Return the line that begins a note; a label that is not `known` is marked `.note`, so that it is read as one."""
    plain = f"**{name}：**"
    attributes = {} if read_label(plain, known) == (name, {}, "") else {"note": "note"}
    if basis != "editor":
        attributes["basis"] = basis
    if uid:
        attributes["uid"] = uid
    return plain + group(attributes)
