"""What readers must not have is nowhere: a word of its own stands in each such place, and is looked for everywhere.

Everywhere is each address that pages.py lists, each that they lead to, and each that can be guessed from what is in the
database: every pattern in urls.py with every argument that any row has, whether readers have that row or not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from itertools import product
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from digests.editorial import comments, exchange, preview_links, workflow
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section
from digests.models import Brief as BriefRow
from digests.models import Digest, Edition, Issue, Picture, PreviewLink, Source, Story, Tag
from digests.models import NewsItem as ItemRow
from digests.models.states import Action
from digests.publishing import pictures
from digests.site import public_addresses
from tests.conftest import manuscript

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
SITE = "https://news.example.org"
DAY = date(2026, 3, 1)

STORY = ("headline", "host", "path", "body", "linkhost", "linkpath", "alt", "label", "insight", "storytag")
ISSUE = ("title", "category", "tag", "seo", "coveralt", "coverhost", "summary", "editor", "intro", "section", "lead",
         "brief")  # fmt: skip
# Pictures are known by their file, which is not for us to choose.
PICTURES = ("cover", "picture")


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = SITE
    settings.SECURE_SSL_REDIRECT = False
    settings.NEWSROOM_RESERVED_HOSTS = []


# Words to look for


def mark(state: str, place: str) -> str:
    """Return a word that stands nowhere else, and is itself as a tag, in a host's name and in an address."""
    return f"leak{state}{place}z"


class Marked:
    """Words of an issue in some state, each field with a mark; and what to look for."""

    def __init__(self, state: str, day: date, *, only: Iterable[str] = (*ISSUE, *STORY, *PICTURES)) -> None:
        self.state, self.day, self.only = state, day, frozenset(only)
        self.marks: dict[str, str] = {}

    def word(self, place: str) -> str:
        """Return the mark of a place, to be looked for; or a word like any other."""
        if place not in self.only:
            return f"plain-{place}"
        self.marks[mark(self.state, place)] = f"{self.state}: {place}"
        return mark(self.state, place)

    def picture(self, place: str) -> str:
        """Store a picture, and return its file: a name that nobody else has."""
        colour = f"#{crc32(f'{self.state} {place}'.encode()) & 0xFFFFFF:06x}"
        made = BytesIO()
        Image.new("RGB", (64, 40), colour).save(made, "PNG")
        name = str(pictures.take(SimpleUploadedFile("p.png", made.getvalue()), by=None).file.name)
        if place in self.only:
            self.marks[re.sub(r"\.\w+$", "", name)] = f"{self.state}: {place}"
        return name

    def story(self) -> NewsItem:
        word = self.word
        return NewsItem(
            headline=word("headline"),
            link=f"https://{word('host')}.test/{word('path')}",
            body=f"{word('body')}, [more](https://{word('linkhost')}.test/{word('linkpath')})\n\n"
            f"![{word('alt')}](/media/{self.picture('picture')})",
            insights=(Insight(word("insight"), label=word("label")),),
            tags=(word("storytag"),),
        )

    def issue(self) -> Manuscript:
        word = self.word
        briefs = Section("plain", briefs=(Brief(word("brief")),))
        return Manuscript(
            title=word("title"),
            date=self.day,
            category=word("category"),
            tags=(word("tag"),),
            seo=(word("seo"),),
            cover_file=self.picture("cover"),
            cover_alt=word("coveralt"),
            cover_image=f"https://{word('coverhost')}.test/cover.png",
            summary=word("summary"),
            editor=word("editor"),
            intro=word("intro"),
            sections=(Section(word("section"), lead=word("lead"), items=(self.story(),)), briefs),
        )


# Where to look


class Everywhere:
    """All that readers get: by going through addresses, and from each to where it leads on this site."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.answers: dict[str, str] = {}

    def go(self, addresses: Iterable[str]) -> None:
        waiting = list(addresses)
        while waiting:
            address = waiting.pop()
            if address in self.answers or address.startswith("/static/"):
                continue
            response = self.client.get(address)
            assert response.status_code < 500, address
            # A picture that comes says its own name.
            self.answers[address] = said(response) + (address if response.streaming else "")
            waiting += links(self.answers[address])

    def having(self, word: str) -> list[str]:
        return [address for address, answer in self.answers.items() if word in answer]

    def leaks(self, marks: dict[str, str]) -> dict[str, list[str]]:
        return {where: found for word, where in marks.items() if (found := self.having(word))}


def said(response: Any) -> str:
    """Return all that an answer says, with its headers, in lower case as tags and hosts are."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{headers}\n\n{body.decode(errors='replace')}".lower()


def links(answer: str) -> Iterator[str]:
    """Give each address of this site that stands in an answer of any form."""
    found = re.findall(r'(?:href|src|action)="([^"]+)"|[\s,]*(/\S+) \d+w', answer)
    for link in [*(one for pair in found for one in pair if one), *re.findall(rf"{SITE}/[^\s\"'<>)\]\\]*", answer)]:
        parts = urlsplit(unescape(link))
        if parts.netloc in ("", urlsplit(SITE).netloc) and parts.path.startswith("/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def guessed() -> Iterator[str]:
    """Give every address that could be one, made from all rows that there are."""
    issues = Issue.objects.all()
    arguments: dict[str, list[Any]] = {
        "digest": list(Digest.objects.values_list("slug", flat=True)),
        "date": sorted({*issues.values_list("date", flat=True), *Edition.objects.values_list("date", flat=True)}),
        "year": [2026],
        "month": [2, 3, 4],
        "uid": [uid for rows in (ItemRow, BriefRow, Story) for uid in rows.objects.values_list("uid", flat=True)],
        "slug": list(Tag.objects.values_list("slug", flat=True)),
        "domain": list(Source.objects.values_list("domain", flat=True)),
        "number": [0, 1, 2, 3, 4],
        "part": [0, 1],
        "token": ["x", *PreviewLink.objects.values_list("key", flat=True)],
    }
    numbered = [f"?{name}={number}" for name in ("edition", "revision", "number") for number in (1, 2, 3)]
    numbered += [f"?edition={first}&to={then}" for first in (1, 2) for then in (1, 2, 3)]
    for name, forms in get_resolver("digests.urls").reverse_dict.lists():
        if not isinstance(name, str):
            continue
        for (_path, wanted), *_ in (form[0] for form in forms):
            for values in product(*(arguments[argument] for argument in wanted)):
                address = reverse(name, args=values)
                yield address
                if "date" in wanted:
                    yield from (address + query for query in numbered)
    for issue in issues.values_list("pk", flat=True):
        for end in ("change/", "text/", "review/", "history/", "previews/", "duplicates/"):
            yield f"/admin/digests/issue/{issue}/{end}"
    for picture in Picture.objects.all():
        yield from (f"/media/{file}" for file in (picture.file.name, *(one["file"] for one in picture.renditions)))


# What is in the newsroom, and not for readers


@pytest.fixture
def newsroom(people: SimpleNamespace, digest: Digest) -> dict[str, str]:
    """A newsroom with a mark in each place that is no reader's; returns what each mark stands in."""
    marks: dict[str, str] = {}

    def internal(place: str) -> str:
        marks[mark("desk", place)] = f"desk: {place}"
        return mark("desk", place)

    for name in ("writer", "reviewer", "editor"):
        person = getattr(people, name)
        person.first_name = internal(f"name{name}")
        person.save()
    for field in ("title", "category", "editor", "sections", "tags"):
        setattr(digest, f"standing_{field}", internal(f"standing{field}"))
    digest.save()

    def written(words: Manuscript, **more: Any) -> Issue:
        issue, _ = Issue.objects.get_or_create(digest=digest, date=words.date, defaults={"title": words.title})
        with workflow.editing(issue, by=people.writer, **more) as locked:
            exchange.to_rows(words, locked)
        return issue

    def approved(words: Manuscript) -> Issue:
        issue = written(words)
        workflow.perform(Action.SUBMIT, issue, by=people.writer)
        workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
        return issue

    def published(words: Manuscript) -> Issue:
        issue = approved(words)
        workflow.perform(Action.PUBLISH, issue, by=people.editor)
        return issue

    def marked(state: str, day: int, **more: Any) -> Marked:
        return Marked(state, DAY + timedelta(days=day), **more)

    tomorrow = timezone.now() + timedelta(days=1)

    draft = marked("draft", 1)
    written(draft.issue())

    newer = marked("newer", 2)
    published(manuscript(date=newer.day))
    written(newer.issue())

    scheduled = marked("scheduled", 3)
    workflow.perform(Action.SCHEDULE, approved(scheduled.issue()), by=people.editor, at=tomorrow)

    correcting = marked("correcting", 4)
    published(manuscript(date=correcting.day))
    workflow.perform(
        Action.SCHEDULE, approved(correcting.issue()), by=people.editor, at=tomorrow, correction="correction",
        note=internal("comingnote"),
    )  # fmt: skip

    withdrawn = marked("withdrawn", 5)
    issue = published(withdrawn.issue())
    approved(replace(withdrawn.issue(), intro="Once more."))
    told = internal("withdrawnnote")  # readers had it, and it may repeat what had to go
    workflow.perform(Action.PUBLISH, issue, by=people.editor, correction="correction", note=told)
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note=internal("withdrawnwhy"))

    reworded = marked("reworded", 6, only=(*STORY, "picture"))
    retracted = marked("retracted", 6, only=(*STORY, "picture"))
    words = manuscript(date=retracted.day)
    issue = published(replace(words, sections=(Section("版块", items=(reworded.story(), *words.items)),)))
    first, *others = exchange.from_rows(issue).items
    again = replace(retracted.story(), uid=first.uid)
    approved(replace(words, sections=(Section("版块", items=(again, *others)),)))
    workflow.perform(Action.PUBLISH, issue, by=people.editor, correction="typo")
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=first.uid, note="照片系摆拍。")

    issue = written(manuscript(date=DAY + timedelta(days=7)))
    workflow.perform(Action.FORCE_PUBLISH, issue, by=people.editor, note=internal("emergency"))
    workflow.perform(Action.ENDORSE, issue, by=people.reviewer, note=internal("endorsed"))

    issue = written(manuscript(date=DAY), note=internal("edited"))
    comments.say(issue, internal("comment"), by=people.reviewer)
    link = preview_links.make(
        issue.revisions.latest("number"), by=people.editor, whom=internal("whom"), may_comment=True
    )
    preview_links.comment(link, internal("guestcomment"), name=internal("guest"))
    marks[link.key] = "desk: the key of a preview"
    workflow.perform(Action.SUBMIT, issue, by=people.writer, note=internal("submitted"))
    workflow.perform(Action.REQUEST_CHANGES, issue, by=people.reviewer, note=internal("changes"))
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    for comment in issue.comments.filter(parent=None):
        comments.resolve(comment, by=people.reviewer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True, note=internal("approvednote"))
    workflow.perform(Action.PUBLISH, issue, by=people.editor, note=internal("publishednote"))
    return marks | {
        word: where
        for each in (draft, newer, scheduled, correcting, withdrawn, reworded, retracted)
        for word, where in each.marks.items()
    }


def test_nothing_leaks(client: Client, newsroom: dict[str, str]) -> None:
    everywhere = Everywhere(client)
    everywhere.go(page.path for page in public_addresses.every())
    everywhere.go(guessed())
    assert everywhere.leaks(newsroom) == {}
    # It has been where it could have found something.
    assert everywhere.having("照片系摆拍。") and len(everywhere.answers) > 300


def test_a_search_for_what_is_not_public_finds_nothing(client: Client, newsroom: dict[str, str]) -> None:
    def total(words: str) -> str:
        page = BeautifulSoup(client.get("/search/", {"q": words}).content, "html.parser")
        return str(page.select_one("[data-total]")["data-total"])  # type: ignore[index]

    assert total("正文") != "0"
    assert {where: total(word) for word, where in newsroom.items()} == dict.fromkeys(newsroom.values(), "0")


def test_a_feed_query_for_what_is_not_public_brings_nothing(client: Client, newsroom: dict[str, str]) -> None:
    def brought(line: str) -> int:
        return len(client.get("/feeds/custom/feed.json", {"q": line}).json()["items"])

    assert brought("正文")
    assert {where: brought(word) for word, where in newsroom.items()} == dict.fromkeys(newsroom.values(), 0)


def test_nobody_is_told_that_a_tag_or_source_waits_in_a_draft(client: Client, newsroom: dict[str, str]) -> None:
    hidden = {where: word for word, where in newsroom.items() if where in ("draft: tag", "draft: storytag")}
    hosts = [f"{word}.test" for word, where in newsroom.items() if where == "draft: host"]
    names = {"tag": list(hidden.values()), "source": hosts}
    assert Tag.objects.filter(name__in=names["tag"]).count() == 2
    assert Source.objects.filter(domain__in=hosts).count() == 1
    for place, known in names.items():
        for name in known:
            for form, status in (
                (f"/search/?{place}={{}}", 400),
                (f"/feeds/custom/rss.xml?q={place}:{{}}", 400),
                (f"/{place}s/{{}}/", 404),
                (f"/{place}s/{{}}/rss.xml", 404),
            ):
                answers = {one: client.get(form.format(one)) for one in (name, "nobody")}
                assert {answer.status_code for answer in answers.values()} == {status}
                said = {one: answer.content.decode().replace(one, "…") for one, answer in answers.items()}
                assert said[name] == said["nobody"]


# That it finds what is there


@pytest.mark.parametrize("place", [*ISSUE, *STORY, *PICTURES])
def test_a_mark_that_is_public_is_found(client: Client, published: Make, people: SimpleNamespace, place: str) -> None:
    marked = Marked("public", DAY, only=[place])
    words = marked.issue()
    published(**{name: getattr(words, name) for name in words.__dataclass_fields__})
    everywhere = Everywhere(client)
    everywhere.go(page.path for page in public_addresses.every())
    assert list(everywhere.leaks(marked.marks)) == [f"public: {place}"]


def test_a_mark_in_a_header_is_found() -> None:
    assert mark("public", "header") in said(HttpResponse("", headers={"Link": f"<{mark('public', 'header')}>"}))


def test_links_are_followed_in_every_form() -> None:
    answer = f"""<a href="/a/?x=1&amp;y=2#z"><img src="/b.png" srcset="/c.avif 400w, /d.avif 800w">
        <loc>{SITE}/e/</loc> {{"url": "{SITE}/f.json"}} [g]({SITE}/g/) <a href="https://elsewhere.test/h/">"""
    assert set(links(answer)) == {"/a/?x=1&y=2", "/b.png", "/c.avif", "/d.avif", "/e/", "/f.json", "/g/"}
