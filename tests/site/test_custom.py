"""The feed that a reader composes: its page, and the feed itself in each format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlencode
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from digests.editorial import workflow
from digests.manuscript.values import NewsItem, Section
from digests.models import Digest, Edition, Issue, Tag
from digests.models.states import Action
from tests.conftest import Clock, manuscript
from tests.feed_reading import ATOM, CHANGES, KINDS, check_moved, checked, entries, get, out, signs
from tests.rewriting import rewrite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]


def page(client: Client, line: str = "", status: int = 200, **more: str) -> Any:
    asked = {**({"q": line} if line else {}), **more}
    response = client.get("/feeds/custom/", asked, headers={"accept-language": "en"}, follow=True)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def feed(kind: str, line: str) -> str:
    return f"/feeds/custom/{kind}?{urlencode({'q': line}, safe=':')}"


def headlines(found: Any) -> list[str]:
    return [link.get_text() for link in found.select(".hits .entry-title a")]


def stories(*said: str, day: date | None = None) -> dict[str, Any]:
    items = [NewsItem(headline, body=body) for headline, _bar, body in (one.partition("|") for one in said)]
    return {"date": day or timezone.localdate(), "sections": (Section("版块", items=tuple(items)),)}


# The page


def test_a_reader_sees_what_a_line_would_have_brought(client: Client, published: Make) -> None:
    today = timezone.localdate()
    published(**stories("旧事|说芯片", day=today - timedelta(days=40)))
    published(**stories("上周|芯片一则", day=today - timedelta(days=7)))
    published(**stories("芯片新闻|无事", "融资|芯片公司融资", "OpenAI 新模型|无事", "别事|无事"))
    found = page(client, "+芯片 +openai -融资 digest:Morning")
    assert headlines(found) == ["芯片新闻", "OpenAI 新模型", "上周", "旧事"]
    assert [mark.get_text() for mark in found.select(".hits mark")] == ["芯片", "OpenAI", "芯片", "芯片"]
    said = {line.dt.get_text(): line.dd.get_text().strip() for line in found.select(".said dl div")}
    assert said == {
        "Any of these words": "openai, 芯片",
        "None of these words": "融资",
        "Only in": "晨报",
        "Would have brought": "2 stories in the last 7 days, 3 in the last 30",
        "Subscribe": "RSS Atom JSON Feed",
    }
    assert found.select_one(".said a")["href"] == "/morning/"
    assert found.select_one(".look input[name=q]")["value"] == "openai 芯片 -融资 digest:Morning"
    assert found.find("meta", attrs={"name": "robots"})["content"] == "noindex, follow"
    assert found.find("link", rel="canonical") is None


def test_each_feed_on_the_page_and_in_its_head_brings_what_is_shown(client: Client, published: Make) -> None:
    published(**stories("甲|芯片", "乙|别事"))
    found = page(client, "+芯片 -x")
    shown = [str(link["href"]) for link in found.select(".said .feeds a")]
    assert shown == [feed(kind, "芯片 -x") for kind in KINDS]
    told = found.select(
        "head link[rel=alternate][type*=rss], head link[rel=alternate][type*=atom], [type*='feed+json']"
    )
    assert [str(link["href"]) for link in told if link.name == "link"] == shown
    assert [[entry["title"] for entry in entries(client, address)] for address in shown] == [["甲"]] * 3


def test_twenty_stories_are_shown_and_all_are_counted(client: Client, published: Make) -> None:
    published(**stories(*(f"第 {number} 条|芯片" for number in range(25))))
    found = page(client, "芯片")
    assert len(headlines(found)) == 20
    assert "25 stories in the last 7 days, 25 in the last 30" in found.get_text()


def test_a_line_that_brings_nothing_yet_can_be_subscribed_to(client: Client, published: Make) -> None:
    published()
    found = page(client, "量子泡菜")
    assert "No story so far." in found.get_text() and not headlines(found)
    for kind in KINDS:
        first = get(client, feed(kind, "量子泡菜"))
        assert checked(client, feed(kind, "量子泡菜")) == set()
        assert get(client, feed(kind, "量子泡菜")).headers["ETag"] == first.headers["ETag"]


def test_without_a_query_the_page_says_how_to_write_one(client: Client, published: Make) -> None:
    published()
    Digest.objects.create(name="未刊", slug="not-yet")
    found = page(client)
    assert [code.get_text() for code in found.select(".tips dt code")] == [
        "+芯片 +OpenAI", '"open source"', "-融资", "digest:morning", "tag:芯片", "source:example.com",
    ]  # fmt: skip
    assert found.find("link", rel="canonical")["href"].endswith("/feeds/custom/")
    assert not found.select("link[rel=alternate]")
    assert client.get("/subscribe/").content.count(b'"/feeds/custom/"') == 1


def test_what_is_wrong_is_said_beside_the_line_which_is_kept(client: Client, published: Make) -> None:
    published()
    found = page(client, "芯片 tag:没有 - 融资", 400)
    assert [error.get_text() for error in found.select(".look-error")] == [
        "“-” says nothing. Write the words right after it."
    ]
    found = page(client, "芯片 tag:没有 digest:nowhere", 400)
    assert [error.get_text() for error in found.select(".look-error")] == [
        "There is no digest “nowhere”. Write the first word of its address, as in digest:ai-daily.",
        "There is no tag “没有”. If its name has a space, put it in quotes.",
    ]
    field = found.select_one(".look input[name=q]")
    assert (field["value"], field["aria-invalid"]) == ("芯片 tag:没有 digest:nowhere", "true")
    assert found.find(id=field["aria-describedby"])


@pytest.mark.parametrize("line", ["\0", "\ud800", '"' * 50, "字" * 10_000, "%00", "'; --", "NEAR(", "*", "a" * 299])
def test_whatever_is_written_is_answered(client: Client, published: Make, line: str) -> None:
    published()
    statuses = {
        client.get("/feeds/custom/", QUERY_STRING="q=%" + line.encode(errors="surrogatepass").hex("%", 1)).status_code,
        client.get("/feeds/custom/", {"q": line.encode(errors="replace").decode()}).status_code,
        client.get(feed("rss.xml", line.encode(errors="replace").decode())).status_code,
    }
    assert statuses <= {200, 302, 400}


def test_what_was_asked_in_a_language_stays_in_it(client: Client, published: Make) -> None:
    published()
    found = page(client, "芯片", lang="zh-hans")
    assert found.html["lang"] == "zh-hans"
    assert found.select_one("form.look input[name=lang]")["value"] == "zh-hans"


@pytest.mark.parametrize("many", [1, 30])
def test_queries_are_as_many_for_many_stories(
    client: Client, published: Make, django_assert_num_queries: DjangoAssertNumQueries, many: int
) -> None:
    published(**stories(*(f"第 {number} 条|芯片" for number in range(many))))
    with django_assert_num_queries(5):  # the digest, whether many have a word, the counts, the stories
        page(client, "新闻 芯片 -融资 digest:morning")
    for kind in KINDS:
        with django_assert_num_queries(6):  # the digest, whether many have a word, the days, what is in it, the stories
            client.get(feed(kind, "芯片 新闻 -融资 digest:morning"))


def test_what_a_form_sends_becomes_what_can_be_read_in_the_address(client: Client, published: Make) -> None:
    published()
    asked = urlencode({"q": "+芯片 +OpenAI -融资 digest:morning", "lang": "en"})
    response = client.get(f"/feeds/custom/?{asked}")
    assert (response.status_code, unquote(response["Location"])) == (302, "?q=OpenAI+芯片+-融资+digest:morning&lang=en")
    assert client.get(f"/feeds/custom/{response['Location']}").status_code == 200


# The feed


@pytest.mark.parametrize("kind", KINDS)
def test_a_feed_is_sound_and_its_own(client: Client, published: Make, kind: str) -> None:
    published(**stories("甲|芯片", "乙|a & B", "丙|芯片融资"), tags=("早间",))
    published(**stories("丁|芯片", day=date(2026, 1, 1)), tags=("AI",))
    line = '"a & b" 芯片 -融资 -tag:AI'
    assert len(checked(client, feed(kind, line))) == 2
    text = get(client, feed(kind, line)).content.decode()
    assert "&quot;a &amp; b&quot;" in text or '\\"a & b\\"' in text or '"a &amp; b"' in text


@pytest.mark.parametrize("kind", KINDS)
def test_equal_queries_are_one_feed(client: Client, published: Make, kind: str) -> None:
    published(**stories("甲|芯片"))
    one, other = get(client, feed(kind, "芯片 -融资")), get(client, feed(kind, " -融资 +芯片　＋芯片"))
    assert (one.content, one.headers["ETag"]) == (other.content, other.headers["ETag"])


@pytest.mark.parametrize("kind", KINDS)
def test_queries_that_cannot_be_are_refused_in_words(client: Client, published: Make, kind: str) -> None:
    published()
    for line, said in (("", "Write what you want"), ("a -a", "both asked for"), ("tag:none", "There is no tag")):
        response = client.get(feed(kind, line), headers={"accept-language": "en"})
        assert response.status_code == 400
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert said in response.content.decode()


def test_the_archive_of_a_feed_has_each_story_once(digest: Digest, client: Client, clock: Clock) -> None:
    for number in range(40):
        out(digest, date(2026, 3, 1) + timedelta(days=number), at=clock.go(hours=24), stories=6)
    line = "正文 -不见"
    seen = entries(client, feed("atom.xml", line))
    older = _archive(client, feed("atom.xml", line))
    while older:
        seen += entries(client, older)
        older = _archive(client, older)
    assert len(seen) == len({entry["id"] for entry in seen}) == 240


def _archive(client: Client, address: str) -> str:
    links = ElementTree.fromstring(get(client, address).content).findall(f"{ATOM}link[@rel='prev-archive']")
    return links[0].attrib["href"] if links else ""


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_seen_by_both_signs(
    digest: Digest, client: Client, clock: Clock, change: Callable[[Edition, Clock], None]
) -> None:
    out(digest, date(2026, 3, 2), at=clock.now, stories=3)
    edition = out(digest, date(2026, 3, 1), at=clock.go(hours=1), stories=3)
    clock.go(hours=1)
    before = _signs(client, "正文 -不见 tag:AI")
    assert before == _signs(client, "正文 -不见 tag:AI")
    at = clock.go(hours=1)
    change(edition, clock)
    clock.go(minutes=1)
    check_moved(before, _signs(client, "正文 -不见 tag:AI"), at)


def _signs(client: Client, line: str) -> dict[str, Any]:
    return signs(client, "/feeds/custom/", feed("", line).removeprefix("/feeds/custom/"))


def test_a_correction_that_takes_the_word_out_takes_the_story_out(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published(**stories("甲|芯片", "乙|芯片"))
    before = get(client, feed("rss.xml", "芯片"))
    rewrite(issue, manuscript(0, **stories("甲|芯片", "乙|豆腐")), people)
    after = get(client, feed("rss.xml", "芯片"), **{"if-none-match": before.headers["ETag"]})
    assert after.status_code == 200
    assert [entry["title"] for entry in entries(client, feed("rss.xml", "芯片"))] == ["甲"]


def test_a_retracted_story_is_brought_no_more(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published(**stories("甲|芯片", "乙|芯片"))
    uid = issue.editions.get().stories.get(headline="乙").uid
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=uid, note="不实")
    assert [entry["title"] for entry in entries(client, feed("rss.xml", "芯片"))] == ["甲"]
    assert headlines(page(client, "芯片")) == ["甲"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_tag_that_became_another_s_is_seen_by_both_signs(
    digest: Digest, client: Client, clock: Clock, kind: str
) -> None:
    out(digest, date(2026, 3, 1), at=clock.now, stories=3, tags=())
    untagged = (Section("版块", items=(NewsItem("甲", body="正文"),)),)
    out(digest, date(2026, 3, 2), at=clock.now, tags=("存储",), sections=untagged)
    clock.go(hours=1)
    (tag, modified), count = _signs(client, "tag:芯片")[kind], len(entries(client, feed(kind, "tag:芯片")))
    clock.go(hours=1)
    Tag.objects.rename(Tag.objects.get(name="存储"), "芯片")
    clock.go(hours=1)
    after = _signs(client, "tag:芯片")[kind]
    assert after[0] != tag and after[1] > modified
    assert len(entries(client, feed(kind, "tag:芯片"))) > count
