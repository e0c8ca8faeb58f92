"""The archives of feeds (RFC 5005): each issue once, from the newest document to the oldest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client

from digests.models import Digest, Edition, Issue
from digests.publishing import editions
from tests.conftest import Clock
from tests.feed_reading import (
    ATOM,
    FH,
    KINDS,
    SITE,
    checked,
    get,
    out,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]


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
