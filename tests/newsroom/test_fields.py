"""Each field of a story reaches every place: text, rows, form and page.

A new field goes into STORY; what fails then is still to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from types import SimpleNamespace

import pytest
from django.utils import translation

from digests.manuscript.diff import Place
from digests.manuscript.reader import read
from digests.manuscript.values import Insight, NewsItem, Section
from digests.manuscript.writer import write
from digests.models import Issue, PageStory, Story
from digests.publishing.changes import name_of, readable
from tests.conftest import manuscript
from tests.desk import desk, now, opened, url
from tests.strategies import of_a_story

Make = Callable[..., Issue]

# A story that says something in each of its fields.
STORY = NewsItem(
    headline="机器人餐厅开业",
    link="https://reported.test/1",
    body="首日**排队**。",
    insights=(Insight("人手够吗？", label="影响", basis="ai"),),
    tags=("机器人",),
    ai_role="drafted",
    follows="c7k2m9qx",
    uid="b7k2m9qx",
)
BARE = NewsItem("")
FIELDS = [field.name for field in fields(NewsItem)]
SECTIONS = (Section("版块", items=(STORY,)),)


def test_the_story_says_something_in_each_field() -> None:
    assert [name for name in FIELDS if getattr(STORY, name) == getattr(BARE, name)] == []


def test_any_manuscript_of_the_strategies_has_each_field() -> None:
    assert list(of_a_story) == FIELDS


def test_a_story_that_lacks_the_later_fields_keeps_its_hash() -> None:
    story = NewsItem(
        headline="机器人餐厅开业",
        link="https://reported.test/1",
        body="首日**排队**。",
        insights=(Insight("人手够吗？", label="影响", basis="ai"),),
        tags=("机器人",),
        ai_role="drafted",
        uid="b7k2m9qx",
    )
    assert story.sha256 == "e2618de5eeca62e06c8a29ef28c70a161064225a5d56a1ff48e1a21d0a6db62b"


def test_a_text_has_each_field() -> None:
    words = manuscript(0, sections=SECTIONS)
    assert read(write(words, uids=True)).manuscript == words


@pytest.mark.django_db
def test_rows_have_each_field(draft: Make) -> None:
    (item,) = now(draft(0, sections=SECTIONS)).items
    (insight,) = item.insights
    assert replace(item, insights=(replace(insight, uid=""),)) == STORY


@pytest.mark.django_db
def test_a_form_that_is_sent_as_it_came_changes_no_field(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(0, sections=SECTIONS)
    client, before = desk(people.writer), now(issue)
    assert client.post(url(issue), opened(client, issue)).status_code == 302
    assert now(issue) == before


@pytest.mark.django_db
def test_the_page_has_each_field(published: Make) -> None:
    published(0, sections=SECTIONS)
    page = Story.objects.get().page
    names = [field.name for field in fields(PageStory)]
    assert {*FIELDS} - {*names} == {"insights"}  # notes, on a page
    assert [name for name in names if getattr(page, name) == getattr(PageStory(), name)] == ["retracted"]


@pytest.mark.parametrize("name", sorted({*FIELDS} - {"insights", "uid"}))
def test_a_change_of_each_field_has_a_name(name: str) -> None:
    assert name_of(Place("item", field=name))


@pytest.mark.parametrize(("language", "label"), [("en", "AI inference"), ("zh-hans", "AI 推断")])
def test_a_choice_is_called_as_in_the_form(language: str, label: str) -> None:
    with translation.override(language):
        assert readable(Place("insight", field="basis"), "ai") == label
