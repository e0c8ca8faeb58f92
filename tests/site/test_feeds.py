"""Feeds: full text, stable ids, absolute links, and nothing that is not live."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image as Photo
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from digests.delivery import websub
from digests.editorial import workflow
from digests.manuscript.values import Brief, NewsItem, Section
from digests.models import Digest, Edition, Issue, Source, Story, Tag
from digests.models.states import Action
from digests.publishing import editions, pictures
from digests.publishing.addresses import FORMATS, Format
from digests.site.feeds.formats import write
from digests.site.feeds.values import Entry, Feed, Image
from tests.conftest import Clock, manuscript, reword
from tests.feed_reading import (
    ATOM,
    CHANGES,
    FH,
    KINDS,
    MEDIA,
    SITE,
    check_moved,
    checked,
    entries,
    get,
    out,
    republished,
    retracted,
    signs,
)
from tests.rewriting import publish, with_items, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]
LISTINGS = [
    "/",
    "/morning/",
    "/morning/2026/03/",
    "/morning/stories/",
    "/tags/",
    "/tags/ai/",
    "/tags/%E8%8A%AF%E7%89%87/",
    "/sources/",
    "/sources/source1.test/",
    "/corrections/",
]


# What a validator would say


def corrected(issue: Issue, people: SimpleNamespace, title: str = "更正后", note: str = "数字有误") -> None:
    reword(issue, title, by=people.writer)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    workflow.perform(Action.PUBLISH, issue, by=people.editor, note=note, correction="correction")


def test_every_feed_is_valid_and_its_formats_agree(
    published: Make, people: SimpleNamespace, client: Client, digest: Digest
) -> None:
    corrected(published(), people)
    Digest.objects.create(name="晚报", slug="evening")
    counts = {}
    for listing in [*LISTINGS, "/evening/", "/evening/stories/"]:
        ids = [checked(client, listing + kind) for kind in KINDS]
        assert ids[0] == ids[1] == ids[2]
        counts[listing] = len(ids[0])
    assert counts == {
        **dict.fromkeys(LISTINGS, 1),
        "/morning/stories/": 3,
        "/sources/": 3,
        "/evening/": 0,
        "/evening/stories/": 0,
    }
    assert checked(client, "/corrections/rss.xml?digest=evening") == set()
    assert len(checked(client, "/corrections/atom.xml?digest=morning")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_has_the_whole_issue(published: Make, client: Client, kind: str) -> None:
    published()
    (entry,) = entries(client, f"/morning/{kind}")
    words = manuscript()
    for item in words.items:
        assert f'href="{item.link}"' in entry["html"]
        assert item.headline in entry["html"]
        assert all(insight.text in entry["html"] for insight in item.insights)
    assert entry["html"].count("<li>一句话</li>") == 1
    assert 'href="https://brief.test/1"' in entry["html"]
    assert entry["html"].startswith('<div lang="zh-hans">')


def test_a_correction_keeps_id_and_first_date_moves_updated_and_is_told(
    published: Make, people: SimpleNamespace, client: Client, clock: Clock
) -> None:
    issue = published()
    addresses = [listing + kind for listing in ("/morning/", "/morning/stories/") for kind in KINDS]
    before = {address: entries(client, address)[0] for address in addresses}
    clock.go(days=2)
    corrected(issue, people)
    for address, old in before.items():
        new = entries(client, address)[0]
        assert (new["id"], new["link"], new["published"]) == (old["id"], old["link"], old["published"])
        assert (new["updated"] != old["updated"]) == ("stories" not in address)  # whose words stayed as they were
    (entry,) = entries(client, "/morning/rss.xml")
    assert entry["title"] == "更正后"
    told = BeautifulSoup(entry["html"], "html.parser").find("p")
    assert told is not None
    assert told.get_text("\n") == "2100年3月3日更正（更正）\n数字有误"


@pytest.mark.parametrize("kind", KINDS)
def test_a_story_is_new_where_its_own_words_were_corrected(
    published: Make, people: SimpleNamespace, client: Client, clock: Clock, kind: str
) -> None:
    issue = published()
    before = {entry["id"]: entry for entry in entries(client, f"/morning/stories/{kind}")}
    words = words_of(issue)
    first, *others = words.sections[0].items
    clock.go(days=2)
    publish(issue, with_items(words, lambda items: (replace(first, body="改正过的正文。"), *others)), people)
    after = {entry["id"]: entry for entry in entries(client, f"/morning/stories/{kind}")}
    assert before.keys() == after.keys()
    moved = [entry["title"] for key, entry in after.items() if entry["updated"] != before[key]["updated"]]
    assert moved == [first.headline]


@pytest.mark.parametrize("listing", ["/", "/morning/", "/tags/ai/"])
def test_a_correction_of_an_issue_that_is_long_past_moves_what_is_subscribed_to(
    digest: Digest, client: Client, clock: Clock, listing: str
) -> None:
    old = out(digest, date(2026, 1, 1), at=clock.now)
    for day in range(40):
        out(digest, date(2026, 3, 1) + timedelta(days=day), at=clock.go(hours=1))
    before = signs(client, listing)
    assert str(old.date) not in get(client, f"{listing}feed.json").content.decode()
    at = clock.go(hours=1)
    republished(old, clock)
    clock.go(minutes=1)
    check_moved(before, signs(client, listing), at)


def test_ids_come_from_the_issue_and_the_uid(published: Make, client: Client, settings: Settings) -> None:
    published()
    story = Story.objects.live().first()
    assert story is not None
    (issue_entry,) = entries(client, "/morning/atom.xml")
    assert issue_entry["id"] == "tag:news.example.org,2026-03-01:morning"
    assert f"tag:news.example.org,2026-03-01:stories/{story.uid}" in {
        entry["id"] for entry in entries(client, "/morning/stories/rss.xml")
    }
    settings.SITE_URL = "http://news.example.org"  # the id is not the address
    assert entries(client, "/morning/atom.xml")[0]["id"] == issue_entry["id"]


def test_a_tag_of_some_stories_brings_those_stories(published: Make, client: Client) -> None:
    published()
    (whole,) = entries(client, "/tags/ai/rss.xml")
    (part,) = entries(client, "/tags/芯片/rss.xml")
    assert [f"第 {n} 条" in whole["html"] for n in (1, 2, 3)] == [True, True, True]
    assert [f"第 {n} 条" in part["html"] for n in (1, 2, 3)] == [True, False, True]
    assert "一句话" not in part["html"]


def test_a_source_brings_its_stories_and_each_links_to_it(published: Make, client: Client) -> None:
    published()
    Source.objects.filter(domain="source2.test").update(name="二号来源")
    response = get(client, "/sources/source2.test/feed.json")
    feed = json.loads(response.content)
    assert feed["title"] == "二号来源"
    assert [item["external_url"] for item in feed["items"]] == ["https://source2.test/news/2"]


def test_a_correction_is_an_entry_with_its_kind_and_note(
    published: Make, people: SimpleNamespace, client: Client
) -> None:
    corrected(published(), people, note="第一行 <b>\n第二行")
    (entry,) = entries(client, "/corrections/rss.xml")
    assert entry["title"] == "更正：更正后"
    assert entry["link"] == f"{SITE}/morning/2026-03-01/#corrections"
    assert entry["id"] == "tag:news.example.org,2026-03-01:morning/corrections/2"
    assert "<strong>更正</strong><br>第一行 &lt;b&gt;<br>第二行" in entry["html"]
    assert client.get("/corrections/rss.xml?digest=none").status_code == 404


def test_nothing_but_live_words_is_in_a_feed(
    published: Make, approved: Make, people: SimpleNamespace, client: Client
) -> None:
    issue = published()
    marked = Section(
        "密版",
        items=(NewsItem("密条", body="密文", tags=("芯片", "密签"), link="https://secret.test/1"),),
        briefs=(Brief("密讯"),),
    )
    reword(issue, "密稿", by=people.writer)
    scheduled = approved(title="密排", date=date(2026, 3, 2), sections=(marked,))
    workflow.perform(Action.SCHEDULE, scheduled, by=people.editor, at=timezone.now() + timedelta(days=1))
    withdrawn = published(title="密撤", date=date(2026, 3, 3), sections=(marked,))
    workflow.perform(Action.WITHDRAW, withdrawn, by=people.editor, note="密由")
    for listing in LISTINGS:
        for kind in KINDS:
            assert "密" not in get(client, listing + kind).content.decode()
    # Nor does it say that there is such a tag or source.
    assert Tag.objects.filter(name="密签").exists() and Source.objects.filter(domain="secret.test").exists()
    for address in ("/tags/密签/rss.xml", "/sources/secret.test/rss.xml"):
        assert client.get(address).status_code == 404


def test_a_retracted_story_leaves_the_story_feed_and_its_issue_says_why(
    published: Make, people: SimpleNamespace, client: Client
) -> None:
    issue = published()
    story = Story.objects.live().first()
    assert story is not None
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=story.uid, note="来源造假")
    assert len(entries(client, "/morning/stories/rss.xml")) == 2
    (entry,) = entries(client, "/morning/rss.xml")
    assert (story.headline in entry["html"], "来源造假" in entry["html"]) == (False, True)
    assert "<h3>已撤回的新闻</h3>" in entry["html"]


def test_insights_are_set_apart_and_say_what_they_rest_on(published: Make, client: Client) -> None:
    published(1)
    (entry,) = entries(client, "/morning/stories/atom.xml")
    quotes = BeautifulSoup(entry["html"], "html.parser").find_all("blockquote")
    assert [quote.get_text(" ", strip=True) for quote in quotes] == [
        "深度解读 & 洞察 其一",
        "深度解读 & 洞察 (AI 推断) 其二",
        "影响 一整段的看法。",
    ]


def test_pictures_have_their_whole_address_words_and_size_and_nothing_else(
    digest: Digest, people: SimpleNamespace, client: Client, clock: Clock
) -> None:
    file = BytesIO()
    Photo.new("RGB", (1800, 900), "teal").save(file, "JPEG")
    picture = pictures.take(SimpleUploadedFile("photo.jpg", file.getvalue()), by=people.writer)
    pictures.make.call(picture.pk)
    picture.refresh_from_db()
    body = f'![窗 "外"]({picture.file.url}) [本站](/tags/) [上文](#top)'
    item = NewsItem("条", body=body, link="https://a.test/")
    out(
        digest,
        date(2026, 3, 1),
        at=clock.now,
        cover_file=picture.file.name or "",
        cover_alt="封面 <图>",
        sections=(Section("版", items=(item,)),),
    )
    address = f"{SITE}{picture.file.url}".replace(".jpg", "-1200.jpg")
    (entry,) = entries(client, "/morning/rss.xml")
    soup = BeautifulSoup(entry["html"], "html.parser")
    assert [dict(image.attrs) for image in soup.find_all("img")] == [
        {"src": address, "alt": "封面 <图>", "width": "1200", "height": "600"},
        {"src": address, "alt": '窗 "外"', "width": "1200", "height": "600"},
    ]
    assert [a["href"] for a in soup.find_all("a")] == [
        "https://a.test/",
        f"{SITE}/tags/",
        f"{SITE}/morning/2026-03-01/#top",
    ]
    for kind in ("rss.xml", "atom.xml"):
        root = ElementTree.fromstring(get(client, f"/morning/{kind}").content)
        (content,) = root.iter(f"{MEDIA}content")
        assert content.attrib == {
            "url": address, "type": "image/jpeg", "medium": "image", "width": "1200", "height": "600"
        }  # fmt: skip
        assert content.findtext(f"{MEDIA}description") == "封面 <图>"
    assert json.loads(get(client, "/morning/feed.json").content)["items"][0]["image"] == address


@pytest.mark.parametrize(
    "address",
    [
        "/none/rss.xml",
        "/tags/none/rss.xml",
        "/sources/none/rss.xml",
        "/none/stories/feed.json",
        "/none/2026/03/atom.xml",
        "/morning/2026/04/rss.xml",
    ],
)
def test_a_feed_of_nothing_is_not_found(digest: Digest, client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_month_is_complete(digest: Digest, client: Client, clock: Clock) -> None:
    for day in range(31):
        out(digest, date(2026, 3, 1) + timedelta(days=day), at=clock.now)
    out(digest, date(2026, 4, 1), at=clock.now)
    assert len(checked(client, "/morning/2026/03/rss.xml")) == 31
    root = ElementTree.fromstring(get(client, "/morning/2026/03/atom.xml").content)
    assert root.find(f"{FH}complete") is not None
    assert (
        get(client, "/morning/2026/03/feed.json?week=2026-W10").content
        == get(client, "/morning/2026/03/feed.json").content
    )  # a complete feed has no archive


# Asked again


@pytest.mark.parametrize("kind", KINDS)
def test_who_has_a_feed_is_told_so_by_either_sign(digest: Digest, client: Client, clock: Clock, kind: str) -> None:
    out(digest, date(2026, 3, 1), at=clock.now, stories=3)
    clock.go(hours=1)
    for listing in LISTINGS:
        whole = get(client, listing + kind)
        tag, modified = whole.headers["ETag"], whole.headers["Last-Modified"]
        assert tag.startswith('W/"')
        for sent in ({"If-None-Match": tag}, {"If-Modified-Since": modified}, {"If-None-Match": f'"x", {tag[2:]}'}):
            again = get(client, listing + kind, **sent)
            assert (again.status_code, again.content) == (304, b"")
            for name in ("ETag", "Last-Modified", "Cache-Control", "Access-Control-Allow-Origin"):
                assert again.headers[name] == whole.headers[name]
        # An ETag that is sent decides alone (RFC 9110, 13.2.2).
        other = get(client, listing + kind, **{"If-None-Match": '"x"', "If-Modified-Since": modified})
        assert (other.status_code, other.content) == (200, whole.content)
        assert get(client, listing + kind, **{"If-Modified-Since": "no date"}).status_code == 200
        head = client.head(listing + kind)
        assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)
        assert client.post(listing + kind).status_code == 405


def test_a_feed_is_for_shared_caches_and_other_sites(digest: Digest, client: Client, clock: Clock) -> None:
    client.cookies["sessionid"] = "somebody's own"
    for listing in ("/", "/morning/stories/", "/corrections/"):
        response = get(client, f"{listing}rss.xml", **{"Accept-Language": "en"})
        assert response.headers["Cache-Control"] == "public, max-age=300"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert "Cookie" not in response.headers["Vary"]
        assert not response.cookies


def test_what_nobody_asked_to_mean_anything_changes_nothing(digest: Digest, client: Client, clock: Clock) -> None:
    out(digest, date(2026, 3, 1), at=clock.now)
    plain = get(client, "/morning/rss.xml")
    for query in ("limit=1", "page=9", "utm_source=a", "day=2026-03-01", "week=", "limit=" + "9" * 10_000):
        asked = get(client, f"/morning/rss.xml?{query}")
        assert (asked.content, asked.headers["ETag"]) == (plain.content, plain.headers["ETag"])


@pytest.mark.parametrize(
    "week",
    [
        "2026-W99",
        "2026-10",
        "0000-W01",
        "9999-W52",
        "2026-W10'",
        "٢٠٢٦-W10",
        "W" * 10_000,
        "%00",
        "%ED%A0%80",
        "2030-W01",
    ],
)
def test_a_week_that_is_none_is_not_found(digest: Digest, client: Client, clock: Clock, week: str) -> None:
    out(digest, date(2026, 3, 1), at=clock.now)
    assert client.get(f"/morning/rss.xml?week={week}").status_code in (400, 404)
    assert client.get(f"/morning/stories/rss.xml?day={week}").status_code in (400, 404)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_seen_by_both_signs(
    digest: Digest, client: Client, clock: Clock, change: Callable[[Edition, Clock], None]
) -> None:
    out(digest, date(2026, 3, 2), at=clock.now, stories=3)
    edition = out(digest, date(2026, 3, 1), at=clock.go(hours=1), stories=3)
    clock.go(hours=1)
    listings = [
        "/",
        "/morning/",
        "/morning/stories/",
        "/tags/ai/",
        "/tags/芯片/",
        "/sources/",
        "/sources/source1.test/",
    ]
    listings += ["/corrections/"] if change in (retracted, republished) else []
    before = {listing: signs(client, listing) for listing in listings}
    assert before == {listing: signs(client, listing) for listing in listings}
    at = clock.go(hours=1)
    change(edition, clock)
    clock.go(minutes=1)
    for listing, old in before.items():
        check_moved(old, signs(client, listing), at)


def test_a_schedule_is_seen_by_both_signs_when_its_hour_comes(digest: Digest, client: Client, clock: Clock) -> None:
    edition = out(digest, date(2026, 3, 1), at=clock.now)
    clock.go(hours=1)
    before = signs(client, "/morning/")
    later = out(digest, date(2026, 3, 2), at=clock.now + timedelta(hours=1), title="明天")
    editions.publish(edition.issue, later.revision, at=clock.now + timedelta(hours=2), by=None, by_name="")
    assert signs(client, "/morning/") == before
    for count in (2, 2):
        clock.go(hours=1)
        after = signs(client, "/morning/")
        assert all(after[kind][0] != before[kind][0] and after[kind][1] > before[kind][1] for kind in KINDS)
        assert len(entries(client, "/morning/rss.xml")) == count
        before = after


def test_tags_and_sources_that_change_their_name_are_seen(digest: Digest, client: Client, clock: Clock) -> None:
    out(digest, date(2026, 3, 1), at=clock.now)
    tag, source = Tag.objects.get(name="AI"), Source.objects.get(domain="source1.test")
    for listing, row, name in (("/tags/ai/", tag, "ai"), ("/sources/source1.test/", source, "一号")):
        before = signs(client, listing)
        row.name = name
        clock.go(hours=1)
        row.save()
        clock.go(hours=1)
        after = signs(client, listing)
        assert all(after[kind][0] != before[kind][0] and after[kind][1] > before[kind][1] for kind in KINDS)


def test_a_picture_that_was_made_smaller_is_seen(
    digest: Digest, people: SimpleNamespace, client: Client, clock: Clock
) -> None:
    file = BytesIO()
    Photo.new("RGB", (900, 600)).save(file, "PNG")
    picture = pictures.take(SimpleUploadedFile("a.png", file.getvalue()), by=people.writer)
    out(digest, date(2026, 3, 1), at=clock.now, cover_file=picture.file.name or "")
    before = signs(client, "/morning/")
    clock.go(hours=1)
    pictures.make.call(picture.pk)
    clock.go(hours=1)
    after = signs(client, "/morning/")
    assert all(after[kind][0] != before[kind][0] and after[kind][1] > before[kind][1] for kind in KINDS)


def test_two_changes_within_a_second_are_two(digest: Digest, client: Client, clock: Clock) -> None:
    out(digest, date(2026, 3, 1), at=clock.now)
    clock.go(milliseconds=300)
    held = get(client, "/morning/rss.xml").headers["Last-Modified"]
    out(digest, date(2026, 3, 2), at=clock.go(milliseconds=300))
    clock.go(seconds=1)
    again = get(client, "/morning/rss.xml", **{"If-Modified-Since": held})
    assert again.status_code == 200


def test_an_empty_feed_stays_as_it_is(digest: Digest, client: Client, clock: Clock) -> None:
    clock.go(hours=1)
    listings = ["/", "/morning/", "/morning/stories/", "/sources/", "/corrections/"]
    before = {listing: signs(client, listing) for listing in listings}
    bodies = {listing: get(client, f"{listing}atom.xml").content for listing in listings}
    clock.go(days=40)
    assert {listing: signs(client, listing) for listing in listings} == before
    assert {listing: get(client, f"{listing}atom.xml").content for listing in listings} == bodies


@pytest.mark.parametrize(
    ("listing", "known", "whole"),
    [
        ("/", 3, 5),
        ("/morning/", 4, 6),
        ("/morning/2026/03/", 2, 4),
        ("/tags/", 3, 5),
        ("/tags/ai/", 4, 6),
        ("/morning/stories/", 3, 5),
        ("/sources/", 2, 4),
        ("/sources/source1.test/", 3, 5),
        ("/corrections/", 2, 5),
        ("/corrections/?digest=morning", 3, 6),
    ],
)
@pytest.mark.parametrize("issues", [1, 30])
def test_a_feed_costs_these_queries_whatever_is_in_it(
    digest: Digest,
    client: Client,
    clock: Clock,
    django_assert_num_queries: DjangoAssertNumQueries,
    listing: str,
    known: int,
    whole: int,
    issues: int,
) -> None:
    for day in range(issues):
        edition = out(digest, date(2026, 3, 1) + timedelta(days=day), at=clock.go(hours=1), stories=3)
        clock.go(hours=1)
        republished(edition, clock)
    listing, _mark, query = listing.partition("?")
    for kind in KINDS:
        address = f"{listing}{kind}?{query}"
        with django_assert_num_queries(whole):
            response = get(client, address)
        with django_assert_num_queries(known):
            assert get(client, address, **{"If-None-Match": response.headers["ETag"]}).status_code == 304


# Archives


def joined(response: HttpResponse) -> dict[str, str]:
    """Return what a document is joined to, by the words of RFC 5005."""
    if response.headers["Content-Type"].startswith("application/feed+json"):
        feed = json.loads(response.content)
        return {"prev-archive": feed["next_url"]} if "next_url" in feed else {}
    root = ElementTree.fromstring(response.content)
    return {str(link.get("rel")): str(link.get("href")) for link in root.iter(f"{ATOM}link")}


def walk(client: Client, address: str) -> Iterator[tuple[str, list[str]]]:
    """Go from a feed through its archive; yield each document's address and the ids that it has."""
    while address:
        response = get(client, address)
        yield address, sorted(checked(client, address))
        address = joined(response).get("prev-archive", "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_feed_and_its_archive_have_each_issue_once(digest: Digest, client: Client, clock: Clock, kind: str) -> None:
    first = date(2026, 1, 1)
    made = [out(digest, first + timedelta(days=day), at=clock.now, stories=0) for day in range(110)]
    out(digest, first - timedelta(days=200), at=clock.now, stories=0)  # weeks without an issue lie between

    def everything() -> list[str]:
        live = Edition.objects.live().select_related("digest")
        return sorted(f"tag:news.example.org,{edition.date}:morning" for edition in live)

    documents = list(walk(client, f"/morning/{kind}"))
    assert sorted(one for _address, ids in documents for one in ids) == everything()
    assert len(everything()) == 111
    assert 20 <= len(documents[0][1]) < 27
    assert all(0 < len(ids) <= 7 for _address, ids in documents[1:])

    # New issues change no full document; a correction, a withdrawal and a schedule leave nothing out, nor in twice.
    archive = dict(documents[1:])
    clock.go(days=1)
    for day in range(110, 125):
        out(digest, first + timedelta(days=day), at=clock.now, stories=0)
    editions.publish(made[50].issue, made[50].revision, at=clock.now, by=None, by_name="", correction="typo")
    editions.withdraw(made[60], at=clock.now)
    out(digest, date(2026, 1, 1) + timedelta(days=130), at=clock.now + timedelta(days=9), stories=0)
    later = list(walk(client, f"/morning/{kind}"))
    assert sorted(one for _address, ids in later for one in ids) == everything()
    assert len(everything()) == 125
    gone = f"tag:news.example.org,{made[60].date}:morning"
    kept = {address: [one for one in ids if one != gone] for address, ids in archive.items()}
    assert kept.items() <= dict(later[1:]).items()

    # A document that nothing happened to is not even sent again.
    oldest = later[-1][0]
    tag = get(client, oldest).headers["ETag"]
    clock.go(days=30)
    out(digest, first + timedelta(days=150), at=clock.now, stories=0)
    assert get(client, oldest, **{"If-None-Match": tag}).status_code == 304


def test_archive_documents_say_what_they_are(digest: Digest, client: Client, clock: Clock) -> None:
    for day in range(40):
        out(digest, date(2026, 3, 2) + timedelta(days=day), at=clock.now, stories=0)
    documents = [address for address, _ids in walk(client, "/morning/atom.xml")]
    assert documents == [
        "/morning/atom.xml",
        f"{SITE}/morning/atom.xml?week=2026-W11",
        f"{SITE}/morning/atom.xml?week=2026-W10",
    ]
    subscribed, newer, oldest = (get(client, address) for address in documents)
    assert joined(subscribed) == {
        "self": f"{SITE}/morning/atom.xml",
        "alternate": f"{SITE}/morning/",
        "next": documents[1],
        "prev-archive": documents[1],
    } | {rel: href for rel, href in joined(subscribed).items() if rel in ("alternate", "related")}
    assert (joined(newer)["prev-archive"], joined(newer)["current"]) == (documents[2], f"{SITE}/morning/atom.xml")
    assert joined(oldest)["next-archive"] == documents[1]
    assert "next-archive" not in joined(newer)
    assert "prev-archive" not in joined(oldest)
    marks = [f"{FH}archive" in {one.tag for one in ElementTree.fromstring(each.content)} for each in
             (subscribed, newer, oldest)]  # fmt: skip
    assert marks == [False, True, True]


def test_stories_and_corrections_have_archives_too(digest: Digest, client: Client, clock: Clock) -> None:
    for day in range(6):
        edition = out(digest, date(2026, 3, 1) + timedelta(days=day), at=clock.now, stories=25)
        for _number in range(6):
            clock.go(days=1)
            edition = editions.publish(
                edition.issue, edition.revision, at=clock.now, by=None, by_name="", correction="typo"
            )
    clock.go(seconds=1)
    for listing, count in (("/morning/stories/", 150), ("/sources/", 150), ("/corrections/", 36)):
        documents = list(walk(client, f"{listing}rss.xml"))
        ids = [one for _address, found in documents for one in found]
        assert (len(ids), len(set(ids))) == (count, count)
        assert len(documents) > 1
    with_digest = list(walk(client, "/corrections/rss.xml?digest=morning"))
    assert len(with_digest) > 1
    assert all("digest=morning" in address for address, _ids in with_digest)


# Whatever was pasted

ANY = st.text(st.characters(codec=None), max_size=40)


@examples(deadline=None)
@given(texts=st.lists(ANY, min_size=14, max_size=14))
@pytest.mark.parametrize("kind", FORMATS)
def test_no_text_in_any_field_makes_a_feed_invalid(kind: Format, texts: list[str]) -> None:
    at = timezone.now()
    a, b, c, d, e, f, g, h, i, j, k, m, n, o = texts
    entry = Entry(a, b, c, d, at, at, e, f, summary=g, tags=(h, i), external_url=j, image=Image(k, m, n, 1, 2))
    feed = Feed(o, a, b, c, d, e, f, g, at, (entry,), hub=h, earlier=i, later=j, is_archive=True)
    written = write(feed, kind).encode()
    if kind.name == "json":
        item = json.loads(written)["items"][0]
        assert (item.get("title", ""), item["content_html"]) == (entry.title, entry.html)
        return
    root = ElementTree.fromstring(written)
    found = next(root.iter("item" if kind.name == "rss" else f"{ATOM}entry"))
    name = "{http://purl.org/rss/1.0/modules/content/}encoded" if kind.name == "rss" else f"{ATOM}content"
    # XML itself reads every line break as LF.
    assert found.findtext(name, "") == re.sub("\r\n?", "\n", entry.html)


def test_what_an_editor_pasted_makes_no_feed_invalid(published: Make, client: Client) -> None:
    published(title="坏\x0b字\x00符\ufffe & <b>", summary="a\x08b ]]> &amp;")
    for kind in KINDS:
        checked(client, f"/morning/{kind}")


# The hub


@pytest.fixture
def heard() -> Iterator[SimpleNamespace]:
    """A hub on this machine that keeps what it is told."""
    told: list[list[tuple[str, str]]] = []

    class Hub(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/", told=told)
    server.shutdown()
    server.server_close()


def test_a_hub_is_told_after_publication_and_named_in_the_feeds_it_is_told_of(
    approved: Make,
    people: SimpleNamespace,
    client: Client,
    settings: Settings,
    heard: SimpleNamespace,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    issue = approved()
    settings.NEWSROOM_HUB = heard.url
    with django_capture_on_commit_callbacks(execute=True):
        workflow.perform(Action.PUBLISH, issue, by=people.editor)
    (fields,) = heard.told
    assert fields[0] == ("hub.mode", "publish")
    topics = {value for name, value in fields if name == "hub.url"}
    assert topics == {
        f"{SITE}{listing}{kind}"
        for listing in ("/", "/corrections/", "/morning/", "/morning/stories/")
        for kind in KINDS
    }
    for listing in LISTINGS[:-1]:
        for kind in KINDS:
            response = get(client, listing + kind)
            named = heard.url in response.content.decode()
            link = f'<{heard.url}>; rel="hub", <{SITE}{listing}{kind}>; rel="self"'
            assert (named, response.headers.get("Link")) == (
                (True, link) if SITE + listing + kind in topics else (False, None)
            )


def test_a_hub_that_is_down_harms_nothing(
    approved: Make,
    people: SimpleNamespace,
    client: Client,
    settings: Settings,
    heard: SimpleNamespace,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    issue = approved()
    settings.NEWSROOM_HUB = "http://127.0.0.1:9/"
    with django_capture_on_commit_callbacks(execute=True):
        workflow.perform(Action.PUBLISH, issue, by=people.editor)
    assert len(entries(client, "/morning/rss.xml")) == 1
    assert websub.tell.call("morning") is False
    settings.NEWSROOM_HUB = ""
    assert websub.tell.call("morning") is False
    assert heard.told == []


def test_without_a_hub_no_feed_names_one(digest: Digest, client: Client) -> None:
    assert 'rel="hub"' not in get(client, "/morning/rss.xml").content.decode()
    assert "hubs" not in json.loads(get(client, "/morning/feed.json").content)


def test_the_hub_is_told_when_the_hour_of_a_schedule_comes(
    approved: Make,
    people: SimpleNamespace,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    issue = approved()
    settings.NEWSROOM_HUB = "http://127.0.0.1:9/"
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    at = timezone.now() + timedelta(hours=5)
    with django_capture_on_commit_callbacks(execute=True):
        workflow.perform(Action.SCHEDULE, issue, by=people.editor, at=at)
    due = DBTaskResult.objects.filter(task_path="digests.delivery.websub.tell")
    assert [(task.run_after, task.args_kwargs["args"]) for task in due] == [(at, ["morning"])]


# Found


def test_every_page_names_its_own_feeds(published: Make, client: Client) -> None:
    published()
    story = Story.objects.live().first()
    assert story is not None
    issue_and_stories = ["/morning/", "/morning/stories/"]
    expected = {
        "/": (["/"], "新闻编辑部"),
        "/tags/": (["/tags/"], "带标签的各期"),
        "/morning/": (issue_and_stories, "晨报"),
        "/morning/2026-03-01/": (issue_and_stories, "晨报"),
        "/morning/2026/03/": (["/morning/2026/03/"], "晨报 · 2026-03"),
        f"/stories/{story.uid}/": (["/morning/stories/"], "晨报"),
        "/tags/ai/": (["/tags/ai/"], "AI"),
        "/corrections/": (["/corrections/"], "新闻编辑部 · 更正记录"),
        "/sources/": (["/sources/"], "全部来源的新闻"),
        "/sources/source1.test/": (["/sources/source1.test/"], "source1.test"),
    }
    for page, (listings, name) in expected.items():
        head = BeautifulSoup(client.get(page).content, "html.parser").head
        assert head is not None
        types = [kind.content_type for kind in FORMATS]
        links = [link for link in head.find_all("link", rel="alternate") if link.get("type") in types]
        assert [(link["href"], link["type"]) for link in links] == [
            (listing + kind.file, kind.content_type) for listing in listings for kind in FORMATS
        ], page
        assert all(str(link["title"]).startswith(name) for link in links)
        assert len({link["title"] for link in links}) == len(links)
        for link in links:
            assert client.get(str(link["href"])).status_code == 200
