"""The buttons of an issue: which are shown, and what pressing them does."""

from __future__ import annotations

from tests.desk import (
    approve,
    desk,
    digest,
    do,
    editor,
    english,
    issue,
    opened,
    reviewer,
    said,
    url,
    words,
    write,
    writer,
)

__all__ = ["digest", "editor", "english", "issue", "reviewer", "writer"]  # fixtures


from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from digests.admin.issue.actions import Desk
from digests.editorial import inbox, workflow
from digests.models import Edition, Issue, NewsItem
from digests.models.states import Action, State
from tests.conftest import sign_off_all

pytestmark = pytest.mark.django_db


def labels(issue: Issue, user: User) -> dict[str, str]:
    return {choice.action.value: choice.why_not for choice in Desk(Issue.objects.get(pk=issue.pk), user).choices}


def test_buttons_are_those_that_do_something(issue: Issue, writer: User, reviewer: User, editor: User) -> None:
    assert labels(issue, writer) == {"submit": ""}
    assert labels(issue, reviewer) == {}
    assert labels(issue, editor).keys() == {"submit", "publish", "schedule", "force_publish"}
    workflow.perform(Action.SUBMIT, issue, by=writer)
    assert labels(issue, writer) == {"recall": ""}
    assert "not signed off yet" in labels(issue, reviewer)["approve"]
    sign_off_all(issue, by=reviewer)
    assert labels(issue, reviewer) == {"approve": "", "request_changes": ""}
    assert "once 1 approved exactly these words; so far 0 did" in labels(issue, editor)["publish"]
    workflow.perform(Action.APPROVE, issue, by=reviewer, attests_read_all=True)
    assert labels(issue, editor)["publish"] == ""
    assert "approve" not in labels(issue, reviewer)
    workflow.perform(Action.PUBLISH, issue, by=editor)
    assert labels(issue, editor).keys() >= {"retract", "withdraw"}
    assert "publish" not in labels(issue, editor)


def test_every_button_that_is_shown_can_be_pressed(issue: Issue, writer: User, reviewer: User, editor: User) -> None:
    for user, action in ((writer, "submit"), (reviewer, "approve"), (editor, "publish")):
        client = desk(user)
        if action == "approve":
            sign_off_all(issue, by=user)
        page = BeautifulSoup(client.get(url(issue)).content, "html.parser")
        form = page.find("form", action=do(issue, action))
        assert form is not None
        button = form.find("button")
        assert button is not None and not button.has_attr("disabled")
        data = {field["name"]: field.get("value", "") for field in form.find_all("input") if field.get("name")}
        response = client.post(str(form["action"]), data)
        assert response.status_code == 302, said(response)
    assert Edition.objects.live().get().revision == issue.head


def test_an_author_is_told_why_they_cannot_approve(issue: Issue, writer: User) -> None:
    writer.groups.add(Group.objects.get(name="reviewer"))
    writer = User.objects.get(pk=writer.pk)
    workflow.perform(Action.SUBMIT, issue, by=writer)
    assertContains(desk(writer).get(url(issue)), f"{writer} wrote part of this issue")


def test_forged_action_post_is_refused(issue: Issue, writer: User) -> None:
    client = desk(writer)
    for action in ("approve", "publish", "schedule", "force_publish", "withdraw", "retract", "roll_back", "endorse"):
        response = client.post(
            do(issue, action),
            {"version": issue.version, "note": "because", "at": "2099-01-01T08:00", "edition": "1", "story": "x"},
        )
        assert response.status_code == 302
        assert said(response)
        issue.refresh_from_db()
        assert (issue.state, issue.version) == (State.DRAFT, 1)
    assert not Edition.objects.exists()


@pytest.mark.parametrize("action", ["edit", "archive", "approved", "x"])
def test_an_unknown_action_is_not_found(action: str, issue: Issue, editor: User) -> None:
    path = do(issue, "submit").replace("submit", action)
    assert desk(editor).post(path, {"version": issue.version}).status_code in (404, 405)


def test_actions_are_posted(issue: Issue, writer: User) -> None:
    assert desk(writer).get(do(issue, "submit"))["Location"] == url(issue)


def test_actions_need_the_token_of_the_page(issue: Issue, writer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(writer)
    assert client.post(do(issue, "submit"), {"version": issue.version}).status_code == 403


@pytest.mark.parametrize(
    "data",
    [
        {"at": "tomorrow"},
        {"at": "2026-13-40T99:99"},
        {"at": "0001-01-01T00:00"},
        {"at": "9999-12-31T23:59"},
        {"at": ""},
        {"at": "2000-01-01T00:00"},
        {"edition": "x"},
        {"edition": "9" * 30},
        {"note": "\0", "story": "\0"},
        {"version": "9" * 30},
        {"version": "-1"},
        {"correction": "nonsense"},
    ],
)
@pytest.mark.parametrize("action", ["schedule", "roll_back", "retract", "publish", "endorse"])
def test_nonsense_is_answered_in_words(
    action: str, data: dict[str, str], issue: Issue, writer: User, reviewer: User, editor: User
) -> None:
    approve(issue, writer, reviewer)
    workflow.perform(Action.PUBLISH, issue, by=editor)
    write(issue, words(4), writer)
    approve(issue, writer, reviewer)
    response = desk(editor).post(do(issue, action), {"version": str(issue.version), **data})
    assert response.status_code == 302
    assert said(response)


@pytest.mark.parametrize("action", ["withdraw", "roll_back"])
def test_a_form_takes_nothing_from_readers_without_a_reason(
    action: str, issue: Issue, writer: User, reviewer: User, editor: User
) -> None:
    approve(issue, writer, reviewer)
    workflow.perform(Action.PUBLISH, issue, by=editor)
    write(issue, words(4), writer)
    approve(issue, writer, reviewer)
    workflow.perform(Action.PUBLISH, issue, by=editor, note="More.")
    issue.refresh_from_db()
    client, sent = desk(editor), {"version": issue.version, "edition": "1", "correction": "typo"}
    for note in ("", " \r\n "):
        assert "A reason is needed." in said(client.post(do(issue, action), {**sent, "note": note}))
        assert Edition.objects.live().get().number == 2
    client.post(do(issue, action), {**sent, "note": "Wrong."})
    assert [edition.number for edition in Edition.objects.live()] == ([] if action == "withdraw" else [3])


def test_a_button_of_an_old_page_does_nothing(issue: Issue, writer: User) -> None:
    client = desk(writer)
    for version in ("0", "", None):
        data = {} if version is None else {"version": version}
        response = client.post(do(issue, "submit"), data)
        assert "The issue changed since you opened it" in said(response)
    issue.refresh_from_db()
    assert issue.state == State.DRAFT


def test_a_schedule_is_in_the_zone_of_the_digest(issue: Issue, writer: User, reviewer: User, editor: User) -> None:
    approve(issue, writer, reviewer)
    client = desk(editor)
    assertContains(client.get(url(issue)), "When (Asia/Shanghai)")
    day = f"{timezone.localdate() + timedelta(days=9)}"
    response = client.post(do(issue, "schedule"), {"version": issue.version, "at": f"{day}T08:00"})
    assert f"{day} 08:00 CST" in said(response)
    assert Edition.objects.get().live_from.astimezone(timezone.get_fixed_timezone(0)).hour == 0
    assertContains(client.get(url(issue)), f"goes live at {day} 08:00 Asia/Shanghai")


def test_a_correction_asks_what_it_is(issue: Issue, writer: User, reviewer: User, editor: User) -> None:
    approve(issue, writer, reviewer)
    workflow.perform(Action.PUBLISH, issue, by=editor)
    write(issue, words(4), writer)
    approve(issue, writer, reviewer)
    client = desk(editor)
    assertContains(client.get(url(issue)), 'name="correction"')
    client.post(do(issue, "publish"), {"version": issue.version, "correction": "correction", "note": "Wrong name."})
    live = Edition.objects.live().get()
    assert (live.number, live.correction, live.note) == (2, "correction", "Wrong name.")


def test_what_went_out_without_approval_stays_flagged_until_someone_else_approves(
    issue: Issue, writer: User, editor: User, reviewer: User
) -> None:
    client = desk(editor)
    client.post(do(issue, "force_publish"), {"version": issue.version, "note": "It could not wait."})
    assertContains(client.get(url(issue)), "It could not wait.")
    assertContains(client.get(reverse("admin:digests_issue_changelist")), "is-flagged")
    issue.refresh_from_db()
    desk(reviewer).post(do(issue, "endorse"), {"version": issue.version, "edition": "1"})
    assertNotContains(client.get(reverse("admin:digests_issue_changelist")), "is-flagged")


def test_where_nobody_reviews_an_editor_publishes_a_draft_and_readers_are_told_so(
    issue: Issue, writer: User, editor: User, settings: Any
) -> None:
    settings.NEWSROOM_APPROVALS = 0

    def offered(who: User) -> list[str]:
        page = BeautifulSoup(desk(who).get(url(issue)).content, "html.parser")
        return [str(form["action"]).split("/")[-2] for form in page.select("form.choice")]

    assert (offered(writer), offered(editor)) == (["submit"], ["submit", "publish", "schedule"])
    response = desk(editor).post(do(issue, "publish"), {"version": issue.version})
    assert said(response) == "Readers see edition 1 now."
    edition = Edition.objects.live().get()
    assert (edition.approvals, edition.independently_reviewed) == (0, False)
    assert inbox.for_person(editor, []) == []


def test_problems_lead_to_their_field(issue: Issue, writer: User) -> None:
    uid = NewsItem.objects.filter(section__issue=issue)[0].uid
    client = desk(writer)
    data = opened(client, issue) | {"sections-0-items-0-body": "TODO"}
    client.post(url(issue), data)
    page = BeautifulSoup(client.get(url(issue)).content, "html.parser")
    link = page.select_one(".problems li.is-blocker a")
    assert link is not None and (link["data-uid"], link["data-field"]) == (uid, "body")
    row = page.select_one(f'.item[data-uid="{uid}"] .dot')
    assert row is not None and "is-blocker" in row["class"]
