"""What changed between two issues."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from digests.manuscript.diff import Change, Place, diff, words
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section

A, B, C = (NewsItem(name, f"https://example.org/{name}", f"{name} body", uid=f"{name * 8}") for name in "bcd")


def issue(*sections: Section, **fields: Any) -> Manuscript:
    return Manuscript(**{"title": "T", "date": datetime.date(2026, 3, 1), "sections": sections, **fields})


def kinds(changes: tuple[Change, ...]) -> list[tuple[str, str, str, str]]:
    return [(each.kind, each.place.what, each.place.title, each.place.field) for each in changes]


def test_equal_issues_have_no_changes() -> None:
    assert diff(issue(Section("S", items=(A, B))), issue(Section("S", items=(A, B)))) == ()


def test_the_issues_own_fields() -> None:
    changes = diff(issue(), issue(title="New", tags=("a", "b")))
    assert changes == (
        Change("edited", Place("issue", title="New", field="title"), "T", "New"),
        Change("edited", Place("issue", title="New", field="tags"), "", "a, b"),
    )


def test_a_story_comes_and_goes() -> None:
    changes = diff(issue(Section("S", items=(A, B))), issue(Section("S", items=(B, C))))
    assert kinds(changes) == [("removed", "item", "b", ""), ("added", "item", "d", "")]
    assert "b body" in changes[0].old and "d body" in changes[1].new


def test_a_story_is_edited_field_by_field() -> None:
    changes = diff(issue(Section("S", items=(A,))), issue(Section("S", items=(replace(A, body="x", tags=("t",)),))))
    assert changes == (
        Change("edited", Place("item", A.uid, "b", "S", "body"), "b body", "x"),
        Change("edited", Place("item", A.uid, "b", "S", "tags"), "", "t"),
    )


def test_a_story_moves_and_is_edited_at_once() -> None:
    old = issue(Section("S", items=(A, B)), Section("R"))
    new = issue(Section("S", items=(B,)), Section("R", items=(replace(A, headline="new"),)))
    assert diff(old, new) == (
        Change("moved", Place("item", A.uid, "new", "R"), "S", "R"),
        Change("edited", Place("item", A.uid, "new", "R", "headline"), "b", "new"),
    )


def test_the_fewest_stories_were_reordered() -> None:
    changes = diff(issue(Section("S", items=(A, B, C))), issue(Section("S", items=(C, A, B))))
    assert kinds(changes) == [("reordered", "item", "d", "")]


def test_stories_without_a_name_are_known_by_link_then_headline() -> None:
    one = NewsItem("old", "https://example.org/x")
    other = NewsItem("same", body="1")
    old = issue(Section("S", items=(one, other)))
    new = issue(Section("S", items=(replace(one, headline="new"), replace(other, body="2"))))
    assert kinds(diff(old, new)) == [("edited", "item", "new", "headline"), ("edited", "item", "same", "body")]


def test_a_section_that_keeps_its_stories_was_renamed() -> None:
    changes = diff(issue(Section("S", items=(A, B))), issue(Section("R", items=(A, B))))
    assert changes == (Change("edited", Place("section", title="R", field="title"), "S", "R"),)


def test_sections_come_go_and_change_places() -> None:
    changes = diff(issue(Section("1"), Section("2"), Section("3")), issue(Section("3"), Section("1"), Section("4")))
    assert kinds(changes) == [
        ("removed", "section", "2", ""),
        ("added", "section", "4", ""),
        ("reordered", "section", "3", ""),
    ]


def test_insights() -> None:
    old = replace(A, insights=(Insight("a"), Insight("b"), Insight("c")))
    new = replace(A, insights=(Insight("c"), Insight("a"), Insight("b!", basis="ai"), Insight("d", "影响")))
    changes = diff(issue(Section("S", items=(old,))), issue(Section("S", items=(new,))))
    assert [(each.kind, each.old, each.new) for each in changes] == [
        ("added", "", "d"),
        ("reordered", "", ""),
        ("edited", "b", "b!"),
        ("edited", "editor", "ai"),
    ]
    assert changes[0].place == Place("insight", A.uid, "b", "S", "影响")


def test_briefs() -> None:
    old = issue(Section("S", briefs=(Brief("a", "b" * 8), Brief("[x](u)：1"), Brief("z"))))
    new = issue(Section("S", briefs=(Brief("a!", "b" * 8), Brief("[x](u)：2"), Brief("y"))))
    assert [(each.kind, each.old, each.new) for each in diff(old, new)] == [
        ("removed", "z", ""),
        ("added", "", "y"),
        ("edited", "a", "a!"),
        ("edited", "[x](u)：1", "[x](u)：2"),
    ]


def test_words_mark_latin_by_the_word_and_chinese_by_the_character() -> None:
    assert words("Claude 发布了 GPT-5.2 工具", "Claude 发布 GPT-5.3 工具") == [
        ("same", "Claude 发布"),
        ("removed", "了"),
        ("same", " "),
        ("removed", "GPT-5.2"),
        ("added", "GPT-5.3"),
        ("same", " 工具"),
    ]
    assert words("", "") == []
    assert words("", "x") == [("added", "x")]


def test_long_texts_are_compared_by_the_line() -> None:
    old = "\n".join(f"第 {number} 行文字" for number in range(1000)) + "\n"
    assert words(old, old.replace("第 7 行文字", "改")) == [
        ("same", "".join(f"第 {number} 行文字\n" for number in range(7))),
        ("removed", "第 7 行文字\n"),
        ("added", "改\n"),
        ("same", "".join(f"第 {number} 行文字\n" for number in range(8, 1000))),
    ]
