"""All feeds in one place: the page for people, and the file for feed readers."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from digests.models import Digest, Issue

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


def test_every_feed_on_the_page_answers(client: Client, published: Make) -> None:
    published()
    page = BeautifulSoup(client.get("/subscribe/").content, "html.parser")
    links = [str(link["href"]) for link in page.select(".feeds dd a")]
    assert links == [
        f"{place}{file}"
        for place in ("/", "/sources/", "/corrections/", "/morning/", "/morning/stories/")
        for file in ("rss.xml", "atom.xml", "feed.json")
    ]
    assert {client.get(link).status_code for link in links} == {200}
    assert page.find("a", href="/subscriptions.opml")


def test_a_feed_reader_that_is_given_the_page_finds_every_feed_by_its_name(client: Client, published: Make) -> None:
    published()
    page = BeautifulSoup(client.get("/subscribe/").content, "html.parser")
    links = page.select("head link[rel=alternate]")
    assert {link["href"] for link in links} == {link["href"] for link in page.select(".feeds dd a")}
    names = {link["title"]: link["href"] for link in links if link["type"] == "application/atom+xml"}
    assert names == {
        "新闻编辑部 (Atom)": "/atom.xml",
        "全部来源的新闻 (Atom)": "/sources/atom.xml",
        "新闻编辑部 · 更正记录 (Atom)": "/corrections/atom.xml",
        "晨报 (Atom)": "/morning/atom.xml",
        "晨报 · 新闻 (Atom)": "/morning/stories/atom.xml",
    }
    assert len({link["title"] for link in links}) == len(links)


def test_a_digest_with_nothing_to_read_is_not_offered(client: Client, published: Make) -> None:
    published()
    Digest.objects.create(name="Not yet", slug="not-yet")
    assert b"not-yet" not in client.get("/subscribe/").content
    assert b"not-yet" not in client.get("/subscriptions.opml").content


def test_a_feed_reader_takes_all_feeds_from_one_file(client: Client, published: Make, settings: object) -> None:
    digest = published().digest
    digest.name, digest.language = 'Morning & "Co" <1>', "en"
    digest.save()
    response = client.get("/subscriptions.opml")
    assert response.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="subscriptions.opml"'
    outlines = ElementTree.fromstring(response.content).findall(".//outline[@type='rss']")
    site = settings.SITE_URL  # type: ignore[attr-defined]
    assert [outline.attrib["xmlUrl"].removeprefix(site) for outline in outlines] == [
        "/rss.xml",
        "/morning/rss.xml",
        "/morning/stories/rss.xml",
        "/corrections/rss.xml",
    ]
    assert outlines[1].attrib["title"] == 'Morning & "Co" <1>'
    assert outlines[2].attrib["title"] == 'Morning & "Co" <1> · Stories'
    again = client.get("/subscriptions.opml", headers={"if-none-match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("channels", [1, 12])
def test_queries_are_as_many_for_12_channels(
    client: Client, published: Make, django_assert_num_queries: DjangoAssertNumQueries, channels: int
) -> None:
    digest = published().digest
    for number in range(channels):
        digest.channels.create(name=f"Channel {number}", address=f"https://t.me/channel{number}", position=number)
    with django_assert_num_queries(2):
        assert client.get("/subscribe/").status_code == 200
