"""Feeds that are asked for again: who has one is told so, every change is seen, and the cost stays the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Photo
from pytest_django import DjangoAssertNumQueries

from digests.models import Digest, Edition, Issue, Source, Tag
from digests.publishing import editions, pictures
from tests.conftest import Clock
from tests.feed_reading import (
    CHANGES,
    KINDS,
    LISTINGS,
    check_moved,
    entries,
    get,
    out,
    republished,
    retracted,
    signs,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]


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
