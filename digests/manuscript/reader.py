"""Text → Manuscript: takes what it can, and says what it met.

A departure from the format is a Note with its line, and the issue is read all
the same; text that fits no slot stays in the nearest body. What cannot be an
issue is refused with line, field and reason. Nothing else is ever raised.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date as Date
from itertools import pairwise
from typing import cast

from . import front_matter, grammar
from .front_matter import Field
from .grammar import Attributes, Kind
from .values import (
    LABELS,
    LINE_BREAKS,
    UNPRINTABLE,
    AIRole,
    Basis,
    Brief,
    Insight,
    Manuscript,
    NewsItem,
    Section,
    block,
    line,
)

MAX_BYTES = 2_000_000
IMPLICIT_SECTION = "要闻"

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


@dataclass(frozen=True, slots=True)
class Note:
    """A departure from the format. `message` is a constant, to be translated; `params` fill it."""

    line: int
    message: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text cannot be an issue. `reason` is a constant, to be translated; `params` fill it."""

    line: int
    field: str
    reason: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.reason % self.params}"


class Refusal(Exception):
    """The text cannot be an issue; nothing of it was taken."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Spot:
    """The line where something begins, and those where its fields do that have lines of their own."""

    line: int = 1
    fields: dict[str, int] = dataclasses.field(default_factory=dict)

    def line_of(self, field: str) -> int:
        return self.fields.get(field, self.line)


@dataclass(frozen=True, slots=True)
class Spots:
    """Where everything stands in the text: each kind in the manuscript's order, so that a uid is not needed."""

    issue: Spot = dataclasses.field(default_factory=Spot)
    sections: list[Spot] = dataclasses.field(default_factory=list)
    items: list[Spot] = dataclasses.field(default_factory=list)
    insights: list[Spot] = dataclasses.field(default_factory=list)
    briefs: list[Spot] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """An issue as it was read, what the reader met, from the top down, and where everything stands."""

    manuscript: Manuscript
    notes: tuple[Note, ...] = ()
    spots: Spots = dataclasses.field(default_factory=Spots)


def read(text: str | bytes, *, date: Date | None = None, labels: Iterable[str] = LABELS) -> Reading:
    """Return the issue that a text holds. Raises Refusal, and nothing else.

    `date` stands in for a date that the text does not give, as its file name might.
    `labels` are those that begin a note.
    """
    return _Reader(date, grammar.keys(labels)).read(text)


@dataclass(slots=True)
class _Part:
    """A heading and the lines below it, up to the next heading."""

    level: int
    text: str
    line: int  # index of the heading's own line
    end: int  # index behind its last line


@dataclass(slots=True)
class _Story:
    headline: str
    link: str
    uid: str
    attributes: Attributes
    body: str = ""
    insights: list[Insight] = dataclasses.field(default_factory=list)

    def value(self) -> NewsItem:
        return NewsItem(
            headline=self.headline,
            link=self.link,
            body=self.body,
            insights=tuple(self.insights),
            tags=grammar.split_tags(self.attributes.get("tags", "")),
            ai_role=cast(AIRole, self.attributes.get("ai", "none")),
            follows=self.attributes.get("follows", ""),
            uid=self.uid,
        )


@dataclass(slots=True)
class _Section:
    title: str
    implicit: bool = False
    lead: str = ""
    briefs: list[Brief] = dataclasses.field(default_factory=list)
    stories: list[_Story] = dataclasses.field(default_factory=list)

    def value(self) -> Section:
        return Section(self.title, self.lead, tuple(self.briefs), tuple(story.value() for story in self.stories))


class _Reader:
    """One reading: the lines of a file, and what was met in them."""

    def __init__(self, date: Date | None, known: frozenset[str]) -> None:
        self.fallback = date
        self.known = known
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self.lines: list[str] = []
        self.hidden: list[bool] = []
        self.fields: dict[str, Field] = {}
        self.category = ""
        self.intro: list[str] = []
        self.raised = False  # groups of stories in one section stand for sections
        self.sections: list[_Section] = []
        self.story: _Story | None = None
        self.uids: set[str] = set()
        self.spots = Spots()

    def read(self, text: str | bytes) -> Reading:
        self.lines = self._decode(text).split("\n")
        begin = self._front_matter()
        self.hidden = grammar.hidden(self.lines)
        while begin < len(self.lines) and not self.lines[begin]:
            begin += 1
        footer, end = self._footer(begin)
        self._open_fences(begin, end)
        parts = self._parts(begin, end)
        title, date, parts = self._head(begin, end, parts)
        self.category = line(self._words("category"))
        if self.raised:
            parts = self._raise(parts)
        for number, part in enumerate(parts):
            self._part(part, parts[number + 1] if number + 1 < len(parts) else None)
        if self.problems:
            raise Refusal(*self.problems)
        manuscript = Manuscript(
            title=title,
            date=date or Date.min,
            category=self.category,
            tags=self._list("tags"),
            seo=self._list("seo"),
            cover_image=self._words("coverImage"),
            cover_file=self._words("coverFile"),
            cover_alt=self._words("coverAlt"),
            summary=self._words("summary"),
            editor=self._words("editor"),
            intro="\n\n".join(filter(None, self.intro)),
            sections=tuple(section.value() for section in self.sections),
            footer=footer,
        )
        return Reading(manuscript, tuple(sorted(self.notes, key=lambda note: note.line)), self.spots)

    def _note(self, index: int, message: str, **params: object) -> None:
        self.notes.append(Note(index + 1, message, params))

    def _refuse(self, index: int, name: str, reason: str, **params: object) -> None:
        self.problems.append(Problem(index + 1, name, reason, params))

    # The file

    def _decode(self, text: str | bytes) -> str:
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
            self._note(0, _("The file began with a byte order mark, which was left out."))
        text = self._replace(LINE_BREAKS, "\n", text, _("%(count)s line ends were not LF, and were made so."))
        text = self._replace(UNPRINTABLE, "", text, _("%(count)s characters that cannot be printed were left out."))
        return "\n".join("" if words.isspace() else words for words in text.split("\n"))

    def _replace(self, pattern: re.Pattern[str], new: str, text: str, message: str) -> str:
        if first := pattern.search(text):
            index = text.count("\n", 0, first.start())
            text, count = pattern.subn(new, text)
            self._note(index, message, count=count)
        return text

    # Front matter

    def _front_matter(self) -> int:
        """Read the head's fields; return where the issue itself begins."""
        begin = next((number for number, words in enumerate(self.lines) if words), len(self.lines))
        lines = self.lines[begin:]
        if lines and lines[0].rstrip() == "---":
            end = next((number for number, words in enumerate(lines) if number and words.rstrip() == "---"), 0)
            if not end:
                raise Refusal(Problem(begin + 1, "front matter", _("It is never closed by a line of three dashes.")))
            fields, after = self._invalid_is_refusal(lambda: front_matter.read_yaml(lines[1:end], begin + 1)), end + 1
            if begin:
                self._note(0, _("Blank lines stood before the front matter."))
        elif front_matter.is_header(lines):
            fields = front_matter.read_header(lines, begin)
            after = len(fields)
            self._note(begin, _("The front matter stands without lines of three dashes."))
        else:
            self._note(begin, _("There is no front matter."))
            return begin
        for found in fields:
            self._field(found)
        return begin + after

    def _invalid_is_refusal(self, read_fields: Callable[[], list[Field]]) -> list[Field]:
        try:
            return read_fields()
        except front_matter.Invalid as error:
            raise Refusal(Problem(error.line + 1, "front matter", error.reason, error.params)) from None

    def _field(self, found: Field) -> None:
        name = _SPELLINGS.get(found.key.casefold())
        if found.key.startswith("#"):
            self._note(found.line, _("A comment in the front matter was left out: %(text)s"), text=found.key)
        elif name is None:
            self._note(found.line, _("The front matter key “%(key)s” is not known and was left out."), key=found.key)
        elif found.nested:
            message = _("What stands under “%(key)s” is not plain words, and was left out.")
            self._note(found.line, message, key=found.key)
        elif name in self.fields:
            message = _("The front matter gives “%(key)s” twice; this one was left out: “%(text)s”.")
            self._note(found.line, message, key=name, text=" ".join(found.words))
        else:
            if found.key != name:
                message = _("The front matter key “%(key)s” was read as “%(name)s”.")
                self._note(found.line, message, key=found.key, name=name)
            self.fields[name] = found
            self.spots.issue.fields[re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", name)] = found.line + 1

    def _words(self, name: str) -> str:
        found = self.fields.get(name)
        if not found:
            return ""
        if found.is_list:
            self._note(found.line, _("“%(key)s” is a list, and was read as one line."), key=name)
        return (", " if found.is_list else " ").join(found.words)

    def _list(self, name: str) -> tuple[str, ...]:
        found = self.fields.get(name)
        if not found:
            return ()
        if found.is_list:
            return found.words
        words = [word.strip() for word in re.split("[,，、]", found.words[0]) if word.strip()]
        if words:
            self._note(found.line, _("“%(key)s” is not a list, and was split at its commas."), key=name)
        return tuple(words)

    # Title, date and the first heading

    def _head(self, begin: int, end: int, parts: list[_Part]) -> tuple[str, Date | None, list[_Part]]:
        """Return title, date and the parts after the first heading; keep the introduction."""
        title = line(self._words("title"))
        h1 = self._first_heading(begin, title, parts)
        if h1:
            self.spots.issue.fields.setdefault("title", h1.line + 1)
        self._begins(self.spots.issue, "intro", begin, parts[0].line if parts else end)
        self.intro.append(self._text(begin, parts[0].line if parts else end, Kind.INTRO))
        if h1:
            parts = parts[1:]
            self._begins(self.spots.issue, "intro", h1.line + 1, h1.end)
            self.intro.append(self._text(h1.line + 1, h1.end, Kind.INTRO))
            if not title or line(h1.text) != title:
                title = self._title(title, h1)
        elif title:
            self._note(begin, _("There is no first heading with the title."))
        else:
            where = self.fields["title"].line if "title" in self.fields else 0
            self._refuse(where, "title", _("There is none, neither in the front matter nor as a first heading."))
        return title, self._date(h1), parts

    def _first_heading(self, begin: int, title: str, parts: list[_Part]) -> _Part | None:
        if not parts or parts[0].level != 1:
            return None
        h1 = parts[0]
        if h1.line == begin:
            return h1
        if title and line(h1.text) != title:
            return None
        self._note(begin, _("Text stood before the first heading, and was put into the introduction."))
        return h1

    def _title(self, title: str, h1: _Part) -> str:
        said = grammar.read_headline(line(h1.text))
        if said.link:
            self._note(h1.line, _("The link of the first heading was left out: %(link)s"), link=said.link)
        if title and said.text != title:
            message = _("The first heading differs from the title, and was left out: “%(text)s”.")
            self._note(h1.line, message, text=said.text)
        elif not title and said.text:
            self._note(h1.line, _("The title was taken from the first heading."))
        elif not title and "title" in self.fields:
            self._note(h1.line, _("The title is empty."))
        elif not title:
            self._refuse(h1.line, "title", _("There is none, neither in the front matter nor as a first heading."))
        return title or said.text

    def _date(self, h1: _Part | None) -> Date | None:
        found = self.fields.get("date")
        words = self._words("date").strip()
        if found and words:
            match = _DATE.match(words)
            date = _to_date(match)
            rest = words[match.end() :] if match else ""
            if not date or (rest and not re.match(r"[T \t]", rest)):
                self._refuse(found.line, "date", _("“%(text)s” is not a date such as 2026-02-01."), text=words)
                return None
            if words != date.isoformat():
                message = _("The date “%(text)s” was read as %(date)s.")
                self._note(found.line, message, text=words, date=date.isoformat())
            return date
        if h1 and (date := _to_date(_DATE.search(h1.text))):
            self._note(h1.line, _("The date %(date)s was taken from the first heading."), date=date.isoformat())
            return date
        where = found.line if found else 0
        if self.fallback:
            message = _("The text gives no date; %(date)s was taken from outside it.")
            self._note(where, message, date=self.fallback.isoformat())
            return self.fallback
        self._refuse(where, "date", _("There is none."))
        return None

    # Parts

    def _footer(self, begin: int) -> tuple[str, int]:
        """Return the raw HTML behind the last rule, and where the text before it ends."""
        below = ""
        for number in range(len(self.lines) - 1, begin - 1, -1):
            words = self.lines[number]
            if not words:
                continue
            if not self.hidden[number]:
                stands_alone = number == begin or not self.lines[number - 1]
                if grammar.RULE.fullmatch(words) and stands_alone and below.startswith(("<", "\\")):
                    if self.lines[number + 1]:
                        break
                    card = block("\n".join(self.lines[number + 1 :]))
                    return grammar.unstuff(card, Kind.FOOTER, self.known), number
                if (heading := grammar.HEADING.fullmatch(words)) and len(heading[1]) < 4:
                    break
            below = words
        return "", len(self.lines)

    def _open_fences(self, begin: int, end: int) -> None:
        for number in range(begin, end):
            if grammar.is_opening(self.lines[number]) and not self.hidden[number]:
                self._note(number, _("A code fence is never closed, and was read as text."))

    def _parts(self, begin: int, end: int) -> list[_Part]:
        parts: list[_Part] = []
        for number in range(begin, end):
            words = self.lines[number]
            if words.startswith("#") and not self.hidden[number] and (match := grammar.HEADING.fullmatch(words)):
                parts.append(_Part(len(match[1]), line(match[2] or ""), number, end))
        self.raised = sum(part.level == 2 for part in parts) == 1 and any(
            above.level == 3 and below.level == 4 and not any(self.lines[above.line + 1 : below.line])
            for above, below in pairwise(parts)
        )
        if not self.raised:
            parts = [part for part in parts if part.level < 4]
        for part, below in pairwise(parts):
            part.end = below.line
        return parts

    def _raise(self, parts: list[_Part]) -> list[_Part]:
        """Make groups sections and their stories items, where one section holds them all."""
        raised = []
        for part in parts:
            if part.level == 2:
                self._note(part.line, _("The one section was read as the introduction, and its groups as sections."))
                self.intro += [grammar.read_headline(part.text).text, self._text(part.line + 1, part.end, Kind.INTRO)]
            else:
                raised.append(replace(part, level=max(part.level - 1, 1)))
        return raised

    def _part(self, part: _Part, below: _Part | None) -> None:
        if part.level == 3:
            label = self._label_of(part)
            if label and self.story:
                self._note(part.line, _("The label “%(label)s” stood as a heading."), label=label)
                self._read_notes(self.story, [(part.line, label, {}, "")], part)
            else:
                self._story(part)
            return
        said = grammar.read_headline(part.text)
        self._left_out(part, said.left_out)
        has_notes = (below and below.level == 3 and self._label_of(below)) or any(
            not self.hidden[number] and grammar.read_label(self.lines[number], self.known)
            for number in range(part.line + 1, part.end)
        )
        # A link, notes, or a number among such stories: none of these a section has.
        numbered = bool(self.sections) and self.sections[-1].implicit and grammar.ISSUE_NUMBER.search(said.text)
        if said.link or has_notes or numbered:
            self._note(part.line, _("A story stood as a section: “%(text)s”."), text=said.text)
            if numbered:
                self._left_out(part, numbered[0])
                part = replace(part, text=part.text.removesuffix(numbered[0]).rstrip())
            self._story(part, own_section=False)
            return
        if part.level == 1:
            self._note(part.line, _("A further first-level heading was read as a section: “%(text)s”."), text=said.text)
        self.story = None
        section = _Section(said.text)
        spot = Spot(part.line + 1)
        self._begins(spot, "lead", part.line + 1, part.end)
        self.spots.sections.append(spot)
        section.lead, section.briefs = self._lead(part.line + 1, part.end)
        self.sections.append(section)

    def _label_of(self, part: _Part) -> str:
        """Return the label that a heading is, if it is one."""
        if part.text.startswith("\\"):
            return ""
        said = grammar.read_headline(part.text)
        label = said.text.rstrip(":： ")
        return label if not said.link and grammar.is_known(label, self.known) else ""

    def _left_out(self, part: _Part, words: str) -> None:
        if words:
            self._note(part.line, _("Left out of a heading: %(text)s"), text=words)

    def _lead(self, first: int, last: int) -> tuple[str, list[Brief]]:
        """Return the text between a section's heading and its first story as lead and briefs."""
        first, last = self._trim(first, last)
        lines = self.lines[first:last]
        begin = grammar.briefs_begin(lines)
        briefs = []
        for number in range(begin, len(lines)):
            if match := grammar.BULLET.fullmatch(lines[number]):
                if match[1] != "-":
                    self._note(first + number, _("A bullet is “-”, not “%(mark)s”."), mark=match[1])
                text, attributes = grammar.split_group(line(match[2] or ""), "brief")
                uid = self._uid(attributes, first + number)
                self.spots.briefs.append(Spot(first + number + 1))
                briefs.append(Brief(grammar.unstuff_group(text, "brief"), uid))
            else:
                self._note(first + number, _("Blank lines between briefs were left out."))
        return grammar.unstuff(block("\n".join(lines[:begin])), Kind.LEAD, self.known), briefs

    def _story(self, part: _Part, own_section: bool = True) -> None:
        """Begin a story; one without a section of its own shares one with its neighbours."""
        if not self.sections or not (own_section or self.sections[-1].implicit):
            title = self.category or IMPLICIT_SECTION
            self.sections.append(_Section(title, implicit=True))
            self.spots.sections.append(Spot(part.line + 1))
            self._note(part.line, _("Stories without a section were put into one: “%(title)s”."), title=title)
        text, attributes = grammar.split_group(part.text, "item")
        said = grammar.read_headline(text, self.known if part.level == 3 else frozenset())
        headline = said.text if said.link else grammar.unstuff_group(said.text, "item")
        if own_section:
            self._left_out(part, said.left_out)
        self.story = _Story(headline, said.link, self._uid(attributes, part.line), attributes)
        self.sections[-1].stories.append(self.story)
        spot = Spot(part.line + 1)
        self.spots.items.append(spot)
        end = self._read_notes(self.story, [], part)
        self._begins(spot, "body", part.line + 1, end)
        self.story.body = self._text(part.line + 1, end, Kind.BODY)
        if self.raised and not said.link:
            self._link_from_body(self.story, part)

    def _read_notes(self, story: _Story, labels: list[tuple[int, str, Attributes, str]], part: _Part) -> int:
        """Read a part's notes, after any that its heading begins; return where the first one begins."""
        for number in range(part.line + 1, part.end):
            if not self.hidden[number] and (label := grammar.read_label(self.lines[number], self.known)):
                name, attributes, _inline = label
                basis, uid = attributes.get("basis", "editor"), attributes.get("uid", "")
                if grammar.label(name, basis, self.known, uid) != self.lines[number]:
                    message = _("The label “%(label)s” was not written as usual, on a line of its own.")
                    self._note(number, message, label=label[0])
                labels.append((number, *label))
        ends = [*(number for number, *_rest in labels), part.end]
        for (number, name, attributes, inline), end in zip(labels, ends[1:], strict=True):
            self._read_note(story, name, attributes, inline, number, end)
        return ends[0]

    def _link_from_body(self, story: _Story, part: _Part) -> None:
        found = grammar.read_link(story.body.partition("\n")[0].strip())
        if found and found[1] and not found[2]:
            story.link = line(found[1])
            self._note(part.line, _("The story's link was taken from the line below: %(link)s"), link=story.link)

    def _read_note(self, story: _Story, label: str, found: Attributes, inline: str, at: int, end: int) -> None:
        self.spots.items[-1].fields.setdefault("insights", at + 1)
        first, last = self._trim(at + 1, end)
        lines = ([inline] if inline else []) + self.lines[first:last]
        basis = cast(Basis, found.get("basis", "editor"))
        texts = grammar.bullets(lines)
        if texts is None and lines:
            text = grammar.unstuff(block("\n".join(lines)), Kind.PARAGRAPH, self.known)
            story.insights.append(Insight(text, label, basis, bullet=False, uid=self._uid(found, at)))
            self.spots.insights.append(Spot(at + 1))
            return
        for number in range(first, last):
            if self.lines[number].startswith(("* ", "+ ")):
                self._note(number, _("A bullet is “-”, not “%(mark)s”."), mark=self.lines[number][0])
        begin = first if lines and not inline else at
        for first_line, *more in texts or [[""]]:
            words, attributes = grammar.split_group(first_line, "bullet")
            text = "\n".join([grammar.unstuff_group(words, "bullet"), *more])
            story.insights.append(Insight(text, label, basis, uid=self._uid(attributes, at)))
            self.spots.insights.append(Spot(begin + 1))
            begin += 1 + len(more)

    def _uid(self, attributes: Attributes, index: int) -> str:
        uid = attributes.get("uid", "")
        if uid in self.uids:
            self._note(index, _("The name %(uid)s was given before, and was left out here."), uid=uid)
            return ""
        self.uids.update({uid} - {""})
        return uid

    # Text

    def _begins(self, spot: Spot, name: str, first: int, last: int) -> None:
        """Note where a field begins, if there are any words, and none of it stood higher up."""
        if begin := next((number + 1 for number in range(first, last) if self.lines[number]), 0):
            spot.fields.setdefault(name, begin)

    def _trim(self, first: int, last: int) -> tuple[int, int]:
        """Return a text's lines without blank ones at its ends, nor the rules that part it from the next."""
        while True:
            while first < last and not self.lines[first]:
                first += 1
            while first < last and not self.lines[last - 1]:
                last -= 1
            if first == last or self.hidden[last - 1] or not grammar.RULE.fullmatch(self.lines[last - 1]):
                return first, last
            if last - 1 > first and self.lines[last - 2]:
                return first, last
            last -= 1
            self._note(last, _("A line of dashes at the end of a text was left out."))

    def _text(self, first: int, last: int, kind: Kind) -> str:
        first, last = self._trim(first, last)
        return grammar.unstuff(block("\n".join(self.lines[first:last])), kind, self.known)


def _to_date(match: re.Match[str] | None) -> Date | None:
    if not match:
        return None
    try:
        return Date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return None
