"""The written form: order, quoting, stuffing, attributes."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from digests.manuscript.reader import read
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section
from digests.manuscript.writer import _scalar, write

FIXTURE = (Path(__file__).parents[1] / "fixtures" / "seed_like.md").read_text()
DAY = datetime.date(2026, 3, 1)


def issue(*sections: Section, **fields: Any) -> Manuscript:
    return Manuscript("T", DAY, sections=sections, **fields)


def story(**fields: Any) -> Manuscript:
    return issue(Section("S", items=(NewsItem(**{"headline": "H", **fields}),)))


def body(manuscript: Manuscript, **options: Any) -> str:
    return write(manuscript, **options).split("# T\n\n", 1)[1]


def test_a_whole_issue_keeps_its_bytes() -> None:
    reading = read(FIXTURE.encode())
    assert write(reading.manuscript) == FIXTURE
    assert reading.notes == ()


def test_nothing_but_title_and_date() -> None:
    assert write(Manuscript("T", DAY)) == "---\ntitle: T\ndate: 2026-03-01\n---\n# T"


def test_keys_stand_in_order_and_only_when_set() -> None:
    full = Manuscript(
        "T", DAY, "C", ("a", "b"), ("s",), "https://example.org/c.png", "covers/c.png", "一只猫", "一\n“二”", "ed", "I"
    )
    assert write(full).startswith(
        '---\ntitle: T\ndate: 2026-03-01\ncategory: C\ntags: ["a","b"]\nseo: ["s"]\n'
        'coverImage: "https://example.org/c.png"\nsummary: "一\\n“二”"\n'
        'coverFile: "covers/c.png"\ncoverAlt: "一只猫"\neditor: "ed"\n---\n# T\n\nI'
    )


@pytest.mark.parametrize(
    "text",
    ["AI 日报", "大模型激战：谷歌 (2)", "C'est “ça”", "a:b", "a#b", "Cl@ude", "“引号”开头", "3万卡集群", "not null"],
)
def test_a_plain_title_is_bare(text: str) -> None:
    assert _scalar(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "no", "Yes", "on", "NULL", "~", "true", "12:30", "1:2:3", "2026-02-01", "2026-02-01 10:00:00Z", "0x1F",
     "1_000", "1e3", ".5", "+1", "-", "- a", "@a", "*a", "&a", "!a", "%a", "`a", "#a", "a: b", "a #b", "a:", "[a]",
     "{a", "'a", '"a', "|", ">", "?", "? a", ".inf", ".NaN", "=", "<<", "...", "---", "0o17", "y", "N"],
)  # fmt: skip
def test_a_title_that_yaml_would_change_is_quoted(text: str) -> None:
    assert _scalar(text).startswith('"')
    assert read(write(Manuscript("T", DAY, category=text))).manuscript.category == text


marks = st.sampled_from([*"-?:,[]{}#&*!|>'\"%@`=<~.0123456789eExXoO_+TZyn ", "no", "null", "中", ": ", " #"])


@settings(deadline=None, max_examples=200)
@given(st.lists(marks, max_size=6).map("".join))
def test_yaml_of_both_versions_reads_a_scalar_back(text: str) -> None:
    text = " ".join(text.split())
    for version in ((1, 1), (1, 2)):
        yaml = YAML(typ="safe", pure=True)
        yaml.version = version
        try:
            assert yaml.load(f"title: {_scalar(text)}") == {"title": text}
        except (YAMLError, ValueError) as error:
            pytest.fail(f"{text!r} under YAML {version}: {error}")


def test_a_footer_is_written_unless_the_issue_has_its_own() -> None:
    card = "<p>card</p>"
    assert write(issue(), footer=f"\n{card}\n") == write(issue()) + f"\n\n---\n\n{card}"
    assert write(issue(footer="<b>own</b>"), footer=card).endswith("---\n\n<b>own</b>")


def test_a_footer_that_is_no_html_is_marked() -> None:
    assert write(issue(footer="card")).endswith("\n\n---\n\n\\card")
    assert read(write(issue(footer="card"))).manuscript.footer == "card"


@pytest.mark.parametrize(
    ("headline", "link", "written"),
    [
        ("H", "https://example.org", "### [H](https://example.org)"),
        ("[视频] H", "u", "### [[视频] H](u)"),
        ("a] b", "u", r"### [a\] b](u)"),
        ("a\\", "u", r"### [a\\](u)"),
        ("H", "a b", "### [H](<a b>)"),
        ("H", "a(b)", "### [H](a(b))"),
        ("H", "a)b", "### [H](<a)b>)"),
        ("H", "a>b", r"### [H](<a\>b>)"),
        ("[H](u)", "", r"### \[H](u)"),
        ("\\[H](u)", "", r"### \\[H](u)"),
        ("[H] only", "", "### [H] only"),
        ("**bold**", "", r"### \**bold**"),
        ("影响", "", r"### \影响"),
        ("影响", "u", "### [影响](u)"),
        ("H {#b7k2m9qx}", "", r"### H \{#b7k2m9qx}"),
        ("H {x}", "", "### H {x}"),
        ("", "", "###"),
    ],
)
def test_headlines(headline: str, link: str, written: str) -> None:
    manuscript = story(headline=headline, link=link)
    assert body(manuscript) == f"## S\n\n{written}"
    assert read(write(manuscript)).manuscript == manuscript


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("## a", r"\## a"),
        (r"\## a", r"\\## a"),
        ("a\n# b", "a\n\\# b"),
        ("#tag", "#tag"),
        ("##### a", "##### a"),
        ("#### a", r"\#### a"),
        ("a\n\n#### b", "a\n\n#### b"),
        ("**影响：** x", r"\**影响：** x"),
        ("**别的：** x", "**别的：** x"),
        ("```\n# a\n```", "```\n# a\n```"),
        ("```\n# a", "\\```\n\\# a"),
        ("a\n\n---", "a\n\n\\---"),
        ("a\n\n---\n\nb", "a\n\n---\n\nb"),
        ("a\n\n---\n\n<b>", "a\n\n\\---\n\n<b>"),
        ("---\n\n## a", "\\---\n\n\\## a"),
        ("- a\n- b", "- a\n- b"),
        (r"\- a \# b", r"\- a \# b"),
    ],
)
def test_a_body_that_looks_like_structure_is_stuffed(text: str, written: str) -> None:
    manuscript = story(body=text)
    assert body(manuscript) == f"## S\n\n### H\n\n{written}"
    assert read(write(manuscript)).manuscript == manuscript


@pytest.mark.parametrize(
    ("text", "written"),
    [("- a", r"\- a"), ("- a\n# b", "\\- a\n\\# b"), ("- a\n\nb", "- a\n\nb"), ("\\", "\\\\"), (r"\- a", r"\\- a")],
)
def test_a_paragraph_that_looks_like_bullets_is_stuffed(text: str, written: str) -> None:
    manuscript = story(insights=(Insight(text, bullet=False),))
    assert body(manuscript) == f"## S\n\n### H\n\n**深度解读 & 洞察：**\n{written}"
    assert read(write(manuscript)).manuscript == manuscript


@pytest.mark.parametrize(
    ("lead", "written"),
    [("- a", r"\- a"), ("x\n\n- a\n- b", "x\n\n- a\n\\- b"), ("x:\n- a", "x:\n- a"), ("- a\n  b", "- a\n  b")],
)
def test_a_lead_that_ends_like_briefs_is_stuffed(lead: str, written: str) -> None:
    manuscript = issue(Section("S", lead, (Brief("one"), Brief(""))))
    assert body(manuscript) == f"## S\n\n{written}\n\n- one\n-"
    assert read(write(manuscript)).manuscript == manuscript


def test_insights_share_a_label_line_while_they_are_alike() -> None:
    insights = (
        Insight("a"),
        Insight("b\n\nc"),
        Insight("d", basis="ai"),
        Insight("e", "影响", bullet=False),
        Insight("f", "影响", bullet=False),
        Insight("- g", bullet=False),
        Insight("h", "编后"),
    )
    assert body(story(insights=insights)).split("### H\n\n")[1] == (
        "**深度解读 & 洞察：**\n- a\n- b\n\n  c\n\n"
        "**深度解读 & 洞察：** {basis=ai}\n- d\n\n"
        "**影响：**\ne\n\n**影响：**\nf\n\n"
        "**深度解读 & 洞察：**\n\\- g\n\n"
        "**编后：** {.note}\n- h"
    )
    assert read(write(story(insights=insights))).manuscript == story(insights=insights)


@pytest.mark.parametrize(
    ("insights", "written"),
    [
        ((Insight(""),), "**深度解读 & 洞察：**"),
        ((Insight(""), Insight("")), "**深度解读 & 洞察：**\n-\n-"),
        ((Insight("", bullet=False),), "**深度解读 & 洞察：**\n\\"),
    ],
)
def test_an_insight_without_words_is_kept(insights: tuple[Insight, ...], written: str) -> None:
    manuscript = story(insights=insights)
    assert body(manuscript).endswith(f"### H\n\n{written}")
    assert read(write(manuscript)).manuscript == manuscript


def test_attributes_are_written_when_they_say_something() -> None:
    item = NewsItem("H", "u", tags=("a,b", 'c"{}', "d\\"), ai_role="drafted", uid="b7k2m9qx")
    manuscript = issue(Section("S", briefs=(Brief("x", "c7k2m9qx"),), items=(item,)))
    assert body(manuscript, uids=True) == (
        "## S\n\n- x {#c7k2m9qx}\n\n"
        r'### [H](u) {#b7k2m9qx ai=drafted tags="a\\,b,c\"\u007b\u007d,d\\\\"}'
    )
    assert read(write(manuscript, uids=True)).manuscript == manuscript
    assert read(write(manuscript)).manuscript == manuscript.without_uids()


def test_a_uid_that_is_none_is_not_written() -> None:
    assert body(story(uid="not a uid"), uids=True) == "## S\n\n### H"


def test_labels_that_the_reader_knows_are_plain() -> None:
    manuscript = story(insights=(Insight("x", "编后"),))
    assert "**编后：**\n- x" in write(manuscript, labels=["编后"])
    assert replace(manuscript) == read(write(manuscript, labels=["编后"]), labels=["编后"]).manuscript


def test_insights_keep_their_uids() -> None:
    insights = (
        Insight("one  \nmore", uid="b7k2m9qx"),  # two spaces: a line break
        Insight("", uid="c7k2m9qx"),
        Insight("like this {#d7k2m9qx}"),
        Insight("in a paragraph", bullet=False, basis="ai", uid="f7k2m9qx"),
    )
    manuscript = story(insights=insights)
    assert body(manuscript, uids=True).endswith(
        "**深度解读 & 洞察：**\n- one   {#b7k2m9qx}\n  more\n- {#c7k2m9qx}\n- like this \\{#d7k2m9qx}\n\n"
        "**深度解读 & 洞察：** {basis=ai #f7k2m9qx}\nin a paragraph"
    )
    assert read(write(manuscript, uids=True)).manuscript == manuscript
    assert read(write(manuscript)).manuscript == manuscript.without_uids()
