"""Feeds as feed readers and validators have them, and what changes them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

import feedparser
from bs4 import BeautifulSoup
from django.test import Client

from digests.manuscript.values import new_uid
from digests.models import Digest, Edition, Issue, Revision
from digests.publishing import editions
from digests.publishing.addresses import FORMATS
from tests.conftest import Clock, manuscript

SITE = "https://news.example.org"
KINDS = [kind.file for kind in FORMATS]
ATOM, FH = "{http://www.w3.org/2005/Atom}", "{http://purl.org/syndication/history/1.0}"
MEDIA, DC = "{http://search.yahoo.com/mrss/}", "{http://purl.org/dc/elements/1.1/}"

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


def out(digest: Digest, day: date, *, at: datetime, stories: int = 1, **fields: Any) -> Edition:
    """Make an issue public from an instant on, by the press alone."""
    words = manuscript(stories, date=day, **fields)
    named = [
        replace(section, items=tuple(replace(item, uid=new_uid()) for item in section.items))
        for section in words.sections
    ]
    words = replace(words, sections=tuple(named))
    issue, _new = Issue.objects.get_or_create(digest=digest, date=day, defaults={"title": words.title})
    number = issue.revisions.count() + 1
    revision = Revision.objects.create(
        issue=issue, number=number, sha256=words.sha256, content=words.canonical(), author_name="writer"
    )
    return editions.publish(issue, revision, at=at, by=None, by_name="editor")


def get(client: Client, address: str, **headers: str) -> Any:
    response = client.get(address.removeprefix(SITE), headers=headers)
    assert response.status_code in (200, 304), (address, response.status_code)
    return response


def entries(client: Client, address: str) -> list[dict[str, Any]]:
    """Return a feed's entries as a feed reader sees them, in one form for all three formats."""
    response = get(client, address)
    if response.headers["Content-Type"].startswith("application/feed+json"):
        return [
            {
                "id": item["id"],
                "link": item["url"],
                "title": item["title"],
                "html": item["content_html"],
                "published": item["date_published"],
                "updated": item["date_modified"],
            }
            for item in json.loads(response.content)["items"]
        ]
    parsed = feedparser.parse(response.content, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [
        {
            "id": entry.id,
            "link": entry.link,
            "title": entry.title,
            "html": entry.content[0].value,
            "published": entry.published,
            "updated": entry.updated,
        }
        for entry in parsed.entries
    ]


def once(element: ElementTree.Element, *names: str) -> list[str]:
    """Return the texts of children of which there is exactly one."""
    for name in names:
        assert len(element.findall(name)) == 1, (element.tag, name)
    return [element.findtext(name, "") for name in names]


def instant(text: str) -> datetime:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text.replace("+00:00", "Z")), text
    return datetime.fromisoformat(text)


def refuse_anything_relative(html: str) -> None:
    for element in BeautifulSoup(html, "html.parser").find_all(True):
        for name, value in element.attrs.items():
            if name in ("href", "src", "cite", "poster", "srcset", "data", "action"):
                assert re.match(r"https?://|mailto:", str(value)), (name, value)
            else:
                assert name in ("alt", "title", "width", "height", "lang", "rel", "start", "align", "class"), name
        if element.name == "img":
            assert "alt" in element.attrs


def check_rss(content: bytes, address: str) -> set[str]:
    root = ElementTree.fromstring(content)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    title, link, description, _language, built = once(
        channel, "title", "link", "description", "language", "lastBuildDate"
    )
    assert title and description and link.startswith(SITE + "/")
    image = channel.find("image")
    assert image is not None
    assert once(image, "title", "link") == [title, link]
    assert once(image, "url")[0].endswith(".png")
    (self_link,) = [one for one in channel.findall(f"{ATOM}link") if one.get("rel") == "self"]
    assert (self_link.get("href"), self_link.get("type")) == (address, "application/rss+xml")
    ids = []
    for item in channel.findall("item"):
        guid, title, link, published, updated, creator = once(
            item, "guid", "title", "link", "pubDate", f"{ATOM}updated", f"{DC}creator"
        )
        found = item.find("guid")
        assert found is not None
        assert found.get("isPermaLink") == "false"
        assert title and creator and link.startswith(SITE + "/")
        assert parsedate_to_datetime(published) <= instant(updated) <= parsedate_to_datetime(built)
        assert len(item.findall("description")) <= 1
        (html,) = once(item, "{http://purl.org/rss/1.0/modules/content/}encoded")
        refuse_anything_relative(html)
        ids.append(guid)
    assert len(ids) == len(set(ids))
    return set(ids)


def check_atom(content: bytes, address: str) -> set[str]:
    root = ElementTree.fromstring(content)
    assert root.tag == f"{ATOM}feed"
    title, feed_id, feed_updated, _subtitle, icon = once(
        root, f"{ATOM}title", f"{ATOM}id", f"{ATOM}updated", f"{ATOM}subtitle", f"{ATOM}icon"
    )
    assert title and feed_id == address.partition("?week")[0].partition("?day")[0] and icon.startswith(SITE + "/")
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    links = {one.get("rel"): (one.get("href"), one.get("type")) for one in root.findall(f"{ATOM}link")}
    assert len(links) == len(root.findall(f"{ATOM}link"))
    assert links["self"] == (address, "application/atom+xml")
    assert links["alternate"][1] == "text/html"
    ids = []
    for entry in root.findall(f"{ATOM}entry"):
        entry_id, title, published, updated, html = once(
            entry, *(f"{ATOM}{name}" for name in ("id", "title", "published", "updated", "content"))
        )
        assert title and entry.findtext(f"{ATOM}author/{ATOM}name")
        assert instant(published) <= instant(updated) <= instant(feed_updated)
        assert len([one for one in entry.findall(f"{ATOM}link") if one.get("rel") == "alternate"]) == 1
        refuse_anything_relative(html)
        ids.append(entry_id)
    assert len(ids) == len(set(ids))
    return set(ids)


def check_json(content: bytes, address: str) -> set[str]:
    feed = json.loads(content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["feed_url"] == address.partition("?week")[0].partition("?day")[0]
    assert feed["home_page_url"].startswith(SITE + "/")
    assert feed["icon"].startswith(SITE + "/")
    assert all(author["name"] for author in feed["authors"])
    for item in feed["items"]:
        assert instant(item["date_published"]) <= instant(item["date_modified"])
        assert all(author["name"] for author in item["authors"])
        assert "author" not in item
        refuse_anything_relative(item["content_html"])
    ids = [item["id"] for item in feed["items"]]
    assert all(isinstance(one, str) for one in ids)
    assert len(ids) == len(set(ids))
    return set(ids)


CHECKS = {"rss.xml": check_rss, "atom.xml": check_atom, "feed.json": check_json}


def checked(client: Client, address: str) -> set[str]:
    """Return the ids of a feed that a validator would pass."""
    response = get(client, address)
    (kind,) = [kind for kind in FORMATS if f"/{kind.file}" in address]
    assert response.headers["Content-Type"] == f"{kind.content_type}; charset=utf-8"
    return CHECKS[kind.file](response.content, SITE + address.removeprefix(SITE))


def signs(client: Client, listing: str, query: str = "") -> dict[str, tuple[str, datetime]]:
    """Return ETag and Last-Modified of a listing's feeds."""
    responses = {kind: get(client, listing + kind + query) for kind in KINDS}
    return {
        kind: (response.headers["ETag"], parsedate_to_datetime(response.headers["Last-Modified"]))
        for kind, response in responses.items()
    }


def check_moved(before: dict[str, Any], after: dict[str, Any], at: datetime) -> None:
    """Both signs of each format tell of what changed at an instant."""
    assert before.keys() == after.keys()
    for kind, (tag, modified) in after.items():
        assert tag != before[kind][0]
        assert before[kind][1] < modified == at + timedelta(seconds=1)


def withdrawn(edition: Edition, clock: Clock) -> None:
    editions.withdraw(edition, at=clock.now)


def retracted(edition: Edition, clock: Clock) -> None:
    story = edition.stories.first()
    assert story is not None
    editions.retract(edition, story.uid, "假", at=clock.now, by=None, by_name="", correction="retraction", note="假")


def republished(edition: Edition, clock: Clock) -> None:
    editions.publish(
        edition.issue, edition.revision, at=clock.now, by=None, by_name="", correction="correction", note="改"
    )


def reprinted(edition: Edition, clock: Clock) -> None:
    editions.rebuild(edition)


def renamed(edition: Edition, clock: Clock) -> None:
    edition.digest.name = "新晨报"
    edition.digest.save()


def imported(edition: Edition, clock: Clock) -> None:
    out(edition.digest, date(2026, 2, 28), at=datetime(2026, 2, 28, tzinfo=UTC), stories=3, tags=("AI",))


CHANGES: list[Callable[[Edition, Clock], None]] = [withdrawn, retracted, republished, reprinted, renamed, imported]
