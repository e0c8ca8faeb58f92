"""Feeds: full text, stable ids, absolute links, and nothing that is not live."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image as Photo
from pytest_django import Settings

from digests.editorial import workflow
from digests.manuscript.values import Brief, NewsItem, Section
from digests.models import Digest, Issue, Source, Story, Tag
from digests.models.states import Action
from digests.publishing import pictures
from digests.publishing.addresses import FORMATS, Format
from digests.site.feeds.formats import write
from digests.site.feeds.values import Entry, Feed, Image
from tests.conftest import Clock, manuscript, reword
from tests.feed_reading import (
    ATOM,
    FH,
    KINDS,
    LISTINGS,
    MEDIA,
    SITE,
    check_moved,
    checked,
    entries,
    get,
    out,
    republished,
    signs,
)
from tests.rewriting import publish, with_items, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]


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
