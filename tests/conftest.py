"""Fixtures for every test: people with standing roles, a digest, drafts. Settings are in tests/settings.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from digests.editorial import exchange, workflow
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section
from digests.models import Digest, Issue, StorySignOff
from digests.models.person import Actor
from digests.models.states import Action
from digests.publishing import pictures

# So that failed assertions in these modules show their values, as in tests.
pytest.register_assert_rewrite("tests.acting", "tests.desk", "tests.feed_reading", "tests.reading", "tests.rewriting")


@pytest.fixture(autouse=True)
def media_root(settings: Settings, tmp_path: Path) -> Path:
    """Give each test a media folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def site(settings: Settings) -> None:
    """Give the site a public address, without redirects from http to https."""
    settings.SITE_URL = "https://news.example.org"
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def english(settings: Settings) -> None:
    """Make English the language of the newsroom."""
    settings.LANGUAGE_CODE = "en"


def person(name: str, *roles: str) -> User:
    user = User.objects.create_user(name, password="tell it as it was", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    """People by their roles; `chief` has every role, `root` is a superuser, `outsider` is staff without a role."""
    return SimpleNamespace(
        writer=person("writer", "writer"),
        colleague=person("colleague", "writer"),
        reviewer=person("reviewer", "reviewer"),
        second=person("second", "reviewer"),
        editor=person("editor", "editor"),
        chief=person("chief", "writer", "reviewer", "editor", "admin"),
        outsider=person("outsider"),
        root=User.objects.create_superuser("root", password="tell it as it was"),
    )


@pytest.fixture
def digest(db: None) -> Digest:
    return Digest.objects.create(name="晨报", slug="morning", description="每天一早。")


def manuscript(stories: int = 3, **fields: Any) -> Manuscript:
    """Return an issue with three stories in each section, and two briefs."""
    items = [
        NewsItem(
            headline=f"第 {number} 条：新闻里的新闻",
            link=f"https://source{number % 7}.test/news/{number}",
            body=f"正文第 {number} 段，**要点**在此：\n- 甲\n- 乙",
            insights=(
                Insight("其一"),
                Insight("其二", basis="ai"),
                Insight("一整段的看法。", label="影响", bullet=False),
            ),
            tags=("芯片",) if number % 2 else (),
        )
        for number in range(1, stories + 1)
    ]
    sections = [
        Section(f"版块 {start // 3 + 1}", lead="开场白。", items=tuple(items[start : start + 3]))
        for start in range(0, stories, 3)
    ]
    sections.append(Section("更多动态", briefs=(Brief("一句话"), Brief("又一句，见 [源](https://brief.test/1)"))))
    values: dict[str, Any] = {
        "title": "今天的要闻",
        "date": date(2026, 3, 1),
        "category": "晨报",
        "tags": ("早间", "AI"),
        "seo": ("要闻",),
        "summary": "一句话说完今天。",
        "sections": tuple(sections),
    }
    return Manuscript(**{**values, **fields})


@pytest.fixture
def draft(digest: Digest, people: SimpleNamespace) -> Callable[..., Issue]:
    """Make a draft by `writer`."""

    def make(stories: int = 3, *, by: User = people.writer, **fields: Any) -> Issue:
        words = manuscript(stories, **fields)
        issue = Issue.objects.create(digest=digest, date=words.date, title=words.title)
        with workflow.editing(issue, by=by) as locked:
            exchange.to_rows(words, locked)
        return Issue.objects.get(pk=issue.pk)

    return make


@pytest.fixture
def approved(draft: Callable[..., Issue], people: SimpleNamespace) -> Callable[..., Issue]:
    def make(*args: Any, **kwargs: Any) -> Issue:
        issue = draft(*args, **kwargs)
        workflow.perform(Action.SUBMIT, issue, by=people.writer)
        workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
        return Issue.objects.get(pk=issue.pk)

    return make


@pytest.fixture
def published(approved: Callable[..., Issue], people: SimpleNamespace) -> Callable[..., Issue]:
    def make(*args: Any, **kwargs: Any) -> Issue:
        issue = approved(*args, **kwargs)
        workflow.perform(Action.PUBLISH, issue, by=people.editor)
        return Issue.objects.get(pk=issue.pk)

    return make


def reword(issue: Issue, title: str, *, by: Actor) -> Issue:
    """Change an issue's title as a save at the desk would."""
    with workflow.editing(issue, by=by) as locked:
        Issue.objects.filter(pk=locked.pk).update(title=title)
        locked.title = title
    return Issue.objects.get(pk=issue.pk)


def sign_off_all(issue: Issue, *, by: User) -> None:
    """Sign off every story of an issue in its present words."""
    for item in issue.head.manuscript.items:
        StorySignOff.objects.update_or_create(issue=issue, person=by, uid=item.uid, defaults={"sha256": item.sha256})


class Clock:
    """A clock that tests set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(
            2100, 3, 1, 12, tzinfo=UTC
        )  # later than the modification times of all code, which feeds use
        monkeypatch.setattr(timezone, "now", lambda: self.now)

    def go(self, **by: int) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def stored_picture() -> str:
    """Store a picture as the desk does; return its file."""
    pixels = BytesIO()
    Image.new("RGB", (1200, 800), "#446688").save(pixels, "PNG")
    return str(pictures.take(SimpleUploadedFile("window.png", pixels.getvalue()), by=None).file.name)
