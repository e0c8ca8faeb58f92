"""Walking a list from end to end: each row once, whatever shares its date, and whatever goes out meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from digests.models import Digest, Edition, Issue, Source, Story, StoryText, Tag
from tests.reading import archive, get

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site", "english")]
DAY = date(2026, 3, 1)
DAYS = 7
ATOM = "{http://www.w3.org/2005/Atom}"

Act = Callable[[], None]


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("digest.PAGE", "tag.PAGE", "source.PAGE", "corrections.PAGE", "search.PAGE"):
        monkeypatch.setattr(f"digests.site.views.{name}", 2)
    for name in ("source.SOURCES", "tag.OF_A_KIND"):
        monkeypatch.setattr(f"digests.site.views.{name}", 2)


@pytest.fixture
def digests(db: None) -> list[Digest]:
    """Three digests that have an issue on each of the same days, with two stories each."""
    found = [Digest.objects.create(name=name, slug=name, language="en") for name in ("alpha", "beta", "gamma")]
    for digest in found:
        archive(digest, DAYS)
        dress(Edition.objects.filter(digest=digest))
    return found


def dress(editions: Any) -> None:
    """Give editions what each list reads: a correction at one instant, and stories with tags, a source and words."""
    editions.update(correction="typo", live_from=datetime(2026, 2, 1, tzinfo=UTC))
    source, _ = Source.objects.get_or_create(domain="source.test")
    for story in Story.objects.filter(edition__in=editions).select_related("edition__digest"):
        number = story.position
        own, _ = Source.objects.get_or_create(domain=f"s{story.pk}.test")
        headline = f"{'模型' if number else '别的'} {story.edition.digest.slug} {story.edition.date} {number}"
        Story.objects.filter(pk=story.pk).update(headline=headline, source=own if number else source)
        story.headline = headline
        StoryText.objects.keep([(story, ["模型"])])
        (tag,) = Tag.objects.named([f"tag {story.pk}"])
        story.edition.tags.add(tag)


def goes_out(day: date) -> Act:
    """Return what puts another issue before readers, of a digest that had none on that day."""

    def act() -> None:
        digest = Digest.objects.create(name="late", slug="late", language="en")
        archive(digest, 1, until=day)
        dress(Edition.objects.filter(digest=digest))

    return act


def walk(client: Client, address: str, meanwhile: Act | None = None) -> Iterator[Any]:
    """Give each page of a list from its first on; after the second, something else happens."""
    pages = 0
    while address:
        page = get(client, address)
        yield page
        pages += 1
        if pages == 2 and meanwhile:
            meanwhile()
        older = page.select_one(".pager [rel~=next]")
        address = requested(address, str(older["href"])) if older else ""
    assert pages > 3


def requested(here: str, link: str) -> str:
    return here.partition("?")[0] + link if link.startswith("?") else link


def rows(pages: Iterator[Any], selector: str) -> list[str]:
    return [row.get_text(" ", strip=True) for page in pages for row in page.select(selector)]


LISTS = {
    "/alpha/": ".lead-title, .entry-title",
    "/tags/ai/": ".entry",
    "/sources/source.test/": ".entry-title",
    "/corrections/": ".entry",
    "/search/?q=模型": ".hits h2",
    "/search/?q=-没有": ".hits h2",
    "/search/?tag=AI": ".hits h2",
    "/tags/?kind=unsorted": ".tag-list a",
    "/sources/?by=address": ".source-list a",
    "/sources/": ".source-list a",
}


@pytest.mark.usefixtures("digests")
@pytest.mark.parametrize("address", LISTS)
def test_a_list_is_walked_from_end_to_end(client: Client, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    walked = rows(walk(client, address), LISTS[address])
    assert len(walked) == len(set(walked))
    for name in ("digest.PAGE", "tag.PAGE", "source.PAGE", "corrections.PAGE", "search.PAGE", "source.SOURCES"):
        monkeypatch.setattr(f"digests.site.views.{name}", 1000)
    monkeypatch.setattr("digests.site.views.tag.OF_A_KIND", 1000)
    whole = get(client, address)
    assert not whole.select(".pager [rel~=next]")
    assert walked == rows(iter([whole]), LISTS[address])


@pytest.mark.usefixtures("digests")
@pytest.mark.parametrize("address", [address for address in LISTS if address != "/sources/"])
@pytest.mark.parametrize("day", [DAY + timedelta(days=1), DAY - timedelta(days=1)])
def test_what_goes_out_meanwhile_moves_nothing(client: Client, address: str, day: date) -> None:
    """A list by how many stories a source has is left out: what goes out changes its order."""
    before = rows(walk(client, address), LISTS[address])
    walked = rows(walk(client, address, goes_out(day)), LISTS[address])
    assert len(walked) == len(set(walked))
    assert [row for row in walked if row in set(before)] == before


@pytest.mark.usefixtures("digests")
@pytest.mark.parametrize("query", ["q=模型", "q=别的", "q=模型+-没有"])
def test_a_search_for_what_many_have_is_walked_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    address = f"/search/?{query}"
    looked_up = rows(walk(client, address), ".hits h2")
    monkeypatch.setattr("digests.models.texts.MANY", 0)
    assert rows(walk(client, address), ".hits h2") == looked_up
    walked = rows(walk(client, address, goes_out(DAY - timedelta(days=1))), ".hits h2")
    assert len(walked) == len(set(walked))
    assert [row for row in walked if row in set(looked_up)] == looked_up


@pytest.mark.parametrize("feed", ["alpha/atom.xml", "atom.xml", "tags/ai/atom.xml"])
@pytest.mark.parametrize("day", [None, DAY + timedelta(days=1), DAY - timedelta(days=99)])
def test_archives_of_a_feed_have_each_entry_once(
    client: Client, digests: list[Digest], feed: str, day: date | None
) -> None:
    for digest in digests:
        archive(digest, 1, until=DAY - timedelta(days=200))
        archive(digest, 30, until=DAY - timedelta(days=40))

    def documents(meanwhile: Act | None = None) -> Iterator[str]:
        address, read = f"/{feed}", 0
        while address:
            root = ElementTree.fromstring(client.get(address).content)
            yield from (str(entry.findtext(f"{ATOM}id")) for entry in root.iter(f"{ATOM}entry"))
            read += 1
            if read == 1 and meanwhile:
                meanwhile()
            earlier = root.find(f"{ATOM}link[@rel='prev-archive']")
            address = earlier.attrib["href"].removeprefix("https://news.example.org") if earlier is not None else ""
        assert read > 3

    before = list(documents())
    assert len(before) == len(set(before))
    issues = Issue.objects.all() if not feed.startswith("alpha") else Issue.objects.filter(digest=digests[0])
    assert len(before) == len(issues)
    if day:
        walked = list(documents(goes_out(day)))
        assert len(walked) == len(set(walked))
        assert [entry for entry in walked if entry in set(before)] == before


def test_parts_of_the_sitemap_have_each_issue_once(client: Client, digests: list[Digest]) -> None:
    for digest in digests:
        archive(digest, 70, until=DAY - timedelta(days=30))
    parts = [loc for loc in locations(client, "/sitemap.xml") if "sitemap-pages" not in loc]
    listed = [loc for part in parts for loc in locations(client, part)]
    assert len(listed) == len(set(listed))
    issues = {issue.get_absolute_url() for issue in Issue.objects.select_related("digest")}
    assert issues == {loc for loc in listed if loc.startswith(("/alpha/", "/beta/", "/gamma/"))}


def locations(client: Client, address: str) -> list[str]:
    root = ElementTree.fromstring(client.get(address).content)
    return [str(entry[0].text).removeprefix("https://news.example.org") for entry in root]
