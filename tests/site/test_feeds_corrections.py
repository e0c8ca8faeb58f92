"""The feed of corrections: what was said, what is said now, and what had to go, without a word of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from digests.editorial import workflow
from digests.manuscript.values import Brief, Manuscript
from digests.models import Edition, Issue
from digests.models.states import Action
from digests.templatetags.feeds import having
from tests.conftest import Clock
from tests.feed_reading import KINDS, checked, entries, signs
from tests.rewriting import publish, retract, with_items, words_of

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
SITE = "https://news.example.org"
FEED = "/corrections/atom.xml"
DAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = SITE
    settings.SECURE_SSL_REDIRECT = False


def reworded(words: Manuscript, place: int = 0, **fields: Any) -> Manuscript:
    """Return words with other words in a story of their first section."""
    return with_items(words, lambda items: (*items[:place], replace(items[place], **fields), *items[place + 1 :]))


def lines(entry: dict[str, Any]) -> list[str]:
    """Return what an entry says to whoever sees no style."""
    html = BeautifulSoup(entry["html"], "html.parser")
    return [block.get_text() for block in html.find_all(["p", "h3"])]


# What was said and what is said


def test_an_entry_says_what_was_and_what_is(published: Make, people: SimpleNamespace, client: Client) -> None:
    issue = published()
    words = replace(words_of(issue), title="改过的要闻")
    publish(issue, reworded(words, headline="第一条：三人", body="正文第 1 段，**要点**在此：\n- 甲\n- 丙"), people)
    (entry,) = entries(client, FEED)
    assert lines(entry) == [
        "更正改正。",
        "本期",
        "标题",
        "原为 今天的要闻",
        "现为 改过的要闻",
        "新闻 · 第一条：三人",
        "标题",
        "原为 第 1 条：新闻里的新闻",
        "现为 第一条：三人",
        "正文",
        "原为 正文第 1 段，要点在此：甲乙",
        "现为 正文第 1 段，要点在此：甲丙",
        "见： 改过的要闻，晨报，2026年3月1日",
    ]
    html = BeautifulSoup(entry["html"], "html.parser")
    changed = [(mark.name, mark.get_text()) for mark in html.find_all(["del", "ins"])][-2:]
    assert changed == [("del", "乙"), ("ins", "丙")]
    for kind in KINDS:
        checked(client, f"/corrections/{kind}")


def test_what_came_went_and_moved_is_said(published: Make, people: SimpleNamespace, client: Client) -> None:
    issue = published()
    words = words_of(issue)
    gone, *kept = words.sections[0].items
    first = replace(words.sections[0], items=tuple(kept))
    last = replace(words.sections[1], briefs=(*words.sections[1].briefs, Brief("新的 [一句](https://c.test/)")))
    publish(issue, replace(words, sections=(first, last)), people)
    (entry,) = entries(client, FEED)
    html = BeautifulSoup(entry["html"], "html.parser")
    assert gone.headline in html.find("del").get_text()
    assert html.find("ins").get_text() == "新的 一句"


def test_a_long_text_is_shown_where_it_changed() -> None:
    words = [("same", "a" * 200), ("removed", "b"), ("same", "c" * 200), ("added", "d"), ("same", "e" * 200)]
    middle = ("same", f"{'c' * 40}…{'c' * 40}")
    ends = ("same", f"…{'a' * 40}"), ("same", f"{'e' * 40}…")
    assert having(words, "removed") == [ends[0], ("removed", "b"), middle, ends[1]]
    assert having(words, "added") == [ends[0], middle, ("added", "d"), ends[1]]
    assert having([("same", "Title"), ("added", "!")], "removed") == [("same", "Title")]
    assert having([("added", "!")], "removed") == []


def test_what_a_correction_says_stays_when_another_follows(
    published: Make, people: SimpleNamespace, client: Client, clock: Clock
) -> None:
    issue = published()
    for title in ("二", "三"):
        clock.go(days=1)
        publish(issue, replace(words_of(issue), title=title), people)
    third, second = entries(client, FEED)
    assert [lines(entry)[3:5] for entry in (third, second)] == [
        ["原为 二", "现为 三"],
        ["原为 今天的要闻", "现为 二"],
    ]
    assert second["title"] == "更正：三"  # the issue as it is called now
    assert second["published"] == second["updated"] != third["updated"]


def test_what_was_pasted_makes_no_entry_invalid(published: Make, people: SimpleNamespace, client: Client) -> None:
    issue = published()
    hostile = "</del>]]> <script>x()</script> & \x0b\ufffe"
    publish(issue, reworded(words_of(issue), headline=hostile, body=f"[a](/tags/) {hostile}"), people, note=hostile)
    for kind in KINDS:
        checked(client, f"/corrections/{kind}")
    (entry,) = entries(client, FEED)
    html = BeautifulSoup(entry["html"], "html.parser")
    assert not html.find("script") and "<script>x()</script>" in html.get_text()


# What had to go


def test_a_retraction_has_its_reason_and_takes_the_words_out_of_what_was_said_before(
    published: Make, people: SimpleNamespace, client: Client, clock: Clock
) -> None:
    issue = published(title="密题")
    clock.go(days=1)
    publish(issue, reworded(words_of(issue), headline="密文", body="密文"), people)
    words = words_of(issue)
    clock.go(days=1)
    (before,) = entries(client, FEED)
    held = signs(client, "/corrections/")
    assert "密文" in before["html"]
    clock.go(days=10)
    uid = words.sections[0].items[0].uid
    publish(issue, replace(words, title="新题"), people)
    clock.go(days=10)
    retract(issue, uid, people)
    clock.go(seconds=2)
    retraction, _retitled, corrected = entries(client, FEED)
    assert lines(retraction)[:2] == ["撤回照片系摆拍。", "已撤回的新闻"]
    assert f'href="{SITE}/stories/{uid}/"' in retraction["html"]
    for kind in KINDS:
        assert "密" not in client.get(f"/corrections/{kind}").content.decode()
    # Who has the old words is told that they changed.
    assert (corrected["id"], corrected["published"]) == (before["id"], before["published"])
    assert corrected["updated"] == retraction["updated"] > before["updated"]
    for kind, (tag, modified) in signs(client, "/corrections/").items():
        assert tag != held[kind][0] and modified > held[kind][1]


def test_a_withdrawal_is_an_entry_without_a_word_of_the_issue(
    published: Make, people: SimpleNamespace, client: Client, clock: Clock
) -> None:
    issue = published(title="密题")
    clock.go(days=1)
    publish(issue, reworded(words_of(issue), headline="密条"), people, note="密记")
    held = signs(client, "/corrections/")
    clock.go(days=30)
    workflow.perform(Action.WITHDRAW, Issue.objects.get(pk=issue.pk), by=people.editor, note="密由")
    clock.go(minutes=1)
    (entry,) = entries(client, FEED)
    assert (entry["title"], lines(entry)) == ("撤下：晨报 2026-03-01", ["编辑部已撤下这一期，内容不再公开。"])
    assert entry["id"] == "tag:news.example.org,2026-03-01:morning/withdrawals/2"
    assert entry["published"] == entry["updated"]
    for kind, (tag, modified) in signs(client, "/corrections/").items():
        assert "密" not in client.get(f"/corrections/{kind}").content.decode()
        checked(client, f"/corrections/{kind}")
        assert tag != held[kind][0] and modified > held[kind][1]


def test_what_was_withdrawn_stays_so_when_the_issue_comes_back(
    published: Make, people: SimpleNamespace, client: Client, clock: Clock
) -> None:
    issue = published(title="密题")
    clock.go(days=1)
    publish(issue, reworded(words_of(issue), headline="密条"), people, note="密记")
    uid = words_of(issue).sections[0].items[0].uid
    clock.go(days=1)
    workflow.perform(Action.WITHDRAW, Issue.objects.get(pk=issue.pk), by=people.editor, note="密由")
    clock.go(days=1)
    publish(issue, replace(reworded(words_of(issue), headline="新条"), title="新题"), people, note="重发。")
    clock.go(days=1)
    again, withdrawal = entries(client, FEED)
    assert lines(again) == ["更正重发。", "见： 新题，晨报，2026年3月1日"]
    assert lines(withdrawal) == ["编辑部撤下过这一期，后来重新发布。"]
    pages = ["/corrections/", f"/stories/{uid}/", *(f"/morning/2026-03-01{end}" for end in ("/", ".md", ".json"))]
    for address in (FEED, "/morning/rss.xml", *pages):
        response = client.get(address)
        assert response.status_code == 200 and "密" not in response.content.decode(), address
    assert lines(withdrawal)[0] in client.get("/corrections/").content.decode()
    for number in (1, 2):
        assert client.get(f"/morning/2026-03-01/?edition={number}").status_code == 404
    assert [one.number for one in Edition.objects.readable_history()] == [3]


# What it costs


@pytest.mark.parametrize("issues", [1, 12])
def test_queries_are_as_many_for_many_corrections(
    published: Make,
    people: SimpleNamespace,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    issues: int,
) -> None:
    followed = published()
    uid = words_of(followed).sections[0].items[0].uid
    for day in range(1, issues + 1):
        issue = published(date=DAY + timedelta(days=day))
        publish(issue, reworded(words_of(issue), follows=uid), people)
    workflow.perform(Action.WITHDRAW, followed, by=people.editor, note="误")
    with django_assert_num_queries(6):
        assert len(entries(client, FEED)) == issues + 1
