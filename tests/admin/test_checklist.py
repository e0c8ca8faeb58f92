"""The list of what is still to do, while an issue is written."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from digests.models import Issue
from tests.desk import opened
from tests.desk import url as page_of


def checked(client: Client, issue: Issue, data: dict[str, str]) -> BeautifulSoup:
    response = client.post(reverse("admin:digests_issue_check", args=[issue.pk]), data)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def desk(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


def test_what_is_typed_is_checked_and_nothing_is_written(draft: Callable[..., Issue], people: SimpleNamespace) -> None:
    issue = draft()
    client = desk(people.writer)
    data = opened(client, issue)
    assert checked(client, issue, data).select(".is-blocker") == []
    data["title"] = "Report Title"
    (problem,) = checked(client, issue, data).select(".is-blocker a")
    assert problem["data-field"] == "title"
    issue.refresh_from_db()
    assert (issue.title, issue.revisions.count()) == ("今天的要闻", 1)


def test_a_new_row_is_known_by_its_fields(draft: Callable[..., Issue], people: SimpleNamespace) -> None:
    issue = draft()
    client = desk(people.writer)
    data = opened(client, issue)
    data |= {
        "sections-0-items-TOTAL_FORMS": "4",
        "sections-0-items-3-headline": "新的",
        "sections-0-items-3-body": "TODO",
    }
    (problem,) = checked(client, issue, data).select(".is-blocker a")
    assert (problem["data-row"], problem["data-field"]) == ("sections-0-items-3", "body")


def test_what_passes_is_said_too(draft: Callable[..., Issue], people: SimpleNamespace) -> None:
    issue = draft()
    page = BeautifulSoup(desk(people.writer).get(page_of(issue)).content, "html.parser")
    assert len(page.select(".problems .passed li")) == 17


def test_a_stranger_and_a_nonsense_form_are_answered(draft: Callable[..., Issue], people: SimpleNamespace) -> None:
    issue = draft()
    address = reverse("admin:digests_issue_check", args=[issue.pk])
    assert desk(people.outsider).post(address).status_code == 403
    assert desk(people.writer).get(address).status_code == 405
    nonsense = {"sections-TOTAL_FORMS": "x", "revision": "²", "date": "never"}
    assert desk(people.writer).post(address, nonsense).status_code == 200
