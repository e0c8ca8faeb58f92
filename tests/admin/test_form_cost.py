"""What a save or a look at the form costs, which does not grow with the issue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from digests.models import Digest, Issue
from tests.desk import DAY, change, desk, digest, english, opened, url, words, write, writer

__all__ = ["digest", "english", "writer"]  # fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture(name="issue", params=[3, 60], ids=["3 stories", "60 stories"])
def of_any_length(request: pytest.FixtureRequest, digest: Digest, writer: User) -> Issue:
    issue = Issue.objects.create(digest=digest, date=DAY + timedelta(days=request.param), title="x")
    write(issue, words(request.param, issue.date), writer)
    return issue


def test_opening_the_form(issue: Issue, writer: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = desk(writer)
    client.get(url(issue))
    with django_assert_num_queries(19):
        assert client.get(url(issue)).status_code == 200


@pytest.mark.parametrize(
    ("headline", "status", "queries"),
    [(None, 302, 24), ("Another headline", 302, 42), ("N" * 600, 200, 26)],
    ids=["nothing changed", "one headline changed", "refused"],
)
def test_saving_the_form(
    issue: Issue,
    writer: User,
    headline: str | None,
    status: int,
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = desk(writer)
    sent = opened(client, issue)
    if headline:
        sent["sections-0-items-0-headline"] = headline
    with django_assert_num_queries(queries):
        assert client.post(url(issue), sent).status_code == status


def test_a_save_that_meets_another(
    issue: Issue, writer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = desk(writer)
    sent = opened(client, issue)
    change(issue, title="Another title")
    sent["title"] = "My title"
    with django_assert_num_queries(22):
        assert client.post(url(issue), sent).status_code == 409


def test_what_a_browser_kept(issue: Issue, writer: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = desk(writer)
    sent = opened(client, issue)
    with django_assert_num_queries(24):
        assert client.post(url(issue).replace("change/", "restore/"), sent).status_code == 200


def test_a_check_while_typing(issue: Issue, writer: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = desk(writer)
    sent = opened(client, issue)
    with django_assert_num_queries(8):
        assert client.post(url(issue).replace("change/", "check/"), sent).status_code == 200
