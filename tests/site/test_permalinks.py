"""A story's address: the same for ever, what is at it, and what it leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from digests.editorial import workflow
from digests.manuscript.reader import read
from digests.manuscript.values import NewsItem, Section
from digests.manuscript.writer import write
from digests.models import Digest, Edition, Issue, Story
from digests.models.states import Action, Correction
from tests import rewriting
from tests.conftest import manuscript
from tests.reading import get
from tests.rewriting import publish, retract, with_items, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]
DAY = date(2026, 3, 1)


def of(*items: NewsItem, day: int = 1) -> dict[str, Any]:
    """Return the fields of an issue of these stories."""
    return {"date": date(2026, 3, day), "title": f"{day} 日", "sections": (Section("要闻", items=items),)}


def tell(uid: str, headline: str, link: str = "", **fields: Any) -> NewsItem:
    return NewsItem(headline, link or f"https://{uid}.test/{uid}", "正文。", uid=uid, **fields)


# For ever


def test_an_address_is_the_same_through_all_that_an_issue_goes_through(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published(6)
    uid, headline = words_of(issue).sections[0].items[0].uid, "改过的标题"
    address = f"/stories/{uid}/"

    def shown() -> Any:
        page = get(client, address)
        assert page.find("link", rel="canonical")["href"] == f"https://news.example.org{address}"
        return page

    def renamed(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return (replace(items[0], headline=headline, link="https://new.test/", body="新的正文。"), *items[1:])

    publish(issue, with_items(words_of(issue), renamed), people)
    assert shown().h1.get_text() == headline

    publish(issue, with_items(words_of(issue), lambda items: (*items[1:], items[0])), people)  # in another order
    assert [link["rel"] for link in shown().select(".beside a")] == [["prev"], ["next"]]

    words = words_of(issue)
    one, two, *rest = words.sections
    moved = (replace(one, items=one.items[:-1]), replace(two, items=(one.items[-1], *two.items)), *rest)
    publish(issue, replace(words, sections=moved), people)  # in another section
    assert "版块 2" in shown().select_one(".kicker").get_text()

    exported = write(words_of(issue), uids=True)
    publish(issue, replace(words_of(issue), sections=words_of(issue).sections[::-1]), people)
    publish(issue, read(exported).manuscript, people)  # out as text and in again
    assert shown().h1.get_text() == headline

    workflow.perform(
        Action.ROLL_BACK, Issue.objects.get(pk=issue.pk), by=people.editor, edition=1,
        note="恢复。", correction=Correction.CLARIFICATION,
    )  # fmt: skip
    assert shown().h1.get_text() == "第 1 条：新闻里的新闻"


def test_a_text_without_names_that_is_imported_again_keeps_addresses(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    uids = [item.uid for item in words_of(issue).items]
    again = read(write(words_of(issue))).manuscript
    publish(issue, replace(again, title="改过的要闻"), people)
    assert [item.uid for item in words_of(issue).items] == uids
    for uid in uids:
        get(client, f"/stories/{uid}/")


def test_a_story_keeps_its_address_when_it_goes_to_another_day(
    client: Client, published: Make, draft: Make, people: SimpleNamespace
) -> None:
    issue = published()
    moved = words_of(issue).sections[0].items[0]
    other = draft(date=DAY + timedelta(days=1))

    publish(issue, with_items(words_of(issue), lambda items: items[1:]), people)
    get(client, f"/stories/{moved.uid}/", 410)

    publish(other, with_items(words_of(other), lambda items: (moved, *items)), people)
    page = get(client, f"/stories/{moved.uid}/")
    assert page.h1.get_text() == moved.headline
    assert page.select_one(".kicker a")["href"] == f"/morning/2026-03-02/#{moved.uid}"


def test_a_story_in_two_issues_is_listed_once_where_it_was_last(
    client: Client, published: Make, draft: Make, people: SimpleNamespace
) -> None:
    issue = published()
    moved = words_of(issue).sections[0].items[0]
    address, source = f"/stories/{moved.uid}/", moved.link.split("/")[2]

    def listed() -> tuple[list[str], list[str], list[str], set[str]]:
        feed = client.get("/morning/stories/feed.json").json()["items"]
        found = get(client, f"/search/?q={moved.headline}").select(f"main a[href='{address}']")
        of_source = get(client, f"/sources/{source}/").select(f"main a[href='{address}']")
        there = [item for item in feed if item["url"].endswith(address)]
        kicker = get(client, address).select_one(".kicker a")["href"]
        return [item["id"] for item in there], [a["href"] for a in found], [a["href"] for a in of_source], {kicker}

    name = f"tag:news.example.org,2026-03-01:stories/{moved.uid}"
    first = listed()
    assert first == ([name], [address], [address], {f"/morning/2026-03-01/#{moved.uid}"})
    other = draft(date=DAY + timedelta(days=1))
    publish(issue, with_items(words_of(issue), lambda items: items[1:]), people)
    publish(other, with_items(words_of(other), lambda items: (moved, *items)), people)
    second = listed()
    assert second == (*first[:3], {f"/morning/2026-03-02/#{moved.uid}"})
    workflow.perform(
        Action.ROLL_BACK, Issue.objects.get(pk=issue.pk), by=people.editor, edition=1,
        note="恢复。", correction=Correction.CLARIFICATION,
    )  # fmt: skip
    assert Story.objects.live().filter(uid=moved.uid).count() == 2
    assert listed() == first


def test_of_a_story_in_two_issues_readers_have_what_was_published_last(
    client: Client, published: Make, draft: Make, people: SimpleNamespace
) -> None:
    issue = published()
    moved = words_of(issue).sections[0].items[0]
    address, reworded = f"/stories/{moved.uid}/", replace(moved, headline="第二天的标题")
    other = draft(date=DAY + timedelta(days=1))
    publish(issue, with_items(words_of(issue), lambda items: items[1:]), people)
    publish(other, with_items(words_of(other), lambda items: (reworded, *items)), people)

    def shown() -> tuple[str, list[str], list[str]]:
        feed = client.get("/morning/stories/feed.json").json()["items"]
        listed = get(client, f"/sources/{moved.domain}/").select(f"main a[href='{address}']")
        titles = [item["title"] for item in feed if item["url"].endswith(address)]
        return get(client, address).h1.get_text(), titles, [link.get_text(strip=True) for link in listed]

    assert shown() == (reworded.headline, [reworded.headline], [reworded.headline])
    workflow.perform(
        Action.ROLL_BACK, Issue.objects.get(pk=issue.pk), by=people.editor, edition=1,
        note="恢复。", correction=Correction.CLARIFICATION,
    )  # fmt: skip
    assert shown() == (moved.headline, [moved.headline], [moved.headline])


def test_a_name_that_readers_have_or_will_have_elsewhere_is_not_given_again(
    published: Make, draft: Make, people: SimpleNamespace
) -> None:
    issue = published()
    one, two, three = words_of(issue).sections[0].items
    shorter = rewriting.write(issue, with_items(words_of(issue), lambda items: items[1:]), people)
    other = draft(date=DAY + timedelta(days=1))

    def taken(item: NewsItem) -> bool:
        rewriting.write(other, with_items(words_of(other), lambda items: (item, *items[-2:])), people)
        return words_of(other).sections[0].items[0].uid != item.uid

    assert taken(one)  # the draft has dropped it, readers still have it
    workflow.perform(Action.SUBMIT, shorter, by=people.writer)
    workflow.perform(Action.APPROVE, shorter, by=people.reviewer, attests_read_all=True)
    at = timezone.now() + timedelta(hours=1)
    workflow.perform(Action.SCHEDULE, shorter, by=people.editor, at=at, correction=Correction.TYPO)
    assert taken(one) and taken(two) and taken(three)


# What is there when the story is not


def test_a_story_that_a_later_edition_drops_leads_to_the_issue(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    dropped = words_of(issue).sections[0].items[2]
    publish(issue, with_items(words_of(issue), lambda items: items[:2]), people)
    page = get(client, f"/stories/{dropped.uid}/", 410)
    assert [link["href"] for link in page.select(".error > p a")][:2] == [
        "/morning/2026-03-01/",
        "/morning/2026-03-01/#editions",
    ]
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert dropped.headline not in page.get_text()
    # The edition that had it is public as it was.
    assert get(client, "/morning/2026-03-01/?edition=1").find(id=dropped.uid)


def test_a_tombstone_has_the_reason_and_none_of_the_words(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    gone = tell("22222222", "假新闻标题", tags=("假标签",))
    issue = published(**of(tell("bbbbbbbb", "前一条"), gone, tell("cccccccc", "后一条", follows="22222222")))
    published(**of(tell("dddddddd", "又一天", follows="cccccccc", tags=("假标签",)), day=2))
    retract(issue, gone.uid, people)
    page = get(client, "/stories/22222222/", 410)
    assert page.select_one(".retracted").get_text(strip=True) == "照片系摆拍。"
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert page.find("a", href="/morning/2026-03-01/")
    for address in (
        "/stories/22222222/", "/stories/bbbbbbbb/", "/stories/cccccccc/", "/stories/dddddddd/", "/morning/2026-03-01/",
        "/morning/2026-03-02/", "/morning/2026-03-01/?edition=1", "/morning/2026-03-01.md?edition=1", "/corrections/",
        "/", "/morning/", "/morning/rss.xml", "/morning/atom.xml", "/morning/stories/rss.xml",
        "/morning/stories/feed.json", "/tags/假标签/",
    ):  # fmt: skip
        text = client.get(address).content.decode()
        assert "假新闻" not in text and "22222222.test" not in text, address
    assert [link["href"] for link in get(client, "/stories/bbbbbbbb/").select(".beside a")] == ["/stories/cccccccc/"]
    storyline = get(client, "/stories/dddddddd/").select(".storyline a")
    assert [link["href"] for link in storyline] == ["/stories/cccccccc/"]  # and does not break where it was taken back


def test_a_tombstone_that_a_later_edition_drops_still_has_its_reason(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    gone = words_of(issue).sections[0].items[0]
    retract(issue, gone.uid, people)
    publish(issue, with_items(words_of(issue), lambda items: items[1:]), people)
    page = get(client, f"/stories/{gone.uid}/", 410)
    assert page.select_one(".retracted").get_text(strip=True) == "照片系摆拍。"
    assert gone.headline not in page.get_text()
    workflow.perform(Action.WITHDRAW, Issue.objects.get(pk=issue.pk), by=people.editor, note="整期有误")
    assert not get(client, f"/stories/{gone.uid}/", 410).select_one(".retracted")


def test_an_address_that_never_was_is_not_found(client: Client, draft: Make) -> None:
    hidden = words_of(draft()).sections[0].items[0].uid
    for uid in (hidden, "zzzzzzzz", "x", "222222222"):
        get(client, f"/stories/{uid}/", 404)


# The story so far


def test_a_storyline_over_issues_in_order(client: Client, published: Make) -> None:
    published(**of(tell("cccccccc", "事情未完", follows="bbbbbbbb"), day=3))
    published(**of(tell("22222222", "事情开始")))
    published(**of(tell("bbbbbbbb", "事情继续", follows="22222222"), day=2))
    page = get(client, "/stories/bbbbbbbb/")
    rows = page.select(".storyline li")
    assert [(row.time["datetime"], row.get("aria-current")) for row in rows] == [
        ("2026-03-01", None),
        ("2026-03-02", "page"),
        ("2026-03-03", None),
    ]
    assert [link["href"] for link in page.select(".storyline a")] == ["/stories/22222222/", "/stories/cccccccc/"]
    assert page.select_one(".update-to a")["href"] == "/stories/cccccccc/"  # the latest
    assert not get(client, "/stories/cccccccc/").select_one(".update-to")


def test_a_storyline_goes_on_past_a_story_that_was_retracted(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    published(**of(tell("22222222", "事情开始")))
    middle = published(**of(tell("bbbbbbbb", "事情继续", follows="22222222"), tell("ffffffff", "别的事"), day=2))
    published(**of(tell("cccccccc", "事情未完", follows="bbbbbbbb"), day=3))
    retract(middle, "bbbbbbbb", people)
    published(**of(tell("dddddddd", "事情结束", follows="cccccccc"), day=4))
    for uid in ("22222222", "cccccccc", "dddddddd"):
        assert [link["href"] for link in get(client, f"/stories/{uid}/").select(".storyline a")] == [
            f"/stories/{other}/" for other in ("22222222", "cccccccc", "dddddddd") if other != uid
        ]


def test_an_issue_links_what_its_stories_update_and_what_updates_them(client: Client, published: Make) -> None:
    published(**of(tell("22222222", "事情开始"), tell("dddddddd", "别的事")))
    published(**of(tell("bbbbbbbb", "事情继续", follows="22222222"), day=2))
    published(**of(tell("cccccccc", "事情未完", follows="bbbbbbbb"), day=3))

    def lines(day: int) -> list[tuple[str, str]]:
        page = get(client, f"/morning/2026-03-0{day}/")
        return [(line.get_text()[:4], line.a["href"]) for line in page.select(".update-to")]

    assert lines(1) == [("后续报道", "/stories/bbbbbbbb/")]
    assert lines(2) == [("后续于 ", "/stories/22222222/"), ("后续报道", "/stories/cccccccc/")]
    assert lines(3) == [("后续于 ", "/stories/bbbbbbbb/")]


# What of a story was corrected


def test_a_story_says_which_corrections_were_of_its_words(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    one, two, three = (item.uid for item in words_of(issue).sections[0].items)
    publish(
        issue,
        with_items(words_of(issue), lambda items: (replace(items[0], body="三人。"), *items[1:])),
        people,
        note="应为三人。",
    )
    publish(
        issue,
        with_items(words_of(issue), lambda items: (items[0], replace(items[1], headline="改名"), items[2])),
        people,
        note="标题有误。",
    )
    publish(issue, with_items(words_of(issue), lambda items: items[::-1]), people, note="次序。")

    def told(uid: str) -> list[tuple[str, str]]:
        rows = get(client, f"/stories/{uid}/").select("#corrections li")
        return [(row.p.get_text(), row.a["href"]) for row in rows]

    issue_page = "/morning/2026-03-01/"
    assert told(one) == [("应为三人。", f"{issue_page}?edition=1&to=2#changed-{one}")]
    assert told(two) == [("标题有误。", f"{issue_page}?edition=2&to=3#changed-{two}")]
    assert told(three) == []
    assert get(client, f"/stories/{three}/").select_one(".corrected a")["href"] == f"{issue_page}#corrections"
    for uid, query in ((one, "edition=1&to=2"), (two, "edition=2&to=3")):
        assert get(client, f"{issue_page}?{query}").find(id=f"changed-{uid}")


# Related stories


def related(client: Client, uid: str) -> list[str]:
    return [link["href"].split("/")[2] for link in get(client, f"/stories/{uid}/").select(".related a")]


def test_a_rarer_tag_relates_more_and_the_newest_comes_first(client: Client, published: Make) -> None:
    published(**of(tell("22222222", "甲", tags=("AI", "月球"))))
    published(**of(tell("bbbbbbbb", "乙", tags=("AI", "月球")), day=2))
    published(**of(tell("cccccccc", "丙", tags=("AI",)), tell("dddddddd", "丁", tags=("月球",)), day=3))
    published(**of(*(tell(f"5555555{n}", f"戊{n}", tags=("AI",)) for n in range(2, 5)), day=4))
    published(**of(tell("ffffffff", "己", tags=("海洋",)), day=5))
    assert related(client, "22222222") == ["bbbbbbbb", "dddddddd", "55555552", "55555553", "55555554"]
    assert related(client, "ffffffff") == []


def test_the_same_link_a_near_headline_and_the_same_source_relate(client: Client, published: Make) -> None:
    headline = "OpenAI 发布 GPT-9 浏览器智能体"
    published(**of(tell("22222222", headline, "https://lab.test/post?utm_source=x")))
    published(**of(tell("bbbbbbbb", "完全是别的说法", "http://www.lab.test/post"), day=2))
    published(**of(tell("cccccccc", "GPT-9 浏览器智能体由 OpenAI 推出", "https://other.test/1"), day=3))
    published(**of(tell("dddddddd", "无关的一件", "https://lab.test/other"), day=4))
    published(**of(tell("55555555", "也无关的事", "https://nowhere.test/other"), day=5))
    assert related(client, "22222222") == ["bbbbbbbb", "cccccccc", "dddddddd"]


def test_only_what_is_live_and_of_another_storyline_is_related(
    client: Client, published: Make, draft: Make, approved: Make, people: SimpleNamespace
) -> None:
    tags = ("月球",)
    published(**of(tell("22222222", "甲", tags=tags)))
    published(**of(tell("bbbbbbbb", "后续", tags=tags, follows="22222222"), day=2))
    retracted = published(**of(tell("cccccccc", "撤回的", tags=tags), tell("dddddddd", "留下的", tags=tags), day=3))
    retract(retracted, "cccccccc", people)
    withdrawn = published(**of(tell("55555555", "撤下的", tags=tags), day=4))
    workflow.perform(Action.WITHDRAW, withdrawn, by=people.editor, note="整期有误")
    draft(**of(tell("ffffffff", "草稿", tags=tags), day=5))
    planned = approved(**of(tell("gggggggg", "明天的", tags=tags), day=6))
    at = timezone.now() + timedelta(hours=1)
    workflow.perform(Action.SCHEDULE, planned, by=people.editor, at=at)
    corrected = published(**of(tell("hhhhhhhh", "更正过的", tags=tags), day=7))
    publish(corrected, replace(words_of(corrected), title="改"), people)
    assert related(client, "22222222") == ["hhhhhhhh", "dddddddd"]


def test_a_related_story_of_another_digest_is_named_in_its_own_language(client: Client, published: Make) -> None:
    published(**of(tell("22222222", "甲", tags=("月球",))))
    issue = published(**of(tell("bbbbbbbb", "Moon", tags=("月球",)), day=2))
    evening = Digest.objects.create(name="Evening", slug="evening", language="en")
    Edition.objects.filter(issue=issue).update(digest=evening)
    row = get(client, "/stories/22222222/").select_one(".related li")
    assert row.a["lang"] == "en" and "Evening" in row.get_text()


@pytest.mark.parametrize("stories", [3, 40])
def test_queries_of_a_story(
    client: Client,
    published: Make,
    people: SimpleNamespace,
    django_assert_num_queries: DjangoAssertNumQueries,
    stories: int,
) -> None:
    issue = published(stories)
    tagged, plain = (words_of(issue).sections[0].items[at].uid for at in (0, 1))
    with django_assert_num_queries(8):
        client.get(f"/stories/{tagged}/")
    with django_assert_num_queries(7):
        client.get(f"/stories/{plain}/")
    for number in range(stories % 5):
        publish(issue, replace(words_of(issue), title=f"第 {number} 次改"), people)
    publish(issue, manuscript(stories, title="又改"), people)
    with django_assert_num_queries(9):
        client.get(f"/stories/{tagged}/")
    with django_assert_num_queries(5):
        client.get("/stories/zzzzzzzz/")
    assert Story.objects.live().count() == stories
