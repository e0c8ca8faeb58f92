"""The lines of a text, and what is reported about them."""

from __future__ import annotations

import re

from .. import grammar
from ..grammar import Kind
from ..values import LINE_BREAKS, UNPRINTABLE, block
from .results import Note, Problem, Refusal, Spot

MAX_BYTES = 2_000_000


def _(text: str) -> str:
    return text  # for makemessages: whoever shows a message translates it


class Lines:
    """A text's lines, with a note or a problem for each departure from the format. Indices count from 0.

    `hidden` says for each line whether a code fence hides what it looks like; `known` are the labels that begin a note.
    Raises Refusal for what is not a text at all.
    """

    def __init__(self, text: str | bytes, known: frozenset[str]) -> None:
        self.known = known
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self.rows = self._decode(text).split("\n")
        self.hidden = grammar.hidden(self.rows)

    def note(self, index: int, message: str, **params: object) -> None:
        """Report a departure from the format."""
        self.notes.append(Note(index + 1, message, params))

    def refuse(self, index: int, name: str, reason: str, **params: object) -> None:
        """Report why this cannot be an issue; reading goes on, so that everything is reported at once."""
        self.problems.append(Problem(index + 1, name, reason, params))

    def first_with_words(self, first: int = 0) -> int:
        """Return the first line from `first` on that is not blank; the number of lines if there is none."""
        return next((number for number in range(first, len(self.rows)) if self.rows[number]), len(self.rows))

    def begins(self, spot: Spot, name: str, first: int, last: int) -> None:
        """Record where a field of a spot begins, unless it is blank or began higher up."""
        if begin := next((number + 1 for number in range(first, last) if self.rows[number]), 0):
            spot.fields.setdefault(name, begin)

    def trim(self, first: int, last: int) -> tuple[int, int]:
        """Return a text's first and last line without the blank ones at its ends, and the rules that end it.

        `last` is the index after the last line, here and everywhere.
        """
        while True:
            while first < last and not self.rows[first]:
                first += 1
            while first < last and not self.rows[last - 1]:
                last -= 1
            if first == last or self.hidden[last - 1] or not grammar.RULE.fullmatch(self.rows[last - 1]):
                return first, last
            if last - 1 > first and self.rows[last - 2]:
                return first, last
            last -= 1
            self.note(last, _("A line of dashes at the end of a text was left out."))

    def text(self, first: int, last: int, kind: Kind) -> str:
        """Return the text of some lines as its editor wrote it."""
        first, last = self.trim(first, last)
        return grammar.unstuff(block("\n".join(self.rows[first:last])), kind, self.known)

    def _decode(self, text: str | bytes) -> str:
        """Return a file as text whose lines end with LF, without characters that no manuscript keeps."""
        if len(text) > MAX_BYTES or (isinstance(text, str) and len(text.encode("utf-8", "replace")) > MAX_BYTES):
            raise Refusal(Problem(1, "file", _("It is larger than %(size)s bytes."), {"size": MAX_BYTES}))
        if isinstance(text, bytes):
            try:
                text = text.decode()
            except UnicodeDecodeError as error:
                where = error.object[: error.start].count(b"\n") + 1
                reason = _("It is not UTF-8: see the byte at %(offset)s.")
                raise Refusal(Problem(where, "file", reason, {"offset": error.start})) from None
        if text.startswith("\ufeff"):
            text = text[1:]
            self.note(0, _("The file began with a byte order mark, which was left out."))
        text = self._replace(LINE_BREAKS, "\n", text, _("%(count)s line ends were not LF, and were made so."))
        text = self._replace(UNPRINTABLE, "", text, _("%(count)s characters that cannot be printed were left out."))
        return "\n".join("" if words.isspace() else words for words in text.split("\n"))

    def _replace(self, pattern: re.Pattern[str], new: str, text: str, message: str) -> str:
        if first := pattern.search(text):
            index = text.count("\n", 0, first.start())
            text, count = pattern.subn(new, text)
            self.note(index, message, count=count)
        return text
