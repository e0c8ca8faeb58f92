"""The body of a text: its introduction, sections, stories and footer."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, zip_longest
from typing import cast

from .. import grammar
from ..grammar import Attributes, Kind
from ..values import Basis, Brief, Insight, block, line
from .lines import Lines
from .parts import GrowingSection, GrowingStory, Part
from .results import Spot, Spots

IMPLICIT_SECTION = "要闻"


def _(text: str) -> str:
    return text  # for makemessages: whoever shows a message translates it


class Body:
    """The text from the line `begin` on, and what has been read of it so far.

    Call `first_heading`, then `read`; both add to `intro`, `sections` and `spots`.
    """

    def __init__(self, lines: Lines, begin: int, spots: Spots) -> None:
        self.lines = lines
        self.begin = begin
        self.spots = spots
        self.intro: list[str] = []
        self.sections: list[GrowingSection] = []
        self.story: GrowingStory | None = None
        self.uids: set[str] = set()
        self.footer, self.end = self._footer(begin)
        self._open_fences(begin, self.end)
        self.promoted = False  # the text has one section, whose groups of stories are the real sections
        self.parts = self._parts(begin, self.end)

    def first_heading(self, title: str) -> Part | None:
        """Read the introduction, and return the heading that stands for the issue, if there is one.

        `title` is that of the front matter.
        """
        h1 = self._first_heading(title)
        if h1:
            self.spots.issue.fields.setdefault("title", h1.line + 1)
        end = self.parts[0].line if self.parts else self.end
        self._intro(self.begin, end)
        if h1:
            self.parts = self.parts[1:]
            self._intro(h1.line + 1, h1.end)
        return h1

    def read(self, category: str) -> None:
        """Read the sections and their stories; `category` names the section of stories that have none."""
        self.category = category
        parts = self._promote(self.parts) if self.promoted else self.parts
        for part, below in zip_longest(parts, parts[1:]):
            self._part(part, below)

    def _intro(self, first: int, last: int) -> None:
        self.lines.begins(self.spots.issue, "intro", first, last)
        self.intro.append(self.lines.text(first, last, Kind.INTRO))

    def _first_heading(self, title: str) -> Part | None:
        """Return the heading that stands for the issue: at its beginning, or with its title, or if it has none."""
        if not self.parts or self.parts[0].level != 1:
            return None
        h1 = self.parts[0]
        if h1.line == self.begin:
            return h1
        if title and line(h1.text) != title:
            return None
        self.lines.note(self.begin, _("Text stood before the first heading, and was put into the introduction."))
        return h1

    def _footer(self, begin: int) -> tuple[str, int]:
        """Return the raw HTML after the last rule, and the line where the text before it ends."""
        below = ""
        for number in range(len(self.lines.rows) - 1, begin - 1, -1):
            words = self.lines.rows[number]
            if not words:
                continue
            if not self.lines.hidden[number]:
                stands_alone = number == begin or not self.lines.rows[number - 1]
                if grammar.RULE.fullmatch(words) and stands_alone and below.startswith(("<", "\\")):
                    if self.lines.rows[number + 1]:
                        break
                    card = block("\n".join(self.lines.rows[number + 1 :]))
                    return grammar.unstuff(card, Kind.FOOTER, self.lines.known), number
                if (heading := grammar.HEADING.fullmatch(words)) and len(heading[1]) < 4:
                    break
            below = words
        return "", len(self.lines.rows)

    def _open_fences(self, begin: int, end: int) -> None:
        for number in range(begin, end):
            if grammar.is_opening(self.lines.rows[number]) and not self.lines.hidden[number]:
                self.lines.note(number, _("A code fence is never closed, and was read as text."))

    def _parts(self, begin: int, end: int) -> list[Part]:
        """Return each heading down to the third level with the lines below it, and decide on `promoted`.

        The fourth level counts only where groups of stories are the real sections: a single second level, and a third
        level with a fourth right below it.
        """
        parts: list[Part] = []
        for number in range(begin, end):
            words = self.lines.rows[number]
            if words.startswith("#") and not self.lines.hidden[number] and (match := grammar.HEADING.fullmatch(words)):
                parts.append(Part(len(match[1]), line(match[2] or ""), number, end))
        self.promoted = sum(part.level == 2 for part in parts) == 1 and any(
            above.level == 3 and below.level == 4 and not any(self.lines.rows[above.line + 1 : below.line])
            for above, below in pairwise(parts)
        )
        if not self.promoted:
            parts = [part for part in parts if part.level < 4]
        for part, below in pairwise(parts):
            part.end = below.line
        return parts

    def _promote(self, parts: list[Part]) -> list[Part]:
        """Return the parts a level higher, so that groups are sections; the one section goes into the introduction."""
        promoted = []
        for part in parts:
            if part.level == 2:
                self.lines.note(
                    part.line, _("The one section was read as the introduction, and its groups as sections.")
                )
                self.intro += [
                    grammar.read_headline(part.text).text,
                    self.lines.text(part.line + 1, part.end, Kind.INTRO),
                ]
            else:
                promoted.append(replace(part, level=max(part.level - 1, 1)))
        return promoted

    def _part(self, part: Part, below: Part | None) -> None:
        """Read a section, a story, or notes whose label is a heading; `below` is the next part."""
        if part.level == 3:
            label = self._label_of(part)
            if label and self.story:
                self.lines.note(part.line, _("The label “%(label)s” stood as a heading."), label=label)
                self._read_notes(self.story, [(part.line, label, {}, "")], part)
            else:
                self._story(part)
            return
        said = grammar.read_headline(part.text)
        self._note_left_out(part, said.left_out)
        has_notes = (below and below.level == 3 and self._label_of(below)) or any(
            not self.lines.hidden[number] and grammar.read_label(self.lines.rows[number], self.lines.known)
            for number in range(part.line + 1, part.end)
        )
        # A section has no link, no notes, and no number as the stories around it have.
        numbered = bool(self.sections) and self.sections[-1].implicit and grammar.ISSUE_NUMBER.search(said.text)
        if said.link or has_notes or numbered:
            self.lines.note(part.line, _("A story stood as a section: “%(text)s”."), text=said.text)
            if numbered:
                self._note_left_out(part, numbered[0])
                part = replace(part, text=part.text.removesuffix(numbered[0]).rstrip())
            self._story(part, own_section=False)
            return
        if part.level == 1:
            self.lines.note(
                part.line, _("A further first-level heading was read as a section: “%(text)s”."), text=said.text
            )
        self.story = None
        section = GrowingSection(said.text)
        spot = Spot(part.line + 1)
        self.lines.begins(spot, "lead", part.line + 1, part.end)
        self.spots.sections.append(spot)
        section.lead, section.briefs = self._lead(part.line + 1, part.end)
        self.sections.append(section)

    def _label_of(self, part: Part) -> str:
        """Return the label that a heading is, if it is one."""
        if part.text.startswith("\\"):
            return ""
        said = grammar.read_headline(part.text)
        label = said.text.rstrip(":： ")
        return label if not said.link and grammar.is_known(label, self.lines.known) else ""

    def _note_left_out(self, part: Part, words: str) -> None:
        if words:
            self.lines.note(part.line, _("Left out of a heading: %(text)s"), text=words)

    def _lead(self, first: int, last: int) -> tuple[str, list[Brief]]:
        """Return the text between a section's heading and its first story as lead and briefs."""
        first, last = self.lines.trim(first, last)
        lines = self.lines.rows[first:last]
        begin = grammar.briefs_begin(lines)
        briefs = []
        for number in range(begin, len(lines)):
            if match := grammar.BULLET.fullmatch(lines[number]):
                if match[1] != "-":
                    self.lines.note(first + number, _("A bullet is “-”, not “%(mark)s”."), mark=match[1])
                text, attributes = grammar.split_group(line(match[2] or ""), "brief")
                uid = self._uid(attributes, first + number)
                self.spots.briefs.append(Spot(first + number + 1))
                briefs.append(Brief(grammar.unstuff_group(text, "brief"), uid))
            else:
                self.lines.note(first + number, _("Blank lines between briefs were left out."))
        return grammar.unstuff(block("\n".join(lines[:begin])), Kind.LEAD, self.lines.known), briefs

    def _story(self, part: Part, own_section: bool = True) -> None:
        """Read a story; without a section of its own it shares an implicit one with its neighbours."""
        if not self.sections or not (own_section or self.sections[-1].implicit):
            title = self.category or IMPLICIT_SECTION
            self.sections.append(GrowingSection(title, implicit=True))
            self.spots.sections.append(Spot(part.line + 1))
            self.lines.note(part.line, _("Stories without a section were put into one: “%(title)s”."), title=title)
        text, attributes = grammar.split_group(part.text, "item")
        said = grammar.read_headline(text, self.lines.known if part.level == 3 else frozenset())
        headline = said.text if said.link else grammar.unstuff_group(said.text, "item")
        if own_section:
            self._note_left_out(part, said.left_out)
        self.story = GrowingStory(headline, said.link, self._uid(attributes, part.line), attributes)
        self.sections[-1].stories.append(self.story)
        spot = Spot(part.line + 1)
        self.spots.items.append(spot)
        end = self._read_notes(self.story, [], part)
        self.lines.begins(spot, "body", part.line + 1, end)
        self.story.body = self.lines.text(part.line + 1, end, Kind.BODY)
        if self.promoted and not said.link:
            self._link_from_body(self.story, part)

    def _read_notes(self, story: GrowingStory, labels: list[tuple[int, str, Attributes, str]], part: Part) -> int:
        """Read a part's notes, after those in `labels`; return the line of the first one, or the end of the part."""
        for number in range(part.line + 1, part.end):
            if not self.lines.hidden[number] and (
                label := grammar.read_label(self.lines.rows[number], self.lines.known)
            ):
                name, attributes, _inline = label
                basis, uid = attributes.get("basis", "editor"), attributes.get("uid", "")
                if grammar.label(name, basis, self.lines.known, uid) != self.lines.rows[number]:
                    message = _("The label “%(label)s” was not written as usual, on a line of its own.")
                    self.lines.note(number, message, label=label[0])
                labels.append((number, *label))
        ends = [*(number for number, *_rest in labels), part.end]
        for (number, name, attributes, inline), end in zip(labels, ends[1:], strict=True):
            self._read_note(story, name, attributes, inline, number, end)
        return ends[0]

    def _link_from_body(self, story: GrowingStory, part: Part) -> None:
        """Take the link that is alone on the first line of a story as its source."""
        found = grammar.read_link(story.body.partition("\n")[0].strip())
        if found and found[1] and not found[2]:
            story.link = line(found[1])
            self.lines.note(part.line, _("The story's link was taken from the line below: %(link)s"), link=story.link)

    def _read_note(self, story: GrowingStory, label: str, found: Attributes, inline: str, at: int, end: int) -> None:
        """Read one note, whose label is in line `at`, into insights: one for each bullet, or one for a paragraph."""
        self.spots.items[-1].fields.setdefault("insights", at + 1)
        first, last = self.lines.trim(at + 1, end)
        lines = ([inline] if inline else []) + self.lines.rows[first:last]
        basis = cast(Basis, found.get("basis", "editor"))
        texts = grammar.bullets(lines)
        if texts is None and lines:
            text = grammar.unstuff(block("\n".join(lines)), Kind.PARAGRAPH, self.lines.known)
            story.insights.append(Insight(text, label, basis, bullet=False, uid=self._uid(found, at)))
            self.spots.insights.append(Spot(at + 1))
            return
        for number in range(first, last):
            if self.lines.rows[number].startswith(("* ", "+ ")):
                self.lines.note(number, _("A bullet is “-”, not “%(mark)s”."), mark=self.lines.rows[number][0])
        begin = first if lines and not inline else at
        for first_line, *more in texts or [[""]]:
            words, attributes = grammar.split_group(first_line, "bullet")
            text = "\n".join([grammar.unstuff_group(words, "bullet"), *more])
            story.insights.append(Insight(text, label, basis, uid=self._uid(attributes, at)))
            self.spots.insights.append(Spot(begin + 1))
            begin += 1 + len(more)

    def _uid(self, attributes: Attributes, index: int) -> str:
        """Return the uid that is given, or nothing if the text gave it before."""
        uid = attributes.get("uid", "")
        if uid in self.uids:
            self.lines.note(index, _("The name %(uid)s was given before, and was left out here."), uid=uid)
            return ""
        self.uids.update({uid} - {""})
        return uid
