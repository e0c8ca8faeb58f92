"""Who else is in an issue: asked by its page, answered for the last half minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from digests.editorial import workflow
from digests.models import Issue, Presence
from digests.models.states import Action
from tests.conftest import reword

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def issue(draft: Callable[[], Issue]) -> Issue:
    return draft()


def ask(user: User | None, issue: Issue, client: Client | None = None, **sent: str) -> Any:
    client = client or Client()
    if user:
        client.force_login(user)
    address = reverse("admin:digests_issue_presence", args=[issue.pk])
    return client.post(address, {"where": "write", "version": str(issue.version), **sent})


def test_two_people_see_each_other(issue: Issue, people: SimpleNamespace) -> None:
    story = next(issue.head.manuscript.items)
    assert ask(people.writer, issue, uid=story.uid, unsaved="1").json() == {
        "person": str(people.writer.pk),
        "others": [],
        "version": issue.version,
        "news": "",
    }
    (other,) = ask(people.reviewer, issue, where="review").json()["others"]
    assert other == {
        "name": "writer",
        "where": "write",
        "uid": story.uid,
        "headline": story.headline,
        "unsaved": True,
        "said": f"writer · writing · in “{story.headline}” · with unsaved text",
    }
    (other,) = ask(people.writer, issue).json()["others"]
    assert other["said"] == "reviewer · reviewing"


def test_the_review_screen_asks_too_and_says_who_judges_and_who_reads(issue: Issue, people: SimpleNamespace) -> None:
    def panel(user: User) -> Any:
        client = Client()
        client.force_login(user)
        page = client.get(reverse("admin:digests_issue_review", args=[issue.pk]))
        return BeautifulSoup(page.content, "html.parser").select_one("#presence")

    wheres = {one.username: panel(one)["data-where"] for one in (people.reviewer, people.writer, people.editor)}
    assert wheres == {"reviewer": "review", "writer": "read", "editor": "read"}
    assert panel(people.reviewer)["data-logged-out"] == "You are logged out."  # nothing is kept there
    ask(people.editor, issue, where="read")
    (other,) = ask(people.writer, issue).json()["others"]
    assert other["said"] == "editor · reading the review"


def test_who_did_not_ask_for_half_a_minute_is_not_here_and_after_an_hour_forgotten(
    issue: Issue, people: SimpleNamespace
) -> None:
    ask(people.writer, issue)
    assert len(ask(people.editor, issue).json()["others"]) == 1
    Presence.objects.filter(person=people.writer).update(at=timezone.now() - timedelta(seconds=31))
    assert ask(people.editor, issue).json()["others"] == []
    assert Presence.objects.count() == 2
    Presence.objects.filter(person=people.writer).update(at=timezone.now() - timedelta(minutes=61))
    ask(people.editor, issue)
    assert [row.person for row in Presence.objects.all()] == [people.editor]


def test_a_person_in_two_windows_is_there_once(issue: Issue, people: SimpleNamespace) -> None:
    ask(people.writer, issue)
    ask(people.writer, issue, where="text")
    (row,) = Presence.objects.all()
    assert row.where == "text"


def test_a_page_is_told_at_once_what_was_saved_meanwhile(issue: Issue, people: SimpleNamespace) -> None:
    seen = str(issue.version)
    saved = reword(issue, "Another title", by=people.colleague)
    answer = ask(people.writer, issue, version=seen).json()
    at = saved.local(saved.log.first().at).strftime("%H:%M")
    assert (answer["version"], answer["news"]) == (saved.version, f"colleague saved revision 2 at {at}.")
    workflow.perform(Action.SUBMIT, saved, by=people.writer)
    assert ask(people.editor, issue, version=seen).json()["news"].endswith(": Submit for review.")
    now = str(Issue.objects.get().version)
    assert ask(people.writer, issue, version=now).json()["news"] == ""


def test_nobody_without_a_login_or_the_right_to_see_it_is_answered(issue: Issue, people: SimpleNamespace) -> None:
    assert ask(None, issue).status_code == 401
    assert ask(User.objects.create_user("reader"), issue).status_code == 401
    assert ask(people.outsider, issue).status_code == 403
    other = Issue(pk=issue.pk + 1, version=1)
    assert ask(people.writer, other).status_code == 404
    assert Client().get(reverse("admin:digests_issue_presence", args=[issue.pk])).status_code == 405
    assert Presence.objects.count() == 0


def test_a_forged_page_of_another_site_is_refused(issue: Issue, people: SimpleNamespace) -> None:
    assert ask(people.writer, issue, Client(enforce_csrf_checks=True)).status_code == 403
    assert Presence.objects.count() == 0


def test_nonsense_is_left_out(issue: Issue, people: SimpleNamespace) -> None:
    ask(people.writer, issue, where="x" * 99, uid="<script>", unsaved="maybe", version="x")
    (row,) = Presence.objects.all()
    assert (row.where, row.uid, row.is_unsaved) == ("", "", False)
    (other,) = ask(people.editor, issue).json()["others"]
    assert other["said"] == "writer"


def test_asking_costs_the_same_for_any_number_of_people_and_stories(
    issue: Issue, people: SimpleNamespace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = Client()
    client.force_login(people.writer)
    uids = [item.uid for item in issue.head.manuscript.items]
    for person, uid in zip((people.colleague, people.editor, people.reviewer), uids, strict=True):
        ask(person, issue, uid=uid)
    with django_assert_num_queries(9):  # session, person, roles (2), issue; note, prune; others, headlines
        assert len(ask(None, issue, client).json()["others"]) == 3


def test_presence_goes_with_its_issue(issue: Issue, people: SimpleNamespace) -> None:
    ask(people.writer, issue)
    gone: Model = issue
    gone.delete()
    assert Presence.objects.count() == 0
