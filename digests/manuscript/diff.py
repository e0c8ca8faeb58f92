"""What changed between two manuscripts, as values that a template can show.

Stories and briefs are matched by uid, else by link, else by their words. So a story that went to another section was
moved, not removed and added.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any, Literal, TypeVar

from .values import Brief, Insight, Manuscript, NewsItem, Section

Kind = Literal["added", "removed", "edited", "moved", "reordered"]
What = Literal["issue", "section", "item", "insight", "brief"]
Op = Literal["same", "removed", "added"]

T = TypeVar("T")
Pair = tuple[T, T]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a change is: in what kind of thing, its uid and title if any, the title of its section, and the field."""

    what: What
    uid: str = ""
    title: str = ""
    section: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with the text before and after it; if something moved, the titles of the two sections."""

    kind: Kind
    place: Place
    old: str = ""
    new: str = ""


def diff(old: Manuscript, new: Manuscript) -> tuple[Change, ...]:
    """Return what changed: first the issue's own fields, then its sections, stories and briefs."""
    return tuple(_changes(old, new))


def _changes(old: Manuscript, new: Manuscript) -> Iterator[Change]:
    yield from _edits(old, new, Place("issue", title=new.title), skip={"sections"})
    items = _pair(list(_homes(old, "items")), list(_homes(new, "items")), _item_names)
    briefs = _pair(list(_homes(old, "briefs")), list(_homes(new, "briefs")), _brief_names)
    sections = _pair_sections(old.sections, new.sections, [*items.pairs, *briefs.pairs])
    yield from _section_changes(sections)
    same_section = {(before, after) for before, after in sections.positions}
    yield from _story_changes("item", items, same_section)
    yield from _story_changes("brief", briefs, same_section)


def same_sections(old: Manuscript, new: Manuscript) -> dict[int, int]:
    """Return the number in `old` of each section of `new` that was there; found by its title, else by its stories."""
    items = _pair(list(_homes(old, "items")), list(_homes(new, "items")), _item_names)
    briefs = _pair(list(_homes(old, "briefs")), list(_homes(new, "briefs")), _brief_names)
    sections = _pair_sections(old.sections, new.sections, [*items.pairs, *briefs.pairs])
    return {after: before for before, after in sections.positions}


# Pairing


@dataclass(frozen=True, slots=True)
class _Home:
    """A story or brief with the number and title of its section."""

    value: Any
    section: int
    title: str


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Two lists, and the positions in them that belong together as (old, new), in the order of the new list."""

    old: Sequence[Any]
    new: Sequence[Any]
    positions: list[tuple[int, int]]

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        return [(self.old[before], self.new[after]) for before, after in self.positions]

    @property
    def removed(self) -> list[Any]:
        kept = {before for before, _ in self.positions}
        return [value for number, value in enumerate(self.old) if number not in kept]

    @property
    def added(self) -> list[Any]:
        kept = {after for _, after in self.positions}
        return [value for number, value in enumerate(self.new) if number not in kept]


def _homes(manuscript: Manuscript, name: Literal["items", "briefs"]) -> Iterator[_Home]:
    for number, section in enumerate(manuscript.sections):
        for value in getattr(section, name):
            yield _Home(value, number, section.title)


def _pair(old: Sequence[T], new: Sequence[T], names: Sequence[Callable[[T], Hashable]]) -> _Pairs:
    """Pair what has equal names: by the first of `names`, then what is left by the next; among equals, in order.

    A name that is None pairs with nothing.
    """
    positions: list[tuple[int, int]] = []
    left, right = list(range(len(old))), list(range(len(new)))
    for name in names:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for before in reversed(left):
            if (key := name(old[before])) is not None:
                waiting[key].append(before)
        rest = []
        for after in right:
            key = name(new[after])
            if key is not None and waiting.get(key):
                positions.append((waiting[key].pop(), after))
            else:
                rest.append(after)
        taken = {before for before, _ in positions}
        left, right = [before for before in left if before not in taken], rest
    return _Pairs(old, new, sorted(positions, key=lambda pair: pair[1]))


_LINK = re.compile(r"\]\(<?([^\s)>]+)")


def _first_link(text: str) -> str | None:
    found = _LINK.search(text)
    return found[1] if found else None


_item_names: list[Callable[[_Home], Hashable]] = [
    lambda home: home.value.uid or None,
    lambda home: (home.value.link, home.value.headline) if home.value.link else None,
    lambda home: home.value.link or None,
    lambda home: home.value.headline,
]
_brief_names: list[Callable[[_Home], Hashable]] = [
    lambda home: home.value.uid or None,
    lambda home: home.value.text,
    lambda home: _first_link(home.value.text),
]


def _pair_sections(old: Sequence[Section], new: Sequence[Section], homes: Iterable[Pair[_Home]]) -> _Pairs:
    """Pair sections by title, then those that are left by how many stories and briefs they share."""
    by_title = _pair(old, new, [lambda section: section.title])
    positions = list(by_title.positions)
    left = set(range(len(old))) - {before for before, _ in positions}
    right = set(range(len(new))) - {after for _, after in positions}
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for before, after in homes:
        shared[before.section, after.section] += 1
    for (one, other), _ in sorted(shared.items(), key=lambda each: (-each[1], each[0])):
        if one in left and other in right:
            left.remove(one)
            right.remove(other)
            positions.append((one, other))
    return _Pairs(old, new, sorted(positions, key=lambda pair: pair[1]))


def _out_of_order(numbers: Sequence[int]) -> set[int]:
    """Return the fewest positions without which the numbers ascend (the rest is a longest increasing subsequence)."""
    tails: list[int] = []
    ends: list[int] = []
    above: list[int] = []
    for position, number in enumerate(numbers):
        at = bisect_left(tails, number)
        tails[at:] = [number]
        above.append(ends[at - 1] if at else -1)
        ends[at:] = [position]
    kept: set[int] = set()
    position = ends[-1] if ends else -1
    while position >= 0:
        kept.add(position)
        position = above[position]
    return set(range(len(numbers))) - kept


# Changes


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(word) for word in value)
    return str(value)


def _edits(old: Any, new: Any, place: Place, skip: Iterable[str] = ()) -> Iterator[Change]:
    for each in fields(new):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if each.name not in skip and before != after:
            where = Place(place.what, place.uid, place.title, place.section, each.name)
            yield Change("edited", where, _text(before), _text(after))


def _section_changes(sections: _Pairs) -> Iterator[Change]:
    for section in sections.removed:
        yield Change("removed", Place("section", title=section.title), old=whole(section))
    for section in sections.added:
        yield Change("added", Place("section", title=section.title), new=whole(section))
    reordered = _out_of_order([before for before, _ in sections.positions])
    for number, (old, new) in enumerate(sections.pairs):
        if number in reordered:
            yield Change("reordered", Place("section", title=new.title))
        yield from _edits(old, new, Place("section", title=new.title), skip={"items", "briefs"})


def _story_changes(
    what: Literal["item", "brief"], stories: _Pairs, same_section: set[tuple[int, int]]
) -> Iterator[Change]:
    for home in stories.removed:
        yield Change("removed", _place(what, home), old=whole(home.value))
    for home in stories.added:
        yield Change("added", _place(what, home), new=whole(home.value))
    stayed: dict[int, list[tuple[int, Place]]] = defaultdict(list)
    for (before, _after), (was, now) in zip(stories.positions, stories.pairs, strict=True):
        place = _place(what, now)
        if (was.section, now.section) in same_section:
            stayed[now.section].append((before, place))
        else:
            yield Change("moved", place, was.title, now.title)
        yield from _edits(was.value, now.value, place, skip={"uid", "insights"})
        if isinstance(now.value, NewsItem):
            yield from _insight_changes(was.value.insights, now.value.insights, place)
    for members in stayed.values():
        for number in sorted(_out_of_order([before for before, _ in members])):
            yield Change("reordered", members[number][1])


def _place(what: Literal["item", "brief"], home: _Home) -> Place:
    title = home.value.headline if what == "item" else home.value.text
    return Place(what, home.value.uid, title, home.title)


def whole(value: Section | NewsItem | Insight | Brief) -> str:
    """Return everything that a story, insight or brief says as one text; of a section, only its title and lead."""
    if isinstance(value, Brief):
        return value.text
    if isinstance(value, Section):
        return "\n\n".join(filter(None, [value.title, value.lead]))
    if isinstance(value, Insight):
        return f"{value.label}\n{value.text}"
    return "\n\n".join(filter(None, [value.headline, value.link, value.body, *map(whole, value.insights)]))


def _insight_changes(old: Sequence[Insight], new: Sequence[Insight], item: Place) -> Iterator[Change]:
    names: list[Callable[[Insight], Hashable]] = [
        lambda insight: insight.uid or None,
        lambda insight: (insight.label, insight.text),
        lambda insight: insight.text,
        lambda insight: (insight.label, insight.bullet),  # what is left was reworded; pair it in order
    ]
    pairs = _pair(old, new, names)
    for insight in pairs.removed:
        yield Change("removed", _insight_place(insight, item), old=insight.text)
    for insight in pairs.added:
        yield Change("added", _insight_place(insight, item), new=insight.text)
    reordered = _out_of_order([before for before, _ in pairs.positions])
    for number, (was, now) in enumerate(pairs.pairs):
        place = _insight_place(now, item)
        if number in reordered:
            yield Change("reordered", place)
        yield from _edits(was, now, place, skip={"uid"})


def _insight_place(insight: Insight, item: Place) -> Place:
    return Place("insight", item.uid, item.title, item.section, insight.label)


# Words

_WORD = re.compile(r"[A-Za-z0-9\u00c0-\u024f\u0370-\u052f]+(?:[-'’._][A-Za-z0-9\u00c0-\u024f]+)*|\s+|.", re.DOTALL)
MAX_WORDS = 3000  # of both texts together; longer ones are compared by lines, as the time grows with the square


def words(old: str, new: str) -> list[tuple[Op, str]]:
    """Return the differences of two texts as runs: alphabets by the word, Chinese by the character.

    The runs "same" and "removed" make up the old text, "same" and "added" the new one.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    if len(before) + len(after) > MAX_WORDS:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if len(before) + len(after) > MAX_WORDS:
        before, after = [old], [new]
    found: list[tuple[Op, str]] = []

    def add(op: Op, parts: Sequence[str]) -> None:
        text = "".join(parts)
        if not text:
            return
        if found and found[-1][0] == op:
            found[-1] = (op, found[-1][1] + text)
        else:
            found.append((op, text))

    for op, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            add("same", before[i1:i2])
        else:
            add("removed", before[i1:i2])
            add("added", after[j1:j2])
    return found
