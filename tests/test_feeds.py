"""Feeds: full text, stable ids, absolute links, and nothing that is not live."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from digests import workflow
from digests.manuscript.values import Brief, NewsItem, Section
from digests.models import Issue, Story
from digests.states import Action
from tests.conftest import manuscript, reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
SITE = "https://news.example.org"
LISTINGS = ["/", "/morning/", "/morning/2026/03/", "/morning/stories/", "/tags/ai/", "/tags/芯片/"]


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = SITE
    settings.SECURE_SSL_REDIRECT = False


def entries(client: Client, listing: str, kind: str) -> list[dict[str, Any]]:
    """Return a feed's entries as a feed reader sees them, in one form for all three formats."""
    response = client.get(listing + kind)
    assert response.status_code == 200
    if kind == "feed.json":
        feed = json.loads(response.content)
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        return [
            {
                "id": item["id"],
                "link": item["url"],
                "title": item["title"],
                "html": item["content_html"],
                "published": item["date_published"],
                "updated": item["date_modified"],
            }
            for item in feed["items"]
        ]
    parsed = feedparser.parse(response.content, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [
        {
            "id": entry.id,
            "link": entry.link,
            "title": entry.title,
            "html": entry.content[0].value,
            "published": entry.published,
            "updated": entry.get("updated"),
        }
        for entry in parsed.entries
    ]


@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize("kind", ["rss.xml", "atom.xml", "feed.json"])
def test_every_listing_has_each_feed(published: Make, client: Client, listing: str, kind: str) -> None:
    published()
    found = entries(client, listing, kind)
    assert len(found) == (3 if "stories" in listing else 1)
    for entry in found:
        assert entry["link"].startswith(SITE + "/")
        assert not re.search(r'(?:href|src)="(?!https?:|mailto:)', entry["html"])


@pytest.mark.parametrize("kind", ["rss.xml", "atom.xml", "feed.json"])
def test_an_entry_has_the_whole_issue(published: Make, client: Client, kind: str) -> None:
    published()
    (entry,) = entries(client, "/morning/", kind)
    words = manuscript()
    for item in words.items:
        assert f'href="{item.link}"' in entry["html"]
        assert item.headline in entry["html"]
        assert all(insight.text in entry["html"] for insight in item.insights)
    assert entry["html"].count("<li>一句话</li>") == 1
    assert 'href="https://brief.test/1"' in entry["html"]


@pytest.mark.parametrize("kind", ["rss.xml", "atom.xml", "feed.json"])
def test_a_correction_keeps_the_id_and_the_first_date(
    published: Make, people: SimpleNamespace, client: Client, kind: str
) -> None:
    issue = published()
    listings = ["/morning/", "/morning/stories/"]
    before = [entries(client, listing, kind)[0] for listing in listings]
    reword(issue, "更正后", by=people.writer)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, whole=True)
    workflow.perform(Action.PUBLISH, issue, by=people.editor, note="数字有误")
    after = [entries(client, listing, kind)[0] for listing in listings]
    for old, new in zip(before, after, strict=True):
        assert (new["id"], new["link"], new["published"]) == (old["id"], old["link"], old["published"])
    assert after[0]["title"] == "更正后"


def test_ids_come_from_the_issue_and_the_uid(published: Make, client: Client, settings: Settings) -> None:
    published()
    story = Story.objects.live().first()
    assert story is not None
    (issue_entry,) = entries(client, "/morning/", "atom.xml")
    assert issue_entry["id"] == "tag:news.example.org,2026-03-01:morning"
    assert f"tag:news.example.org,2026-03-01:stories/{story.uid}" in {
        entry["id"] for entry in entries(client, "/morning/stories/", "rss.xml")
    }
    settings.SITE_URL = "http://news.example.org"  # the id is not the address
    assert entries(client, "/morning/", "atom.xml")[0]["id"] == issue_entry["id"]


def test_a_tag_of_some_stories_brings_those_stories(published: Make, client: Client) -> None:
    published()
    (whole,) = entries(client, "/tags/ai/", "rss.xml")
    (part,) = entries(client, "/tags/芯片/", "rss.xml")
    assert [f"第 {n} 条" in whole["html"] for n in (1, 2, 3)] == [True, True, True]
    assert [f"第 {n} 条" in part["html"] for n in (1, 2, 3)] == [True, False, True]
    assert "一句话" not in part["html"]


@pytest.mark.parametrize("listing", LISTINGS)
def test_nothing_but_live_words_is_in_a_feed(
    published: Make, approved: Make, people: SimpleNamespace, client: Client, listing: str
) -> None:
    issue = published()
    marked = Section("密版", items=(NewsItem("密条", body="密文", tags=("芯片",)),), briefs=(Brief("密讯"),))
    reword(issue, "密稿", by=people.writer)
    scheduled = approved(title="密排", date=date(2026, 3, 2), sections=(marked,))
    workflow.perform(Action.SCHEDULE, scheduled, by=people.editor, at=timezone.now() + timedelta(days=1))
    withdrawn = published(title="密撤", date=date(2026, 3, 3), sections=(marked,))
    workflow.perform(Action.WITHDRAW, withdrawn, by=people.editor, note="密由")
    for kind in ("rss.xml", "atom.xml", "feed.json"):
        assert "密" not in client.get(listing + kind).content.decode()


def test_a_retracted_story_leaves_the_story_feed(published: Make, people: SimpleNamespace, client: Client) -> None:
    issue = published()
    story = Story.objects.live().first()
    assert story is not None
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=story.uid, note="来源造假")
    assert story.headline not in {entry["title"] for entry in entries(client, "/morning/stories/", "rss.xml")}
    (entry,) = entries(client, "/morning/", "rss.xml")
    assert (story.headline in entry["html"], "来源造假" in entry["html"]) == (False, True)


@pytest.mark.parametrize("address", ["/none/rss.xml", "/tags/none/rss.xml", "/none/stories/feed.json"])
def test_a_feed_of_nothing_is_not_found(db: None, client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("kind", ["rss.xml", "atom.xml", "feed.json"])
@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize(("stories", "issues"), [(3, 1), (30, 4)])
def test_a_feed_costs_a_constant_number_of_queries(
    published: Make,
    client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    listing: str,
    kind: str,
    stories: int,
    issues: int,
) -> None:
    for day in range(1, issues + 1):
        published(stories, date=date(2026, 3, day))
    with django_assert_max_num_queries(5):
        client.get(listing + kind)


def test_what_an_editor_pasted_makes_no_feed_invalid(published: Make, client: Client) -> None:
    published(title="坏\x0b字\x00符\ufffe & <b>", summary="a\x08b ]]> &amp;")
    for kind in ("rss.xml", "atom.xml"):
        ElementTree.fromstring(client.get(f"/morning/{kind}").content)
