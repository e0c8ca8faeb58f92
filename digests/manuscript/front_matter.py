"""The head of a file: YAML between two `---` lines, or a header of `Key: value` lines.

Only YAML's events are read, and each scalar is the words that are written there: `no` is not false, and `12:30` is not
750. That also keeps YAML's dangers out: aliases, tags and deep nesting are refused as they come.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_CHARACTERS = 100_000  # the parser is slow, and no real head is nearly as long
MAX_DEPTH = 8
_EMPTY = {"", "~", "null", "Null", "NULL"}
_HEADER = re.compile(r"([A-Za-z][\w-]*):(?:[ \t]+(.*))?")


@dataclass(frozen=True, slots=True)
class Field:
    """A key with its words, and its line, counted from 0. `nested` if its value is neither a text nor a plain list.

    A comment on a line of its own is a field too, whose key is the comment with its `#`.
    """

    key: str
    line: int
    words: tuple[str, ...]
    is_list: bool = False
    nested: bool = False


class Invalid(Exception):
    """A head cannot be read: on which line, counted from 0, and why. `reason` is a message, `params` fill it."""

    def __init__(self, line: int, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.line, self.reason, self.params = line, reason, params


def _(text: str) -> str:
    return text  # for makemessages: whoever shows a message translates it


_NOT_YAML = _("It is not YAML: %(problem)s")


def read_yaml(lines: Sequence[str], first: int) -> list[Field]:
    """Return the fields of YAML whose first line is the line `first` of its file. Raises Invalid, and nothing else."""
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
        # The parser has bugs of its own on hostile text; whatever it fails on is not YAML.
        raise Invalid(first, _NOT_YAML, problem=type(error).__name__) from None


def _fields(text: str, first: int) -> list[Field]:
    """Follow the parser's events: a scalar at depth 1 is a key, what follows until depth 1 again is its value."""
    fields: list[Field] = []
    depth, documents = 0, 0
    key: tuple[str, int] | None = None
    words: list[str] = []
    is_list = nested = False
    inside: set[int] = set()  # the lines after the first of each scalar, where a # is part of the text
    for event in YAML(typ="safe", pure=True).parse(text):
        line = first + event.start_mark.line
        documents += isinstance(event, DocumentStartEvent)
        if documents > 1:
            raise Invalid(line, _("It holds more than one document."))
        _refuse_features(event, line)
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
    return fields + _comments(text, first, inside)


def _refuse_features(event: Event, line: int) -> None:
    if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
        raise Invalid(line, _("Anchors and aliases are not taken."))
    if getattr(event, "ctag", None) or getattr(event, "tag", None):
        raise Invalid(line, _("YAML tags are not taken."))


def _comments(text: str, first: int, inside: Container[int]) -> list[Field]:
    """Return the comments that have a line of their own; the parser does not report them."""
    return [
        Field(words.strip(), first + number, (), nested=True)
        for number, words in enumerate(text.split("\n"))
        if words.lstrip().startswith("#") and number not in inside
    ]


def is_header(lines: Sequence[str]) -> bool:
    """Tell whether a file without `---` begins with a header that has a title, as Pelican's files do."""
    head = _header_lines(lines)
    return any(match[1].casefold() == "title" for match in head)


def read_header(lines: Sequence[str], first: int) -> list[Field]:
    """Return the fields of a header whose first line is the line `first` of its file."""
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
