"""The head of a text: its front matter, and the title and date that the first heading may give instead."""

from __future__ import annotations

import re
from datetime import date as Date

from .. import front_matter, grammar
from ..front_matter import Field
from ..values import line
from .lines import Lines
from .parts import Part
from .results import Problem, Refusal, Spot

_DATE = re.compile(r"([0-9]{4})([-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?")
_KEYS = ("title", "date", "category", "tags", "seo", "coverImage", "summary", "coverFile", "coverAlt", "editor")
_SPELLINGS = {
    **{key.casefold(): key for key in _KEYS},
    "description": "summary",
    "cover": "coverImage",
    "image": "coverImage",
    "keywords": "seo",
}


def _(text: str) -> str:
    return text  # for makemessages: whoever shows a message translates it


class Head:
    """The fields of the front matter by their usual names. Raises Refusal if it cannot be read at all.

    `end` is the line where the issue itself begins. `words` and `word_list` note what is odd about a field each time
    that they are called, so each field is asked for once.
    """

    def __init__(self, lines: Lines, spot: Spot) -> None:
        self.lines = lines
        self.spot = spot
        self.fields: dict[str, Field] = {}
        self.end = lines.first_with_words(self._front_matter())

    def words(self, name: str) -> str:
        """Return a field as one text; empty if it is not there."""
        found = self.fields.get(name)
        if not found:
            return ""
        if found.is_list:
            self.lines.note(found.line, _("“%(key)s” is a list, and was read as one line."), key=name)
        return (", " if found.is_list else " ").join(found.words)

    def word_list(self, name: str) -> tuple[str, ...]:
        """Return a field as a list of words; empty if it is not there."""
        found = self.fields.get(name)
        if not found:
            return ()
        if found.is_list:
            return found.words
        words = [word.strip() for word in re.split("[,，、]", found.words[0]) if word.strip()]
        if words:
            self.lines.note(found.line, _("“%(key)s” is not a list, and was split at its commas."), key=name)
        return tuple(words)

    def title(self, given: str, h1: Part | None) -> str:
        """Return the title: `given` in the front matter, else the first heading."""
        if h1:
            return given if given and line(h1.text) == given else self._title_of(given, h1)
        if given:
            self.lines.note(self.end, _("There is no first heading with the title."))
        else:
            where = self.fields["title"].line if "title" in self.fields else 0
            self.lines.refuse(where, "title", _("There is none, neither in the front matter nor as a first heading."))
        return given

    def _title_of(self, title: str, h1: Part) -> str:
        said = grammar.read_headline(line(h1.text))
        if said.link:
            self.lines.note(h1.line, _("The link of the first heading was left out: %(link)s"), link=said.link)
        if title and said.text != title:
            message = _("The first heading differs from the title, and was left out: “%(text)s”.")
            self.lines.note(h1.line, message, text=said.text)
        elif not title and said.text:
            self.lines.note(h1.line, _("The title was taken from the first heading."))
        elif not title and "title" in self.fields:
            self.lines.note(h1.line, _("The title is empty."))
        elif not title:
            self.lines.refuse(h1.line, "title", _("There is none, neither in the front matter nor as a first heading."))
        return title or said.text

    def date(self, h1: Part | None, fallback: Date | None) -> Date | None:
        """Return the date of the front matter, else of the first heading, else `fallback`; None if it is refused."""
        found = self.fields.get("date")
        words = self.words("date").strip()
        if found and words:
            match = _DATE.match(words)
            date = _to_date(match)
            rest = words[match.end() :] if match else ""
            if not date or (rest and not re.match(r"[T \t]", rest)):
                self.lines.refuse(found.line, "date", _("“%(text)s” is not a date such as 2026-02-01."), text=words)
                return None
            if words != date.isoformat():
                message = _("The date “%(text)s” was read as %(date)s.")
                self.lines.note(found.line, message, text=words, date=date.isoformat())
            return date
        if h1 and (date := _to_date(_DATE.search(h1.text))):
            self.lines.note(h1.line, _("The date %(date)s was taken from the first heading."), date=date.isoformat())
            return date
        where = found.line if found else 0
        if fallback:
            message = _("The text gives no date; %(date)s was taken from outside it.")
            self.lines.note(where, message, date=fallback.isoformat())
            return fallback
        self.lines.refuse(where, "date", _("There is none."))
        return None

    def _front_matter(self) -> int:
        """Read the fields; return the line after them."""
        begin = self.lines.first_with_words()
        lines = self.lines.rows[begin:]
        if lines and lines[0].rstrip() == "---":
            end = next((number for number, words in enumerate(lines) if number and words.rstrip() == "---"), 0)
            if not end:
                raise Refusal(Problem(begin + 1, "front matter", _("It is never closed by a line of three dashes.")))
            fields, after = self._read_yaml(lines[1:end], begin + 1), end + 1
            if begin:
                self.lines.note(0, _("Blank lines stood before the front matter."))
        elif front_matter.is_header(lines):
            fields = front_matter.read_header(lines, begin)
            after = len(fields)
            self.lines.note(begin, _("The front matter stands without lines of three dashes."))
        else:
            self.lines.note(begin, _("There is no front matter."))
            return begin
        for found in fields:
            self._field(found)
        return begin + after

    def _read_yaml(self, lines: list[str], first: int) -> list[Field]:
        try:
            return front_matter.read_yaml(lines, first)
        except front_matter.Invalid as error:
            raise Refusal(Problem(error.line + 1, "front matter", error.reason, error.params)) from None

    def _field(self, found: Field) -> None:
        """Keep a field under its usual name, or note why not."""
        name = _SPELLINGS.get(found.key.casefold())
        if found.key.startswith("#"):
            self.lines.note(found.line, _("A comment in the front matter was left out: %(text)s"), text=found.key)
        elif name is None:
            self.lines.note(
                found.line, _("The front matter key “%(key)s” is not known and was left out."), key=found.key
            )
        elif found.nested:
            message = _("What stands under “%(key)s” is not plain words, and was left out.")
            self.lines.note(found.line, message, key=found.key)
        elif name in self.fields:
            message = _("The front matter gives “%(key)s” twice; this one was left out: “%(text)s”.")
            self.lines.note(found.line, message, key=name, text=" ".join(found.words))
        else:
            if found.key != name:
                message = _("The front matter key “%(key)s” was read as “%(name)s”.")
                self.lines.note(found.line, message, key=found.key, name=name)
            self.fields[name] = found
            self.spot.fields[re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", name)] = found.line + 1


def _to_date(match: re.Match[str] | None) -> Date | None:
    if not match:
        return None
    try:
        return Date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return None
