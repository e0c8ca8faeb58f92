"""A feed query: what its line says, in which words it is refused, and which stories it asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from digests.manuscript.values import NewsItem, Section
from digests.models import Digest, Issue, Source, Story, Tag
from digests.site import feed_queries
from digests.site.feed_queries import LONGEST, MOST, Term
from digests.text.folding import fold

Make = Callable[..., Issue]


def refusal(line: str) -> list[str]:
    with translation.override("en"):
        with pytest.raises(ValidationError) as refused:
            feed_queries.read(line)
        return list(refused.value.messages)


# What a line says


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("+芯片 +OpenAI -融资 digest:ai-daily", "OpenAI 芯片 -融资 digest:ai-daily"),
        ("digest:ai-daily -融资 OpenAI 芯片", "OpenAI 芯片 -融资 digest:ai-daily"),
        (" 芯片　ＯpenAI ＋芯片", "OpenAI 芯片"),
        ("AI ai Ai", "AI"),
        ('"open  source" -"in beta"', '"open source" -"in beta"'),
        ('"open source', '"open source"'),
        ('"芯片"', "芯片"),
        ("“open source” -“in beta”", '"open source" -"in beta"'),
        ("+C++ C# -", None),
        ('"+1" "-1" "tag:x" "tag:"', '"+1" "-1" "tag:" "tag:x"'),
        ("Tag:芯片 SOURCE:Example.com -Digest:x", "-digest:x tag:芯片 source:Example.com"),
        ('tag:"large models" -tag:"B 站"', 'tag:"large models" -tag:"B 站"'),
        ('tag:-x tag:tag:x', 'tag:"-x" tag:"tag:x"'),
        ("author:x http://a.test/?q=1", "author:x http://a.test/?q=1"),
        ("dıgest:x tagS:x", "dıgest:x tagS:x"),
        ('5"x"', "5 x"),
        ("a\0b \ud800", "a\ufffdb \ufffd"),
    ],
)  # fmt: skip
def test_a_line_is_read_in_one_way_whatever_its_order_and_width(line: str, said: str | None) -> None:
    if said is None:
        assert refusal(line)
    else:
        assert str(feed_queries.read(line)) == said


def test_terms_are_what_stands_in_the_line() -> None:
    assert feed_queries.read('+芯片 -"open source" -tag:AI source:a.test').terms == (
        Term("芯片"),
        Term("open source", wanted=False),
        Term("AI", "tag", wanted=False),
        Term("a.test", "source"),
    )


LINES = st.lists(
    st.sampled_from(
        ["+", "-", " ", '"', "digest:", "tag:", "Source:", "芯片", "OpenAI", "ﷺ", "＂", "：", "\u0301", "\u3000", "ß",
         "İ", "\0", "\ud800", "a.test", "ﬁ", "\x1f", "\u2028"]
    ) | st.text(max_size=6),
    max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=500)
@given(line=LINES)
def test_any_line_is_refused_or_says_the_same_when_it_is_written_again(line: str) -> None:
    try:
        said = feed_queries.read(line)
    except ValidationError as refused:
        assert refused.messages
        return
    assert feed_queries.read(str(said)) == said
    assert len(str(said)) <= LONGEST and 0 < len(said.terms) <= MOST
    assert all(fold(term.words) for term in said.terms)


# What is refused


@pytest.mark.parametrize(
    ("line", "problems"),
    [
        ("", ["Write what you want to read about: one word is enough."]),
        (" \u3000\n", ["Write what you want to read about: one word is enough."]),
        ("+ 芯片", ["“+” says nothing. Write the words right after it."]),
        ("芯片 - 融资", ["“-” says nothing. Write the words right after it."]),
        ("tag: 芯片", ["“tag:” says nothing. Write the words right after it."]),
        ('-Source:"" x', ["“-Source:\"\"” says nothing. Write the words right after it."]),
        ("AI -ai", ["“ai” is both asked for and left out."]),
        ("tag:AI -tag:ＡＩ", ["“AI” is both asked for and left out."]),
        (" ".join(map(str, range(MOST + 1))), ["A feed has at most 12 terms."]),
        ("字" * (LONGEST + 1), ["The line has at most 300 characters."]),
        ("- " * 5_000, ["The line has at most 300 characters."]),
        ("- + AI -ai", [
            "“-” says nothing. Write the words right after it.",
            "“+” says nothing. Write the words right after it.",
            "“ai” is both asked for and left out.",
        ]),
    ],
)  # fmt: skip
def test_what_says_nothing_sound_is_refused_in_words(line: str, problems: list[str]) -> None:
    assert refusal(line) == problems


@pytest.mark.django_db
def test_every_name_that_is_none_is_told_at_once(published: Make) -> None:
    published()
    with pytest.raises(ValidationError) as refused:
        feed_queries.read("digest:none -tag:none source:none.test digest:morning").rows()
    with translation.override("en"):
        told = list(refused.value.messages)
    assert told == [
        "There is no digest “none”. Write the first word of its address, as in digest:ai-daily.",
        "There is no tag “none”. If its name has a space, put it in quotes.",
        "No story has the source “none.test”. Write its domain, as in source:example.com.",
    ]


# Which stories it asks for


def brought(line: str) -> list[str]:
    said = feed_queries.read(line)
    found = said.among(Story.objects.live(), said.rows())
    return list(found.order_by("edition__date", "position").values_list("headline", flat=True))


def story(headline: str, body: str = "", *tags: str, source: str = "a") -> NewsItem:
    return NewsItem(headline, link=f"https://{source}.test/{headline}", body=body, tags=tags)


@pytest.fixture
def newsroom(published: Make, people: Any) -> None:
    published(
        tags=("早间",),
        sections=(
            Section("一", items=(story("甲", "苹果 香蕉", "水果"), story("乙", "苹果 橘子", source="b"))),
            Section("二", items=(story("丙", "香蕉", "Big Fruit", source="www.b"), story("Open Source", "梨"))),
        ),
    )
    evening = Digest.objects.create(name="晚报", slug="Evening")
    other = published(date=date(2026, 3, 2), tags=("水果",), sections=(Section("三", items=(story("丁", "橘子"),)),))
    other.editions.update(digest=evening)
    Tag.objects.rename(Tag.objects.get(name="Big Fruit"), "大果")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "headlines"),
    [
        ("苹果 香蕉", "甲 乙 丙"),
        ("+苹果 -香蕉", "乙"),
        ("-香蕉", "乙 Open_Source 丁"),
        ("-苹果 -香蕉 梨 橘子", "Open_Source 丁"),
        ('"open source"', "Open_Source"),
        ("OPEN", "Open_Source"),
        ("digest:morning", "甲 乙 丙 Open_Source"),
        ("digest:evening", "丁"),
        ("-digest:evening 橘子", "乙"),
        ("digest:evening digest:morning 橘子", "乙 丁"),
        ("tag:水果", "甲 丁"),
        ("tag:早间", "甲 乙 丙 Open_Source"),
        ("tag:早间 -tag:水果", "乙 丙 Open_Source"),
        ('tag:"big fruit"', "丙"),
        ("tag:大果 tag:水果", "甲 丙 丁"),
        ("source:b.test", "乙 丙"),
        ("source:https://www.b.test/x", "乙 丙"),
        ("source:B.TEST tag:大果", "丙"),
        ("-source:b.test", "甲 Open_Source 丁"),
        ("不见", ""),
    ],
)
@pytest.mark.parametrize("many", [0, 5_000])
def test_a_line_brings_what_it_asks_for(
    newsroom: None, monkeypatch: pytest.MonkeyPatch, line: str, headlines: str, many: int
) -> None:
    monkeypatch.setattr("digests.models.texts.MANY", many)
    assert [one.replace(" ", "_") for one in brought(line)] == headlines.split()


@pytest.mark.django_db
def test_a_source_is_known_by_its_name_and_none_is_no_reason_to_leave_a_story_out(published: Make) -> None:
    published(sections=(Section("一", items=(story("甲"), NewsItem("乙", body="无源"))),))
    Source.objects.filter(domain="a.test").update(name="The Paper")
    assert brought('source:"the paper"') == ["甲"]
    assert brought('-source:"the paper"') == ["乙"]


@pytest.mark.django_db
def test_a_line_costs_as_many_queries_as_it_names_places(
    newsroom: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(8):  # and for each word whether many have it
        brought("苹果 香蕉 橘子 梨 甲 乙 丙 -丁 -戊 -己 -庚")
    with django_assert_num_queries(7):  # a tag and a source are looked up, and whether readers ever had them
        brought("digest:morning tag:早间 source:a.test 苹果")
