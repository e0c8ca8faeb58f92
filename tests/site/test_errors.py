"""Pages with nothing on them: they say what they know, and where to go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import get_resolver, resolve
from pytest_django import DjangoAssertNumQueries, Settings

from digests.editorial import workflow
from digests.models import Digest, Issue, Story
from digests.models.states import Action
from tests.reading import DAY, get

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = False


@pytest.mark.parametrize("address", ["/nowhere/", "/morning/2026-09-09/", "/morning/2026-99-99/", "/stories/zzzzzzzz/"])
def test_what_is_nowhere_leads_to_the_latest_issue_and_its_tags(client: Client, published: Make, address: str) -> None:
    published(date=DAY - timedelta(days=1), title="昨天的要闻")
    published()
    page = get(client, address, 404)
    assert [link["href"] for link in page.select(".entry-title a")] == ["/morning/2026-03-01/"]
    assert {link.get_text() for link in page.select(".tags a")} == {"AI", "早间", "芯片"}
    assert page.main.find("a", href="/")
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"


def test_under_a_digest_it_is_in_its_language_and_leads_to_its_issue(client: Client, published: Make) -> None:
    published()
    Digest.objects.create(name="Evening", slug="evening", language="en")
    page = get(client, "/evening/2026-03-01/", 404)
    assert page.html["lang"] == "en" and page.h1.get_text() == "No such page"
    assert not page.select(".entry")  # the other digest's is not its
    assert page.select_one(".masthead-name a")["href"] == "/evening/"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/morning/2025/12/", "这个月没有内容。"),
        ("/morning/?before=yesterday", "这不是日期。"),
        ("/tags/ai/?before=yesterday", "列表中没有这个位置。"),
        ("/stories/zzzzzzzz/", "没有这条新闻。"),
        ("/nowhere/", "这个地址下没有内容，也许是输错了。"),
        ("/nowhere/at/all/", "这个地址下没有内容，也许是输错了。"),
    ],
)
def test_it_says_what_is_missing_where_we_know(client: Client, published: Make, address: str, said: str) -> None:
    published()
    page = get(client, address, 404)
    assert page.select_one(".error h1 + p").get_text() == said
    assert "urlpatterns" not in page.get_text() and "resolver" not in page.get_text().lower()


def test_what_is_missing_is_said_in_the_language_of_its_page(client: Client, published: Make) -> None:
    published()
    response = client.get("/morning/?before=yesterday", headers={"accept-language": "en"})
    page = BeautifulSoup(response.content, "html.parser")
    said: Any = page.select_one(".error h1 + p")
    assert (page.html and page.html["lang"], said.get_text()) == ("zh-hans", "这不是日期。")
    page = get(client, "/tags/ai/?before=yesterday&lang=en", 404)
    assert page.select_one(".error h1 + p").get_text() == "That is no place in this list."


def test_in_an_empty_newsroom_there_is_still_a_way_on(client: Client) -> None:
    assert get(client, "/nowhere/", 404).main.find("a", href="/")


def test_what_was_withdrawn_says_which_issue_it_was_and_none_of_its_words(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    published(date=DAY - timedelta(days=1), title="昨天的要闻", tags=())
    issue = published()
    headline = Story.objects.filter(edition__issue=issue)[0].headline
    uid = Story.objects.filter(edition__issue=issue)[0].uid
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="整期有误")
    page = get(client, "/morning/2026-03-01/", 410)
    words = page.main.get_text()
    assert "晨报 2026年3月1日 的这一期曾在这里。" in words and "撤下" in words
    assert [link["href"] for link in page.select(".entry-title a")] == ["/morning/2026-02-28/"]
    assert issue.title not in words
    words = get(client, f"/stories/{uid}/", 410).main.get_text()
    assert "2026年3月1日" in words and headline not in words


def test_what_was_retracted_says_where_it_stood_and_why(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    story = Story.objects.filter(edition__issue=issue)[0]
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=story.uid, note="# 照片系摆拍")
    page = get(client, f"/stories/{story.uid}/", 410)
    assert "晨报 2026年3月1日" in page.main.get_text() and story.headline not in page.get_text()
    assert page.select_one(".retracted h2").get_text() == "照片系摆拍"
    assert [link["href"] for link in page.select(".entry-title a")] == ["/morning/2026-03-01/"]


def test_what_broke_is_answered_without_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> Any:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr("digests.site.views.front.listed", broken)
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        page = get(client, "/", 500)
    assert page.html["lang"] == "zh-hans"
    assert [link["href"] for link in page.main.select("a")] == ["/", "/tags/", "/rss.xml"]
    assert "RuntimeError" not in page.get_text()


def test_a_missing_page_costs_four_queries(
    client: Client, published: Make, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    published(tags=tuple(map(str, range(30))))
    with django_assert_num_queries(4):  # the first looks for such a digest
        page = get(client, "/nowhere/", 404)
    assert len(page.select(".tags a")) == 12


def test_every_error_has_its_page() -> None:
    for status in (400, 403, 404, 500):
        assert callable(get_resolver().resolve_error_handler(status))


# The reader's language


@pytest.mark.parametrize("address", ["/", "/tags/", "/tags/ai/", "/nowhere/"])
def test_a_page_of_the_newsroom_is_there_in_each_language_at_an_address_of_its_own(
    client: Client, published: Make, address: str
) -> None:
    published()
    Digest.objects.create(name="Evening", slug="evening", language="en")
    first = BeautifulSoup(client.get(address).content, "html.parser")
    link: Any = first.select_one(".colophon a[hreflang]")
    assert (link["href"], link["lang"], link.get_text()) == ("?lang=en", "en", "English")
    client.cookies["django_language"] = "zh-hans"
    response = client.get(f"{address}?lang=en")
    page: Any = BeautifulSoup(response.content, "html.parser")
    assert page.html["lang"] == response.headers["Content-Language"] == "en"
    assert page.select_one(".colophon a[hreflang]")["href"] == "?lang=zh-hans"
    # The choice goes along to the other pages of the newsroom, for every reader and shared cache alike.
    assert page.select_one(".masthead nav a")["href"] == "/?lang=en"
    assert "Cookie" not in response.headers.get("Vary", "")
    if response.status_code == 200:
        assert "public" in response.headers["Cache-Control"]


def test_a_digests_page_has_the_digests_language_alone(client: Client, published: Make) -> None:
    published()
    page = get(client, "/morning/2026-03-01/?lang=en", 200)
    assert page.html["lang"] == "zh-hans" and not page.select("a[hreflang]")


def test_the_other_language_keeps_the_place_in_a_list_and_the_next_page_the_language(
    client: Client, published: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digests.site.views.tag.PAGE", 1)
    for days in range(3):
        published(date=DAY + timedelta(days=days))
    page = get(client, "/tags/ai/?lang=en", 200)
    following = page.select_one(".pager [rel=next]")["href"]
    assert following.startswith("/tags/ai/?before=2026-03-03-") and following.endswith("&lang=en")
    other = get(client, following, 200).select_one(".colophon a[hreflang]")["href"]
    assert other == following.partition("/tags/ai/")[2].replace("lang=en", "lang=zh-hans")


OF_THE_NEWSROOM = {"front", "tags", "tag", "sources", "source", "corrections", "search", "subscribe", "custom"}


@pytest.mark.parametrize(
    "address",
    ["/", "/tags/", "/tags/?kind=unsorted", "/tags/ai/", "/sources/", "/sources/?by=address",
     "/sources/source1.test/", "/corrections/", "/corrections/?type=typo", "/search/", "/search/?q=nothing+at+all",
     "/search/?q=0", "/subscribe/", "/feeds/custom/", "/feeds/custom/?q=digest:morning+tag:ai+source:source1.test",
     "/nowhere/"],
)  # fmt: skip
def test_every_way_through_the_newsroom_keeps_the_language(client: Client, published: Make, address: str) -> None:
    published()
    Digest.objects.create(name="Evening", slug="evening", language="en")
    page = get(client, f"{address}{'&' if '?' in address else '?'}lang=en", 404 if address == "/nowhere/" else 200)
    assert page.html["lang"] == "en"
    ways: list[Any] = page.select("a[href]:not([hreflang], .skip)")
    inside = [urlsplit(urljoin(address, link["href"])) for link in ways]
    names = {way: resolve(unquote(way.path)).view_name for way in inside if way.path.startswith("/")}
    kept = {names[way] for way in names if "lang=en" in way.query}
    assert kept and kept <= OF_THE_NEWSROOM
    assert [way.geturl() for way in names if names[way] in OF_THE_NEWSROOM and "lang=en" not in way.query] == []
    assert {form.select_one("[name=lang]")["value"] for form in page.select("form")} == {"en"}


@pytest.mark.parametrize("asked", ["xx", "", "%F0%9F%9A%80", "en" * 3000, "zh-hans;q=1"])
def test_a_language_that_we_have_not_is_not_asked_for(client: Client, published: Make, asked: str) -> None:
    published()
    assert get(client, f"/tags/?lang={asked}", 200).html["lang"] == "zh-hans"
