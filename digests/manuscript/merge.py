"""Merge two people's changes of one issue, and report what they have to choose between.

What only one of them changed is taken over. What both changed differently is a `Clash`; until somebody chooses, what is
saved now (`theirs`) holds. Stories, insights and briefs are matched by uid, sections as `diff` pairs them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import SequenceMatcher
from typing import Any, Literal, TypeVar

from digests.manuscript import diff
from digests.manuscript.diff import Place
from digests.manuscript.values import Insight, Manuscript, NewsItem, Section

T = TypeVar("T")
Side = Literal["theirs", "mine", "both"]

# What can clash besides fields: whether something was deleted, which section it is in, and the order.
STAYS, STANDS, ORDER = "stays", "stands", "order"


@dataclass(frozen=True, slots=True)
class Clash:
    """What both changed: its value before, and what each made of it.

    For a field, these are its values; for `stays`, the story, insight, brief or section, or None where it was deleted;
    for `stands`, the title of its section; for `order`, titles in their order.
    """

    place: Place
    base: Any
    theirs: Any
    mine: Any

    @property
    def name(self) -> str:
        """Its name in a form; the same as long as `base` is the same."""
        return "-".join(filter(None, (self.place.what, self.place.uid, self.place.field)))

    @property
    def combines(self) -> bool:
        """Tell whether somebody may write a text that combines both."""
        return isinstance(self.base, str | tuple) and self.place.field not in UNWRITTEN

    @property
    def combined(self) -> Any:
        """A proposal with the changes of both: a text, or a tuple of words."""
        base, theirs, mine = self.base, self.theirs, self.mine
        if isinstance(base, str):
            return combined(base, theirs, mine)
        kept = tuple(word for word in theirs if word in mine or word not in base)
        return kept + tuple(word for word in mine if word not in theirs and word not in base)


# Fields that are chosen from a list or uploaded, so that no text could combine them.
UNWRITTEN = frozenset({"ai_role", "basis", "cover_file", "follows", ORDER, STANDS})


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody settles a clash. `text` is what they wrote to combine both: a text, or a tuple of words."""

    side: Side
    text: Any = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged issue, and every clash in it, whether somebody chose or not."""

    manuscript: Manuscript
    clashes: tuple[Clash, ...] = ()


def merge(base: Manuscript, theirs: Manuscript, mine: Manuscript, chosen: Mapping[str, Choice] | None = None) -> Merge:
    """Return `base` with the changes of `theirs` and `mine`.

    `chosen` says what to do where they clash, by the name of the clash.
    """
    return _Merging(chosen or {}).issue(base, theirs, mine)


def choosing(side: Side, clashes: Iterable[Clash]) -> dict[str, Choice]:
    """Return the choices of somebody who takes the same side in every clash."""
    return {clash.name: Choice(side) for clash in clashes}


@dataclass(frozen=True, slots=True)
class _Stand:
    """A story or brief, and the key of its section."""

    value: Any
    home: Hashable


@dataclass(frozen=True, slots=True)
class _Parts:
    """The sections, stories and briefs of an issue, each by its key and in order."""

    sections: dict[Hashable, Section]
    items: dict[Hashable, _Stand]
    briefs: dict[Hashable, _Stand]


@dataclass(slots=True)
class _Merging:
    """One merge: what was chosen, and the clashes that were found so far."""

    chosen: Mapping[str, Choice]
    clashes: list[Clash] = field(default_factory=list)

    def issue(self, base: Manuscript, theirs: Manuscript, mine: Manuscript) -> Merge:
        own = self.fields(Place("issue", title=theirs.title), base, theirs, mine, skip={"sections"})
        parts = [_apart(base, one) for one in (base, theirs, mine)]
        titles = _titles(*parts)
        items = self.things("item", [one.items for one in parts], titles)
        briefs = self.things("brief", [one.briefs for one in parts], titles)
        homes = {stand.home for stand in (*items.values(), *briefs.values())}
        sections = self.sections([one.sections for one in parts], homes)
        kept = tuple(
            replace(
                section,
                briefs=self.row(
                    Place("brief", str(key), section=section.title), key, [p.briefs for p in parts], briefs
                ),
                items=self.row(Place("item", str(key), section=section.title), key, [p.items for p in parts], items),
            )
            for key, section in sections.items()
        )
        return Merge(replace(theirs, **own, sections=kept), tuple(self.clashes))

    def pick(self, place: Place, base: T, theirs: T, mine: T, shown: Callable[[T], Any] = lambda value: value) -> T:
        """Return the value that changed; if both changed differently, the chosen one, else theirs.

        `shown` makes what the clash shows of a value.
        """
        if mine in (base, theirs):
            return theirs
        if theirs == base:
            return mine
        clash = Clash(place, shown(base), shown(theirs), shown(mine))
        self.clashes.append(clash)
        choice = self.chosen.get(clash.name)
        if choice and choice.side == "both" and clash.combines:
            return choice.text
        return mine if choice and choice.side == "mine" else theirs

    def fields(self, place: Place, base: Any, theirs: Any, mine: Any, skip: Iterable[str]) -> dict[str, Any]:
        """Merge the fields of one dataclass, without those in `skip`."""
        return {
            one.name: self.pick(
                replace(place, field=one.name), *(getattr(value, one.name) for value in (base, theirs, mine))
            )
            for one in fields(base)
            if one.name not in skip
        }

    def sections(self, three: Sequence[dict[Hashable, Section]], homes: set[Hashable]) -> dict[Hashable, Section]:
        """Return the sections that remain, in order. One that is still home to a story or brief is never deleted."""
        base, theirs, mine = three
        stay: dict[Hashable, Section] = {}
        for key in {**base, **theirs, **mine}:
            before, their, my = (one.get(key) for one in three)
            place = Place("section", str(key), title=(their or my or before or Section("")).title)
            if before and their and my:
                stay[key] = replace(before, **self.fields(place, before, their, my, skip={"briefs", "items"}))
            elif not before:
                stay[key] = their or my or Section("")
            else:
                value = self.pick(replace(place, field=STAYS), before, their, my)
                if value or key in homes:
                    stay[key] = value or their or my or before
        order = self.order(Place("section", field=ORDER), three, stay, lambda key: stay[key].title)
        return {key: stay[key] for key in order}

    def things(
        self,
        what: Literal["item", "brief"],
        three: Sequence[dict[Hashable, _Stand]],
        titles: Mapping[Hashable, str],
    ) -> dict[Hashable, _Stand]:
        """Return the stories or briefs that remain, each with the changes of both."""
        base, theirs, mine = three
        stay = {}
        for key in {**base, **theirs, **mine}:
            before, their, my = (one.get(key) for one in three)
            now = their or my or before
            assert now is not None
            place = Place(what, now.value.uid, _title(now.value), titles[now.home])
            if before and their and my:
                stands = replace(place, field=STANDS)
                home = self.pick(stands, before.home, their.home, my.home, lambda home: titles[home])
                value = self.thing(place, before.value, their.value, my.value)
                stay[key] = _Stand(value, home)
            elif before is None:
                stay[key] = now
            elif stand := self.pick(replace(place, field=STAYS), before, their, my, lambda it: it and it.value):
                stay[key] = stand
        return stay

    def thing(self, place: Place, base: Any, theirs: Any, mine: Any) -> Any:
        """Merge one story or brief."""
        merged = self.fields(place, base, theirs, mine, skip={"uid", "insights"})
        if isinstance(base, NewsItem):
            merged["insights"] = self.insights(place, base.insights, theirs.insights, mine.insights)
        return replace(theirs, **merged)

    def insights(self, item: Place, *three: tuple[Insight, ...]) -> tuple[Insight, ...]:
        """Merge the insights of one story; `three` are those of base, theirs and mine."""
        known = {insight.uid for insight in three[0] if insight.uid}
        base, theirs, mine = keyed = [_keyed(one, known) for one in three]
        stay: dict[Hashable, Insight] = {}
        for key in {**base, **theirs, **mine}:
            before, their, my = (one.get(key) for one in keyed)
            now = their or my or before
            assert now is not None
            place = replace(item, what="insight", uid=now.uid)
            if before and their and my:
                stay[key] = replace(their, **self.fields(place, before, their, my, skip={"uid"}))
            elif before is None:
                stay[key] = now
            elif value := self.pick(replace(place, field=STAYS), before, their, my):
                stay[key] = value
        order = self.order(replace(item, what="insight", field=ORDER), keyed, stay, lambda key: stay[key].text)
        return tuple(stay[key] for key in order)

    def row(
        self, place: Place, home: Hashable, three: Sequence[dict[Hashable, _Stand]], merged: dict[Hashable, _Stand]
    ) -> tuple[Any, ...]:
        """Return the stories or briefs of one section in their order."""
        here = [[key for key, stand in one.items() if stand.home == home] for one in three]
        stay = {key: stand.value for key, stand in merged.items() if stand.home == home}
        order = self.order(replace(place, field=ORDER), here, stay, lambda key: _title(stay[key]))
        return tuple(stay[key] for key in order)

    def order(
        self,
        place: Place,
        three: Sequence[Iterable[Hashable]],
        stay: Mapping[Hashable, Any],
        title: Callable[[Hashable], str],
    ) -> list[Hashable]:
        """Return the keys that remain, in the order of whoever changed it; a new one follows what it was put after."""
        base, theirs, mine = (list(one) for one in three)
        common = {key for key in base if key in theirs and key in mine and key in stay}
        old, their, my = ([key for key in one if key in common] for one in (base, theirs, mine))
        result = list(self.pick(place, old, their, my, lambda keys: tuple(title(key) for key in keys)))
        others: set[Hashable] = set()  # what `theirs` added comes first where both added something
        for side in (theirs, mine):
            new = set()
            behind = 0
            for key in side:
                if key in stay and key not in result:
                    while behind < len(result) and result[behind] in others:
                        behind += 1
                    result.insert(behind, key)
                    new.add(key)
                if key in result:
                    behind = result.index(key) + 1
            others |= new
        return result


def _apart(base: Manuscript, one: Manuscript) -> _Parts:
    """Take an issue apart. The key of a section is its number in `base`; of a new one, its title and lead."""
    same = diff.same_sections(base, one)
    keys = _distinct(same.get(number, (section.title, section.lead)) for number, section in enumerate(one.sections))
    parts = _Parts({}, {}, {})
    items = {item.uid for item in base.items if item.uid}
    briefs = {brief.uid for brief in base.briefs if brief.uid}
    for key, section in zip(keys, one.sections, strict=True):
        parts.sections[key] = replace(section, briefs=(), items=())
        for there, values, known in ((parts.items, section.items, items), (parts.briefs, section.briefs, briefs)):
            for name, value in _keyed(values, known, key).items():
                there[name] = _Stand(value, key)
    return parts


def _keyed(values: Iterable[T], known: set[str], home: Hashable = None) -> dict[Hashable, T]:
    """Return values by uid; those not in `known` by everything they say, so that adding the same twice adds it once."""
    things = list(values)
    return dict(zip(_distinct(_key(thing, known, home) for thing in things), things, strict=True))


def _key(value: Any, known: set[str], home: Hashable) -> Hashable:
    if value.uid in known:
        return value.uid
    words = replace(value, uid="")
    if isinstance(words, NewsItem):
        words = replace(words, insights=tuple(replace(insight, uid="") for insight in words.insights))
    return home, words


def _distinct(keys: Iterable[Hashable]) -> list[Hashable]:
    """Return the keys with a number added to each that was there before, so that all differ."""
    seen: Counter[Hashable] = Counter()
    found: list[Hashable] = []
    for key in keys:
        found.append((key, seen[key]) if seen[key] else key)
        seen[key] += 1
    return found


def _titles(base: _Parts, theirs: _Parts, mine: _Parts) -> dict[Hashable, str]:
    """Return the title of each section by its key: as `theirs` has it, else `mine`, else `base`."""
    return {key: section.title for one in (base, mine, theirs) for key, section in one.sections.items()}


def _title(value: Any) -> str:
    return value.headline if isinstance(value, NewsItem) else value.text


_SENTENCES = re.compile(r"(?<=[。！？!?\n])|(?<=\.)(?=\s)")


def combined(base: str, theirs: str, mine: str) -> str:
    """Return a text with the changes of both; where they changed the same sentence, theirs and then mine."""
    old, *both = (_SENTENCES.split(one) for one in (base, theirs, mine))
    if len(old) + sum(map(len, both)) > diff.MAX_WORDS:
        return _side_by_side([theirs, mine])
    changes = sorted(
        (start, end, side, "".join(new[i:j]))
        for side, new in enumerate(both)
        for op, start, end, i, j in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if op != "equal"
    )
    result: list[str] = []
    at = 0
    while changes:
        start, end, *_rest = changes[0]
        here = []
        while changes and (changes[0][0] < end or changes[0][0] == start):
            here.append(changes.pop(0))
            end = max(end, here[-1][1])
        sides = [[change for change in here if change[2] == side] for side in (0, 1)]
        versions = dict.fromkeys(_changed(old, start, end, side) for side in sides if side)
        result += [*old[at:start], _side_by_side(versions)]
        at = end
    return "".join([*result, *old[at:]])


def _changed(old: Sequence[str], start: int, end: int, changes: Iterable[tuple[int, int, int, str]]) -> str:
    """Return a span of a text with the changes of one side."""
    parts: list[str] = []
    for first, last, _side, new in changes:
        parts += [*old[start:first], new]
        start = last
    return "".join([*parts, *old[start:end]])


def _side_by_side(texts: Iterable[str]) -> str:
    whole = ""
    for text in texts:
        apart = "" if not whole or not text or whole[-1].isspace() or whole[-1] in "。！？" else " "
        whole += apart + text
    return whole
