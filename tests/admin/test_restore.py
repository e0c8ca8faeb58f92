"""What a browser kept comes back into the form, whole and not saved; saving it then goes the normal way."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from digests.admin.issue.posted import posted
from digests.editorial import exchange
from digests.manuscript.values import Manuscript
from digests.models import Digest, Issue
from tests.desk import (
    DAY,
    asked,
    change,
    desk,
    digest,
    english,
    filled,
    issue,
    now,
    opened,
    reviewer,
    said,
    url,
    writer,
)

__all__ = ["digest", "english", "issue", "reviewer", "writer"]  # fixtures

pytestmark = pytest.mark.django_db

NAME = "0123456789abcdef"


def restore(issue: Issue) -> str:
    return reverse("admin:digests_issue_restore", args=[issue.pk])


def worked_on(data: dict[str, Any]) -> dict[str, Any]:
    """Return a form after an hour: a story moved to another section, one deleted, one new with an insight, order."""
    kept = {name: value for name, value in data.items() if name != "csrfmiddlewaretoken"}
    kept |= {"title": "My title", "sections-0-items-0-body": "My text."}
    # The first story of the second section was moved to the first, and stands before what was there.
    row = {name: kept.pop(name) for name in list(kept) if name.startswith("sections-1-items-0-")}
    kept |= {name.replace("sections-1-items-0-", "sections-0-items-1-"): value for name, value in row.items()}
    last = {name: kept.pop(name) for name in list(kept) if name.startswith("sections-1-items-1-")}
    kept |= {name.replace("sections-1-items-1-", "sections-1-items-0-"): value for name, value in last.items()}
    kept |= {"sections-0-items-1-position": "0", "sections-0-items-0-position": "1"}
    kept |= {"sections-0-items-TOTAL_FORMS": "3", "sections-0-items-INITIAL_FORMS": "2"}
    kept |= {"sections-1-items-TOTAL_FORMS": "1", "sections-1-items-INITIAL_FORMS": "1"}
    # One is new, with an insight; one is marked for deletion.
    new = "sections-0-items-2"
    kept |= {f"{new}-id": "", f"{new}-position": "2", f"{new}-headline": "New story", f"{new}-body": "New text."}
    kept |= {f"{new}-insights-{name}_FORMS": number for name, number in (("TOTAL", "1"), ("INITIAL", "0"))}
    kept |= {f"{new}-insights-0-text": "New thought.", f"{new}-insights-0-position": "0"}
    kept |= {f"{new}-insights-0-basis": "ai", f"{new}-ai_role": "none"}
    kept |= {"sections-1-items-0-DELETE": "on"}
    kept |= {"sections-2-briefs-0-position": "1", "sections-2-briefs-1-position": "0"}
    return kept


def brought_back(response: Any) -> str:
    """Return what a form that came back says of itself."""
    said = BeautifulSoup(response.content, "html.parser").select_one("#issue_form .restored")
    assert said is not None
    assert "This is your unsaved text, brought back." in said.get_text()
    return said.get_text()


def said_by(form: dict[str, Any], issue: Issue) -> Manuscript:
    return posted(form, issue.revisions.order_by("number")[0].manuscript).without_uids()


def test_everything_comes_back_and_nothing_is_written(issue: Issue, writer: User) -> None:
    client = desk(writer)
    kept = worked_on(opened(client, issue))
    before = now(issue)
    response = client.post(restore(issue), kept | {"kept": NAME})
    assert "moved on" not in brought_back(response)
    back = filled(response)
    assert said_by(back, issue) == said_by(kept, issue)
    assert [item.headline for item in said_by(back, issue).items] == ["Story 1", "Story 0", "New story"]
    assert (back["version"], back["revision"], back["kept"]) == ("1", "1", NAME)
    assert (now(issue), issue.revisions.count(), issue.log.count()) == (before, 1, 1)


def test_what_came_back_is_saved_as_any_other(issue: Issue, writer: User) -> None:
    client = desk(writer)
    uids = {item.headline: item.uid for item in now(issue).items}
    back = filled(client.post(restore(issue), worked_on(opened(client, issue)) | {"kept": NAME}))
    response = client.post(url(issue), back)
    assert response["Location"] == f"{url(issue)}?kept={NAME}"
    assert "Saved as revision 2." in said(response)
    items = list(now(issue).items)
    assert [item.headline for item in items] == ["Story 1", "Story 0", "New story"]
    assert [item.uid for item in items[:2]] == [uids["Story 1"], uids["Story 0"]]
    assert [brief.text for brief in now(issue).briefs] == ["Another line.", "One line."]


def test_if_the_issue_moved_on_that_is_said_and_both_are_shown_on_saving(issue: Issue, writer: User) -> None:
    client = desk(writer)
    kept = opened(client, issue) | {"title": "My title", "sections-0-items-0-body": "My text."}
    change(issue, title="Their title")
    response = client.post(restore(issue), kept)
    assert "The issue has changed since" in brought_back(response)
    conflict = client.post(url(issue), filled(response) | {"kept": NAME})
    assert conflict.status_code == 409
    saved = client.post(
        reverse("admin:digests_issue_keep", args=[issue.pk]), asked(conflict) | {"side-issue-title": "mine"}
    )
    assert saved["Location"] == f"{url(issue)}?kept={NAME}"
    assert (now(issue).title, next(now(issue).items).body) == ("My title", "My text.")


def test_a_story_that_was_deleted_meanwhile_comes_back_under_its_name(issue: Issue, writer: User) -> None:
    client = desk(writer)
    kept = opened(client, issue) | {"sections-0-items-0-body": "My text."}
    uid = kept["sections-0-items-0-uid"]
    change(issue, sections=now(issue).sections[1:])
    back = filled(client.post(restore(issue), kept))
    assert back["sections-0-items-0-uid"] == uid
    conflict = client.post(url(issue), back)
    assertContains(conflict, f"side-item-{uid}-stays", status_code=409)


def test_a_new_issue_comes_back(digest: Digest, writer: User) -> None:
    client = desk(writer)
    add = reverse("admin:digests_issue_add")
    kept = filled(client.get(add)) | {"title": "A new issue", "date": str(DAY), "sections-TOTAL_FORMS": "1"}
    kept |= {"sections-0-title": "New section", "sections-0-position": "0"}
    for rows in ("briefs", "items"):
        kept |= {f"sections-0-{rows}-TOTAL_FORMS": "0", f"sections-0-{rows}-INITIAL_FORMS": "0"}
    response = client.post(reverse("admin:digests_issue_add_restore"), kept | {"kept": NAME})
    brought_back(response)
    assert Issue.objects.count() == 0
    saved = client.post(add, filled(response))
    made = Issue.objects.get()
    assert saved["Location"] == f"{url(made)}?kept={NAME}"
    assert exchange.from_rows(made).sections[0].title == "New section"


def test_text_that_cannot_be_saved_comes_back_with_what_is_wrong(issue: Issue, writer: User) -> None:
    client = desk(writer)
    response = client.post(restore(issue), opened(client, issue) | {"date": "soon", "title": "long " * 80})
    brought_back(response)
    assertContains(response, "long long")
    assertContains(response, "Please look at what is marked.")


def test_of_a_deleted_issue_the_text_is_given_back(issue: Issue, writer: User) -> None:
    client = desk(writer)
    kept = opened(client, issue) | {"title": "What I wrote"}
    address = restore(issue)
    issue.delete()
    assertContains(client.post(address, kept), "What I wrote", status_code=410)


def test_nobody_restores_what_they_may_not_write(issue: Issue, writer: User, reviewer: User) -> None:
    kept = opened(desk(writer), issue)
    assert desk(reviewer).post(restore(issue), kept).status_code == 403
    assert desk(reviewer).post(reverse("admin:digests_issue_add_restore"), kept).status_code == 403
    assert Client().post(restore(issue), kept).status_code == 302  # to the login


def test_whom_a_login_sent_here_gets_the_form(issue: Issue, writer: User) -> None:
    client = desk(writer)
    assert client.get(restore(issue))["Location"] == url(issue)
    assert client.get(reverse("admin:digests_issue_add_restore"))["Location"] == reverse("admin:digests_issue_add")


@pytest.mark.parametrize(
    "kept", [{}, {"version": "x", "sections-TOTAL_FORMS": "many"}, {"kept": "https://example.org"}]
)
def test_nonsense_is_answered_with_the_form(issue: Issue, writer: User, kept: dict[str, str]) -> None:
    response = desk(writer).post(restore(issue), kept)
    assertContains(response, "issue_form")
    assertNotContains(response, "https://example.org")


def test_an_unknown_name_is_not_passed_on(issue: Issue, writer: User) -> None:
    client = desk(writer)
    response = client.post(url(issue), opened(client, issue) | {"kept": "x&y=z"})
    assert response["Location"] == url(issue)


def test_the_form_says_whose_text_it_keeps(issue: Issue, writer: User, reviewer: User) -> None:
    form = BeautifulSoup(desk(writer).get(url(issue)).content, "html.parser").select_one("#issue_form")
    assert form is not None
    assert (form["data-keep"], form["data-person"]) == (f"issue-{issue.pk}", str(writer.pk))
    read_only = BeautifulSoup(desk(reviewer).get(url(issue)).content, "html.parser").select_one("#issue_form")
    assert read_only is not None
    assert not read_only.has_attr("data-keep")


def test_a_login_that_is_gone_leads_back_to_the_form(issue: Issue, writer: User) -> None:
    client = desk(writer)
    sent = opened(client, issue) | {"title": "Mine"}
    client.logout()
    assert client.post(url(issue), sent)["Location"] == f"{reverse('admin:login')}?next={url(issue)}"


def test_a_page_from_an_earlier_login_is_told_so_kindly(issue: Issue, writer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(writer)
    response = client.post(url(issue), opened(client, issue) | {"csrfmiddlewaretoken": "a" * 64})
    assertContains(response, "You logged in again since you opened it", status_code=403)
    assertContains(response, f'href="{url(issue)}"', status_code=403)
