"""Earlier editions of an issue: as they were, with what changed since, and never with what was taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from digests.editorial import workflow
from digests.models import Digest, Edition, Issue
from digests.models.states import Action, Correction
from tests.reading import get
from tests.rewriting import approve, publish, retract, with_items, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]
PAGE = "/morning/2026-03-01/"


# The page of an earlier edition


def test_an_earlier_edition_is_shown_as_it_was_and_says_so(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    publish(issue, replace(words_of(issue), title="改过的要闻"), people)
    page = get(client, f"{PAGE}?edition=1")
    assert page.h1.get_text() == "今天的要闻"
    banner = page.select_one(".as-it-was")
    first, second = Edition.objects.order_by("number")
    assert [time["datetime"] for time in banner.select("time")] == [
        timezone.localtime(at, issue.digest.zone).isoformat(timespec="seconds")
        for at in (first.live_from, second.live_from)
    ]
    assert "UTC+0800" in banner.get_text()
    assert banner.find("a", href=PAGE)
    assert not page.find(id="corrections")  # nothing was corrected yet
    assert get(client, PAGE).h1.get_text() == "改过的要闻"


def test_an_earlier_edition_is_for_no_search_engine(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    publish(issue, replace(words_of(issue), title="改过的要闻"), people)
    for end in ("/", ".md", ".json", "/label.json"):
        assert client.get(f"/morning/2026-03-01{end}?edition=1").headers["X-Robots-Tag"] == "noindex"
        assert "X-Robots-Tag" not in client.get(f"/morning/2026-03-01{end}").headers
    page = get(client, f"{PAGE}?edition=1")
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert page.find("link", rel="canonical")["href"] == f"https://news.example.org{PAGE}"
    assert not page.find("meta", property="og:title")


def test_what_changed_since_is_marked_thing_by_thing(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published(4)
    words = words_of(issue)
    one, two, three = words.sections[0].items
    reworded = replace(one, headline="第 1 条：改过的新闻", body=f"{one.body}\n\n补充。")
    added = replace(two, headline="新来的一条", link="https://new.test/", uid="")
    other = words.sections[1]
    moved = replace(other, items=(*other.items, three))
    publish(
        issue,
        replace(
            words,
            title="改过的要闻",
            sections=(replace(words.sections[0], items=(reworded, added)), moved, *words.sections[2:]),
        ),
        people,
    )
    changes = get(client, f"{PAGE}?edition=1").find(id="changes")
    said = {
        thing.h4.get_text(" ", strip=True): [
            (change["class"][1], change.select_one(".said").get_text()) for change in thing.select(".change")
        ]
        for thing in changes.select(".changed")
    }
    assert said == {
        "本期": [("is-edited", "标题")],
        f"新闻 {two.headline} 版块 1": [("is-removed", "删去")],
        "新闻 新来的一条 版块 1": [("is-added", "新增")],
        "新闻 第 1 条：改过的新闻 版块 1": [("is-edited", "标题"), ("is-edited", "正文")],
        f"新闻 {three.headline} 版块 2": [("is-moved", "从“版块 1”移到“版块 2”")],
    }
    edited = changes.find(id=f"changed-{one.uid}")
    assert [ins.get_text() for ins in edited.select("ins")] == ["改过", "\n补充。"]


def test_markdown_is_not_shown_in_what_changed(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published(1)
    publish(issue, with_items(words_of(issue), lambda items: (replace(items[0], body="**变**了"),)), people)
    assert "**" not in get(client, f"{PAGE}?edition=1").find(id="changes").get_text()
    publish(issue, with_items(words_of(issue), lambda items: (replace(items[0], body="变了"),)), people)
    changes = get(client, f"{PAGE}?edition=2").find(id="changes")
    assert [said.get_text() for said in changes.select(".said")] == ["正文", "只改了链接或格式"]


def test_what_one_edition_changed(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    publish(issue, replace(words_of(issue), title="第二版"), people)
    publish(issue, replace(words_of(issue), title="第三版"), people)
    text = get(client, f"{PAGE}?edition=1&to=2").find(id="changes").get_text()
    assert "第二版" in text and "第三版" not in text
    for query in ("edition=2&to=1", "edition=2&to=2", "edition=2&to=9", "edition=2&to=x"):
        get(client, f"{PAGE}?{query}", 404)


def test_what_no_page_shows_is_no_change_for_readers(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    publish(issue, replace(words_of(issue), seo=("别的词",)), people, kind=Correction.TYPO, note="")
    page = get(client, f"{PAGE}?edition=1")
    assert not page.select(".changed") and "一字未变" in page.find(id="changes").get_text()


def test_machines_get_earlier_editions_too(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    before = client.get("/morning/2026-03-01.md").content
    data = client.get("/morning/2026-03-01.json").json()
    publish(issue, replace(words_of(issue), title="改过的要闻"), people)
    assert client.get("/morning/2026-03-01.md?edition=1").content == before
    assert client.get("/morning/2026-03-01.json?edition=1").json() == data
    assert client.get("/morning/2026-03-01.json").json()["edition"] == 2


@pytest.mark.parametrize("end", ["/", ".md", ".json", "/label.json"])
def test_the_number_of_the_live_edition_leads_to_the_plain_address(client: Client, published: Make, end: str) -> None:
    published()
    response = client.get(f"/morning/2026-03-01{end}?edition=1")
    assert (response.status_code, response.headers["Location"]) == (302, f"/morning/2026-03-01{end}")


@pytest.mark.parametrize("number", ["0", "-1", "01", "2", "x", "", "1.0", "9" * 10_000, "%ED%A0%80", "१", "1%0A"])
def test_a_number_that_is_none_is_not_found(
    client: Client, published: Make, people: SimpleNamespace, number: str
) -> None:
    issue = published()
    publish(issue, replace(words_of(issue), title="二"), people)
    publish(issue, replace(words_of(issue), title="三"), people)
    Edition.objects.filter(number=2).update(number=7)
    get(client, f"{PAGE}?edition={number}", 404)
    get(client, f"/morning/2026-03-01.json?edition={number}", 404)


def test_a_cover_keeps_its_own_edition_in_its_address(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    publish(issue, replace(words_of(issue), title="改过的要闻"), people)
    for number in (1, 2, 99):
        assert client.get(f"{PAGE}cover.png?edition={number}").headers["Content-Type"] == "image/png"


# What never comes back


def test_what_is_only_scheduled_is_no_edition_for_readers(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    publish(issue, replace(words_of(issue), title="第二版"), people)
    ready = approve(issue, replace(words_of(issue), title="明天的机密"), people)
    at = timezone.now() + timedelta(hours=1)
    workflow.perform(Action.SCHEDULE, ready, by=people.editor, at=at, correction=Correction.TYPO)
    for query in ("edition=3", "edition=1&to=3"):
        assert "机密" not in get(client, f"{PAGE}?{query}", 404).get_text()
    for query in ("", "?edition=1"):
        assert "机密" not in str(get(client, f"{PAGE}{query}"))


def test_a_retracted_story_comes_back_in_no_edition_and_no_difference(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published(summary="- 头条是第 1 条：新闻里的新闻", intro="先说第 1 条：新闻里的新闻。")
    gone = words_of(issue).sections[0].items[0]
    publish(
        issue,
        with_items(words_of(issue), lambda items: (replace(items[0], headline="第 1 条，改过"), *items[1:])),
        people,
    )
    retract(issue, gone.uid, people)
    publish(issue, replace(words_of(issue), summary="摘要。", intro="引子。"), people)
    publish(issue, with_items(words_of(issue), lambda items: items[1:]), people)
    for number in range(1, 5):
        for end in ("/", ".md", ".json"):
            text = client.get(f"/morning/2026-03-01{end}?edition={number}").content.decode()
            for secret in ("第 1 条", "正文第 1 段", "source1.test/news/1"):
                assert secret not in text, (number, end)
    page = get(client, f"{PAGE}?edition=1")
    assert "照片系摆拍。" in page.find(id=gone.uid).get_text()
    assert page.select_one(".retractions + ul a")["href"] == f"/stories/{gone.uid}/"


@pytest.mark.parametrize("field", ["title", "summary", "intro", "seo"])
def test_a_retracted_headline_in_the_words_of_the_issue_itself_comes_back_in_no_edition(
    client: Client, published: Make, people: SimpleNamespace, field: str
) -> None:
    secret, harmless = (("某人收了贿赂",), ("无关",)) if field == "seo" else ("某人收了贿赂", "无关")
    without: dict[str, Any] = {field: harmless}
    issue = published(**{"intro": "引子。", field: secret})
    uid = words_of(issue).sections[0].items[0].uid
    retract(issue, uid, people)
    publish(issue, replace(words_of(issue), **without), people)
    now = client.get("/morning/2026-03-01.json").json()["manuscript"]
    for number in (1, 2):
        for end in ("/", ".md", ".json", "/label.json"):
            answer = client.get(f"/morning/2026-03-01{end}?edition={number}")
            assert (answer.status_code, "贿赂" in answer.content.decode()) == (200, False), (number, end)
        then = client.get(f"/morning/2026-03-01.json?edition={number}").json()["manuscript"]
        assert then[field] == now[field] == (["无关"] if field == "seo" else "无关")


def test_a_withdrawn_issue_has_no_earlier_editions(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    publish(issue, replace(words_of(issue), title="改过的要闻"), people)
    workflow.perform(Action.WITHDRAW, Issue.objects.get(pk=issue.pk), by=people.editor, note="整期有误")
    for end in ("/", ".md", ".json", "/label.json"):
        for number in (1, 2, 3):
            page = get(client, f"/morning/2026-03-01{end}?edition={number}", 410)
            assert "要闻" not in page.get_text()


def test_a_picture_that_was_taken_out_is_its_description(
    client: Client, published: Make, people: SimpleNamespace, media_root: Any
) -> None:
    kept, gone = (f"covers/{letter * 32}.png" for letter in "ab")
    for name in (kept, gone):
        default_storage.save(name, ContentFile(b"-"))
    body = f'![留](/media/{kept})\n\n![去 "<b>"](/media/{gone})'
    issue = published(1, cover_file=gone, cover_alt="旧封面")
    publish(issue, with_items(words_of(issue), lambda items: (replace(items[0], body=body),)), people)
    only = replace(with_items(words_of(issue), lambda items: (replace(items[0], body=f"![留](/media/{kept})"),)))
    publish(issue, replace(only, cover_file="", cover_alt=""), people)
    page = get(client, f"{PAGE}?edition=2")
    assert [img["src"] for img in page.select("img")] == [f"/media/{kept}"]
    assert '去 "<b>"' in page.select_one(".story .prose").get_text()


# The list of editions


def test_an_issue_lists_its_editions_when_there_are_more_than_one(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    assert not get(client, PAGE).find(id="editions")
    publish(issue, replace(words_of(issue), title="二"), people, kind=Correction.TYPO, note="")
    retract(issue, words_of(issue).sections[0].items[0].uid, people)
    workflow.perform(
        Action.ROLL_BACK,
        Issue.objects.get(pk=issue.pk),
        by=people.editor,
        edition=1,
        correction=Correction.CLARIFICATION,
        note="恢复首版。",
    )
    rows = get(client, PAGE).select("#editions li")
    assert [
        (row["value"], row.b.get_text(), row.a["href"].removeprefix(PAGE), "恢复首版。" in row.get_text())
        for row in rows
    ] == [
        ("1", "首版", "?edition=1", False),
        ("2", "错字", "?edition=2", False),
        ("3", "撤回", "?edition=3", False),
        ("4", "澄清", "", True),
    ]
    assert [row.get("aria-current") for row in rows] == [None, None, None, "true"]
    assert ["文字同第 1 版" in row.get_text() for row in rows] == [False, False, False, True]
    assert [link["href"].removeprefix(PAGE) for row in rows for link in row.select(".what-changed")] == [
        "?edition=1&to=2#changes",
        "?edition=3&to=4#changes",
    ]
    assert [row.get("aria-current") for row in get(client, f"{PAGE}?edition=2").select("#editions li")] == [
        None,
        "true",
        None,
        None,
    ]


def test_an_emergency_is_named_in_the_list(client: Client, draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震。")
    workflow.perform(Action.ENDORSE, issue, by=people.reviewer)
    assert not get(client, PAGE).find(id="editions")  # an approval afterwards makes no edition
    publish(issue, replace(words_of(issue), title="二"), people)
    assert ["突发先行发布" in row.get_text() for row in get(client, PAGE).select("#editions li")] == [True, False]


def test_the_page_is_in_the_language_and_zone_of_its_digest(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    Digest.objects.update(language="en", time_zone="America/New_York")
    publish(issue, replace(words_of(issue), title="Two"), people)
    text = get(client, f"{PAGE}?edition=1").select_one(".as-it-was").get_text(" ", strip=True)
    assert text.startswith("Edition 1: the issue as it was Readers saw this edition from ")
    assert "UTC-0" in text and text.endswith("Issue title 今天的要闻 Two")


@pytest.mark.parametrize("stories", [3, 30])
def test_queries_of_earlier_editions(
    client: Client,
    published: Make,
    people: SimpleNamespace,
    django_assert_num_queries: DjangoAssertNumQueries,
    stories: int,
) -> None:
    issue = published(stories)
    for number in range(2, 5):
        publish(issue, replace(words_of(issue), title=f"第 {number} 版"), people)
    for address, queries in {
        PAGE: 8,
        f"{PAGE}?edition=4": 1,
        f"{PAGE}?edition=1": 13,
        f"{PAGE}?edition=1&to=2": 14,
        "/morning/2026-03-01.md?edition=1": 4,
    }.items():
        with django_assert_num_queries(queries):
            client.get(address)
