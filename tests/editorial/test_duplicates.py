"""Earlier stories that may tell the same, and the storyline that readers can follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from digests.admin.review.history import compare
from digests.editorial import duplicates, workflow
from digests.editorial.preflight import examine
from digests.manuscript.addresses import canonical, leads_nowhere
from digests.manuscript.headlines import ALIKE, Headline, likeness
from digests.manuscript.merge import merge
from digests.manuscript.reader import read
from digests.manuscript.values import NewsItem, Section
from digests.manuscript.writer import write
from digests.models import Issue, Story
from digests.models.states import Action
from tests.conftest import manuscript

FIRST, SECOND, THIRD = "bbbbbbbb", "cccccccc", "dddddddd"


def told(uid: str, headline: str, *, day: int, follows: str = "", link: str = "") -> dict[str, object]:
    item = NewsItem(headline, link or f"https://a.test/{uid}", "正文。", follows=follows, uid=uid)
    return {"date": date(2026, 3, day), "sections": (Section("版块", items=(item,)),)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("OpenAI 发布 GPT-5，推理能力大幅提升", "GPT-5 正式上线：OpenAI 称推理大幅提升"),
        ("英伟达市值突破 5 万亿美元", "5 万亿美元！英伟达市值创下纪录"),
        ("欧盟对 Meta 处以 2 亿欧元罚款", "Meta 被欧盟罚款 2 亿欧元"),
        ("Google launches Gemini 3 with longer context", "Gemini 3 arrives: Google bets on longer context"),
        ("Apple to open new chip plant in Texas", "New Apple chip plant planned for Texas"),
    ],
)
def test_the_same_event_in_other_words_is_alike(one: str, other: str) -> None:
    assert likeness(Headline.of(one), Headline.of(other)) >= ALIKE
    assert set(Headline.of(one).sketch) & set(Headline.of(other).sketch)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("OpenAI 发布 GPT-5 模型，推理能力提升", "OpenAI 发布 GPT-4 模型，推理能力提升"),
        ("谷歌推出 AI 搜索新功能", "微软推出 AI 搜索新功能"),
        ("阿里发布新款大模型", "百度发布新款大模型"),
        ("小米 17 发布会定档", "小米 15 发布会定档"),
        ("英伟达市值突破 5 万亿美元", "英伟达市值突破 4 万亿美元"),
        ("AI 日报：今日要闻", "AI 日报 今日要闻速览"),
        ("Google launches new AI model", "Microsoft launches new AI model"),
        ("Morning news roundup", "Daily news roundup: AI today"),
    ],
)
def test_another_event_in_like_words_is_not(one: str, other: str) -> None:
    assert likeness(Headline.of(one), Headline.of(other)) < ALIKE


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.a.test:443/x/?utm_source=z&b=2&a=1#top", "http://m.a.test/x?a=1&b=2", True),
        ("https://a.test/x?id=1", "https://a.test/x?id=2", False),
        ("https://a.test/X", "https://a.test/x", False),
    ],
)
def test_links_to_one_page_are_one(one: str, other: str, same: bool) -> None:
    assert (canonical(one) == canonical(other)) is same


@pytest.mark.parametrize(
    "link",
    [
        "http://localhost/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://[::1]/", "http://10.0.0.1",
        "http://[::ffff:192.168.0.1]/", "http://169.254.1.1/", "http://printer/", "https://a.example.com/x",
        "http://１２７．０．０．１/",
    ],
)  # fmt: skip
def test_a_private_or_reserved_host_leads_nowhere(link: str) -> None:
    assert leads_nowhere(link, ["example.com"])
    assert not leads_nowhere("https://8.8.8.8/", ["example.com"])
    assert not leads_nowhere("https://notexample.com/", ["example.com"])


def test_a_story_is_found_by_link_and_by_headline(draft: Callable[..., Issue], published: Callable[..., Issue]) -> None:
    published(**told(FIRST, "英伟达市值突破 5 万亿美元", day=1))
    draft(**told(SECOND, "欧盟对 Meta 处以 2 亿欧元罚款", day=2))
    (hit,) = duplicates.find("", f"http://www.a.test/{FIRST}/?utm_source=x")
    assert (hit.uid, hit.why, hit.public) == (FIRST, "link", True)
    (hit,) = duplicates.find("Meta 被欧盟罚款 2 亿欧元", "")
    assert (hit.uid, hit.why, hit.public, hit.date) == (SECOND, "headline", False, date(2026, 3, 2))
    assert duplicates.find("欧盟对 Meta 处以 2 亿欧元罚款", "", apart_from=SECOND) == []


def test_only_the_last_issues_are_looked_in(draft: Callable[..., Issue], settings: Settings) -> None:
    draft(**told(FIRST, "英伟达市值突破 5 万亿美元", day=1))
    draft(**told(SECOND, "另一件事", day=2))
    settings.NEWSROOM_COVERED_ISSUES = 1
    assert duplicates.find("英伟达市值突破 5 万亿美元", "") == []


def test_finding_costs_six_queries_for_any_number(
    draft: Callable[..., Issue], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for stories, day in ((3, 1), (60, 2)):
        draft(stories, date=date(2026, 3, day))
        with django_assert_num_queries(6):
            duplicates.find("新闻里的新闻要闻很多", "https://source1.test/news/1")


def test_the_desk_shows_it_below_the_field(draft: Callable[..., Issue], people: SimpleNamespace) -> None:
    issue = draft(**told(FIRST, "英伟达市值突破 5 万亿美元", day=1))
    client = Client()
    client.force_login(people.writer)
    for address in (
        reverse("admin:digests_issue_duplicates", args=[issue.pk]),
        reverse("admin:digests_issue_duplicates_new"),
    ):
        page = BeautifulSoup(client.get(address, {"headline": "5 万亿美元！英伟达市值创下纪录"}).content, "html.parser")
        button = page.select_one("button.follow")
        assert button is not None and button["data-uid"] == FIRST
        assert client.get(address).content.strip() == b""
    client.force_login(people.outsider)
    assert client.get(reverse("admin:digests_issue_duplicates_new")).status_code == 403


def test_readers_follow_a_storyline_across_issues(
    client: Client, draft: Callable[..., Issue], published: Callable[..., Issue], people: SimpleNamespace
) -> None:
    first = published(**told(FIRST, "事情开始", day=1))
    published(**told(SECOND, "事情继续", day=2, follows=FIRST))
    draft(**told(THIRD, "事情未完", day=3, follows=SECOND))
    assert set(Story.objects.values_list("storyline", flat=True)) == {FIRST}
    page = BeautifulSoup(client.get(f"/stories/{SECOND}/").content, "html.parser")
    assert [link["href"] for link in page.select(".storyline a")] == [f"/stories/{FIRST}/"]
    assert "事情未完" not in page.get_text()
    assert f"/stories/{FIRST}/" in client.get("/morning/2026-03-02/").content.decode()
    workflow.perform(Action.RETRACT, first, by=people.editor, story=FIRST, note="不实")
    assert BeautifulSoup(client.get(f"/stories/{SECOND}/").content, "html.parser").select(".storyline") == []
    assert f"/stories/{FIRST}/" not in client.get("/morning/2026-03-02/").content.decode()


def test_a_circle_and_an_unknown_story_harm_nobody(client: Client, published: Callable[..., Issue]) -> None:
    published(**told(FIRST, "甲追着乙", day=1, follows=SECOND))
    published(**told(SECOND, "乙追着甲", day=2, follows=FIRST))
    published(**told(THIRD, "丙追着无名", day=3, follows="zzzzzzzz"))
    for uid in (FIRST, SECOND, THIRD):
        assert client.get(f"/stories/{uid}/").status_code == 200


def test_an_update_to_what_readers_cannot_see_is_worth_a_look(draft: Callable[..., Issue]) -> None:
    draft(**told(FIRST, "未公开", day=1))
    for follows, code in ((FIRST, "follows_unseen"), (SECOND, "follows_itself")):
        (problem,) = examine(manuscript(0, **told(SECOND, "后来", day=2, follows=follows)))
        assert (problem.code, problem.place.field, problem.place.uid) == (code, "follows", SECOND)


def test_what_it_follows_survives_export_merge_and_is_shown_in_words(published: Callable[..., Issue]) -> None:
    published(**told(FIRST, "事情开始", day=1))
    base = manuscript(0, **told(SECOND, "事情继续", day=2))
    mine = manuscript(0, **told(SECOND, "事情继续", day=2, follows=FIRST))
    assert read(write(mine, uids=True)).manuscript == mine
    merged = merge(base, replace(base, title="他们的标题"), mine)
    assert merged.manuscript == replace(mine, title="他们的标题")
    ((change,),) = [changed.changes for changed in compare(base, mine)]
    assert change.words == (("added", "事情开始 (2026-03-01)"),)
