"""Sitemaps: every page that is live, once, with when it changed; by the rules of sitemaps.org and of Google News."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from digests.editorial import workflow
from digests.manuscript.values import NewsItem, Section
from digests.models import Digest, Edition, Issue, Source, Story, Tag
from digests.models.states import Action
from digests.site import public_addresses
from tests.conftest import stored_picture
from tests.reading import archive, story_of

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
DAY = date(2026, 3, 1)
SITE = "https://news.example.org"
MAP, IMAGE, NEWS = (
    f"{{{name}}}"
    for name in (
        "http://www.sitemaps.org/schemas/sitemap/0.9",
        "http://www.google.com/schemas/sitemap-image/1.1",
        "http://www.google.com/schemas/sitemap-news/0.9",
    )
)
# W3C's profile of ISO 8601, as xsd:dateTime has it, with the offset that both let be missing and we do not.
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d)")


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = SITE
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture(autouse=True)
def all_in_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL goes on counting rows from test to test."""
    for module in ("digests.site.public_addresses", "digests.site.views.sitemaps"):
        monkeypatch.setattr(f"{module}.NUMBERS_A_SITEMAP", 1_000_000)


def root_of(client: Client, address: str, element: str) -> ElementTree.Element:
    """Return a sitemap that keeps the rules of its schema."""
    response = client.get(address)
    assert response.status_code == 200, address
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert len(response.content) < 50_000_000
    root = ElementTree.fromstring(response.content)
    assert root.tag == f"{MAP}{element}"
    assert len(root) <= 50_000
    for entry in root:
        (loc, *rest) = entry
        assert loc.tag == f"{MAP}loc" and loc.text and loc.text.startswith(f"{SITE}/")
        assert loc.text.isascii() and len(loc.text) < 2048 and loc.text == quote(loc.text, safe=":/%?=&+~.-_")
        order = [f"{MAP}lastmod", f"{IMAGE}image", f"{NEWS}news"]
        assert [child.tag for child in rest] == sorted({child.tag for child in rest}, key=order.index)
        for lastmod in entry.findall(f"{MAP}lastmod"):
            assert INSTANT.fullmatch(lastmod.text or ""), lastmod.text
    locs = [entry[0].text for entry in root]
    assert len(locs) == len(set(locs))
    return root


def entries(client: Client, address: str) -> dict[str, datetime | None]:
    """Return the paths of a sitemap, with when each changed."""
    found = {}
    for entry in root_of(client, address, "sitemapindex" if address == "/sitemap.xml" else "urlset"):
        lastmod = entry.findtext(f"{MAP}lastmod")
        found[str(entry[0].text).removeprefix(SITE)] = datetime.fromisoformat(lastmod) if lastmod else None
    return found


def everything(client: Client) -> dict[str, datetime | None]:
    """Return what all parts list, by the index."""
    parts = [entries(client, part) for part in entries(client, "/sitemap.xml")]
    found = {path: updated for part in parts for path, updated in part.items()}
    assert sum(map(len, parts)) == len(found), "a page is in two parts"
    return found


def news(client: Client) -> list[dict[str, Any]]:
    found = []
    for entry in root_of(client, "/news-sitemap.xml", "urlset"):
        (item,) = entry.findall(f"{NEWS}news")
        assert [child.tag for child in item] == [f"{NEWS}publication", f"{NEWS}publication_date", f"{NEWS}title"]
        assert [child.tag for child in item[0]] == [f"{NEWS}name", f"{NEWS}language"]
        assert re.fullmatch("zh-cn|zh-tw|[a-z]{2,3}", item[0][1].text or "")
        assert INSTANT.fullmatch(item[1].text or "")
        found.append(
            {
                "path": str(entry[0].text).removeprefix(SITE),
                "name": item[0][0].text,
                "language": item[0][1].text,
                "date": item[1].text,
                "title": item[2].text,
            }
        )
    return found


def at(issue: Issue, instant: datetime) -> None:
    Edition.objects.filter(issue=issue).update(live_from=instant)


# What is in them


def test_the_parts_list_every_page_once_with_when_it_changed(client: Client, published: Make) -> None:
    published(5)
    published(date=DAY + timedelta(days=1))
    archive(Digest.objects.create(name="Evening", slug="evening-2026", language="en"), 40)
    lists = {"front", "digest", "month", "tags", "sources", "corrections", "subscribe"}
    kinds = {*lists, "tag", "source", "issue", "story"}
    wanted = {page.path: page.updated for page in public_addresses.every(kinds=kinds)}
    assert everything(client) == wanted
    assert len(wanted) == 1 + 2 + 4 + 4 + 3 + 5 + 42 + 88


def test_the_index_names_months_by_digest_and_when_they_changed(client: Client, published: Make) -> None:
    first, second = (published(date=DAY + timedelta(days=days)) for days in (0, 31))
    times = [datetime(2026, 4, day, tzinfo=UTC) for day in (2, 5)]
    at(first, times[0])
    at(second, times[1])
    assert entries(client, "/sitemap.xml") == {
        "/sitemap-pages.xml": times[1],
        "/sitemap-tags-0.xml": times[1],
        "/sitemap-sources-0.xml": times[1],
        "/sitemap-morning-2026-03.xml": times[0],
        "/sitemap-morning-2026-04.xml": times[1],
    }


def test_an_empty_newsroom_has_its_lists(client: Client, digest: Digest) -> None:
    assert everything(client) == dict.fromkeys(
        ("/", "/tags/", "/sources/", "/corrections/", "/subscribe/", "/morning/")
    )
    assert news(client) == []


def test_a_month_lists_each_issue_and_then_its_stories(client: Client, published: Make) -> None:
    issues = [published(date=DAY + timedelta(days=days)) for days in (0, 1)]
    assert list(entries(client, "/sitemap-morning-2026-03.xml")) == [
        path
        for issue in issues
        for path in (issue.get_absolute_url(), *(f"/stories/{story_of(issue, number).uid}/" for number in range(3)))
    ]


def test_what_readers_do_not_have_is_nowhere(
    client: Client, published: Make, draft: Make, approved: Make, people: SimpleNamespace
) -> None:
    kept = published()
    item = NewsItem("收回的事", "https://withdrawn.test/1", body="正文")
    withdrawn = published(date=DAY + timedelta(days=1), tags=("收回",), sections=(Section("版块", items=(item,)),))
    draft(date=DAY + timedelta(days=2))
    tomorrow = timezone.now() + timedelta(days=1)
    workflow.perform(Action.SCHEDULE, approved(date=DAY + timedelta(days=40)), by=people.editor, at=tomorrow)
    workflow.perform(Action.WITHDRAW, withdrawn, by=people.editor, note="误")
    retracted = story_of(kept).uid
    workflow.perform(Action.RETRACT, kept, by=people.editor, story=retracted, note="误")
    assert set(everything(client)) == {
        "/",
        "/tags/",
        "/sources/",
        "/corrections/",
        "/subscribe/",
        "/morning/",
        "/morning/2026/03/",
        "/morning/2026-03-01/",
        *(f"/stories/{story_of(kept, number).uid}/" for number in range(2)),
        *(tag.get_absolute_url() for tag in Tag.objects.exclude(name="收回")),
        *(f"/sources/source{number}.test/" for number in (2, 3)),
    }
    assert f"/stories/{retracted}/" not in everything(client)
    assert [entry["path"] for entry in news(client)] == ["/morning/2026-03-01/"]
    assert all(client.get(path).status_code == 200 for path in everything(client))


def test_a_correction_moves_the_time_and_asking_does_not(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    at(issue, datetime(2026, 3, 1, 1, 2, 3, tzinfo=UTC))
    before = client.get("/sitemap-morning-2026-03.xml")
    assert b"<lastmod>2026-03-01T09:02:03+08:00</lastmod>" in before.content
    again = client.get("/sitemap-morning-2026-03.xml", headers={"if-none-match": before.headers["ETag"]})
    assert again.status_code == 304
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=story_of(issue).uid, note="误")
    edition = Edition.objects.live().get()
    assert set(entries(client, "/sitemap-morning-2026-03.xml").values()) == {edition.live_from}


def test_a_story_in_two_issues_is_listed_where_its_page_is(client: Client, published: Make) -> None:
    first, second = published(), published(date=DAY + timedelta(days=31))
    uid = story_of(first).uid
    moved = story_of(second)
    Story.objects.filter(pk=moved.pk).update(uid=uid)
    assert everything(client)[f"/stories/{uid}/"] == moved.edition.live_from
    # Taken back in the later issue, it is gone at its address, whatever the earlier one says.
    Story.objects.filter(pk=moved.pk).update(retracted=True)
    assert f"/stories/{uid}/" not in everything(client)
    assert client.get(f"/stories/{uid}/").status_code == 410


def test_covers_are_images_where_they_are_pictures(client: Client, published: Make) -> None:
    published(cover_file=stored_picture(), cover_alt="一扇窗")
    published(date=DAY + timedelta(days=1))
    root = root_of(client, "/sitemap-morning-2026-03.xml", "urlset")
    images = {
        str(entry[0].text).removeprefix(SITE): entry.findtext(f"{IMAGE}image/{IMAGE}loc")
        for entry in root
        if entry.find(f"{IMAGE}image") is not None
    }
    assert images == {"/morning/2026-03-01/": f"{SITE}/morning/2026-03-01/cover.jpg?edition=1"}
    assert client.get("/morning/2026-03-01/cover.jpg?edition=1").headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(("name", "model"), [("tags", Tag), ("sources", Source)])
def test_tags_and_sources_stay_in_the_part_that_their_number_gives_them(
    client: Client, published: Make, monkeypatch: pytest.MonkeyPatch, name: str, model: type[Tag | Source]
) -> None:
    for module in ("digests.site.public_addresses", "digests.site.views.sitemaps"):
        monkeypatch.setattr(f"{module}.NUMBERS_A_SITEMAP", 2)
    published(5, tags=("甲", "乙 & <丙>", "丁"))
    stories = Story.objects.exclude(source=None)
    used = Tag.objects.all() if model is Tag else Source.objects.filter(pk__in=stories.values("source"))
    part_of = {one.get_absolute_url(): f"/sitemap-{name}-{one.pk // 2}.xml" for one in used}
    parts = [part for part in entries(client, "/sitemap.xml") if name in part]
    assert set(parts) == set(part_of.values()) and len(parts) > 1
    assert {one: part for part in parts for one in entries(client, part)} == part_of


def test_parts_that_would_be_empty_are_not_named(
    client: Client, published: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("digests.site.public_addresses", "digests.site.views.sitemaps"):
        monkeypatch.setattr(f"{module}.NUMBERS_A_SITEMAP", 2)
    published()
    for number in range(5):  # numbers that no live story has
        Source.objects.create(domain=f"gap{number}.test")
        Tag.objects.create(name=f"空{number}")
    later = NewsItem("新", "https://later.test/1", body="正文", tags=("后来",))
    published(date=DAY + timedelta(days=1), sections=(Section("版块", items=(later,)),))
    parts = entries(client, "/sitemap.xml")
    listed = {part: set(entries(client, part)) for part in parts}
    assert [part for part, pages in listed.items() if not pages] == []
    for name, url, row in (
        ("tags", f"/tags/{quote('后来')}/", Tag.objects.get(name="后来")),
        ("sources", "/sources/later.test/", Source.objects.get(domain="later.test")),
    ):
        assert url in listed[f"/sitemap-{name}-{row.pk // 2}.xml"]
        assert f"/sitemap-{name}-{row.pk // 2 - 1}.xml" not in parts


def test_a_source_changed_when_its_last_live_story_went_out(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    first, second = published(), published(2, date=DAY + timedelta(days=1))
    times = [datetime(2026, 3, day, 8, tzinfo=UTC) for day in (1, 2)]
    at(first, times[0])
    at(second, times[1])
    assert entries(client, "/sitemap-sources-0.xml") == {
        "/sources/source1.test/": times[1],
        "/sources/source2.test/": times[1],
        "/sources/source3.test/": times[0],
    }
    workflow.perform(Action.WITHDRAW, Issue.objects.get(pk=first.pk), by=people.editor, note="误")
    workflow.perform(Action.RETRACT, second, by=people.editor, story=story_of(second).uid, note="误")
    assert list(entries(client, "/sitemap-sources-0.xml")) == ["/sources/source2.test/"]


@pytest.mark.parametrize(
    "part",
    [
        "morning-2026-04",
        "morning-2026-13",
        "nowhere-2026-03",
        "tags-1",
        "sources-1",
        f"sources-{'9' * 5000}",
        "tags-99999999999999999999999",
        "sources-99999999999999999999999",
        f"tags-{'9' * 5000}",
        "tags--1",
        "x",
    ],
)
def test_a_part_of_nothing_is_not_found(client: Client, published: Make, part: str) -> None:
    published()
    assert client.get(f"/sitemap-{part}.xml").status_code == 404


# News


def test_news_is_what_came_out_within_two_days(client: Client, published: Make, people: SimpleNamespace) -> None:
    old, corrected, new = (published(date=DAY + timedelta(days=days), title=f"第 {days} 天") for days in range(3))
    now = timezone.now()
    at(old, now - timedelta(hours=48, minutes=1))
    at(corrected, now - timedelta(hours=49))
    workflow.perform(Action.RETRACT, corrected, by=people.editor, story=story_of(corrected).uid, note="误")
    published_at = now - timedelta(hours=47)
    at(new, published_at)
    Digest.objects.update(time_zone="America/New_York")
    (entry,) = news(client)
    assert entry | {"date": datetime.fromisoformat(entry["date"])} == {
        "path": "/morning/2026-03-03/",
        "name": "晨报",
        "language": "zh-cn",
        "date": published_at.replace(microsecond=0),
        "title": "第 2 天",
    }
    assert entry["date"][-6:] in ("-05:00", "-04:00")


def test_news_is_in_the_language_of_its_digest(client: Client, published: Make) -> None:
    published(title='</news:title> & "quoted" <b>\x0b')
    Digest.objects.update(language="en", name="Morning <Post> & Co")
    (entry,) = news(client)
    assert (entry["language"], entry["name"], entry["title"]) == (
        "en",
        "Morning <Post> & Co",
        '</news:title> & "quoted" <b>',
    )


def test_news_are_a_thousand_at_most_the_newest(client: Client, digest: Digest) -> None:
    archive(digest, 1001, stories=0)
    now = timezone.now().replace(microsecond=0)
    for number, edition in enumerate(Edition.objects.order_by("-date").only("pk")):
        Edition.objects.filter(pk=edition.pk).update(live_from=now - timedelta(minutes=number))
    found = news(client)
    assert len(found) == 1000
    assert [entry["date"] for entry in found] == sorted((entry["date"] for entry in found), reverse=True)
    assert found[0]["title"] == "第 0 期"


# How they are answered, and what they cost

ADDRESSES = [
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/sitemap-tags-0.xml",
    "/sitemap-sources-0.xml",
    "/sitemap-morning-2026-03.xml",
    "/news-sitemap.xml",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_they_are_kept_and_the_same_for_all(client: Client, published: Make, address: str) -> None:
    published()
    response = client.get(address)
    assert response.headers["Cache-Control"] == "max-age=60, public"
    assert not response.cookies
    assert client.get(address, headers={"if-none-match": response.headers["ETag"]}).status_code == 304
    assert client.get(address, headers={"accept-language": "en"}).content == response.content
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("issues", [2, 60])
def test_queries_are_as_many_for_many_issues(
    client: Client, digest: Digest, django_assert_num_queries: DjangoAssertNumQueries, issues: int
) -> None:
    archive(digest, issues)
    Story.objects.update(source=Source.objects.create(domain="source.test"))
    for address, queries in zip(ADDRESSES, (4, 4, 1, 1, 2, 1), strict=True):
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
