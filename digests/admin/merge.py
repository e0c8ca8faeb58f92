"""Two people's changes of one issue put together, where that is plain; else nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from digests.manuscript.values import Manuscript, Section

T = TypeVar("T")
# A section as its own words and the keys of its briefs and stories.
Bones = tuple[str, str, tuple[Hashable, ...], tuple[Hashable, ...]]


class _Clash(Exception):
    """Both changed the same thing, each in their own way."""


def merge(base: Manuscript, theirs: Manuscript, mine: Manuscript) -> Manuscript | None:
    """Return `base` with the changes of both, field by field and by uid; None if they touch the same thing."""
    sections = [one.sections for one in (base, theirs, mine)]
    try:
        bones = _merged_bones(*([_bones(section) for section in one] for one in sections))
        briefs = _merged_values(*(list(one.briefs) for one in (base, theirs, mine)))
        items = _merged_values(*(list(one.items) for one in (base, theirs, mine)))
        return _merged_fields(
            base,
            theirs,
            mine,
            sections=tuple(
                Section(title, lead, tuple(briefs[key] for key in brief_keys), tuple(items[key] for key in item_keys))
                for title, lead, brief_keys, item_keys in bones
            ),
        )
    except _Clash:
        return None


def _pick(base: T, theirs: T, mine: T) -> T:
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    raise _Clash


def _merged_fields(base: Any, theirs: Any, mine: Any, **merged: Any) -> Any:
    for field in fields(base):
        if field.name not in merged:
            merged[field.name] = _pick(*(getattr(one, field.name) for one in (base, theirs, mine)))
    return replace(theirs, **merged)


def _key(value: Any) -> Hashable:
    """Return what something is known by: its uid, or, while it is new, all it says."""
    return value.uid or value


def _bones(section: Section) -> Bones:
    return section.title, section.lead, tuple(map(_key, section.briefs)), tuple(map(_key, section.items))


def _merged_bones(base: list[Bones], theirs: list[Bones], mine: list[Bones]) -> list[Bones]:
    if not len(base) == len(theirs) == len(mine):
        return _pick(base, theirs, mine)
    merged: list[Any] = [
        tuple(_pick(*parts) for parts in zip(*three, strict=True)) for three in zip(base, theirs, mine, strict=True)
    ]
    # A story that both moved or deleted must not stand twice, or come back.
    for part in (2, 3):
        places = [_places(part, one) for one in (base, theirs, mine)]
        result = _places(part, merged)
        for key in set().union(*places):
            if result.get(key) != _pick(*(one.get(key) for one in places)):
                raise _Clash
    return merged


def _places(part: int, sections: Iterable[Bones]) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = {}
    for number, section in enumerate(sections):
        for key in section[part]:
            places.setdefault(key, []).append(number)
    return places


def _merged_values(base: Sequence[Any], theirs: Sequence[Any], mine: Sequence[Any]) -> dict[Hashable, Any]:
    """Return every thing that either has, by its key, with the changes of both."""
    old, their, my = ({_key(value): value for value in one} for one in (base, theirs, mine))
    return {key: _merged_value(old.get(key), their.get(key), my.get(key)) for key in {**old, **their, **my}}


def _merged_value(base: Any, theirs: Any, mine: Any) -> Any:
    if base is None or theirs is None or mine is None:
        # New, or deleted by one: nobody may have changed what the other deleted.
        left = [one for one in (theirs, mine) if one is not None]
        if any(one != (base or left[0]) for one in left):
            raise _Clash
        return left[0] if left else base
    if not hasattr(base, "insights"):
        return _merged_fields(base, theirs, mine)
    insights = _merged_values(base.insights, theirs.insights, mine.insights)
    order = _pick(*(tuple(map(_key, one.insights)) for one in (base, theirs, mine)))
    return _merged_fields(base, theirs, mine, insights=tuple(insights[key] for key in order))
