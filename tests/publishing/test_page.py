"""The page of an edition: a value that a row keeps as JSON, in a form that later code still reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.writer import MigrationWriter
from hypothesis import given
from hypothesis import strategies as st

from digests.models import (
    Cover,
    Edition,
    Issue,
    Note,
    Page,
    PageBrief,
    PageInsight,
    PageSection,
    PageStory,
    Story,
)
from digests.models.page import VERSION, UnknownVersion

words = st.text(max_size=12)
names = st.lists(words, max_size=3).map(tuple)
insights = st.builds(PageInsight, words, st.booleans(), words)
notes = st.builds(Note, words, st.lists(insights, max_size=3).map(tuple))
stories = st.builds(
    PageStory,
    uid=words,
    headline=words,
    link=words,
    domain=words,
    body=words,
    notes=st.lists(notes, max_size=3).map(tuple),
    tags=names,
    ai_role=words,
    follows=words,
    retracted=st.booleans(),
)
sections = st.builds(
    PageSection,
    title=words,
    lead=words,
    briefs=st.lists(st.builds(PageBrief, words, words), max_size=2).map(tuple),
    items=st.lists(stories, max_size=3).map(tuple),
)
pages = st.builds(
    Page,
    title=words,
    date=words,
    category=words,
    summary=words,
    seo=names,
    tags=names,
    editor=words,
    cover=st.builds(Cover, words, words),
    cited=names,
    intro=words,
    sections=st.lists(sections, max_size=3).map(tuple),
)


@given(pages)
def test_any_page_comes_back(page: Page) -> None:
    assert Page.from_json(json.loads(json.dumps(page.to_json()))) == page


@given(stories)
def test_any_story_comes_back(story: PageStory) -> None:
    assert PageStory.from_json(json.loads(json.dumps(story.to_json()))) == story


@given(pages)
def test_each_rendered_text_is_reached_once(page: Page) -> None:
    marked = page.with_html(lambda html: f"[{html}]")
    assert list(marked.html()) == [f"[{html}]" for html in page.html()]
    assert marked.with_html(lambda html: html[1:-1]) == page


@pytest.mark.parametrize("name", [field.name for field in fields(PageStory)])
def test_each_field_but_names_counts_as_words(name: str) -> None:
    changed: dict[str, Any] = {name: ("changed",) if name in {"notes", "tags"} else "changed"}
    assert (PageStory(**changed).words == PageStory().words) is (name in {"uid", "domain", "follows", "retracted"})


# As rows of before there were versions have it.
STORED_STORY = {
    "uid": "b7k2m9qx",
    "headline": "机器人餐厅开业",
    "link": "https://example.org/robots",
    "domain": "example.org",
    "body": "<p>首日 <strong>排队</strong>。</p>",
    "notes": [{"label": "影响", "insights": [{"basis": "ai", "bullet": True, "html": "人手"}]}],
    "tags": ["机器人"],
    "ai_role": "assisted",
    "follows": "c7k2m9qx",
    "retracted": False,
}
STORED = {
    "title": "晨报",
    "date": "2026-03-01",
    "category": "日报",
    "summary": "<p>一句话。</p>",
    "seo": ["餐厅"],
    "tags": ["AI"],
    "editor": "王",
    "cover": {"file": "pictures/a.jpg", "alt": "一家餐厅"},
    "cited": ["https://example.org/robots"],
    "intro": "<p>导语。</p>",
    "sections": [
        {
            "title": "要闻",
            "lead": "<p>引子。</p>",
            "briefs": [{"uid": "d7k2m9qx", "html": "短讯"}],
            "items": [STORED_STORY],
        }
    ],
}
READ_STORY = PageStory(
    uid="b7k2m9qx",
    headline="机器人餐厅开业",
    link="https://example.org/robots",
    domain="example.org",
    body="<p>首日 <strong>排队</strong>。</p>",
    notes=(Note("影响", (PageInsight("ai", True, "人手"),)),),
    tags=("机器人",),
    ai_role="assisted",
    follows="c7k2m9qx",
)
READ = Page(
    title="晨报",
    date="2026-03-01",
    category="日报",
    summary="<p>一句话。</p>",
    seo=("餐厅",),
    tags=("AI",),
    editor="王",
    cover=Cover("pictures/a.jpg", "一家餐厅"),
    cited=("https://example.org/robots",),
    intro="<p>导语。</p>",
    sections=(PageSection("要闻", "<p>引子。</p>", (PageBrief("d7k2m9qx", "短讯"),), (READ_STORY,)),),
)


def test_a_page_without_a_version_is_of_the_first() -> None:
    assert Page.from_json(STORED) == READ
    assert PageStory.from_json(STORED_STORY) == READ_STORY


def test_a_page_from_before_there_were_updates_follows_nothing() -> None:
    stored = {name: value for name, value in STORED_STORY.items() if name != "follows"}
    assert PageStory.from_json(stored) == replace(READ_STORY, follows="")


@pytest.mark.parametrize("version", [VERSION + 1, 0, "1", None])
@pytest.mark.parametrize("kind", [Page, PageStory])
def test_a_page_of_an_unknown_version_is_refused(kind: type[Page] | type[PageStory], version: object) -> None:
    with pytest.raises(UnknownVersion, match=f"version {version!r}.*rebuild_stories"):
        kind.from_json({**(STORED if kind is Page else STORED_STORY), "version": version})


def test_a_column_of_pages_is_plain_json_to_migrations() -> None:
    for model in (Edition, Story):
        written, imports = MigrationWriter.serialize(model._meta.get_field("page"))
        assert (written, imports) == ("models.JSONField(default=dict)", {"from django.db import models"})


def write_as_stored(model: type[Edition] | type[Story], pk: int, stored: dict[str, Any]) -> None:
    """Put JSON into a row as other code wrote it."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET page = %s WHERE id = %s", [json.dumps(stored), pk])


@pytest.mark.django_db
def test_rows_have_pages_as_values(published: Callable[..., Issue]) -> None:
    edition = published().editions.get()
    story = edition.stories.all()[0]
    assert story.page == next(edition.page.items)
    write_as_stored(Edition, edition.pk, STORED)
    write_as_stored(Story, story.pk, STORED_STORY)
    assert Edition.objects.get(pk=edition.pk).page == READ
    assert Story.objects.get(pk=story.pk).page == READ_STORY
    assert Edition.objects.values_list("page__editor", "page__cover__alt").get(pk=edition.pk) == ("王", "一家餐厅")
    assert Edition.objects.filter(page__editor="王").get() == edition


@pytest.mark.django_db
def test_pages_of_newer_code_are_made_anew(published: Callable[..., Issue]) -> None:
    edition = published().editions.get()
    page, stories = edition.page, list(edition.stories.values_list("uid", flat=True))
    write_as_stored(Edition, edition.pk, {"version": VERSION + 1})
    for pk in edition.stories.values_list("pk", flat=True):
        write_as_stored(Story, pk, {"version": VERSION + 1})
    with pytest.raises(UnknownVersion):
        Edition.objects.get(pk=edition.pk)
    call_command("rebuild_stories")
    assert Edition.objects.get(pk=edition.pk).page == page
    assert [story.page.uid for story in Story.objects.filter(edition=edition)] == stories
