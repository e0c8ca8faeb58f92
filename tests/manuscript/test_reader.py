"""What the reader takes, what it says about it, and what it refuses."""

from __future__ import annotations

import datetime
import time

import pytest

from digests.manuscript.reader import MAX_BYTES, Reading, Refusal, Spot, read
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section

HEAD = "---\ntitle: T\ndate: 2026-03-01\n---\n# T\n\n"
DAY = datetime.date(2026, 3, 1)


def body(text: str) -> Reading:
    """Read a text under a plain head of six lines."""
    return read(HEAD + text)


def notes(reading: Reading) -> list[tuple[int, str]]:
    return [(note.line, str(note)) for note in reading.notes]


def says(reading: Reading, line: int, words: str) -> bool:
    return any(number == line and words in text for number, text in notes(reading))


def refused(text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(Refusal) as caught:
        read(text)
    assert str(caught.value) == "; ".join(str(problem) for problem in caught.value.problems)
    return [(problem.line, problem.field) for problem in caught.value.problems]


# The file


@pytest.mark.parametrize(
    "text",
    ["".join("`" * (3 + number % 400) + "x\n" for number in range(9000)), "### " + "[" * MAX_BYTES,
     "**" * (MAX_BYTES // 2),
     "### " + '{tags="' * (MAX_BYTES // 7) + "}", "\\" * MAX_BYTES, "**" + " " * MAX_BYTES, " " * MAX_BYTES],
    ids=["fences", "brackets", "stars", "groups", "backslashes", "label", "spaces"],
)  # fmt: skip
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    begun = time.monotonic()
    body("## S\n\n### H\n\n" + text[: MAX_BYTES - 100])
    assert time.monotonic() - begun < 5


def test_bytes_that_are_not_utf8_are_refused_with_their_place() -> None:
    with pytest.raises(Refusal, match=r"line 2, file: It is not UTF-8: see the byte at 4"):
        read(b"---\n\xff")


def test_a_file_may_not_be_larger_than_two_megabytes() -> None:
    assert refused(b"x" * (MAX_BYTES + 1)) == [(1, "file")]
    assert refused("中" * (MAX_BYTES // 3 + 1)) == [(1, "file")]


def test_marks_and_line_ends_of_other_systems_are_folded() -> None:
    reading = read(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode() + b"a\x00\r\nb")
    assert reading.manuscript.intro == "a\nb"
    assert says(reading, 1, "byte order mark") and says(reading, 1, "7 line ends") and says(reading, 7, "1 characters")


# Front matter


def test_words_stay_words_whatever_yaml_makes_of_them() -> None:
    text = (
        "---\ntitle: no\ndate: 2026-03-01\ncategory: 12:30\ntags: [1, yes, null]\nsummary: 0x1F\neditor: ~\n---\n# no"
    )
    assert read(text).manuscript == Manuscript(
        "no", DAY, category="12:30", tags=("1", "yes"), summary="0x1F"
    )  # an empty tag is none


def test_other_spellings_of_keys() -> None:
    reading = read("---\nTitle: T\ndate: 2026-03-01\ndescription: >-\n  a\n  b\ncover: c\nkeywords: [k]\n---\n# T")
    assert reading.manuscript == Manuscript("T", DAY, summary="a b", cover_image="c", seo=("k",))
    assert notes(reading) == [
        (2, "The front matter key “Title” was read as “title”."),
        (4, "The front matter key “description” was read as “summary”."),
        (7, "The front matter key “cover” was read as “coverImage”."),
        (8, "The front matter key “keywords” was read as “seo”."),
    ]


def test_unknown_double_and_nested_keys_are_left_out_aloud() -> None:
    reading = read("---\ntitle: T\ndate: 2026-03-01\nweight: 1\ntitle: U\ntags:\n  a: b\n---\n# T")
    assert reading.manuscript == Manuscript("T", DAY)
    assert [line for line, _ in notes(reading)] == [4, 5, 6]
    assert says(reading, 4, "“weight”") and says(reading, 5, "“U”") and says(reading, 6, "not plain words")


def test_comments_in_the_front_matter_are_left_out_aloud() -> None:
    reading = read("---\n# why\ntitle: T\nsummary: |\n  a\n  # b\ndate: 2026-03-01\n---\n# T")
    assert reading.manuscript.summary == "a\n# b"
    assert notes(reading) == [(2, "A comment in the front matter was left out: # why")]


def test_tags_in_one_string_are_split() -> None:
    reading = read("---\ntitle: T\ndate: 2026-03-01\ntags: a, b，c\n---\n# T")
    assert reading.manuscript.tags == ("a", "b", "c")
    assert says(reading, 4, "split at its commas")


@pytest.mark.parametrize("text", ["'2026-03-01T05:44:39.7Z'", "2026-03-01 10:00", "2026/3/1", "2026年3月1日"])
def test_dates_in_other_forms(text: str) -> None:
    reading = read(f"---\ntitle: T\ndate: {text}\n---\n# T")
    assert reading.manuscript.date == DAY
    assert says(reading, 3, "was read as 2026-03-01")


def test_a_date_from_outside_stands_in() -> None:
    reading = read("---\ntitle: T\n---\n# T", date=DAY)
    assert reading.manuscript.date == DAY
    assert says(reading, 1, "taken from outside")


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("---\ntitle: T\ndate: 2026-02-30\n---\n", [(3, "date")]),
        ("---\ntitle: T\ndate: soon\n---\n", [(3, "date")]),
        ("---\ntitle: T\ndate: 2026-02-011\n---\n", [(3, "date")]),
        ("---\ntitle: T\n---\n", [(1, "date")]),
        ("---\ndate: 2026-03-01\n---\n", [(1, "title")]),
        ("---\ntitle:\ndate: 2026-03-01\n---\ntext", [(2, "title")]),
        ("", [(1, "title"), (1, "date")]),
        ("---\ntitle: T\n", [(1, "front matter")]),
        ("---\ntitle: a: b\n---\n", [(2, "front matter")]),
        ("---\ntitle: T\nx: &a 1\n---\n", [(3, "front matter")]),
        ("---\ntitle: T\nx: *a\n---\n", [(3, "front matter")]),
        ("---\ntitle: !!python/name:os.system T\n---\n", [(2, "front matter")]),
        ("---\ntitle: " + "[" * 50_000 + "\n---\n", [(2, "front matter")]),
        ("---\n- title\n---\n", [(2, "front matter")]),
        ("---\ntitle: '" + "x" * 100_000 + "'\n---\n", [(2, "front matter")]),
    ],
)
def test_what_cannot_be_an_issue_is_refused_with_line_and_field(text: str, problems: list[tuple[int, str]]) -> None:
    assert refused(text) == problems


def test_a_header_without_dashes() -> None:
    reading = read("Title: T\nNumber: 7\nDate: 2026-03-01\n\nHello\n\n## S")
    assert reading.manuscript == Manuscript("T", DAY, intro="Hello", sections=(Section("S"),))
    assert says(reading, 1, "without lines of three dashes") and says(reading, 2, "“Number”")


def test_no_front_matter_at_all() -> None:
    reading = read("# [2026-03-01 快报](https://example.org/1)\n\nHello")
    assert reading.manuscript == Manuscript("2026-03-01 快报", DAY, intro="Hello")
    assert says(reading, 1, "no front matter") and says(reading, 1, "https://example.org/1")


# The first heading


def test_a_missing_or_different_first_heading() -> None:
    front = "---\ntitle: T\ndate: 2026-03-01\n---\n"
    assert notes(read(front + "Hello")) == [(5, "There is no first heading with the title.")]
    different = read(front + "# Other")
    assert different.manuscript == Manuscript("T", DAY)
    assert notes(different) == [(5, "The first heading differs from the title, and was left out: “Other”.")]


def test_text_before_the_first_heading_joins_the_introduction() -> None:
    reading = read("---\ntitle: T\ndate: 2026-03-01\n---\nbefore\n\n# T\n\nafter")
    assert reading.manuscript.intro == "before\n\nafter"
    assert says(reading, 5, "before the first heading")


def test_further_first_level_headings_are_sections() -> None:
    reading = body("## A\n\n# B\n\ntext")
    assert reading.manuscript.sections == (Section("A"), Section("B", "text"))
    assert says(reading, 9, "“B”")


# Sections


def test_a_section_holds_a_lead_then_briefs_then_stories() -> None:
    reading = body("## S\n\nlead:\n- of the lead\n\n- one\n- two {#b7k2m9qx}\n\n### H\n\nbody")
    section = Section(
        "S", "lead:\n- of the lead", (Brief("one"), Brief("two", "b7k2m9qx")), (NewsItem("H", body="body"),)
    )
    assert reading.manuscript.sections == (section,)
    assert not reading.notes


def test_long_and_nested_lists_stay_in_the_lead() -> None:
    assert body("## S\n\n- a\n  - b\n- c").manuscript.sections == (Section("S", "- a\n  - b\n- c"),)


def test_other_bullets_and_loose_lists_are_briefs_too() -> None:
    reading = body("## S\n\n* one\n\n* two\n\n* * *")
    assert reading.manuscript.sections[0].lead == "* one\n\n* two\n\n* * *"
    reading = body("## S\n\n* one\n\n+ two")
    assert reading.manuscript.sections == (Section("S", briefs=(Brief("one"), Brief("two"))),)
    assert [line for line, _ in notes(reading)] == [9, 10, 11]


def test_rules_between_texts_are_left_out_aloud() -> None:
    reading = body("## S\n\nlead\n\n---\n\n## R\n\na\n\n---\n\nb\n---")
    assert reading.manuscript.sections == (Section("S", "lead"), Section("R", "a\n\n---\n\nb\n---"))
    assert notes(reading) == [(11, "A line of dashes at the end of a text was left out.")]


def test_a_footer_is_the_html_behind_the_last_rule() -> None:
    reading = body("## S\n\na\n\n---\n\n<b>text</b>\n\nb\n\n---\n\n<div>\n  card\n</div>\n")
    assert reading.manuscript.footer == "<div>\n  card\n</div>"
    assert reading.manuscript.sections == (Section("S", "a\n\n---\n\n<b>text</b>\n\nb"),)
    assert body("## S\n\n---\n\n<b>x</b>\n\n## R").manuscript.footer == ""


# Headings


@pytest.mark.parametrize(
    ("text", "headline", "link", "left_out"),
    [
        ("**1. [H](https://example.org)**", "H", "https://example.org", "** 1."),
        ("**[H](u)**", "H", "u", "**"),
        ("3、[H](u)", "H", "u", "3、"),
        ("[H](u) `#3`", "H", "u", "`#3`"),
        ("**H**", "H", "", "**"),
        ("[a [b] c](<x y>)", "a [b] c", "x y", ""),
        (r"[a\]b](x(y))", "a]b", "x(y)", ""),
        ("1. H", "1. H", "", ""),
        ("**a** and **b**", "**a** and **b**", "", ""),
        ("[a] b", "[a] b", "", ""),
        ("H #", "H #", "", ""),
    ],
)
def test_headlines(text: str, headline: str, link: str, left_out: str) -> None:
    reading = body(f"## S\n\n### {text}")
    assert list(reading.manuscript.items) == [NewsItem(headline, link)]
    assert notes(reading) == ([(9, f"Left out of a heading: {left_out}")] if left_out else [])


def test_stories_that_stand_as_sections_share_one() -> None:
    reading = body("## [A](a) `#1`\ntext\n\n## B `#2`\n\n## [C](c)\n\n### 影响\n\nbig")
    assert reading.manuscript.sections == (
        Section("要闻", items=(NewsItem("A", "a", "text"), NewsItem("B"), NewsItem("C", "c", insights=(
            Insight("big", "影响", bullet=False),
        )))),
    )  # fmt: skip
    assert says(reading, 7, "“要闻”") and says(reading, 10, "`#2`") and says(reading, 14, "stood as a heading")


def test_headings_that_are_labels_make_the_section_above_a_story() -> None:
    text = "## A\n\nbody\n\n### 深度解读 & 洞察\n\nwhy\n\n### 影响\n\n- x\n- y\n\n---\n\n## 更多\n\n- z"
    reading = read(HEAD.replace("title", "category: C\ntitle") + text)
    insights = (Insight("why", bullet=False), Insight("x", "影响"), Insight("y", "影响"))
    assert reading.manuscript.sections == (
        Section("C", items=(NewsItem("A", body="body", insights=insights),)),
        Section("更多", briefs=(Brief("z"),)),
    )


def test_groups_in_the_one_section_are_raised() -> None:
    reading = body(
        "## All\n\nlead\n\n### G\n\n#### A\n[code](https://example.org)\n\ntext\n\n#### B\n\n### More\n\n- x"
    )
    assert reading.manuscript.intro == "All\n\nlead"
    assert reading.manuscript.sections == (
        Section(
            "G", items=(NewsItem("A", "https://example.org", "[code](https://example.org)\n\ntext"), NewsItem("B"))
        ),
        Section("More", briefs=(Brief("x"),)),
    )
    assert says(reading, 7, "groups as sections") and says(reading, 13, "from the line below")


def test_a_story_before_any_section_gets_one() -> None:
    reading = body("### H")
    assert reading.manuscript.sections == (Section("要闻", items=(NewsItem("H"),)),)
    assert says(reading, 7, "“要闻”")


# Notes


@pytest.mark.parametrize(
    "label", ["**影响：**", "**影响:**", "**影响**：", "**影响**:", "**影响：**  ", "** 影响 ：**", "**影响** ："]
)
def test_labels(label: str) -> None:
    reading = body(f"## S\n\n### H\n\nbody\n\n{label}\n- a\n- b")
    assert list(reading.manuscript.items) == [
        NewsItem("H", body="body", insights=(Insight("a", "影响"), Insight("b", "影响")))
    ]
    assert bool(reading.notes) == (label != "**影响：**")


def test_text_on_the_labels_own_line_begins_the_paragraph() -> None:
    reading = body("## S\n\n### H\n\n**Impact:** large\nand wide\n\nindeed")
    assert list(reading.manuscript.insights) == [Insight("large\nand wide\n\nindeed", "Impact", bullet=False)]
    assert says(reading, 11, "“Impact”")


def test_a_bullet_goes_on_below_it() -> None:
    reading = body("## S\n\n### H\n\n**影响：**\n- a\n  more\n\n  yet\n- b\nlazy\n  - c")
    assert [insight.text for insight in reading.manuscript.insights] == ["a\nmore\n\nyet", "b\nlazy\n- c"]


def test_bullets_with_other_text_are_a_paragraph() -> None:
    reading = body("## S\n\n### H\n\n**影响：**\n- a\n\nand so on")
    assert list(reading.manuscript.insights) == [Insight("- a\n\nand so on", "影响", bullet=False)]


def test_unknown_labels_are_text_unless_marked() -> None:
    reading = body("## S\n\n### H\n\n**编后：** x\n\n**编后：** {.note basis=ai}\ny")
    assert list(reading.manuscript.items) == [
        NewsItem("H", body="**编后：** x", insights=(Insight("y", "编后", "ai", bullet=False),))
    ]


def test_fences_hide_headings_and_labels_if_they_are_closed() -> None:
    closed = body("## S\n\n### H\n\n````\n## not\n```\n**影响：**\n````")
    assert [item.body for item in closed.manuscript.items] == ["````\n## not\n```\n**影响：**\n````"]
    opened = body("## S\n\n### H\n\n```\ncode\n\n## R")
    assert [section.title for section in opened.manuscript.sections] == ["S", "R"]
    assert says(opened, 11, "never closed")


def test_the_second_story_of_a_name_loses_it() -> None:
    reading = body("## S\n\n- x {#b7k2m9qx}\n\n### H {#b7k2m9qx}")
    assert [item.uid for item in reading.manuscript.items] == [""]
    assert says(reading, 11, "b7k2m9qx")


def test_braces_that_say_nothing_here_are_text() -> None:
    texts = ["H {x}", "H {#short}", "H {basis=ai}", "H {ai=maybe}", 'H {tags="a}', "H{#b7k2m9qx}"]
    assert [next(body(f"## S\n\n### {text}").manuscript.items).headline for text in texts] == texts


def test_messages_can_be_translated() -> None:
    (note,) = body("## S\n\n---").notes
    assert note.message % note.params == str(note)
    with pytest.raises(Refusal) as caught:
        read("---\ntitle: T\ndate: x\n---\n")
    (problem,) = caught.value.problems
    assert problem.reason == "“%(text)s” is not a date such as 2026-02-01." and problem.params == {"text": "x"}


# Where things stand


def test_everything_says_its_line_also_without_a_uid() -> None:
    text = "\n".join(
        [
            "---", "title: T", "date: 2026-03-01", "Keywords: [\"a\"]", "coverImage: \"x\"", "---", "# T", "",
            "Words before.", "", "## One", "", "A lead.", "", "- a brief", "- another", "", "### [H](https://a.test/)",
            "", "", "Body.", "", "**影响：**", "- first", "  goes on", "- second", "", "**点评：** {basis=ai}",
            "A paragraph.", "", "**洞察：**", "", "## Two", "### Bare",
        ]
    )  # fmt: skip
    reading = read(text)
    spots = reading.spots
    assert spots.issue == Spot(1, {"title": 2, "date": 3, "seo": 4, "cover_image": 5, "intro": 9})
    assert spots.sections == [Spot(11, {"lead": 13}), Spot(33)]
    assert spots.briefs == [Spot(15), Spot(16)]
    assert spots.items == [Spot(18, {"body": 21, "insights": 23}), Spot(34)]
    assert spots.insights == [Spot(24), Spot(26), Spot(28), Spot(31)]
    assert [insight.text for insight in reading.manuscript.insights] == ["first\ngoes on", "second", "A paragraph.", ""]
    assert spots.items[0].line_of("link") == 18


def test_a_story_before_any_section_and_a_title_without_front_matter_have_lines_too() -> None:
    reading = read("# 2026-03-01 T\n\n### H\nBody.\n\n**影响：** inline")
    assert reading.spots.issue == Spot(1, {"title": 1})
    assert (reading.spots.sections, reading.spots.items) == ([Spot(3)], [Spot(3, {"body": 4, "insights": 6})])
    assert reading.spots.insights == [Spot(6)]
