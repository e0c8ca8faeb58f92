"""The readers' pages: what is live and nothing else, for a constant number of queries, from this host alone."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from digests.editorial import exchange, workflow
from digests.manuscript.reader import read
from digests.manuscript.values import Brief, Insight, NewsItem, Section
from digests.models import Digest, Edition, Issue, Retraction, Source, Story
from digests.models.states import Action
from tests.conftest import reword
from tests.reading import DAY, archive, get, story_of
from tests.rewriting import rewrite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]
RUN = "script:not([type='application/ld+json'])"  # what a browser would


# What an issue shows


def test_an_issue_in_full(client: Client, published: Make) -> None:
    Source.objects.update_or_create(domain="source1.test", defaults={"name": "源一", "kind": "official"})
    issue = published(editor="林见秋", intro="引子。")
    page = get(client, "/morning/2026-03-01/")
    text = page.get_text(" ", strip=True)
    assert page.html["lang"] == "zh-hans"
    assert [h1.get_text() for h1 in page.find_all("h1")] == ["今天的要闻"]
    assert page.select_one(".issue-day time")["datetime"] == "2026-03-01"
    for words in ("2026", "一句话说完今天。", "林见秋", "引子。", "开场白。", "一句话", "更多动态"):
        assert words in text

    first = story_of(issue)
    article = page.find(id=first.uid)
    assert article.h3.a["href"] == "https://source1.test/news/1"
    source = article.select_one(".source")
    assert source.b.get_text() == "源一"
    assert source.select_one(".kind")["data-kind"] == "official"
    assert source.select_one(".domain").get_text() == "source1.test"
    assert source.select_one(".permalink")["href"] == f"/stories/{first.uid}/"
    assert article.select_one(".prose strong").get_text() == "要点"
    assert [tag.get_text() for tag in article.select(".tags a")] == ["芯片"]
    assert page.select_one(f".contents a[href='#{first.uid}']")


def test_headings_in_a_text_follow_those_around_it(client: Client, published: Make) -> None:
    text = "## 甲\n#### 乙\n## 丙"
    item = NewsItem("一条", link="https://s.test/", body=text, insights=(Insight(text, bullet=False),))
    issue = published(summary=text, intro=text, sections=(Section("版块", lead=text, items=(item,)),))
    for address in ("/morning/2026-03-01/", f"/stories/{story_of(issue).uid}/"):
        page = get(client, address)
        levels = [int(heading.name[1]) for heading in page.main.find_all(re.compile("^h[1-6]$"))]
        assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert [heading.name for heading in page.select(".single .prose :is(h2, h3, h4)")] == ["h2", "h3", "h2"]


def test_words_in_another_language_say_so(client: Client, published: Make) -> None:
    items = (NewsItem("Attention is all you need"), NewsItem("OpenAI 发布 GPT-5"))
    issue = published(title="What the papers say today", sections=(Section("Papers and what they say", items=items),))
    marked = {
        "/": [".lead-title a", ".headlines a"],
        "/morning/2026/03/": [".entry-title a"],
        "/morning/2026-03-01/": ["h1", ".contents > details > ol > li > a", ".contents li li a", "h2[id=s1]", "h3"],
    }
    for address, places in marked.items():
        page = get(client, address)
        for place in places:
            assert page.select_one(place).get("lang") == "en", (address, place)
    assert [heading.get("lang") for heading in page.select("h3")] == ["en", None]
    Digest.objects.update(language="en")
    page = get(client, f"/morning/{issue.date}/")
    assert page.h1.get("lang") is None
    assert [heading.get("lang") for heading in page.select("h3")] == [None, "zh"]


def test_passages_in_another_language_say_so_on_every_page_of_theirs(client: Client, published: Make) -> None:
    text = "报纸说：\n\n> The tide is late today.\n\n- and so is the ferry\n- 渡轮也晚了"
    item = NewsItem("潮汐", body=text, insights=(Insight("What this means is open"),))
    issue = published(sections=(Section("海", briefs=(Brief("A line about **the tide**"),), items=(item,)),))
    uid = issue.head.manuscript.sections[0].items[0].uid
    for address in (f"/morning/{issue.date}/", f"/stories/{uid}/"):
        page = get(client, address)
        said = [one.get_text(strip=True) for one in page.select(".prose [lang=en], .note ul [lang=en]")]
        assert said == ["The tide is late today.", "and so is the ferry", "What this means is open"]
    brief = get(client, f"/morning/{issue.date}/").select_one(".briefs span")
    assert (brief["lang"], brief.get_text()) == ("en", "A line about the tide")


def test_a_story_without_any_link_says_so(client: Client, published: Make) -> None:
    published(sections=(Section("版块", items=(NewsItem("甲"), NewsItem("乙", body="见 [原文](https://s.test/)"))),))
    stories = get(client, "/morning/2026-03-01/").select(".story")
    assert [bool(story.select_one("[data-kind=none]")) for story in stories] == [True, False]


def test_insights_stand_apart_and_say_what_they_rest_on(client: Client, published: Make) -> None:
    uid = story_of(published()).uid
    article = get(client, "/morning/2026-03-01/").find(id=uid)
    notes = article.select(".note")
    assert [(note["data-basis"], bool(note.select_one(".basis"))) for note in notes] == [
        ("editor", False),
        ("ai", True),
        ("editor", False),
    ]
    assert [note.li.get_text() for note in notes[:2]] == ["其一", "其二"]
    assert "一整段的看法。" in notes[2].p.find_next_sibling("p").get_text()
    assert "其一" not in article.select_one(".prose").get_text()


def test_the_label_says_when_nobody_reviewed(client: Client, draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震")
    Digest.objects.update(language="en")
    page = get(client, "/morning/2026-03-01/")
    assert "Published in an emergency; not independently reviewed" in page.find(id="label").get_text()
    assert page.select_one(".facts .is-unreviewed").get_text() == "Not independently reviewed"
    workflow.perform(Action.ENDORSE, issue, by=people.reviewer)
    page = get(client, "/morning/2026-03-01/")
    assert "approved afterwards" in page.find(id="label").get_text()
    assert page.select_one(".facts .is-reviewed")


def test_the_cover_is_shown_only_from_here(client: Client, published: Make, media_root: Path) -> None:
    (media_root / "covers").mkdir(parents=True)
    (media_root / "covers" / "a1.png").write_bytes(b"pixels")
    published(cover_file="covers/a1.png", cover_alt="一扇窗", cover_image="https://elsewhere.test/1.png")
    published(date=DAY + timedelta(days=1), cover_image="https://elsewhere.test/1.png")
    with_cover = get(client, "/morning/2026-03-01/")
    assert [(img["src"], img["alt"]) for img in with_cover.find_all("img")] == [("/media/covers/a1.png", "一扇窗")]
    assert b"elsewhere.test" not in client.get("/morning/2026-03-02/").content


def test_only_a_cover_that_a_page_begins_with_is_loaded_at_once(
    client: Client, published: Make, media_root: Path
) -> None:
    (media_root / "covers").mkdir(parents=True)
    for name in ("a1", "b2"):
        (media_root / "covers" / f"{name}.png").write_bytes(name.encode())
    evening = Digest.objects.create(name="晚报", slug="evening")
    issue = published(cover_file="covers/a1.png", cover_alt="一扇窗")
    published(date=DAY - timedelta(days=1), cover_file="covers/b2.png", cover_alt="一扇门")
    Edition.objects.exclude(issue=issue).update(digest=evening)
    (img,) = get(client, "/morning/2026-03-01/").select(".cover img")
    assert (img["width"], img["height"], img["alt"], img.get("loading")) == ("1200", "630", "一扇窗", None)
    assert img["fetchpriority"] == "high"
    covers = get(client, "/").select(".lead .cover img")
    assert [(img["src"], img["alt"], img.get("loading")) for img in covers] == [
        ("/media/covers/a1.png", "", None),
        ("/media/covers/b2.png", "", "lazy"),
    ]


def test_corrections_are_told(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    assert not get(client, "/morning/2026-03-01/").find(id="corrections")
    Edition.objects.update(live_from=timezone.now() - timedelta(hours=1))
    rewrite(issue, replace(exchange.from_rows(issue), title="改过的要闻"), people)
    since, corrected = Edition.objects.order_by("live_from").values_list("live_from", flat=True)
    page = get(client, "/morning/2026-03-01/")
    assert "数字有误，已改正。" in page.find(id="corrections").get_text()
    first, updated = (datetime.fromisoformat(str(time["datetime"])) for time in page.select(".facts time"))
    assert (first, updated) == (since.replace(microsecond=0), corrected.replace(microsecond=0))
    assert updated - first >= timedelta(hours=1)
    assert get(client, f"/stories/{story_of(issue).uid}/").select_one(".corrected")


def test_neighbours(client: Client, published: Make) -> None:
    for days in (0, 2, 5):
        published(date=DAY + timedelta(days=days), title=f"第 {days} 天")
    page = get(client, "/morning/2026-03-03/")
    assert [link["href"] for link in page.select(".beside a")] == ["/morning/2026-03-01/", "/morning/2026-03-06/"]


def test_a_subscribe_card_is_made_safe(client: Client, published: Make) -> None:
    card = '<div><img src="https://e.test/q.png"><a href="https://t.test/g" onclick="x()">群组</a></div>'
    Digest.objects.filter(pk=published().digest_id).update(subscribe_card=card)
    page = get(client, "/morning/2026-03-01/")
    assert page.select_one(".card a")["href"] == "https://t.test/g"
    assert not page.find("img") and "onclick" not in str(page)


# What readers never see


def test_drafts_leak_nowhere(client: Client, draft: Make, approved: Make, people: SimpleNamespace) -> None:
    issue = draft(title="机密", tags=("秘密",))
    planned = approved(date=DAY + timedelta(days=1), title="明天的机密", tags=("秘密",))
    at = timezone.now() + timedelta(hours=1)
    edition = workflow.perform(Action.SCHEDULE, planned, by=people.editor, at=at).edition
    assert edition
    for address in ("/", "/tags/", "/morning/"):
        page = client.get(address).content.decode()
        assert "机密" not in page and "秘密" not in page
    uids = [edition.stories.all()[0].uid, issue.sections.all()[0].items.all()[0].uid]
    hidden = ["2026-03-01/", "2026-03-02/", "2026-03-01.md", "2026-03-02.json", "2026-03-02/label.json", "2026/03/"]
    for address in [f"/morning/{end}" for end in hidden] + ["/tags/秘密/"] + [f"/stories/{uid}/" for uid in uids]:
        get(client, address, 404)


def test_the_live_issue_stays_while_a_draft_is_written(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    before = client.get("/morning/2026-03-01/").content
    reword(issue, "还没人看过的新标题", by=people.writer)
    assert client.get("/morning/2026-03-01/").content == before


def test_a_retracted_story(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    gone, kept = story_of(issue, 0), story_of(issue, 1)
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=gone.uid, note="照片系摆拍。")
    page = get(client, "/morning/2026-03-01/")
    tombstone = page.find(id=gone.uid)
    assert "照片系摆拍。" in tombstone.get_text()
    assert gone.headline not in page.get_text()
    stone = get(client, f"/stories/{gone.uid}/", 410)
    assert "照片系摆拍。" in stone.get_text() and gone.headline not in stone.get_text()
    assert stone.find("a", href="/morning/2026-03-01/")
    assert gone.headline not in get(client, f"/stories/{kept.uid}/").get_text()
    for address in ("/", "/morning/", "/morning/2026-03-01.md", "/morning/2026-03-01.json", "/tags/芯片/"):
        assert gone.headline not in client.get(address).content.decode()
    assert Retraction.objects.count() == 1


def test_a_withdrawn_issue_is_gone(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    uid = story_of(issue).uid
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="整期有误")
    for end in ("2026-03-01/", "2026-03-01.md", "2026-03-01.json", "2026-03-01/label.json"):
        assert get(client, f"/morning/{end}", 410).find("a", href="/morning/")
    get(client, f"/stories/{uid}/", 410)
    get(client, "/stories/zzzzzzzz/", 404)
    get(client, "/morning/2026-03-09/", 404)
    get(client, "/tags/ai/", 404)
    assert "今天的要闻" not in get(client, "/morning/").get_text()


def test_a_story_that_a_later_edition_dropped_is_gone(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    dropped = story_of(issue, 2)
    words = exchange.from_rows(issue)
    first = words.sections[0]
    rewrite(issue, replace(words, sections=(replace(first, items=first.items[:2]), *words.sections[1:])), people)
    get(client, f"/stories/{dropped.uid}/", 410)
    get(client, f"/stories/{story_of(issue).uid}/")


# The other pages


def test_front_leads_with_the_latest_of_each_digest(client: Client, published: Make) -> None:
    published(date=DAY - timedelta(days=1), title="昨天的要闻")
    issue = published()
    archive(Digest.objects.create(name="Evening", slug="evening", language="en"), 2)
    page = get(client, "/")
    leads = page.select(".lead")
    assert [(lead["lang"], lead.h2.get_text()) for lead in leads] == [("en", "第 0 期"), ("zh-hans", "今天的要闻")]
    assert leads[1].select_one(f"a[href='/morning/2026-03-01/#{story_of(issue).uid}']")
    assert {entry.h3.get_text() for entry in page.select(".entry")} == {"昨天的要闻", "第 1 期"}


def test_an_empty_newsroom(client: Client, digest: Digest) -> None:
    for address in ("/", "/morning/", "/tags/"):
        assert get(client, address).select_one(".nothing")
    for address in ("/nowhere/", "/morning/2026/03/", "/tags/none/", "/morning/2026-02-30/"):
        get(client, address, 404)


def test_a_digest_with_its_archive(client: Client, digest: Digest) -> None:
    archive(digest, 45)
    page = get(client, "/morning/")
    assert page.select_one(".lead").h2.get_text() == "第 0 期"
    assert [entry.h3.get_text() for entry in page.select(".entry")] == [f"第 {number} 期" for number in range(1, 20)]
    months = {link["href"]: link.span.get_text() for link in page.select(".archive a")}
    assert months == {"/morning/2026/03/": "1", "/morning/2026/02/": "28", "/morning/2026/01/": "16"}
    seen = ["第 0 期"]
    while True:
        seen += [entry.h3.get_text() for entry in page.select(".entry")]
        older = page.select_one(".pager [rel=next]")
        if older is None:
            break
        page = get(client, str(older["href"]))
    assert seen == [f"第 {number} 期" for number in range(45)]
    get(client, "/morning/?before=2020-01-01", 404)
    get(client, "/morning/?before=yesterday", 404)


def test_a_month(client: Client, digest: Digest) -> None:
    archive(digest, 45)
    page = get(client, "/morning/2026/02/")
    assert len(page.select(".entry")) == 28
    assert [link["href"] for link in page.select(".pager a")] == ["/morning/2026/01/", "/morning/2026/03/"]
    get(client, "/morning/2025/12/", 404)
    get(client, "/morning/2026/13/", 404)


def test_a_story_page(client: Client, published: Make) -> None:
    issue = published(5)
    stories = list(Story.objects.live().filter(edition__issue=issue))
    page = get(client, f"/stories/{stories[2].uid}/")
    assert [h1.get_text() for h1 in page.find_all("h1")] == [stories[2].headline]
    assert page.select_one(".kicker a")["href"] == f"/morning/2026-03-01/#{stories[2].uid}"
    assert "版块 1" in page.select_one(".kicker").get_text()
    assert len(page.select(".note")) == 3
    assert page.find("link", rel="canonical")["href"] == f"https://news.example.org/stories/{stories[2].uid}/"
    assert [link["href"] for link in page.select(".beside a")] == [
        f"/stories/{stories[1].uid}/",
        f"/stories/{stories[3].uid}/",
    ]


def test_tags_count_what_is_live(client: Client, published: Make, draft: Make, people: SimpleNamespace) -> None:
    published()
    published(date=DAY + timedelta(days=1))
    draft(date=DAY + timedelta(days=2))
    workflow.perform(Action.WITHDRAW, Issue.objects.get(date=DAY), by=people.editor, note="误")
    counts = {link.contents[0].strip(): link.span.get_text() for link in get(client, "/tags/").select(".tag-list a")}
    assert counts == {"早间": "3", "AI": "3", "芯片": "2"}


def test_a_tag_shows_issues_whole_or_the_stories_that_have_it(client: Client, published: Make) -> None:
    published(5)
    published(date=DAY + timedelta(days=1), tags=("芯片",))
    entries = get(client, "/tags/芯片/").select(".entry")
    assert [len(entry.select(".headlines a")) for entry in entries] == [0, 3]
    assert "一句话说完今天。" in entries[1].get_text()


def test_a_tag_is_paged_across_digests(client: Client, digest: Digest) -> None:
    archive(digest, 15)
    archive(Digest.objects.create(name="晚报", slug="evening"), 15)
    page = get(client, "/tags/ai/")
    seen = [link["href"] for link in page.select(".entry-title a")]
    page = get(client, str(page.select_one(".pager [rel=next]")["href"]))
    seen += [link["href"] for link in page.select(".entry-title a")]
    assert len(seen) == len(set(seen)) == 30
    for place in ("2026-03-01", "x", "2026-03-01-", "2026-99-01-1"):
        get(client, f"/tags/ai/?before={place}", 404)


# Other forms


def test_markdown(client: Client, published: Make) -> None:
    issue = published()
    Digest.objects.update(subscribe_card="<p>订阅</p>")
    response = client.get("/morning/2026-03-01.md")
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    text = response.content.decode()
    assert text.endswith("---\n\n<p>订阅</p>")
    back = read(response.content).manuscript
    assert replace(back, footer="").without_uids() == exchange.from_rows(issue).without_uids()


def test_json(client: Client, published: Make) -> None:
    published()
    response = client.get("/morning/2026-03-01.json")
    data = json.loads(response.content)
    assert list(data) == [
        "digest", "date", "url", "edition", "first_published", "updated", "retracted", "manuscript", "label",
    ]  # fmt: skip
    assert (data["digest"], data["date"], data["edition"]) == ("morning", "2026-03-01", 1)
    assert data["url"] == "https://news.example.org/morning/2026-03-01/"
    assert data["first_published"] == data["updated"]
    assert data["manuscript"]["title"] == "今天的要闻" and "footer" not in data["manuscript"]
    assert "今天的要闻" in response.content.decode()
    assert data["label"] == json.loads(client.get("/morning/2026-03-01/label.json").content)
    assert data["label"]["stories"] == 3


# How pages are made and kept

PAGES = [
    "/",
    "/morning/",
    "/morning/2026/03/",
    "/morning/2026-03-01/",
    "/tags/",
    "/tags/ai/",
    "/tags/none/",
    "/sources/",
]


@pytest.mark.parametrize("address", [*PAGES, "/stories/"])
def test_every_page_is_sound(client: Client, published: Make, address: str) -> None:
    issue = published()
    if address == "/stories/":
        address += f"{story_of(issue).uid}/"
    response = client.get(address)
    page: Any = BeautifulSoup(response.content, "html.parser")
    assert len(page.find_all("h1")) == 1
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("^h[1-6]$"))]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    loaded = [
        str(tag.get("src") or tag.get("href")) for tag in page.select(f"img, {RUN}, [rel=stylesheet], [rel=icon]")
    ]
    assert loaded and all(url.startswith("/static/") for url in loaded)
    assert not page.select(f"{RUN}, style, [style], [onclick], form:not([role=search])")
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for link in page.select("a[href^='#']"):
        assert str(link["href"])[1:] in ids
    for time in page.select("time"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d[+-]\d\d:\d\d)?", str(time["datetime"]))
    assert not response.cookies
    if response.status_code == 200:
        assert response.headers["Vary"] == "Accept-Language, Accept-Encoding"
        assert "public" in response.headers["Cache-Control"] and "max-age=60" in response.headers["Cache-Control"]
        assert client.get(address, headers={"if-none-match": response.headers["ETag"]}).status_code == 304
        assert client.post(address).status_code == 405
        assert client.head(address).content == b""
        for feed in page.select("link[rel=alternate][type*='feed+json'], link[rel=alternate][type*=xml]"):
            assert client.get(str(feed["href"])).status_code == 200


def test_head_is_answered_as_get_and_everything_else_refused_by_what_it_is(published: Make) -> None:
    published()
    client = Client(enforce_csrf_checks=True)
    for address in ("/", "/morning/2026-03-01/", "/morning/2026-03-01.md", "/morning/rss.xml", "/search/?q=新闻"):
        etag = client.get(address).headers["ETag"]
        assert client.head(address).headers["ETag"] == etag
        assert client.head(address, headers={"if-none-match": etag}).status_code == 304
        refused = client.post(address, {"x": "y"})
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ("/?kind=x&before=1&by=y", "/"), ("/subscribe/?kind=x", "/subscribe/"), ("/tags/ai/?kind=zzz", "/tags/ai/"),
        ("/morning/2026/03/?before=q", "/morning/2026/03/"), ("/morning/?after=q&kind=spam", "/morning/"),
        ("/tags/?kind=unsorted&x=y", "/tags/?kind=unsorted"), ("/sources/?by=address&kind=q", "/sources/"),
    ],
)  # fmt: skip
def test_what_others_add_to_an_address_makes_no_other_page(
    client: Client, published: Make, address: str, one: str
) -> None:
    published()
    canonical = str(get(client, address).find("link", rel="canonical")["href"])
    assert unquote(canonical) == f"https://news.example.org{one}"


def test_words_are_compressed_for_who_takes_it_and_still_known_by_their_etag(client: Client, published: Make) -> None:
    published()
    for address in ("/morning/2026-03-01/", "/morning/2026-03-01.md", "/morning/2026-03-01.json", "/morning/rss.xml"):
        response = client.get(address, headers={"accept-encoding": "gzip"})
        assert response.headers["Content-Encoding"] == "gzip"
        assert len(response.content) < len(client.get(address).content) * 2 / 3
    plain = client.get("/morning/2026-03-01/")
    page = client.get("/morning/2026-03-01/", headers={"accept-encoding": "gzip"})
    assert gzip.decompress(page.content) == plain.content
    for etag in (plain.headers["ETag"], page.headers["ETag"]):
        again = client.get("/morning/2026-03-01/", headers={"accept-encoding": "gzip", "if-none-match": etag})
        assert again.status_code == 304
    picture = client.get("/morning/2026-03-01/cover.png", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in picture.headers and "Accept-Encoding" not in picture.headers["Vary"]


def test_a_language_chosen_by_cookie_is_not_for_shared_caches(client: Client, published: Make) -> None:
    published()
    client.cookies["django_language"] = "en"
    response = client.get("/tags/")
    assert b'<html lang="en">' in response.content
    assert "private" in response.headers["Cache-Control"] and "public" not in response.headers["Cache-Control"]


def test_what_ai_did_is_said_in_the_language_of_the_digest(client: Client, published: Make) -> None:
    item = NewsItem("One", body="x", insights=(Insight("y", basis="ai"),), ai_role="translated")
    issue = published(sections=(Section("Papers", items=(item,)),))
    Digest.objects.update(language="en")
    for address in ("/morning/2026-03-01/", f"/stories/{story_of(issue).uid}/"):
        response = client.get(address, headers={"accept-language": "zh-hans"})
        page = BeautifulSoup(response.content, "html.parser")
        assert [one.get_text() for one in page.select(".kind[data-kind=ai], .basis")] == [
            "Translated by AI",
            "AI inference",
        ], address


def test_a_page_is_in_the_language_and_time_zone_of_its_digest(client: Client, published: Make) -> None:
    issue = published()
    Digest.objects.update(language="en", time_zone="America/New_York")
    Edition.objects.filter(issue=issue).update(live_from=datetime(2026, 3, 1, 3, tzinfo=UTC))
    response = client.get("/morning/2026-03-01/", headers={"accept-language": "zh-hans"})
    page: Any = BeautifulSoup(response.content, "html.parser")
    assert page.html["lang"] == response.headers["Content-Language"] == "en"
    assert page.select_one(".issue-day time").get_text() == "Sunday 1 March 2026"
    assert "Feb. 28, 2026, 10 p.m." in page.select_one(".facts").get_text()
    assert get(client, "/tags/").html["lang"] == "zh-hans"


def test_words_that_look_like_html_are_words(client: Client, published: Make) -> None:
    item = NewsItem(headline="<b>粗</b> & <script>", body="正文", insights=(Insight("x<y"),), tags=("<i>",))
    published(title="<img src=x>", summary='"><script>', tags=("a&b",), sections=(Section("<h1>", items=(item,)),))
    for address in ("/", "/morning/", "/morning/2026-03-01/", "/morning/2026/03/", "/tags/"):
        page = get(client, address)
        assert not page.select(f"{RUN}, main img, main i") and len(page.find_all("h1")) == 1


# What pages cost


@pytest.mark.parametrize("stories", [3, 60])
def test_queries_of_an_issue_are_as_many_for_60_stories(
    client: Client, published: Make, django_assert_num_queries: DjangoAssertNumQueries, stories: int
) -> None:
    issue = published(stories)
    tagged = story_of(issue, 2).uid
    for address, queries in {
        "/morning/2026-03-01/": 8,
        f"/stories/{tagged}/": 8,
        "/morning/2026-03-01.md": 3,
        "/morning/2026-03-01.json": 4,
        "/morning/2026-03-01/label.json": 2,
        "/": 3,
        "/morning/": 5,
        "/tags/": 2,
        "/tags/芯片/": 5,
    }.items():
        with django_assert_num_queries(queries):
            client.get(address)


@pytest.mark.parametrize("issues", [10, 1000])
def test_queries_of_a_list_are_as_many_for_1000_issues(
    client: Client, digest: Digest, django_assert_num_queries: DjangoAssertNumQueries, issues: int
) -> None:
    archive(digest, issues)
    for address, queries in {
        "/": 3,
        "/morning/": 5,
        "/morning/?before=2026-02-25": 5,
        "/morning/2026/02/": 4,
        "/tags/": 2,
        "/tags/ai/": 5,
        "/morning/2026-02-25/": 8,
    }.items():
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200


def test_a_long_issue_is_light(client: Client, published: Make) -> None:
    published(60)
    assert len(gzip.compress(client.get("/morning/2026-03-01/").content)) < 20_000


def test_a_summary_that_is_a_list_is_one_on_the_page_and_a_line_elsewhere(client: Client, published: Make) -> None:
    published(summary="- 甲事**要紧**\n- 乙事")
    page = get(client, "/morning/2026-03-01/")
    assert [item.get_text() for item in page.select(".summary li")] == ["甲事要紧", "乙事"]
    assert page.find("meta", attrs={"name": "description"})["content"] == "甲事要紧 · 乙事"
    assert get(client, "/").select_one(".summary").get_text() == "甲事要紧 · 乙事"
    assert "甲事要紧 · 乙事" in client.get("/morning/rss.xml").content.decode()
    assert client.get("/morning/2026-03-01.json").json()["manuscript"]["summary"] == "- 甲事**要紧**\n- 乙事"
