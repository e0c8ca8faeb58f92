"""Search: exactly the live stories that contain what was asked for, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from digests.editorial import workflow
from digests.manuscript.values import Insight, NewsItem, Section
from digests.models import Digest, Edition, Issue, Source, Story, StoryText
from digests.models.states import Action
from digests.models.texts import ASKED
from digests.publishing.addresses import absolute
from digests.publishing.editions import rebuild
from digests.publishing.projection import catch_up
from digests.site import search
from digests.text import folding
from digests.text.folding import fold, places
from tests.conftest import manuscript
from tests.rewriting import rewrite

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


def sections(*bodies: str) -> dict[str, Any]:
    """Return an issue of stories that say these things, each `headline|text`."""
    items = [NewsItem(headline, body=body) for headline, _bar, body in (each.partition("|") for each in bodies)]
    return {"sections": (Section("版块", items=tuple(items)),)}


def headlines(stories: search.Stories) -> list[str]:
    return list(stories.order_by("edition__date", "position").values_list("headline", flat=True))


def having(phrase: str) -> list[str]:
    return headlines(search.Query((fold(phrase),)).among(Story.objects.live()))


# What is found

SIGNS = "模型用芯GPTgpté①ﬁß\"'%_*\\(){}:-^|&<\u3000 🚀👍🏽\u0301한ＡＩ\u200d"


@pytest.fixture
def row(digest: Digest) -> Callable[[str, str], Story]:
    """Make a live story with a text, and nothing else that it would take."""
    issue = Issue.objects.create(digest=digest, date=date(2026, 3, 1), title="x")
    words = manuscript(0)
    revision = issue.revisions.create(number=1, sha256=words.sha256, content=words.canonical())
    edition = Edition.objects.create(
        issue=issue, digest=digest, revision=revision, number=1, date=issue.date, live_from=timezone.now()
    )

    def make(headline: str, body: str) -> Story:
        place = edition.stories.count()
        story = Story.objects.create(edition=edition, uid=f"{place:08}", position=place, headline=headline)
        StoryText.objects.keep([(story, [body])])
        return story

    return make


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.tuples(st.text(SIGNS, min_size=1, max_size=12), st.text(SIGNS, max_size=30)), max_size=4),
    cut=st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(1, 12)),
    other=st.text(SIGNS, min_size=1, max_size=3),
)
def test_what_is_found_is_what_has_it(
    row: Callable[[str, str], Story],
    texts: list[tuple[str, str]],
    cut: tuple[int, int, int],
    other: str,
) -> None:
    Story.objects.all().delete()
    for headline, body in texts:
        row(headline, body)
    which, begin, length = cut
    part = texts[which][1][begin : begin + length] if which < len(texts) else ""
    for phrase in filter(fold, (part, other)):
        expected = [text[0] for text in texts if any(fold(phrase) in fold(one) for one in text)]
        assert having(phrase) == expected
        rest = [text[0] for text in texts if not any(fold(phrase) in fold(one) for one in text)]
        assert headlines(search.Query(unwanted=(fold(phrase),)).among(Story.objects.live())) == rest


WORDS = ["模型", "型芯", "芯", "a", "ab", "ba ", "GPT", "gpt-5 ", " ", "\n\n", "％", "_", "ß", "é", "👩\u200d💻"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.tuples(*[st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map("".join)] * 2), max_size=6),
    asked=st.lists(st.tuples(st.booleans(), st.sampled_from(WORDS)), min_size=1, max_size=5),
    many=st.integers(0, 3),
)
def test_a_search_finds_what_was_asked_for_headlines_first_page_by_page(
    row: Callable[[str, str], Story],
    texts: list[tuple[str, str]],
    asked: list[tuple[bool, str]],
    many: int,
) -> None:
    """However many have each phrase: what is looked up in the index and what is compared are the same."""
    Story.objects.all().delete()
    stories = [row(headline, body) for headline, body in texts]
    query = search.Query.of(" ".join(f'{"-" * minus}"{word}"' for minus, word in asked))

    def has(story: Story, phrase: str) -> bool:
        return phrase in story.text.headline or phrase in story.text.body

    def in_headline(story: Story) -> bool:
        return all(phrase in story.text.headline for phrase in query.wanted)

    expected = [
        story
        for story in stories
        if all(has(story, phrase) for phrase in query.wanted)
        and not any(has(story, phrase) for phrase in query.unwanted)
    ]
    if query.wanted:
        expected.sort(key=lambda story: not in_headline(story))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("digests.models.texts.MANY", many)
        found = query.among(Story.objects.live())
        assert set(found) == set(expected)
        walked: list[search.Ranked] = []
        while part := query.ranked(found, search.place(walked[-1]) if walked else "", 2):
            walked += part
    assert [one.story for one in walked] == expected


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("vidi", True), ("用gpt", True), ("ＧＰＴ－５", True), ("GPT-5 做", True), ("gpt-5\n做", True), ("做", True),
        ("片。", True), ("片。没有", False), ("NVIDIA 用GPT-5做芯片的事", False), ("nvlink", False), ("片。\0", False),
        ("\ud800", False), ("'", False), ("%", False), ("_", False), ("🚀", True), ("NEAR(", False), ("*", False),
    ],
)  # fmt: skip
def test_a_phrase_is_found_by_any_part_of_it(published: Make, phrase: str, found: bool) -> None:
    published(**sections("NVIDIA 的事|**用**GPT-5  做芯片。\n\n🚀"))
    assert having(phrase) == (["NVIDIA 的事"] if found else [])


ODD = '<مرحبا> بالعالم，e\u0301té，👩\u200d💻，１００％ a_b "q" near(x) a*b c\\\\d ＡＮＤ，甲\n乙'


@pytest.mark.parametrize("many", [0, 5_000])
@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("İSTANBUL", True), ("stanbul", True), ("STRASSE", True), ("straße", True), ("ss", True), ("ẞ", True),
        ("مرحبا", True), ("رحبا", True), ("مرحبًا", False), ("م", True), ("ﻣ", True),
        ("ÉTÉ", True), ("e\u0301t", True), ("ete", False), ("\u0301", False),
        ("👩", True), ("👩\u200d💻", True), ("\u200d", True), ("👨\u200d💻", False), ("💻👩", False),
        ("100%", True), ("％", True), ("%1", False), ("a_b", True), ("a%b", False), ("axb", False), ("__", False),
        ('"q"', True), ('""', False), ("NEAR(x)", True), ("near(y)", False), ("a*b", True), ("a*", True), ("q*", False),
        ("and", True), ("a AND b", False), ("OR", False), ("'", False), ("c\\d", True), ("\\", True), ("cd", False),
        ("甲乙", True), ("甲 乙", False), ("甲\n乙", False), ("甲", True), ("i", True), ("z", False),
        ("ße <", False), ("ße<", False), ("sse م", False), ("乙 影", False), ("\0", False), ("\udc00", False),
        ("x" * 10_000, False), ("甲" * 10_000, False),
    ],
)  # fmt: skip
def test_odd_signs_are_themselves(
    published: Make, monkeypatch: pytest.MonkeyPatch, phrase: str, found: bool, many: int
) -> None:
    """Whether the index is asked or words are compared. Lines of Chinese are joined without a space."""
    monkeypatch.setattr("digests.models.texts.MANY", many)
    item = NewsItem("İstanbul, Straße", body=ODD, insights=(Insight("影响"),))
    published(sections=(Section("版块", items=(item,)),))
    expected = ["İstanbul, Straße"] if found else []
    assert having(phrase) == headlines(search.Query((fold(phrase),)).among(Story.objects.live())) == expected


def test_a_long_phrase_is_compared_to_its_end(published: Make) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(ASKED * 3))
    published(**sections(f"长文|{text}"))
    assert having(text) == ["长文"]
    assert having(f"{text[:-1]}尾") == having(text * 50) == []


def test_insights_are_searched_and_their_labels_are_not(published: Make) -> None:
    item = NewsItem("一条", body="正文", insights=(Insight("看法甲", label="影响"), Insight("看法乙")))
    published(sections=(Section("版块", items=(item,)),))
    assert having("看法乙") == ["一条"]
    assert having("法甲看") == having("影响") == having("版块") == []


def test_a_query_is_all_of_some_and_none_of_others(published: Make) -> None:
    published(**sections("甲|苹果 香蕉", "乙|苹果", "丙|香蕉"))
    live = Story.objects.live()
    assert headlines(search.Query(("苹果", "香蕉")).among(live)) == ["甲"]
    assert headlines(search.Query(("苹果",), ("香蕉",)).among(live)) == ["乙"]
    assert headlines(search.Query().among(live)) == headlines(search.any_of(live, ())) == ["甲", "乙", "丙"]
    assert headlines(search.any_of(live, ("果 香", "乙"))) == ["甲", "乙"]


# What readers have


def test_the_index_follows_what_readers_have(published: Make, people: SimpleNamespace, draft: Make) -> None:
    issue = published(**sections("旧题|旧文在此", "另一条|不变"))
    draft(date=date(2026, 3, 2), **sections("草稿|旧文在此"))
    assert having("旧文") == ["旧题"]
    rewrite(issue, manuscript(0, **sections("新题|新文在此", "另一条|不变")), people)
    assert (having("旧文"), having("新文")) == ([], ["新题"])
    uid = Story.objects.live().get(headline="新题").uid
    workflow.perform(Action.RETRACT, Issue.objects.get(pk=issue.pk), by=people.editor, story=uid, note="不实的消息")
    assert having("新文") == having("不实") == []
    assert having("不变") == ["另一条"]


def test_an_edition_is_found_from_its_hour_on(published: Make, people: SimpleNamespace) -> None:
    published(**sections("一条|正文在此"))
    hour = timezone.now() + timedelta(hours=1)
    Edition.objects.update(live_from=hour)
    assert having("正文") == []
    assert headlines(search.Query(("正文",)).among(Story.objects.live(hour))) == ["一条"]


def test_rebuilding_makes_the_texts_anew(published: Make) -> None:
    published(**sections("一条|正文在此"))
    StoryText.objects.all().delete()
    assert having("正文") == []
    rebuild(Edition.objects.get())
    assert having("正文") == ["一条"]
    StoryText.objects.update(body="别的字")
    assert (having("正文"), having("别的")) == ([], ["一条"])


def test_migrating_keeps_the_words_of_stories_from_before_there_was_a_search(
    published: Make, people: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    issue = published(**sections("一条|正文在此", "另一条|也在此"))
    published(date=date(2026, 3, 2), **sections("又一条|正文"))
    uid = Story.objects.get(headline="另一条").uid
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=uid, note="误")
    live = StoryText.objects.filter(story__in=Story.objects.live()).order_by("pk")
    kept = list(live.values())
    StoryText.objects.filter(story__edition__issue=issue).delete()
    assert having("正文") == ["又一条"]
    call_command("migrate")
    assert "Stories of 2 editions can be searched now.\n" in capsys.readouterr().out
    assert list(live.values()) == kept
    assert StoryText.objects.count() == Story.objects.count()
    assert having("正文") == ["一条", "又一条"]
    call_command("migrate")
    assert "searched" not in capsys.readouterr().out


@pytest.mark.parametrize("editions", [1, 4])
def test_migrating_asks_once_whether_a_story_lacks_its_words(
    published: Make, django_assert_num_queries: DjangoAssertNumQueries, editions: int
) -> None:
    for day in range(1, editions + 1):
        published(date=date(2026, 3, day))
    with django_assert_num_queries(1):
        assert catch_up() == 0


def test_each_story_has_a_text_and_the_index_has_each_text(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    rewrite(issue, manuscript(2), people)
    assert StoryText.objects.count() == Story.objects.count()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO digests_storyindex (digests_storyindex) VALUES ('integrity-check')")


# Where it was found


@pytest.mark.parametrize(
    ("text", "phrase", "hits"),
    [
        ("Ｎvidia  的 ﬁre　GPT", "NVIDIA 的", ["Ｎvidia  的"]),
        ("Straße, weiß", "ss", ["ß", "ß"]),
        ("e\u0301té", "é", ["e\u0301", "é"]),
        ("①ab", "1A", ["①a"]),
        ("无", "有", []),
        ("无", "", []),
    ],
)
def test_hits_are_placed_in_the_text_as_written(text: str, phrase: str, hits: list[str]) -> None:
    assert [text[begin:end] for begin, end in places(text, fold(phrase))] == hits


# The page


def look(client: Client, status: int = 200, /, **asked: str) -> BeautifulSoup:
    response = client.get("/search/", asked)
    assert response.status_code == status, asked
    return BeautifulSoup(response.content, "html.parser")


def hits(page: BeautifulSoup) -> list[str]:
    """Return the headlines that a page lists; on a first page, as many as it says there are."""
    return [link.get_text() for link in page.select(".hits h2 a")]


def total(page: BeautifulSoup) -> int:
    (element,) = page.select("[data-total]")
    return int(str(element["data-total"]))


def test_the_empty_form_tells_how_to_search(client: Client) -> None:
    page = look(client)
    assert [field["name"] for field in page.select("form.look [name]")] == [
        "q",
        "digest",
        "tag",
        "source",
        "from",
        "to",
    ]
    assert page.select("[data-total]") == []
    assert page.h1 is not None and page.title is not None
    assert not page.select("meta[name=robots][content*=noindex]")
    assert page.select(".masthead form[action='/search/'] [name=q]")


def test_what_was_found_is_shown_with_its_place(client: Client, published: Make) -> None:
    item = NewsItem("英伟达用GPT做<芯片>", "https://www.source1.test/a", body="先说别的。**ＮＶＩＤＩＡ** 称会用GPT。")
    issue = published(sections=(Section("硬件", items=(item, NewsItem("无关的事", body="正文"))),))
    page = look(client, q="用gpt nvidia")
    story = Story.objects.live().get(position=0)
    assert (total(page), hits(page)) == (1, ["英伟达用GPT做<芯片>"])
    (hit,) = page.select(".hits article")
    assert hit.h2 is not None and hit.h2.a is not None and hit.h2.a["href"] == f"/stories/{story.uid}/"
    assert [mark.get_text() for mark in hit.select("mark")] == ["用GPT", "ＮＶＩＤＩＡ", "用GPT"]
    assert hit.select_one("time")["datetime"] == str(issue.date)  # type: ignore[index]
    for words in ("晨报", "硬件", "source1.test"):
        assert words in hit.get_text()
    assert page.select_one(".look [name=q]")["value"] == "用gpt nvidia"  # type: ignore[index]


def test_search_engines_take_what_was_found_for_the_search_page_and_leave_what_was_not(
    client: Client, published: Make
) -> None:
    published(**sections("甲|苹果"))
    page = look(client, q="苹果")
    assert [link["href"] for link in page.select("[rel=canonical]")] == [absolute("/search/")]
    assert not page.select("meta[name=robots][content*=noindex]")
    for lost in (look(client, q="香蕉"), look(client, 400, q="苹果", tag="香蕉")):
        assert [meta["content"] for meta in lost.select("meta[name=robots]")] == ["noindex, follow"]
        assert not lost.select("[rel=canonical]")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("苹果", ["甲 苹果", "乙", "丙"]),
        ("苹果 香蕉", ["甲 苹果", "丙"]),
        ("苹果　-樱桃", ["甲 苹果", "乙"]),
        ('"苹果 香蕉"', ["丙"]),
        ('-"苹果 香蕉" 苹果', ["甲 苹果", "乙"]),
        ('"苹果 香', ["丙"]),
        ("－苹果", ["丁"]),
        ("果", ["甲 苹果", "乙", "丙"]),
        ("ＮＥＡＲ(", ["丁"]),
        ("苹果 AND", []),
        ("5%", ["丁"]),
        ("%", ["丁"]),
        ("_", []),
        ('"', []),
        ('""', []),
        ("-", ["丁"]),
        ("'; --", []),
        ("*", []),
        ("。，！", []),
        ("🚀", ["丁"]),
        ("🚀🚀", []),
        ("\u0301", []),
        ("\ud800".encode("utf-8", "surrogatepass"), []),
    ],
)
def test_a_query_is_read_as_it_is_meant(client: Client, published: Make, asked: str, found: list[str]) -> None:
    published(**sections("甲 苹果|香蕉", "乙|苹果", "丙|苹果 香蕉，樱桃", "丁|near(5%) - 🚀"))
    page = look(client, q=asked)
    assert (total(page), hits(page)) == (len(found), found)


def test_headlines_come_first_then_what_is_newer(client: Client, published: Make) -> None:
    for day, bodies in enumerate(
        (["芯片 旧|模型", "一|芯片 模型"], ["二|芯片 模型", "芯片 模型|新"], ["三|芯片 模型"]), 1
    ):
        published(date=date(2026, 3, day), **sections(*bodies))
    assert hits(look(client, q="芯片")) == ["芯片 模型", "芯片 旧", "三", "二", "一"]
    assert hits(look(client, q="芯片 模型")) == ["芯片 模型", "三", "二", "芯片 旧", "一"]


@pytest.fixture
def two_digests(published: Make, digest: Digest) -> None:
    """Two issues of one digest and one of another, a story each with `正文`."""
    first = NewsItem("早一", "https://one.test/1", body="正文", tags=("芯片",))
    published(date=date(2026, 3, 1), tags=("AI",), sections=(Section("版块", items=(first,)),))
    second = NewsItem("早二", "https://two.test/2", body="正文")
    published(date=date(2026, 3, 2), tags=("芯片",), sections=(Section("版块", items=(second,)),))
    Source.objects.filter(domain="two.test").update(name="第二家")
    evening = Digest.objects.create(name="Evening", slug="evening", language="en")
    Issue.objects.filter(pk=published(date=date(2026, 3, 3), tags=(), **sections("Late|正文")).pk).update(
        digest=evening
    )
    Edition.objects.filter(date=date(2026, 3, 3)).update(digest=evening)


@pytest.mark.usefixtures("two_digests")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"digest": "morning"}, ["早二", "早一"]),
        ({"digest": "evening"}, ["Late"]),
        ({"tag": "芯片"}, ["早二", "早一"]),
        ({"tag": "ai"}, ["早一"]),
        ({"source": "one.test"}, ["早一"]),
        ({"source": "https://www.two.test/x"}, ["早二"]),
        ({"source": "第二家"}, ["早二"]),
        ({"from": "2026-03-02"}, ["Late", "早二"]),
        ({"to": "2026-03-02"}, ["早二", "早一"]),
        ({"from": "2026-03-02", "to": "2026-03-02"}, ["早二"]),
        ({"digest": "evening", "tag": "ai"}, []),
    ],
)
def test_filters_narrow_a_search_and_work_alone(client: Client, filters: dict[str, str], found: list[str]) -> None:
    assert hits(look(client, q="正文", **filters)) == hits(look(client, **filters)) == found
    assert hits(look(client, q="没有的", **filters)) == []


@pytest.mark.usefixtures("two_digests")
def test_what_filters_hide_is_said(client: Client) -> None:
    page = look(client, q="Late", digest="morning")
    assert [link["href"] for link in page.select(".tips li a")] == ["?q=Late", "/tags/"]
    assert [link["href"] for link in look(client, q="没有的", digest="morning").select(".tips li a")] == ["/tags/"]


def test_a_tag_finds_the_stories_that_have_it_and_those_of_an_issue_that_has(client: Client, published: Make) -> None:
    items = (NewsItem("甲", body="正文", tags=("芯片",)), NewsItem("乙", body="正文", tags=("AI",)))
    published(tags=("早间", "AI"), sections=(Section("版块", items=items),))
    found = {tag: [hit.get_text() for hit in look(client, tag=tag).select(".entry-title")] for tag in ("芯片", "AI")}
    assert found == {"芯片": ["甲"], "AI": ["甲", "乙"]}


def test_a_source_by_its_name_is_all_that_have_it(client: Client, published: Make) -> None:
    items = (NewsItem("甲", link="https://openai.com/1"), NewsItem("乙", link="https://blogs.nvidia.com/2"),
             NewsItem("丙", link="https://nvidianews.nvidia.com/3"))  # fmt: skip
    published(sections=(Section("版块", items=items),))
    assert [hit.get_text() for hit in look(client, source="nvidia").select(".entry-title")] == ["乙", "丙"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"q": "长" * 201}, "q"), ({"q": "长" * 10_000}, "q"), ({"q": "一 二 三 四 五 六 七 八 -九"}, "q"),
        ({"digest": "nobody"}, "digest"), ({"tag": "没有"}, "tag"), ({"source": "没有"}, "source"),
        ({"source": "http://[x"}, "source"), ({"from": "2026-02-30"}, "from"), ({"to": "昨天"}, "to"),
        ({"from": "9" * 400}, "from"), ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
    ],
)  # fmt: skip
def test_nonsense_is_said_beside_its_field(client: Client, digest: Digest, asked: dict[str, str], field: str) -> None:
    page = look(client, 400, **asked)
    (error,) = page.select(".look-error")
    assert page.select_one(f".look [name={field}]")["aria-describedby"] == error["id"]  # type: ignore[index]
    assert page.select("[data-total]") == []


def test_a_date_that_is_none_can_be_read_and_put_right(client: Client, digest: Digest) -> None:
    fields = look(client, 400, **{"from": "2026-02-30", "to": "2026-03-01"}).select(".look :is([name=from], [name=to])")
    assert [(field["type"], field["value"]) for field in fields] == [("text", "2026-02-30"), ("date", "2026-03-01")]


def test_pages_go_on_by_place(client: Client, published: Make) -> None:
    for day in range(1, 4):
        bodies = [f"{day}日第{number}条{' 模型' if number % 5 == 0 else ''}|模型" for number in range(15)]
        published(date=date(2026, 3, day), **sections(*bodies))
    whole: list[str] = []
    page = look(client, q="模型", digest="morning")
    while True:
        assert total(page) == 45
        whole += hits(page)
        if not (more := page.select_one(".pager [rel~=next]")):
            break
        assert str(more["href"]).startswith("?q=%E6%A8%A1%E5%9E%8B&digest=morning&after=")
        page = BeautifulSoup(client.get(f"/search/{more['href']}").content, "html.parser")
    numbers = [number for number in range(15) if number % 5 == 0]
    rest = [number for number in range(15) if number % 5]
    assert whole == [
        *(f"{day}日第{number}条 模型" for day in (3, 2, 1) for number in numbers),
        *(f"{day}日第{number}条" for day in (3, 2, 1) for number in rest),
    ]
    for place in ("0-2026-03-01-1-99", "x", "0-2026-02-30-1-1", f"0-2026-03-01-{'9' * 30}-1", "0-0001-01-01-1-1"):
        look(client, 404, q="模型", after=place)


@pytest.mark.parametrize("stories", [3, 30])
@pytest.mark.parametrize("many", [0, 5_000])
def test_a_search_costs_six_queries_and_two_at_most_a_filter(
    client: Client,
    published: Make,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
    many: int,
    stories: int,
) -> None:
    monkeypatch.setattr("digests.models.texts.MANY", many)
    published(stories)
    for asked, queries in (
        ({}, 1),
        ({"digest": "morning"}, 4),
        ({"q": "-没有"}, 3),
        ({"q": "新闻 正文 -没有"}, 6),
        ({"q": "没有的"}, 6),
        ({"q": "新闻", "digest": "morning", "tag": "芯片", "source": "source1.test", "from": "2026-01-01"}, 11),
        ({"q": "没有的", "tag": "芯片"}, 10),
    ):
        with django_assert_num_queries(queries):
            look(client, **asked)


def test_what_is_counted_is_exact_up_to_a_bound(
    client: Client, published: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digests.site.views.search.COUNTED", 4)
    published(4)
    page = look(client, q="正文")
    assert (total(page), page.select_one(".count").get_text()) == (4, "4 条新闻")
    assert not page.select("[data-more]")
    published(date=date(2026, 3, 2), **sections("五|正文"))
    page = look(client, q="正文")
    assert (total(page), page.select_one(".count").get_text()) == (4, "超过 4 条新闻")
    assert page.select("[data-more]")
    page = look(client, q="正文", to="2020-01-01", lang="en")
    assert "Without filters, there are more than 4 stories." in page.get_text()
    page = look(client, q="正文", lang="en")
    assert "More than 4 stories" in page.get_text()


def test_a_result_is_kept_for_a_minute_and_asked_for_by_its_etag(client: Client, published: Make) -> None:
    published()
    first = client.get("/search/", {"q": "新闻"})
    assert "max-age=60" in first["Cache-Control"] and not first.cookies and "Cookie" not in first.get("Vary", "")
    assert client.get("/search/", {"q": "新闻"}, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_an_excerpt_shows_the_sentence_of_the_hit() -> None:
    plain = f"{'开头的话。' * 30}这一句说<模型>。{'后面的话。' * 40}"
    words = search.excerpt(plain, search.Query.of("模型"))
    assert str(words).startswith("…")
    assert "这一句说&lt;<mark>模型</mark>&gt;。后面的话。" in words and words.endswith("…")
    assert search.excerpt("没有\n命中", search.Query.of("模型")) == "没有 命中"
    assert search.excerpt("", search.Query.of("模型")) == ""
    assert search.excerpt("abcabc", search.Query.of("ab bc")) == "<mark>abcabc</mark>"


def test_a_story_without_a_text_yet_is_listed_by_filters(client: Client, published: Make) -> None:
    published()
    StoryText.objects.all().delete()
    assert total(look(client, digest="morning")) == 3


def test_an_excerpt_is_found_by_its_first_hit_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Mock(side_effect=folding._within)
    monkeypatch.setattr(folding, "_within", found)
    assert "<mark>e</mark>" in search.excerpt("e " * 5_000, search.Query(("e",)))
    assert found.call_count <= search.EXCERPT


def test_quotes_of_a_chinese_keyboard_make_a_phrase() -> None:
    assert search.Query.of("“OpenAI 发布” -“融资 计划” 说“好").wanted == ("openai 发布", "说“好")
    assert search.Query.of("“OpenAI 发布” -“融资 计划”").unwanted == ("融资 计划",)
