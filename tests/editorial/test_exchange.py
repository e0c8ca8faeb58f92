"""Between manuscript and rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digests.editorial import exchange, workflow
from digests.manuscript.reader import read
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section
from digests.manuscript.writer import write
from digests.models import Citation, Digest, Issue, Source
from digests.models import NewsItem as Item
from tests.conftest import manuscript, reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


def rewrite(issue: Issue, words: Manuscript, people: SimpleNamespace) -> Manuscript:
    with workflow.editing(issue, by=people.writer) as locked:
        exchange.to_rows(words, locked)
    return exchange.from_rows(Issue.objects.get(pk=issue.pk))


def names_in(words: Manuscript) -> list[str]:
    things: list[Any] = [*words.items, *words.briefs, *words.insights]
    return [one.uid for one in things]


def test_rows_say_what_the_manuscript_said(draft: Make) -> None:
    assert exchange.from_rows(draft(7)).without_uids() == manuscript(7)


def test_every_text_has_a_uid_and_no_two_are_the_same(draft: Make) -> None:
    words = exchange.from_rows(draft(6))
    uids = [
        *(item.uid for item in words.items),
        *(one.uid for one in words.briefs),
        *(one.uid for one in words.insights),
    ]
    assert all(uids) and len(set(uids)) == len(uids) == 6 + 2 + 18


@pytest.mark.parametrize("stories", [3, 60])
def test_reading_rows_costs_a_constant_number_of_queries(draft: Make, stories: int) -> None:
    issue = draft(stories)
    with CaptureQueriesContext(connection) as queries:
        exchange.from_rows(issue)
    assert len(queries) == 6


def test_a_reimport_without_uids_keeps_them(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(6)
    before = exchange.from_rows(issue)
    assert rewrite(issue, before.without_uids(), people) == before
    assert issue.revisions.count() == 1


def test_uids_survive_rewording_reordering_and_moving(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(6)
    before = exchange.from_rows(issue)
    first, second, briefs = before.sections
    reworded = replace(first.items[0], headline="新标题", uid="")  # recognised by its link
    relinked = replace(first.items[1], link="https://elsewhere.test/", uid="")  # by its headline
    after = replace(
        before,
        sections=(
            replace(second, items=second.items[::-1]),
            briefs,
            replace(first, title="改名", items=(first.items[2], relinked, reworded)),
        ),
    )
    now = rewrite(issue, after, people)
    assert {item.headline: item.uid for item in now.items} == {
        **{item.headline: item.uid for item in before.items if item not in first.items[:2]},
        "新标题": first.items[0].uid,
        first.items[1].headline: first.items[1].uid,
    }
    assert [brief.uid for brief in now.briefs] == [brief.uid for brief in before.briefs]


def test_an_insight_keeps_its_uid_when_reworded_in_place(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(1)
    before = exchange.from_rows(issue)
    (item,) = before.items
    insights = (replace(item.insights[0], text="说得更清楚", uid=""), *item.insights[1:])
    section = replace(before.sections[0], items=(replace(item, insights=insights),))
    now = rewrite(issue, replace(before, sections=(section, *before.sections[1:])), people)
    assert [insight.uid for insight in now.insights] == [insight.uid for insight in before.insights]


def test_an_insight_keeps_its_uid_when_it_goes_over_to_another_story(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(3)
    for there, here in ((1, 0), (0, 2)):  # up, and down
        words = exchange.from_rows(issue)
        items = list(words.sections[0].items)
        moved, *stay = items[there].insights
        items[there] = replace(items[there], insights=tuple(stay))
        items[here] = replace(items[here], insights=(*items[here].insights, moved))
        words = replace(words, sections=(replace(words.sections[0], items=tuple(items)), *words.sections[1:]))
        assert rewrite(issue, words, people) == words


def test_an_insight_outlives_the_story_that_it_comes_from(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(2)
    words = exchange.from_rows(issue)
    first, second = words.items
    words = replace(words, sections=(replace(words.sections[0], items=(replace(first, insights=second.insights),)),))
    assert rewrite(issue, words, people) == words


def test_a_text_that_goes_to_another_day_and_digest_has_names_of_its_own_and_keeps_them(
    draft: Make, people: SimpleNamespace
) -> None:
    issue = draft(3)
    words = exchange.from_rows(issue)
    other = Digest.objects.create(name="晚报", slug="evening")
    copy = Issue.objects.create(digest=other, date=date(2026, 3, 5))
    names = []
    for _time in range(2):
        text = write(replace(words, date=copy.date), uids=True)
        found = rewrite(copy, read(text).manuscript, people)
        assert found.without_uids().sections == words.without_uids().sections
        names.append(names_in(found))
    assert names[0] == names[1] and all(names[0])
    assert not set(names[0]) & set(names_in(words))
    assert exchange.from_rows(issue) == words


def test_a_uid_of_another_issue_is_not_taken_over(draft: Make, people: SimpleNamespace) -> None:
    mine = draft(1)
    theirs = draft(1, date=mine.date.replace(day=2))
    (wanted,) = exchange.from_rows(mine).items
    words = manuscript(0, sections=(Section("新", items=(NewsItem("冒名", uid=wanted.uid),)),), date=theirs.date)
    (item,) = rewrite(theirs, words, people).items
    assert item.uid != wanted.uid
    assert Item.objects.get(uid=wanted.uid).section.issue == mine


def of_a_story(item: NewsItem, title: str = "长") -> Manuscript:
    return manuscript(0, sections=(Section(title, items=(item,)),))


@pytest.mark.parametrize(
    "words",
    [
        manuscript(title="长" * 301),
        manuscript(editor="长" * 101),
        manuscript(tags=("长" * 101,)),
        of_a_story(NewsItem("标题"), title="长" * 201),
        of_a_story(NewsItem("长" * 301)),
        of_a_story(NewsItem("标题", link="长" * 2001)),
        of_a_story(NewsItem("标题", tags=("长" * 101,))),
        of_a_story(NewsItem("标题", insights=(Insight("想法", label="长" * 51),))),
    ],
)
def test_a_text_too_long_for_its_field_is_refused_and_nothing_written(
    draft: Make, people: SimpleNamespace, words: Manuscript
) -> None:
    issue = draft()
    before = exchange.from_rows(issue)
    with pytest.raises(exchange.DoesNotFit, match=r"\d+1 个字"):
        rewrite(issue, words, people)
    assert exchange.from_rows(issue) == before


def test_a_cover_named_by_a_text_is_taken_only_if_it_is_stored_here(draft: Make) -> None:
    for name in ("covers/none.png", "../../etc/passwd", "covers/../secret.png", "/etc/passwd"):
        issue = draft(date=manuscript().date.replace(day=len(name)), cover_file=name)
        assert issue.cover.name == ""


def test_each_link_is_a_citation_of_a_source(draft: Make) -> None:
    insight = Insight("据 [论文](https://www.nature.com/articles/1)")
    item = NewsItem("标题", link="https://example.test/a", body="又见 https://blog.test/x", insights=(insight,))
    draft(0, sections=(Section("甲", items=(item,)),))
    cited = Citation.objects.order_by("pk").values_list("source__domain", "source__kind", "is_headline")
    assert list(cited) == [
        ("example.test", "unknown", True),
        ("blog.test", "unknown", False),
        ("nature.com", "peer_reviewed", False),
    ]
    assert Source.objects.filter(domain="example.test").count() == 1


def test_saves_that_add_nothing_take_no_numbers(draft: Make, people: SimpleNamespace) -> None:
    """Sitemaps list sources by their numbers: gaps would leave parts that are all but empty."""
    issue = draft()
    cited = list(Citation.objects.order_by("pk").values_list("pk", flat=True))
    last = Source.objects.latest("pk").pk
    for number in range(5):
        issue = reword(issue, f"第 {number} 个标题", by=people.writer)
    assert list(Citation.objects.order_by("pk").values_list("pk", flat=True)) == cited
    with workflow.editing(issue, by=people.writer) as locked:
        words = manuscript()
        briefs = (*words.sections[-1].briefs, Brief("见 https://new.test/1"))
        exchange.to_rows(replace(words, sections=(*words.sections[:-1], Section("更多动态", briefs=briefs))), locked)
    assert Source.objects.get(domain="new.test").pk == last + 1
    assert Citation.objects.filter(source__domain="new.test").count() == 1


def test_links_that_change_places_are_cited_anew(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(sections=(Section("版块", briefs=(Brief("https://one.test/ https://two.test/"),)),))
    with workflow.editing(issue, by=people.writer) as locked:
        briefs = (Brief("https://two.test/ https://one.test/"),)
        exchange.to_rows(manuscript(sections=(Section("版块", briefs=briefs),)), locked)
    urls = Citation.objects.order_by("pk").values_list("url", flat=True)
    assert list(urls) == ["https://two.test/", "https://one.test/"]
