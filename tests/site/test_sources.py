"""Sources: who reported first, at one address each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from digests.editorial import workflow
from digests.manuscript.values import NewsItem, Section
from digests.models import Digest, Issue, Source, Story
from digests.models.states import Action
from tests.reading import archive, get

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
Make = Callable[..., Issue]
DAY = date(2026, 3, 1)


def from_(*hosts: str) -> tuple[Section, ...]:
    """Return a section with a story from each host."""
    stories = (NewsItem(f"{host} 的第 {n} 条", f"https://{host}/{n}", body="正文") for n, host in enumerate(hosts))
    return (Section("版块", items=tuple(stories)),)


def listed(page: Any) -> dict[str, str]:
    return {row.a["href"]: row.select_one(".count").get_text() for row in page.select(".source-list li")}


def headlines(page: Any) -> list[str]:
    return [title.get_text() for title in page.select(".entry-title")]


def classify(domain: str, kind: str, name: str = "") -> None:
    Source.objects.filter(domain=domain).update(kind=kind, name=name)


# All sources


def test_sources_are_listed_by_how_many_live_stories_they_have(
    client: Client, published: Make, draft: Make, people: SimpleNamespace
) -> None:
    published(sections=from_("a.test", "b.test", "www.b.test", "c.test"))
    gone = published(date=DAY + timedelta(days=1), sections=from_("c.test", "c.test"))
    draft(date=DAY + timedelta(days=2), sections=from_("a.test", "d.test"))
    counts = {"/sources/c.test/": "3 stories", "/sources/b.test/": "2 stories", "/sources/a.test/": "1 story"}
    assert list(listed(get(client, "/sources/")).items()) == list(counts.items())
    assert list(listed(get(client, "/sources/?by=address"))) == sorted(counts)
    workflow.perform(Action.WITHDRAW, gone, by=people.editor, note="误")
    assert listed(get(client, "/sources/"))["/sources/c.test/"] == "1 story"


def test_a_retracted_story_counts_for_no_source(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published(sections=from_("a.test", "b.test"))
    uid = Story.objects.get(source__domain="a.test").uid
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=uid, note="误")
    assert list(listed(get(client, "/sources/"))) == ["/sources/b.test/"]
    get(client, "/sources/a.test/", 404)


def test_sources_are_narrowed_to_a_class(client: Client, published: Make) -> None:
    published(sections=from_("a.test", "b.test"))
    classify("a.test", "official", "甲署")
    page = get(client, "/sources/?class=official")
    assert [row.b.get_text() for row in page.select(".source-list li")] == ["甲署"]
    assert page.select_one(".source-list .domain").get_text() == "a.test"
    classes = [(link.get_text(), link["href"]) for link in page.select("[aria-label=Class] a")]
    assert classes == [
        ("All classes", "/sources/"),
        ("Official", "/sources/?class=official"),
        ("Not classified", "/sources/?class=unknown"),
    ]
    assert [link.get_text() for link in page.select("[aria-current]")] == ["Official", "Most stories first"]


@pytest.mark.parametrize("query", ["", "by=address"])
def test_sources_are_paged(client: Client, published: Make, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    monkeypatch.setattr("digests.site.views.source.SOURCES", 2)
    published(sections=from_("a.test", "b.test", "c.test", "c.test", "d.test", "e.test"))
    page = get(client, f"/sources/?{query}")
    seen: list[str] = []
    while True:
        seen += listed(page)
        following = page.select_one(".pager [rel=next]")
        if following is None:
            break
        page = get(client, str(following["href"]))
    first = [] if query else ["/sources/c.test/"]
    assert seen == [*first, *(f"/sources/{name}.test/" for name in "abcde" if f"/sources/{name}.test/" not in first)]


@pytest.mark.parametrize(
    "query",
    [
        "class=planet", "class=ai", "by=size", "by=", "after=x", "after=1-", "after=0-a", "after=" + "9" * 400,
        "class=%ED%A0%80", "after=" + "9" * 30 + "-a", "class=" + "x" * 5000,
    ],
)  # fmt: skip
def test_a_page_of_sources_that_is_not_there_is_none(client: Client, published: Make, query: str) -> None:
    published()
    get(client, f"/sources/?{query}", 404)


def test_a_newsroom_without_stories_has_no_sources(client: Client, digest: Digest) -> None:
    assert get(client, "/sources/").select_one(".nothing")


# One source


def test_a_source_has_its_stories_the_newest_first(client: Client, published: Make) -> None:
    published(sections=from_("a.test", "b.test", "a.test"))
    published(date=DAY + timedelta(days=1), sections=from_("a.test"))
    classify("a.test", "official", "甲署")
    page = get(client, "/sources/a.test/")
    assert page.h1.get_text() == "甲署"
    assert "Official" in page.select_one(".kicker").get_text() and "a.test" in page.select_one(".list-note").get_text()
    assert headlines(page) == ["a.test 的第 0 条", "a.test 的第 0 条", "a.test 的第 2 条"]
    assert [link["href"] for link in page.select(".entry-date a")] == ["/morning/2026-03-02/", "/morning/2026-03-01/"]
    assert [link["href"] for link in page.select(".list-note a")] == ["/morning/"]


def test_links_inside_texts_are_not_what_a_source_lists(client: Client, published: Make) -> None:
    item = NewsItem("甲", "https://a.test/1", body="见 [别处](https://b.test/1)")
    published(sections=(Section("版块", items=(item,)),))
    assert headlines(get(client, "/sources/a.test/")) == ["甲"]
    get(client, "/sources/b.test/", 404)


@pytest.mark.parametrize("spelled", ["www.a.test", "A.Test", "WWW.A.TEST", "a.test.", "a.test:443"])
def test_a_source_has_one_address(client: Client, published: Make, spelled: str) -> None:
    published(sections=from_("a.test"))
    response = client.get(f"/sources/{spelled}/?before=2026-03-02-1")
    assert (response.status_code, response.headers["Location"]) == (301, "/sources/a.test/?before=2026-03-02-1")


@pytest.mark.parametrize(("stored", "asked"), [("例子.test", "xn--fsqu00a.test"), ("xn--fsqu00a.test", "例子.test")])
def test_a_domain_in_letters_and_in_punycode_is_one(client: Client, published: Make, stored: str, asked: str) -> None:
    published(sections=from_(stored))
    page = get(client, f"/sources/{stored}/")
    assert page.h1.get_text() == "例子.test"
    assert ("xn--fsqu00a.test" in page.select_one(".list-note").get_text()) == (stored != "例子.test")
    response = client.get(f"/sources/{asked}/", follow=True)
    assert response.redirect_chain[0][1] == 301
    assert response.status_code == 200


@pytest.mark.parametrize("name", ["none.test", ".", "a b", "x" * 5000, "[", "%ED%A0%80", "xn--a", "xn--" + "9" * 80])
def test_a_source_that_is_none_is_not_found(client: Client, published: Make, name: str) -> None:
    published()
    assert client.get(f"/sources/{name}/").status_code == 404


def test_a_source_is_paged_both_ways_across_digests(
    client: Client, digest: Digest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    archive(digest, 25)
    archive(Digest.objects.create(name="晚报", slug="evening"), 25)
    source = Source.objects.create(domain="a.test")
    Story.objects.update(source=source)
    with django_assert_num_queries(4):
        page = get(client, "/sources/a.test/")
    assert len(page.select(".entry")) == 20 and len(headlines(page)) == 40
    following = page.select_one(".pager [rel=next]")["href"]
    with django_assert_num_queries(5):
        page = get(client, following)
    assert not page.select(".pager [rel=prev]")
    last = get(client, page.select_one(".pager [rel=next]")["href"])
    assert len(last.select(".entry")) == 10
    assert last.select_one(".pager [rel=prev]")["href"] == following
    assert len(page.select(".list-note a")) == 2
    get(client, "/sources/a.test/?before=2020-01-01-1", 404)
    get(client, "/sources/a.test/?before=x", 404)


@pytest.mark.parametrize("stories", [1, 30])
def test_queries_of_all_sources(
    client: Client, published: Make, django_assert_num_queries: DjangoAssertNumQueries, stories: int
) -> None:
    published(sections=from_(*(f"s{number}.test" for number in range(stories))))
    for address in ("/sources/", "/sources/?by=address", "/sources/?class=unknown"):
        with django_assert_num_queries(3):
            get(client, address)


def test_pages_of_sources_are_sound(client: Client, published: Make) -> None:
    published(sections=from_("a.test"))
    for address in ("/sources/", "/sources/a.test/"):
        response = client.get(address)
        page: Any = BeautifulSoup(response.content, "html.parser")
        assert not page.select("script, style, [style], [onclick]")
        assert "public" in response.headers["Cache-Control"] and not response.cookies
        assert client.get(address, headers={"if-none-match": response.headers["ETag"]}).status_code == 304
        for feed in page.select("link[rel=alternate][type]"):
            assert client.get(str(feed["href"])).status_code == 200
