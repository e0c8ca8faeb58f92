"""The desk as a browser sees it: people, an issue, and its forms with their values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from digests.editorial import exchange, workflow
from digests.manuscript import values
from digests.manuscript.values import Manuscript
from digests.models import Digest, Issue
from digests.models.person import SYSTEM
from digests.models.states import Action, State

DAY = date(2026, 3, 9)


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def digest() -> Digest:
    return Digest.objects.create(name="Morning", slug="morning", time_zone="Asia/Shanghai")


def staff(name: str, *roles: str) -> User:
    user = User.objects.create_user(name, password="a long password", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


@pytest.fixture
def writer() -> User:
    return staff("wen", "writer")


@pytest.fixture
def reviewer() -> User:
    return staff("rui", "reviewer")


@pytest.fixture
def editor() -> User:
    return staff("bian", "editor", "reviewer")


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def story(number: int, insights: int = 2) -> values.NewsItem:
    return values.NewsItem(
        headline=f"Story {number}",
        link=f"https://reported.test/{number}",
        body=f"Text of story {number}.\n\n- one\n- two",
        tags=("Zebra", "Apple"),
        insights=tuple(values.Insight(f"Thought {number}.{place}") for place in range(insights)),
    )


def words(stories: int = 3, day: date = DAY) -> Manuscript:
    half = stories // 2
    return Manuscript(
        title="What happened",
        date=day,
        tags=("Zebra", "Apple", "AI, ML"),
        seo=("second", "first"),
        summary="A summary.",
        sections=(
            values.Section("First", items=tuple(story(number) for number in range(half))),
            values.Section("Second", items=tuple(story(number) for number in range(half, stories))),
            values.Section("In brief", briefs=(values.Brief("One line."), values.Brief("Another line."))),
        ),
    )


def write(issue: Issue, manuscript: Manuscript, by: User) -> None:
    with workflow.editing(issue, by=by) as locked:
        exchange.to_rows(manuscript, locked)
    issue.refresh_from_db()


@pytest.fixture
def issue(digest: Digest, writer: User) -> Issue:
    issue = Issue.objects.create(digest=digest, date=DAY, title="x")
    write(issue, words(), writer)
    return issue


def approve(issue: Issue, writer: User, reviewer: User) -> None:
    workflow.perform(Action.SUBMIT, issue, by=writer)
    workflow.perform(Action.APPROVE, issue, by=reviewer, attests_read_all=True)
    issue.refresh_from_db()
    assert issue.state == State.APPROVED


def url(issue: Issue) -> str:
    return reverse("admin:digests_issue_change", args=[issue.pk])


def do(issue: Issue, action: str) -> str:
    return reverse("admin:digests_issue_do", args=[issue.pk, action])


def filled(response: Any, form: str = "issue_form") -> dict[str, Any]:
    """Return what a browser would send for a form on a page, unchanged."""
    page = BeautifulSoup(response.content, "html.parser")
    found = page.find("form", id=form)
    assert found is not None, response.content.decode()[:2000]
    data: dict[str, Any] = {}
    for field in found.find_all(["input", "textarea", "select"]):
        name = str(field.get("name") or "")
        if not name or field.has_attr("disabled"):
            continue
        if field.name == "textarea":
            text = field.get_text()
            # HTML drops the first line break of a text area, and sends the others as CRLF.
            data[name] = text.removeprefix("\r\n").removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
        elif field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            data[name] = chosen.get("value", "") if chosen else ""
        elif field.get("type") == "checkbox":
            if field.has_attr("checked"):
                data[name] = field.get("value", "on")
        elif field.get("type") not in ("file", "submit"):
            data[name] = field.get("value", "")
    return data


def opened(client: Client, issue: Issue) -> dict[str, Any]:
    return filled(client.get(url(issue)))


def said(response: Any) -> str:
    return " | ".join(str(message) for message in get_messages(response.wsgi_request))


def change(issue: Issue, **change: Any) -> None:
    """Save something else meanwhile, as a colleague does."""
    with workflow.editing(issue, by=SYSTEM) as locked:
        exchange.to_rows(replace(exchange.from_rows(locked), **change), locked)


def now(issue: Issue) -> Manuscript:
    return exchange.from_rows(Issue.objects.get(pk=issue.pk))


def asked(response: Any) -> dict[str, Any]:
    """Return what the form with the choices sends, as it stands on the page."""
    data = filled(response, "choices_form")
    page = BeautifulSoup(response.content, "html.parser")
    chosen = {str(field["name"]): str(field["value"]) for field in page.select(".clash input[type=radio][checked]")}
    return {name: value for name, value in data.items() if not name.startswith("side-")} | chosen


def clashes(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [str(one["name"]) for one in page.select(".clash input[value=theirs]")]
