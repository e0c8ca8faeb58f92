"""The head of a file: YAML between two `---` lines, or a header of `Key: value` lines.

YAML's own ideas of a value (that `no` is false, that `12:30` is 750) are not
asked: only its events are read, and every scalar is the words that stand there.
That also keeps its dangers out: aliases, tags and depth are refused as they come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_CHARACTERS = 100_000  # the parser is slow, and no head is near as long
MAX_DEPTH = 8
_EMPTY = {"", "~", "null", "Null", "NULL"}
_HEADER = re.compile(r"([A-Za-z][\w-]*):(?:[ \t]+(.*))?")


@dataclass(frozen=True, slots=True)
class Field:
    """A key with the words that stand under it, and where. `nested` if they are no plain list.

    A comment on a line of its own is a field too, whose key begins with its `#`.
    """

    key: str
    line: int
    words: tuple[str, ...]
    is_list: bool = False
    nested: bool = False


class Invalid(Exception):
    """Says on which line a head is not one, and why: a message and its parameters."""

    def __init__(self, line: int, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.line, self.reason, self.params = line, reason, params


def _(text: str) -> str:
    return text  # for makemessages: whoever shows a message translates it


_NOT_YAML = _("It is not YAML: %(problem)s")


def read_yaml(lines: Sequence[str], first: int) -> list[Field]:
    """Return the fields of YAML that begins on the given line of its file."""
    text = "\n".join(lines)
    if len(text) > MAX_CHARACTERS:
        raise Invalid(first, _("It is longer than %(size)s characters."), size=MAX_CHARACTERS)
    try:
        return _fields(text, first)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first + (mark.line if mark else 0)
        raise Invalid(line, _NOT_YAML, problem=error.problem or error.context or "") from None
    except (YAMLError, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The parser has slips of its own on hostile text; whatever it trips over is not YAML.
        raise Invalid(first, _NOT_YAML, problem=type(error).__name__) from None


def _fields(text: str, first: int) -> list[Field]:
    fields: list[Field] = []
    depth, documents = 0, 0
    key: tuple[str, int] | None = None
    words: list[str] = []
    is_list = nested = False
    inside: set[int] = set()  # lines that a scalar goes on over, where a # is a word
    for event in YAML(typ="safe", pure=True).parse(text):
        line = first + event.start_mark.line
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise Invalid(line, _("It holds more than one document."))
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise Invalid(line, _("Anchors and aliases are not taken."))
        if getattr(event, "ctag", None) or getattr(event, "tag", None):
            raise Invalid(line, _("YAML tags are not taken."))
        if isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            depth -= 1
        elif depth == 0 and isinstance(event, (ScalarEvent, SequenceStartEvent)):
            raise Invalid(line, _("It is not a list of keys."))
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            if depth == 1 and key is None:
                raise Invalid(line, _("A key is not a word."))
            nested = nested or depth > 1 or (depth == 1 and isinstance(event, MappingStartEvent))
            is_list = is_list or isinstance(event, SequenceStartEvent)
            depth += 1
            if depth > MAX_DEPTH:
                raise Invalid(line, _("It is nested too deep."))
            continue
        elif isinstance(event, ScalarEvent):
            inside.update(range(event.start_mark.line + 1, event.end_mark.line + 1))
            if depth == 1 and key is None:
                key, words, is_list, nested = (event.value, line), [], False, False
                continue
            plain = not event.style
            words.append("" if plain and event.value in _EMPTY else event.value)
        if depth == 1 and key is not None:
            fields.append(Field(key[0], key[1], tuple(words), is_list, nested))
            key = None
    for number, words_there in enumerate(text.split("\n")):
        if words_there.lstrip().startswith("#") and number not in inside:
            fields.append(Field(words_there.strip(), first + number, (), nested=True))
    return fields


def is_header(lines: Sequence[str]) -> bool:
    """Tell whether a file without `---` begins with a header, as Pelican's do."""
    head = _header_lines(lines)
    return any(match[1].casefold() == "title" for match in head)


def read_header(lines: Sequence[str], first: int) -> list[Field]:
    head = enumerate(_header_lines(lines), first)
    return [Field(match[1], number, ((match[2] or "").strip(),)) for number, match in head]


def _header_lines(lines: Sequence[str]) -> list[re.Match[str]]:
    found = []
    for text in lines:
        match = _HEADER.fullmatch(text)
        if not match:
            break
        found.append(match)
    return found
