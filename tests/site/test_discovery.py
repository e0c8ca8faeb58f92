"""What machines read: structured data, cards, addresses, robots.txt, opensearch.xml, llms.txt, other forms."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as newsroom
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from digests.editorial import exchange, workflow
from digests.manuscript.values import Insight, NewsItem, Section
from digests.models import Digest, Edition, Issue, Source, Story
from digests.models.states import Action
from digests.text.markup import data_block
from tests.conftest import stored_picture
from tests.reading import archive, story_of
from tests.rewriting import rewrite

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
DAY = date(2026, 3, 1)
SITE = "https://news.example.org"
ISSUE = "/morning/2026-03-01/"
HOSTILE = """</script><script>x()</script> "引号" '<!-- ]]> & \\ \u2028\x0b 🚀"""


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = SITE
    settings.SECURE_SSL_REDIRECT = False


def page_of(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, address
    return BeautifulSoup(response.content, "html.parser")


def data_of(page: Any) -> dict[str, Any]:
    """Return the structured data of a page by type."""
    blocks = [json.loads(script.string) for script in page.select("script[type='application/ld+json']")]
    assert all(block["@context"] == "https://schema.org" for block in blocks)
    found = {block["@type"]: block for block in blocks}
    assert len(found) == len(blocks)
    assert not empty(blocks)
    return found


def empty(value: Any) -> bool:
    """Say whether anything in a value says nothing."""
    if isinstance(value, dict):
        return any(map(empty, value.values()))
    if isinstance(value, list):
        return any(map(empty, value))
    return value in ("", None)


def head(page: Any) -> dict[str, Any]:
    """Return the meta elements of a page by name: a word, or a list where there are several."""
    found: dict[str, Any] = {}
    for meta in page.select("meta[property], meta[name]"):
        name = meta.get("property") or meta["name"]
        found[name] = [found[name], meta["content"]] if name in found else meta["content"]
    return found


# Structured data


def test_an_issue_describes_itself(client: Client, published: Make) -> None:
    Digest.objects.update(policies="每条都有出处。")
    issue = published(4, editor="林见秋", cover_file=stored_picture(), cover_alt="一扇窗")
    page = page_of(client, ISSUE)
    data = data_of(page)
    stories = list(Story.objects.live().filter(edition__issue=issue))
    updated = Edition.objects.get().live_from.astimezone(issue.digest.zone).isoformat(timespec="seconds")
    organization = {"@type": "NewsMediaOrganization", "name": "晨报", "url": f"{SITE}/morning/"}
    assert data.keys() == {"NewsArticle", "BreadcrumbList"}
    assert data["NewsArticle"] == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.h1.get_text(),
        "url": f"{SITE}{ISSUE}",
        "mainEntityOfPage": f"{SITE}{ISSUE}",
        "datePublished": updated,
        "dateModified": updated,
        "inLanguage": page.html["lang"],
        "isAccessibleForFree": True,
        "image": {
            "@type": "ImageObject",
            "url": f"{SITE}{ISSUE}cover.jpg?edition=1",
            "width": 1200,
            "height": 630,
            "caption": "一扇窗",
        },
        "author": {"@type": "Person", "name": "林见秋"},
        "publisher": {
            **organization,
            "logo": {"@type": "ImageObject", "url": f"{SITE}/static/img/mark.svg"},
            "publishingPrinciples": f"{SITE}/morning/#policies",
            "correctionsPolicy": f"{SITE}/morning/#policies",
        },
        "description": "一句话说完今天。",
        "articleSection": ["版块 1", "版块 2", "更多动态"],
        "keywords": ["要闻", "早间", "AI"],
        "isBasedOn": [*(f"https://source{number}.test/news/{number}" for number in range(1, 5)), "https://brief.test/1"],
        "hasPart": [
            {"@type": "NewsArticle", "headline": story.headline, "url": f"{SITE}/stories/{story.uid}/"}
            for story in stories
        ],
    }  # fmt: skip
    assert updated.endswith("+08:00")
    assert data["BreadcrumbList"]["itemListElement"] == [
        {"@type": "ListItem", "position": 1, "name": "晨报", "item": f"{SITE}/morning/"},
        {"@type": "ListItem", "position": 2, "name": "今天的要闻", "item": f"{SITE}{ISSUE}"},
    ]


def test_a_digest_signs_where_no_editor_does_and_says_no_policies_that_it_lacks(
    client: Client, published: Make
) -> None:
    issue = published()
    for address in (ISSUE, story_of(issue).get_absolute_url()):
        article = data_of(page_of(client, address))["NewsArticle"]
        assert article["author"] == {"@type": "NewsMediaOrganization", "name": "晨报", "url": f"{SITE}/morning/"}
        assert article["publisher"].keys() == {"@type", "name", "url", "logo"}
        assert article["image"]["url"] == f"{SITE}{ISSUE}cover.png?edition=1"
        assert article["image"]["caption"] == "今天的要闻 · 晨报 2026-03-01"


def test_a_story_describes_itself_and_what_it_is_part_of(client: Client, published: Make) -> None:
    body = "见 [原文](https://a.test/?x=1&y=2) 与 https://b.test/。"
    item = NewsItem(
        "新闻", link="https://a.test/", body=body, insights=(Insight("据 [丙](https://c.test/)"),), tags=("芯片",)
    )
    issue = published(
        sections=(Section("头条", items=(item,)),), editor="林见秋", cover_file=stored_picture(), cover_alt="窗"
    )
    story = story_of(issue)
    page = page_of(client, story.get_absolute_url())
    data = data_of(page)
    article = data["NewsArticle"]
    assert article["headline"] == page.h1.get_text() == "新闻"
    assert article["url"] == article["mainEntityOfPage"] == f"{SITE}{story.get_absolute_url()}"
    assert article["author"] == {"@type": "Person", "name": "林见秋"}
    assert (article["articleSection"], article["keywords"]) == ("头条", ["芯片"])
    assert article["image"]["caption"] == "窗"
    assert article["isBasedOn"] == [
        "https://a.test/",
        "https://a.test/?x=1&y=2",
        "https://b.test/",
        "https://c.test/",
    ]
    assert article["isPartOf"] == {"@type": "NewsArticle", "headline": "今天的要闻", "url": f"{SITE}{ISSUE}"}
    assert [step["name"] for step in data["BreadcrumbList"]["itemListElement"]] == ["晨报", "今天的要闻", "新闻"]
    assert "correction" not in article and "hasPart" not in article


def test_a_story_is_described_on_one_line_that_says_where_it_is_cut(client: Client, published: Make) -> None:
    story = story_of(
        published(sections=(Section("头条", items=(NewsItem("新闻", body="第一行\n\n- " + "长" * 300),)),))
    )
    page = page_of(client, story.get_absolute_url())
    described = data_of(page)["NewsArticle"]["description"]
    assert described == f"第一行 {'长' * 196}…"
    assert head(page)["description"].startswith("第一行 长")


def test_corrections_and_their_times_are_told(client: Client, published: Make, people: SimpleNamespace) -> None:
    Digest.objects.update(time_zone="America/New_York")
    issue = published()
    first = datetime(2026, 3, 1, 13, tzinfo=UTC)
    Edition.objects.update(live_from=first)
    words = exchange.from_rows(issue)
    section = words.sections[0]
    added = replace(section, items=(*section.items, NewsItem("后来的一条")))
    rewrite(issue, replace(words, sections=(added, *words.sections[1:])), people)
    edition = Edition.objects.live().get()
    updated = edition.live_from.astimezone(issue.digest.zone).isoformat(timespec="seconds")
    page = page_of(client, ISSUE)
    article = data_of(page)["NewsArticle"]
    assert (article["datePublished"], article["dateModified"]) == ("2026-03-01T08:00:00-05:00", updated)
    assert [time["datetime"] for time in page.select(".facts time")] == [
        article["datePublished"],
        datetime.fromisoformat(article["dateModified"]).isoformat(timespec="seconds"),
    ]
    assert article["correction"] == [
        {"@type": "CorrectionComment", "text": "数字有误，已改正。", "datePublished": updated}
    ]
    old, new = (data_of(page_of(client, story_of(issue, at).get_absolute_url()))["NewsArticle"] for at in (0, 3))
    assert "correction" not in old  # the issue was corrected, and not this story
    assert old["datePublished"] == old["dateModified"] == "2026-03-01T08:00:00-05:00"
    assert new["datePublished"] == updated


def test_a_retracted_story_is_no_part_and_no_word_of_it_is_left(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    gone, *kept = Story.objects.live().filter(edition__issue=issue)
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=gone.uid, note="照片系摆拍。")
    article = data_of(page_of(client, ISSUE))["NewsArticle"]
    assert [part["headline"] for part in article["hasPart"]] == [story.headline for story in kept]
    assert gone.link not in article["isBasedOn"]
    assert article["correction"][0]["text"] == "照片系摆拍。"
    assert client.get("/morning/2026-03-01.json").json()["retracted"] == [gone.uid]
    for address in (ISSUE, "/morning/2026-03-01.md", "/morning/2026-03-01.json", "/llms.txt", "/morning/"):
        content = client.get(address).content.decode()
        assert gone.headline not in content and f"/stories/{gone.uid}/" not in content
    assert not BeautifulSoup(client.get(gone.get_absolute_url()).content, "html.parser").select("script, [property]")


def test_hostile_words_stay_words(client: Client, digest: Digest, published: Make) -> None:
    item = NewsItem(HOSTILE, body=HOSTILE, insights=(Insight(HOSTILE),), tags=(HOSTILE,))
    digest.name, digest.description, digest.policies = f"刊{HOSTILE}"[:100], HOSTILE, HOSTILE
    digest.save()
    issue = published(
        title=HOSTILE, summary=HOSTILE, category=HOSTILE, tags=(HOSTILE,), seo=(HOSTILE,), editor=HOSTILE,
        sections=(Section(HOSTILE, items=(item,)),), cover_file=stored_picture(), cover_alt=HOSTILE,
    )  # fmt: skip
    words = exchange.from_rows(issue)
    page = page_of(client, ISSUE)
    article = data_of(page)["NewsArticle"]
    assert (article["headline"], article["author"]["name"]) == (words.title, words.editor)
    assert article["image"]["caption"] == words.cover_alt == head(page)["og:image:alt"]
    assert article["articleSection"] == [words.sections[0].title]
    assert article["hasPart"][0]["headline"] == words.sections[0].items[0].headline
    assert article["keywords"] == list(dict.fromkeys([*words.seo, *words.tags]))
    assert article["publisher"]["name"] == digest.name
    assert "</script><script>" in article["headline"]
    for address in (ISSUE, story_of(issue).get_absolute_url(), "/", "/morning/", "/morning/2026/03/", "/tags/"):
        page = page_of(client, address)
        data_of(page)
        assert not page.select("script:not([type='application/ld+json'])")
        assert head(page)["og:title"]
    for address in ("/opensearch.xml", "/sitemap-morning-2026-03.xml", "/news-sitemap.xml"):
        ElementTree.fromstring(client.get(address).content)
    assert "<" not in re.sub(r"\\<", "", client.get("/llms.txt").content.decode())


def test_data_in_a_script_ends_neither_it_nor_the_page() -> None:
    value = {"a": "</script><!--<script>", "b": "\u2028\u2029&amp;\x00", "c": ["é", 1, None]}
    html = data_block(value, "application/ld+json")
    body = html.removeprefix('<script type="application/ld+json">').removesuffix("</script>\n")
    assert not re.search("[<>&\u2028\u2029\0]", body)
    assert json.loads(body) == value


def test_the_front_page_says_how_the_site_is_searched(client: Client, published: Make) -> None:
    published()
    assert data_of(page_of(client, "/")) == {
        "WebSite": {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": "晨报",
            "url": f"{SITE}/",
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": f"{SITE}/search/?q={{search_term_string}}"},
                "query-input": "required name=search_term_string",
            },
        }
    }
    assert not data_of(page_of(client, "/tags/"))


def test_policies_stand_where_the_data_point(client: Client, published: Make) -> None:
    published()
    assert not page_of(client, "/morning/").find(id="policies")
    Digest.objects.update(policies="# 出处\n\n每条都有**出处**。\n\n<script>x()</script>")
    section = page_of(client, "/morning/").find(id="policies")
    assert section.h2 and section.h3.get_text() == "出处" and section.strong.get_text() == "出处"
    assert not section.find("script")


# Cards and canonical addresses


def test_an_issue_shared_is_a_card(client: Client, published: Make) -> None:
    published(cover_file=stored_picture(), cover_alt="一扇窗")
    meta = head(page_of(client, ISSUE))
    times = Edition.objects.get().live_from.astimezone(Digest.objects.get().zone).isoformat(timespec="seconds")
    del meta["viewport"], meta["color-scheme"]
    image = f"{SITE}{ISSUE}cover.jpg?edition=1"
    assert meta == {
        "description": "一句话说完今天。",
        "keywords": "要闻",
        "robots": "max-image-preview:large",
        "og:type": "article",
        "og:title": "今天的要闻",
        "og:description": "一句话说完今天。",
        "og:url": f"{SITE}{ISSUE}",
        "og:site_name": "晨报",
        "og:locale": "zh_CN",
        "og:image": image,
        "og:image:type": "image/jpeg",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "一扇窗",
        "twitter:card": "summary_large_image",
        "twitter:image": image,
        "twitter:image:alt": "一扇窗",
        "article:published_time": times,
        "article:modified_time": times,
        "article:section": "晨报",
        "article:tag": ["早间", "AI"],
    }


def test_every_page_is_a_card_with_one_address(client: Client, published: Make) -> None:
    issue = published()
    kinds = {}
    story = story_of(issue).get_absolute_url()
    for address in ("/", "/morning/", "/morning/2026/03/", ISSUE, story, "/tags/", "/tags/ai/", "/corrections/"):
        page = page_of(client, f"{address}?utm_source=x")
        meta = head(page)
        (canonical,) = page.select("link[rel=canonical]")
        assert canonical["href"] == meta["og:url"] == f"{SITE}{address}"
        assert meta["og:title"] and meta["og:site_name"] and meta["og:locale"] == "zh_CN"
        assert meta["robots"] == "max-image-preview:large"
        assert ("og:image" in meta) == (meta["twitter:card"] == "summary_large_image")
        if "og:image" in meta:
            image = client.get(meta["og:image"].removeprefix(SITE))
            assert (image.status_code, image.headers["Content-Type"]) == (200, meta["og:image:type"])
            assert meta["og:image:alt"] == "今天的要闻 · 晨报 2026-03-01"
        kinds[address] = (meta["og:type"], meta["twitter:card"])
        search = page.select_one("link[rel=search]")
        assert (search["type"], search["href"]) == ("application/opensearchdescription+xml", "/opensearch.xml")
    large = "summary_large_image"
    assert list(kinds.values()) == [
        ("website", large), ("website", large), ("website", large), ("article", large), ("article", large),
        ("website", "summary"), ("website", large), ("website", "summary"),
    ]  # fmt: skip


def test_a_story_shared_says_when_and_where_it_stood(client: Client, published: Make) -> None:
    meta = head(page_of(client, story_of(published()).get_absolute_url()))
    time = Edition.objects.get().live_from.astimezone(Digest.objects.get().zone).isoformat(timespec="seconds")
    assert {name: value for name, value in meta.items() if name.startswith("article:")} == {
        "article:published_time": time,
        "article:modified_time": time,
        "article:section": "版块 1",
        "article:tag": "芯片",
    }


def test_a_page_of_a_list_is_its_own_and_names_the_next(client: Client, digest: Digest) -> None:
    archive(digest, 45, tag="芯 片")
    archive(Digest.objects.create(name="Evening", slug="evening"), 1, tag="芯 片")
    for start in ("/morning/", "/tags/%E8%8A%AF-%E7%89%87/"):
        page = page_of(client, start)
        following = page.find("link", rel="next")["href"]
        assert following.startswith("?before=")
        assert page.select_one(".pager [rel=next]")["href"] == f"{start}{following}"
        second = page_of(client, f"{start}{following}&utm_source=x")
        assert second.find("link", rel="canonical")["href"] == f"{SITE}{start}{following}"
        assert head(second)["og:url"] == f"{SITE}{start}{following}"


def test_lists_of_tags_are_titled_as_they_are_headed_and_described(client: Client, published: Make) -> None:
    published()
    for address in ("/tags/", "/tags/?kind=unsorted"):
        page = page_of(client, address)
        assert head(page)["og:title"] == page.h1.get_text()
        assert head(page)["description"] == "报道过的公司、模型、人物和话题"


def test_the_next_page_of_a_list_keeps_what_was_chosen_of_it(
    client: Client, published: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digests.site.views.tag.OF_A_KIND", 1)
    monkeypatch.setattr("digests.site.views.source.SOURCES", 1)
    published()
    for start in ("/tags/?kind=unsorted", "/sources/?class=unknown&by=address"):
        page = page_of(client, start)
        following = urljoin(start, page.find("link", rel="next")["href"])
        assert following.startswith(f"{start}&after=")
        words, shown = (page_of(client, at).main for at in (following, page.select_one(".pager [rel=next]")["href"]))
        assert words == shown != page.main


def test_a_choice_from_the_log_of_corrections_is_a_page_of_its_own(client: Client, published: Make) -> None:
    published()
    chosen = page_of(client, "/corrections/?utm_source=x&type=correction&digest=morning")
    assert head(chosen)["og:url"] == f"{SITE}/corrections/?digest=morning&type=correction"


def test_an_earlier_edition_is_no_page_of_its_own(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=story_of(issue).uid, note="误")
    page = page_of(client, f"{ISSUE}?edition=1")
    assert page.find("link", rel="canonical")["href"] == f"{SITE}{ISSUE}"
    assert not data_of(page) and "og:url" not in head(page)
    live, earlier = (client.get(f"/morning/2026-03-01.md{query}").headers for query in ("", "?edition=1"))
    assert earlier["Link"] == live["Link"] == f'<{SITE}{ISSUE}>; rel="canonical"'
    # What was taken out of it was taken out by the edition that came later.
    assert earlier["Last-Modified"] == live["Last-Modified"]


def test_words_in_an_address_do_no_harm_in_the_head(client: Client, digest: Digest) -> None:
    archive(digest, 3)
    page = page_of(
        client, '/morning/?before=2026-03-01&after="><script>x()</script>&lang=%00'.replace("%00", "%EF%BF%BE")
    )
    assert not page.select("script:not([type='application/ld+json'])")
    assert page.find("link", rel="canonical")["href"].startswith(f"{SITE}/morning/?before=2026-03-01&after=%22%3E")


def test_english_pages_say_so(client: Client, published: Make) -> None:
    published()
    Digest.objects.update(language="en")
    page = page_of(client, ISSUE)
    assert (head(page)["og:locale"], data_of(page)["NewsArticle"]["inLanguage"]) == ("en_US", "en")


# robots.txt, opensearch.xml, llms.txt


def test_robots_may_read_all_but_the_desk_and_drafts(client: Client, published: Make) -> None:
    published()
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    robots = RobotFileParser()
    robots.parse(response.content.decode().splitlines())
    may = {path: robots.can_fetch("Googlebot", f"{SITE}{path}") for path in (
        "/", ISSUE, "/morning/2026-03-01.md", "/tags/ai/", "/search/", "/static/css/base.css", "/media/covers/a.png",
        "/search/?q=x", "/admin/", "/api/v1/issues/", "/preview/x/",
    )}  # fmt: skip
    assert list(may.values()) == [True] * 8 + [False] * 3
    assert robots.site_maps() == [f"{SITE}/sitemap.xml", f"{SITE}/news-sitemap.xml"]


def test_robots_that_are_refused_may_read_nothing(client: Client, db: None, settings: Settings) -> None:
    settings.NEWSROOM_REFUSED_CRAWLERS = ["GPTBot", "CCBot"]
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").content.decode().splitlines())
    who = ("GPTBot", "CCBot", "Googlebot")
    assert [robots.can_fetch(name, f"{SITE}/") for name in who] == [False, False, True]
    assert len(robots.site_maps() or ()) == 2


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_browsers_learn_how_to_search(client: Client, db: None, settings: Settings, language: str) -> None:
    settings.LANGUAGE_CODE = language
    response = client.get("/opensearch.xml")
    assert response.headers["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert root.tag == f"{space}OpenSearchDescription"
    said = {child.tag.removeprefix(space): child.text for child in root}
    assert said["ShortName"] and len(said["ShortName"]) <= 16
    assert said["Description"] and len(said["Description"]) <= 1024
    assert said["Language"] == language
    url = root.find(f"{space}Url[@type='text/html']")
    assert url is not None and url.attrib["template"] == f"{SITE}/search/?q={{searchTerms}}"
    # The newsroom's language, whatever the first who asked reads: shared caches keep one.
    assert client.get("/opensearch.xml", headers={"accept-language": "en"}).content == response.content


def test_language_models_learn_what_is_here(
    client: Client, published: Make, draft: Make, approved: Make, people: SimpleNamespace, settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    Digest.objects.create(name="空的", slug="empty")
    Digest.objects.filter(slug="morning").update(name="晨报 [试]", description="每天\n一早。")
    published(title="今天 [重要] <b>")
    withdrawn = published(date=DAY + timedelta(days=1), title="收回的")
    workflow.perform(Action.WITHDRAW, withdrawn, by=people.editor, note="误")
    draft(date=DAY + timedelta(days=2), title="草稿")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    workflow.perform(
        Action.SCHEDULE, approved(date=DAY + timedelta(days=3), title="明天"), by=people.editor, at=tomorrow
    )
    response = client.get("/llms.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    text = response.content.decode()
    title, summary, *sections = re.split(r"\n\n(?=> |## )", text.strip())
    assert title == "# Newsroom"
    assert summary.startswith("> Daily digests")
    files = {}
    for section in sections:
        name, _gap, *lines = section.removeprefix("## ").split("\n")
        files[name] = [re.fullmatch(r"- \[((?:\\.|[^\]\\])+)\]\((\S+)\)(?:: (.+))?", line) for line in lines if line]
        assert all(files[name]), section
    found = {name: [match.groups() for match in lines if match] for name, lines in files.items()}
    assert list(found) == ["Digests", "Latest issues", "Feeds", "Optional"]
    assert found["Digests"] == [(r"晨报 \[试\]", f"{SITE}/morning/", "每天 一早。")]
    assert found["Latest issues"] == [
        (r"今天 \[重要\] \<b\>", f"{SITE}/morning/2026-03-01.md", r"晨报 \[试\], 2026-03-01. 一句话说完今天。")
    ]
    for lines in found.values():
        for _name, url, _note in lines:
            assert url.startswith(SITE)
            if "/search/" not in url:
                assert client.get(url.removeprefix(SITE)).status_code == 200, url
    for hidden in ("收回的", "草稿", "明天", "空的"):
        assert hidden not in text


@pytest.mark.parametrize("address", ["/robots.txt", "/opensearch.xml", "/llms.txt"])
def test_they_are_kept_and_the_same_for_all(client: Client, published: Make, address: str) -> None:
    published()
    response = client.get(address)
    assert response.headers["Cache-Control"] == "max-age=60, public"
    assert not response.cookies
    assert client.get(address, headers={"if-none-match": response.headers["ETag"]}).status_code == 304
    assert client.get(address, headers={"accept-language": "en"}).content == response.content
    assert client.post(address).status_code == 405


# An issue in other forms

FORMS = {
    "2026-03-01.md": "text/markdown; charset=utf-8",
    "2026-03-01.json": "application/json",
    "2026-03-01/label.json": "application/json",
}


def all_changed(at: datetime) -> None:
    """Have all that the forms of an issue are made from be of one instant."""
    Edition.objects.update(live_from=at, rendered_at=at)
    Digest.objects.update(changed_at=at)
    Source.objects.update(changed_at=at)


@pytest.mark.parametrize(("form", "kind"), FORMS.items())
def test_other_forms_are_for_any_site_and_name_the_page(
    client: Client, published: Make, people: SimpleNamespace, form: str, kind: str
) -> None:
    issue = published()
    at = datetime(2026, 3, 1, 1, 2, 3, tzinfo=UTC)
    all_changed(at)
    response = client.get(f"/morning/{form}", headers={"accept-language": "en"})
    headers = response.headers
    assert headers["Content-Type"] == kind
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Content-Language"] == "zh-hans"
    assert headers["Link"] == f'<{SITE}{ISSUE}>; rel="canonical"'
    assert headers["Last-Modified"] == "Sun, 01 Mar 2026 01:02:03 GMT"
    assert headers["Cache-Control"] == "max-age=60, public" and not response.cookies
    response.content.decode()
    for asked in ({"if-none-match": headers["ETag"]}, {"if-modified-since": headers["Last-Modified"]}):
        again = client.get(f"/morning/{form}", headers=asked)
        assert (again.status_code, again.content) == (304, b"")
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=story_of(issue).uid, note="误")
    assert client.get(f"/morning/{form}", headers={"if-none-match": headers["ETag"]}).status_code == 200
    assert client.get(f"/morning/{form}", headers={"if-modified-since": headers["Last-Modified"]}).status_code == 200


def test_an_approval_after_the_fact_changes_the_label_and_its_date(
    client: Client, draft: Make, people: SimpleNamespace
) -> None:
    issue = draft()
    workflow.perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震")
    all_changed(datetime(2026, 3, 1, tzinfo=UTC))
    before = client.get(f"{ISSUE}label.json")
    workflow.perform(Action.ENDORSE, issue, by=people.reviewer)
    after = client.get(f"{ISSUE}label.json", headers={"if-modified-since": before.headers["Last-Modified"]})
    assert after.status_code == 200 and after.json()["independently_reviewed"] is True


@pytest.mark.parametrize(
    ("form", "change"),
    [
        ("2026-03-01.md", {"subscribe_card": "<p>每天一早。</p>"}),
        ("2026-03-01.json", {"kind": Source.Kind.OFFICIAL}),
        ("2026-03-01/label.json", {"kind": Source.Kind.OFFICIAL}),
    ],
)
def test_what_other_forms_say_beside_the_words_changes_both_their_signs(
    client: Client, published: Make, form: str, change: dict[str, str]
) -> None:
    published()
    at = datetime(2026, 3, 1, tzinfo=UTC)
    all_changed(at)
    before = client.get(f"/morning/{form}")
    row: Any = Source.objects.get(domain="source1.test") if "kind" in change else Digest.objects.get()
    for name, value in change.items():
        setattr(row, name, value)
    row.save()
    for sign, asked in (("ETag", "if-none-match"), ("Last-Modified", "if-modified-since")):
        again = client.get(f"/morning/{form}", headers={asked: before.headers[sign]})
        assert again.status_code == 200 and again.content != before.content, sign


def test_a_page_names_its_other_forms(client: Client, published: Make) -> None:
    published()
    links = page_of(client, ISSUE).select("link[rel=alternate]")
    forms = {link["type"]: client.get(link["href"]).headers["Content-Type"] for link in links}
    assert forms["text/markdown"] == "text/markdown; charset=utf-8"
    assert forms["application/json"] == "application/json"


# What it costs


def test_an_issue_of_15_stories_and_its_css_weigh_20_kilobytes(client: Client, published: Make) -> None:
    published(15)
    page = client.get(ISSUE).content
    css = [link["href"] for link in BeautifulSoup(page, "html.parser").select("link[rel=stylesheet]")]
    files = [(Path(newsroom.BASE_DIR) / str(href).lstrip("/")).read_bytes() for href in css]
    assert sum(len(gzip.compress(content)) for content in (page, *files)) < 20_480


@pytest.mark.parametrize("issues", [2, 60])
def test_queries_are_as_many_for_many_issues(
    client: Client, digest: Digest, django_assert_num_queries: DjangoAssertNumQueries, issues: int
) -> None:
    archive(digest, issues)
    for address, queries in {"/robots.txt": 0, "/opensearch.xml": 0, "/llms.txt": 2}.items():
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
