"""Two people's changes as one issue: what does not overlap is put together, what does is a clash, nothing is lost."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.manuscript.merge import Choice, Clash, Merge, choosing, combined, merge
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section

LETTERS = "bcdfghjkmnpqrstvwxz"


def uid(number: int) -> str:
    return "".join(LETTERS[(number // 19**place) % 19] for place in range(8))


def story(number: int) -> NewsItem:
    return NewsItem(
        headline=f"Story {number}",
        link=f"https://example.org/{number}",
        body=f"Text of story {number}.",
        tags=("Zebra", "Apple"),
        insights=tuple(Insight(f"Thought {number}.{place}", uid=uid(100 + 10 * number + place)) for place in (0, 1)),
        uid=uid(number),
    )


BASE = Manuscript(
    title="What happened",
    date=date(2026, 3, 9),
    tags=("Zebra", "Apple"),
    summary="A summary.",
    sections=(
        Section("First", items=(story(0), story(1), story(2))),
        Section("Second", lead="A lead.", items=(story(3), story(4), story(5))),
        Section("In brief", briefs=(Brief("One line.", uid=uid(50)), Brief("Another line.", uid=uid(51)))),
    ),
)


def with_section(manuscript: Manuscript, number: int, **fields: Any) -> Manuscript:
    sections = list(manuscript.sections)
    sections[number] = replace(sections[number], **fields)
    return replace(manuscript, sections=tuple(sections))


def with_item(manuscript: Manuscript, section: int, item: int, **fields: Any) -> Manuscript:
    items = list(manuscript.sections[section].items)
    items[item] = replace(items[item], **fields)
    return with_section(manuscript, section, items=tuple(items))


def without(manuscript: Manuscript, section: int, item: int) -> Manuscript:
    items = manuscript.sections[section].items
    return with_section(manuscript, section, items=(*items[:item], *items[item + 1 :]))


def with_new(manuscript: Manuscript, section: int, item: NewsItem) -> Manuscript:
    return with_section(manuscript, section, items=(*manuscript.sections[section].items, item))


def moved(manuscript: Manuscript, section: int, item: int, to: int) -> Manuscript:
    return with_new(without(manuscript, section, item), to, manuscript.sections[section].items[item])


def clash(result: Merge) -> tuple[str, Any, Any, Any]:
    """Return the only clash: its name, and what the three said."""
    (one,) = result.clashes
    return one.name, one.base, one.theirs, one.mine


FIRST = BASE.sections[0].items[0]


# --- What does not overlap ---------------------------------------------------------


def test_different_fields_of_one_story_merge() -> None:
    theirs = with_item(BASE, 0, 0, headline="Theirs")
    mine = with_item(BASE, 0, 0, body="Mine")
    assert merge(BASE, theirs, mine) == Merge(with_item(theirs, 0, 0, body="Mine"))


def test_insights_merge_one_by_one() -> None:
    first, second = FIRST.insights
    theirs = with_item(BASE, 0, 0, insights=(replace(first, text="Theirs"), second))
    mine = with_item(BASE, 0, 0, insights=(first, replace(second, text="Mine"), Insight("New")))
    merged = merge(BASE, theirs, mine)
    assert merged.clashes == ()
    assert [one.text for one in next(merged.manuscript.items).insights] == ["Theirs", "Mine", "New"]


def test_fields_of_one_insight_merge() -> None:
    first, second = FIRST.insights
    theirs = with_item(BASE, 0, 0, insights=(replace(first, text="Theirs"), second))
    mine = with_item(BASE, 0, 0, insights=(replace(first, basis="ai"), second))
    assert merge(BASE, theirs, mine) == Merge(
        with_item(BASE, 0, 0, insights=(replace(first, text="Theirs", basis="ai"), second))
    )


def test_words_and_order_merge() -> None:
    one, two, three = BASE.sections[0].items
    theirs = with_section(BASE, 0, items=(three, one, two))
    mine = with_item(BASE, 0, 1, body="Mine")
    merged = with_section(BASE, 0, items=(three, one, replace(two, body="Mine")))
    assert merge(BASE, theirs, mine) == merge(BASE, mine, theirs) == Merge(merged)


def test_both_add_in_one_section() -> None:
    theirs = with_new(BASE, 0, NewsItem("Theirs", uid="zzzzzzzz"))
    mine = with_new(BASE, 0, NewsItem("Mine"))
    merged = merge(BASE, theirs, mine)
    assert merged.clashes == ()
    headlines = [item.headline for item in merged.manuscript.sections[0].items]
    assert headlines == ["Story 0", "Story 1", "Story 2", "Theirs", "Mine"]


def test_one_adds_where_the_other_reorders() -> None:
    one, two, three = BASE.sections[0].items
    theirs = with_section(BASE, 0, items=(two, three, one))
    mine = with_section(BASE, 0, items=(one, NewsItem("Mine"), two, three))
    merged = merge(BASE, theirs, mine)
    assert merged.clashes == ()
    headlines = [item.headline for item in merged.manuscript.sections[0].items]
    assert headlines == ["Story 1", "Story 2", "Story 0", "Mine"]


def test_a_story_moved_by_one_and_edited_by_the_other_is_both() -> None:
    theirs = moved(BASE, 0, 0, to=1)
    mine = with_item(BASE, 0, 0, body="Mine")
    assert merge(BASE, theirs, mine) == Merge(with_item(theirs, 1, 3, body="Mine"))


def test_a_section_renamed_by_one_gets_the_story_of_the_other() -> None:
    theirs = with_section(BASE, 0, title="Renamed")
    mine = with_new(BASE, 0, NewsItem("Mine"))
    assert merge(BASE, theirs, mine) == Merge(with_section(mine, 0, title="Renamed"))


def test_sections_are_added_and_put_in_order() -> None:
    first, second, briefs = BASE.sections
    theirs = replace(BASE, sections=(second, first, briefs))
    mine = replace(BASE, sections=(first, second, briefs, Section("New")))
    assert merge(BASE, theirs, mine) == Merge(replace(BASE, sections=(second, first, briefs, Section("New"))))


def test_a_section_that_one_deleted_stays_for_the_story_that_the_other_put_there() -> None:
    theirs = replace(BASE, sections=BASE.sections[1:])
    mine = with_new(BASE, 0, NewsItem("Mine"))
    merged = merge(BASE, theirs, mine).manuscript
    assert merged.sections[0] == Section("First", items=(NewsItem("Mine"),))


def test_who_saved_twice_did_not_mean_it_twice() -> None:
    mine = with_new(with_item(BASE, 0, 0, body="Mine"), 0, NewsItem("New", insights=(Insight("Thought"),)))
    theirs = with_item(mine, 0, 3, uid="zzzzzzzz", insights=(Insight("Thought", uid="xxxxxxxx"),))
    assert merge(BASE, theirs, mine) == Merge(theirs)


def test_deleted_by_one_is_gone_and_what_the_other_changed_is_there() -> None:
    theirs = without(BASE, 0, 0)
    mine = with_item(BASE, 0, 1, body="Mine")
    assert merge(BASE, theirs, mine) == merge(BASE, mine, theirs) == Merge(with_item(theirs, 0, 0, body="Mine"))


# --- What does ---------------------------------------------------------------------


def test_a_field_changed_twice_is_theirs_until_somebody_chooses() -> None:
    theirs, mine = with_item(BASE, 0, 0, body="Theirs"), with_item(BASE, 0, 0, body="Mine", headline="New")
    result = merge(BASE, theirs, mine)
    name, *said = clash(result)
    assert (name, said) == (f"item-{FIRST.uid}-body", [FIRST.body, "Theirs", "Mine"])
    assert result.manuscript == with_item(theirs, 0, 0, headline="New")
    assert merge(BASE, theirs, mine, {name: Choice("mine")}).manuscript == mine
    both = merge(BASE, theirs, mine, {name: Choice("both", "Both")})
    assert both.manuscript == with_item(mine, 0, 0, body="Both")


def test_the_same_change_made_twice_is_no_clash() -> None:
    assert merge(BASE, replace(BASE, title="Same"), replace(BASE, title="Same")) == Merge(replace(BASE, title="Same"))


@pytest.mark.parametrize("deleted_by", ["theirs", "mine"])
def test_a_story_deleted_by_one_and_edited_by_the_other(deleted_by: str) -> None:
    gone, edited = without(BASE, 0, 0), with_item(BASE, 0, 0, body="Edited")
    three = (BASE, gone, edited) if deleted_by == "theirs" else (BASE, edited, gone)
    name, base, *said = clash(merge(*three))
    assert (name, base) == (f"item-{FIRST.uid}-stays", FIRST)
    assert said == (
        [None, edited.sections[0].items[0]] if deleted_by == "theirs" else [edited.sections[0].items[0], None]
    )
    assert merge(*three, {name: Choice("theirs")}).manuscript == three[1]
    assert merge(*three, {name: Choice("mine")}).manuscript == three[2]


def test_a_story_whose_section_was_deleted_brings_it_back_if_it_is_chosen() -> None:
    theirs = replace(BASE, sections=BASE.sections[1:])
    mine = with_item(BASE, 0, 0, body="Mine")
    result = merge(BASE, theirs, mine)
    assert (clash(result)[0], result.manuscript) == (f"item-{FIRST.uid}-stays", theirs)
    chosen = merge(BASE, theirs, mine, choosing("mine", result.clashes)).manuscript
    assert chosen.sections[0] == Section("First", items=(mine.sections[0].items[0],))


def test_a_story_moved_twice() -> None:
    theirs, mine = moved(BASE, 0, 0, to=1), moved(BASE, 0, 0, to=2)
    result = merge(BASE, theirs, mine)
    assert clash(result) == (f"item-{FIRST.uid}-stands", "First", "Second", "In brief")
    assert merge(BASE, theirs, mine, choosing("mine", result.clashes)).manuscript == mine
    assert merge(BASE, theirs, theirs) == Merge(theirs)


def test_one_section_reordered_twice() -> None:
    one, two, three = BASE.sections[0].items
    theirs, mine = (with_section(BASE, 0, items=order) for order in ((two, one, three), (one, three, two)))
    result = merge(BASE, theirs, mine)
    assert clash(result) == (
        "item-0-order",
        ("Story 0", "Story 1", "Story 2"),
        ("Story 1", "Story 0", "Story 2"),
        ("Story 0", "Story 2", "Story 1"),
    )
    assert merge(BASE, theirs, mine, choosing("mine", result.clashes)).manuscript == mine


def test_a_lead_changed_of_a_section_that_was_deleted() -> None:
    theirs = replace(BASE, sections=(BASE.sections[0], BASE.sections[2]))
    mine = with_section(BASE, 1, lead="Mine")
    result = merge(BASE, theirs, mine)
    assert clash(result) == ("section-1-stays", Section("Second", "A lead."), None, Section("Second", "Mine"))
    assert merge(BASE, theirs, mine, choosing("mine", result.clashes)).manuscript.sections[1] == Section(
        "Second", "Mine"
    )


def test_tags_changed_twice_combine() -> None:
    result = merge(BASE, replace(BASE, tags=("Zebra", "New")), replace(BASE, tags=("Mine", "Zebra", "Apple")))
    (one,) = result.clashes
    assert one.combines
    assert one.combined == ("Zebra", "New", "Mine")


@pytest.mark.parametrize("fields", [{"ai_role": ("assisted", "drafted")}, {"follows": ("bbbbbbbb", "cccccccc")}])
def test_what_nobody_writes_is_theirs_or_mine(fields: dict[str, tuple[str, str]]) -> None:
    ((name, (theirs, mine)),) = fields.items()
    result = merge(BASE, with_item(BASE, 0, 0, **{name: theirs}), with_item(BASE, 0, 0, **{name: mine}))
    (one,) = result.clashes
    assert not one.combines
    forged = {one.name: Choice("both", "no such thing")}
    assert merge(BASE, with_item(BASE, 0, 0, **{name: theirs}), with_item(BASE, 0, 0, **{name: mine}), forged) == result


def test_sentences_combine() -> None:
    base = "One. Two. Three.\n\nFour."
    assert (
        combined(base, "One! Two. Three.\n\nFour.", "One. Two. Three.\n\nFour, five.")
        == "One! Two. Three.\n\nFour, five."
    )
    assert combined("甲。乙。", "甲一。乙。", "甲二。乙。丙。") == "甲一。甲二。乙。丙。"
    assert combined("Old", "Theirs", "Mine") == "Theirs Mine"
    assert combined("Old", "Same", "Same") == "Same"


# --- For any two people ---------------------------------------------------------------

KINDS = (
    *("title", "tags", "lead", "body", "insight", "unthink", "delete", "add", "move", "shuffle"),
    *("brief", "briefs", "section", "rename", "drop", "order"),
)
WORDS = st.sampled_from(["甲。", "乙。", "", "丙。丁。"])


@st.composite
def edits(draw: st.DrawFn) -> Manuscript:
    """Return BASE after some changes that a person makes."""
    now = BASE
    for _ in range(draw(st.integers(0, 4))):
        if not now.sections:
            break
        number = draw(st.integers(0, len(now.sections) - 1))
        section = now.sections[number]
        items = section.items
        at = draw(st.integers(0, max(len(items) - 1, 0)))
        kind = draw(st.sampled_from(KINDS))
        match kind:
            case "title":
                now = replace(now, title=draw(WORDS))
            case "tags":
                now = replace(now, tags=tuple(draw(st.lists(st.sampled_from("abc"), unique=True))))
            case "lead":
                now = with_section(now, number, lead=draw(WORDS))
            case "body" if items:
                now = with_item(now, number, at, body=draw(WORDS))
            case "insight" if items:
                changed = tuple(replace(one, text=draw(WORDS) or "x") for one in items[at].insights)
                now = with_item(now, number, at, insights=(*changed, Insight(draw(WORDS) or "x")))
            case "unthink" if items:
                now = with_item(now, number, at, insights=items[at].insights[1:])
            case "delete" if items:
                now = without(now, number, at)
            case "add":
                now = with_new(now, number, NewsItem(draw(st.sampled_from("xyz"))))
            case "move" if items:
                now = moved(now, number, at, to=draw(st.integers(0, len(now.sections) - 1)))
            case "shuffle":
                now = with_section(now, number, items=tuple(draw(st.permutations(items))))
            case "briefs":
                now = with_section(now, number, briefs=tuple(draw(st.permutations(section.briefs))))
            case "brief":
                now = with_section(now, number, briefs=(*section.briefs[1:], Brief(draw(WORDS) or "x")))
            case "section":
                now = replace(now, sections=(*now.sections, Section(draw(st.sampled_from("st")))))
            case "rename":
                now = with_section(now, number, title=draw(st.sampled_from("st")))
            case "drop":
                now = replace(now, sections=(*now.sections[:number], *now.sections[number + 1 :]))
            case "order":
                now = replace(now, sections=tuple(draw(st.permutations(now.sections))))
    return now


def things(manuscript: Manuscript) -> dict[str, Any]:
    found: list[Any] = [*manuscript.items, *manuscript.briefs, *manuscript.insights]
    return {one.uid: one for one in found if one.uid}


def fields_of(value: Any) -> dict[str, Any]:
    names = set(type(value).__dataclass_fields__) - {"uid", "insights", "sections", "briefs", "items"}
    return {name: getattr(value, name) for name in names}


def texts(value: Any) -> set[str]:
    """Return every text inside a clash or a part of one."""
    if isinstance(value, Clash):
        return texts(value.theirs) | texts(value.mine) | texts(value.base)
    if isinstance(value, tuple):
        return set().union(*map(texts, value))
    if hasattr(value, "__dataclass_fields__"):
        return set().union(*(texts(getattr(value, name)) for name in type(value).__dataclass_fields__))
    return {value} if isinstance(value, str) else set()


def content(manuscript: Manuscript) -> Any:
    """Return what an issue says, whatever the order of what is new."""
    plain = manuscript.without_uids()
    return replace(plain, sections=()), Counter(
        (
            section.title,
            section.lead,
            frozenset(Counter(section.items).items()),
            frozenset(Counter(section.briefs).items()),
        )
        for section in (
            replace(s, items=tuple(replace(i, insights=tuple(sorted(i.insights, key=str))) for i in s.items))
            for s in plain.sections
        )
    )


@given(edits())
def test_what_only_one_changed_is_taken_as_it_is(one: Manuscript) -> None:
    assert merge(BASE, BASE, one) == Merge(one)
    assert merge(BASE, one, BASE) == Merge(one)
    assert merge(BASE, one, one) == Merge(one)


@given(edits(), edits())
def test_no_text_of_either_side_is_lost(theirs: Manuscript, mine: Manuscript) -> None:
    result = merge(BASE, theirs, mine)
    there = texts(result.manuscript) | set().union(*map(texts, result.clashes))
    assert (texts(theirs) | texts(mine)) - texts(BASE) - there == set()
    names = [one.name for one in result.clashes]
    assert len(names) == len(set(names))
    before, merged = things(BASE), things(result.manuscript)
    for side in (theirs, mine):
        for name, thing in things(side).items():
            if any(name in one.name or name in texts(one) for one in result.clashes):
                continue  # to be chosen, whole or by a field
            for field, value in fields_of(thing).items():
                if value != getattr(before[name], field):
                    assert getattr(merged[name], field) == value


@given(edits(), edits())
def test_either_side_can_be_chosen_throughout(theirs: Manuscript, mine: Manuscript) -> None:
    result = merge(BASE, theirs, mine)
    chosen = merge(BASE, theirs, mine, choosing("mine", result.clashes))
    assert chosen.clashes == result.clashes
    swapped = merge(BASE, mine, theirs)
    assert [replace(one, theirs=one.mine, mine=one.theirs).name for one in swapped.clashes] == [
        one.name for one in result.clashes
    ]
    assert content(chosen.manuscript) == content(swapped.manuscript)
    uids = re.findall(r'"uid":"(\w+)"', result.manuscript.canonical())
    assert len(uids) == len(set(uids))
