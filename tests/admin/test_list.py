"""The list of issues: what is found there, what is done to many at once, and what is never deleted."""

from __future__ import annotations

from tests.desk import (
    DAY,
    approve,
    desk,
    digest,
    editor,
    english,
    filled,
    issue,
    reviewer,
    said,
    staff,
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
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from digests.editorial import exchange, workflow
from digests.models import Brief, Digest, Insight, Issue, LogEntry, Section, Tag
from digests.models.states import Action, State
from tests.conftest import sign_off_all

pytestmark = pytest.mark.django_db


def bulk(client: Client, action: str, *issues: Issue) -> Any:
    """Mark issues in the list as it stands now, and do something with them."""
    return client.post(reverse("admin:digests_issue_changelist"), marked(client, action, *issues))


def marked(client: Client, action: str, *issues: Issue) -> dict[str, Any]:
    seen = filled(client.get(reverse("admin:digests_issue_changelist")), "changelist-form")
    return {**seen, "action": action, "_selected_action": [issue.pk for issue in issues]}


def test_bulk_approval_of_own_words_is_refused_with_a_line_for_each(issue: Issue, digest: Digest, writer: User) -> None:
    other = Issue.objects.create(digest=digest, date=DAY + timedelta(days=1), title="y")
    write(other, words(day=other.date), writer)
    boss = User.objects.create_superuser("boss", password="a long password")
    write(other, words(4, other.date), boss)
    for each in (issue, other):
        workflow.perform(Action.SUBMIT, each, by=writer)
        sign_off_all(each, by=boss)
    lines = BeautifulSoup(said(bulk(desk(boss), "approve_all", issue, other)), "html.parser").select("li")
    assert len(lines) == 2
    assert "Morning 2026-03-10" in lines[0].get_text() and "nobody approves their own words" in lines[0].get_text()
    states = {each.date.day: each.state for each in Issue.objects.all()}
    assert states == {9: State.APPROVED, 10: State.IN_REVIEW}


def test_bulk_approval_is_of_what_was_seen_in_the_list(issue: Issue, writer: User, reviewer: User) -> None:
    workflow.perform(Action.SUBMIT, issue, by=writer)
    client = desk(reviewer)
    sent = marked(client, "approve_all", issue)
    write(issue, words(4), writer)
    response = client.post(reverse("admin:digests_issue_changelist"), sent)
    assert "changed since you opened it" in said(response)
    del sent[f"seen-{issue.pk}"]
    client.post(reverse("admin:digests_issue_changelist"), sent)
    issue.refresh_from_db()
    assert issue.state == State.IN_REVIEW


@pytest.mark.parametrize("spelling", ["+{}", " {}", "{} ", "0{}", "_3{}", "9" * 5000])
def test_an_issue_has_one_address_at_the_desk(issue: Issue, writer: User, spelling: str) -> None:
    client = desk(writer)
    sent = filled(client.get(url(issue)))
    write(issue, words(4), staff("colleague", "writer"))
    address = reverse("admin:digests_issue_change", args=[spelling.format(issue.pk)])
    assert client.post(address, sent).status_code in (302, 404)
    assert exchange.from_rows(Issue.objects.get(pk=issue.pk)).without_uids() == words(4)


def test_a_label_alone_is_kept(issue: Issue, writer: User) -> None:
    client = desk(writer)
    sent = filled(client.get(url(issue)))
    label = next(name for name in sent if name.endswith("insights-0-label"))
    sent[label], sent[label.replace("-label", "-text")] = "Impact", ""
    client.post(url(issue), sent)
    assert Insight.objects.filter(label="Impact", text="").count() == 1


def test_tags_have_one_spelling(issue: Issue) -> None:
    client = desk(User.objects.create_superuser("root", password="a long password"))
    for name in ("zebra", "ﷺ" * 60, "\x01"):
        assert client.post(reverse("admin:digests_tag_add"), {"name": name}).status_code == 200
    assert client.post(reverse("admin:digests_tag_add"), {"name": "ß" * 60}).status_code == 302
    assert not Tag.objects.filter(name="").exists()


def test_what_a_word_processor_pasted_into_a_digest_breaks_no_feed(issue: Issue) -> None:
    digest = issue.digest
    digest.name, digest.description = "Morning\x0bNews", "a\x0cb"
    digest.save()
    assert (digest.name, digest.description) == ("Morning News", "a\nb")
    assert Client().get("/morning/rss.xml").status_code == 200


def test_bulk_actions_go_through_the_door(issue: Issue, reviewer: User) -> None:
    bulk(desk(reviewer), "submit_all", issue)
    issue.refresh_from_db()
    assert issue.state == State.DRAFT


def test_nothing_is_deleted_in_bulk(issue: Issue) -> None:
    client = desk(User.objects.create_superuser("root", password="a long password"))
    assertNotContains(client.get(reverse("admin:digests_issue_changelist")), "delete_selected")
    bulk(client, "delete_selected", issue)
    assert Issue.objects.filter(pk=issue.pk).exists()


def test_a_draft_that_nobody_saw_is_deleted_from_its_page(issue: Issue, writer: User) -> None:
    client = desk(writer)
    path = reverse("admin:digests_issue_delete", args=[issue.pk])
    assert client.get(path).status_code == 200
    assert client.post(path, {"post": "yes"}).status_code == 302
    assert not Issue.objects.exists() and not Section.objects.exists() and not Brief.objects.exists()
    assert LogEntry.objects.filter(date=DAY).exists()


def test_what_has_been_public_is_not_deleted(issue: Issue, writer: User, reviewer: User, editor: User) -> None:
    approve(issue, writer, reviewer)
    workflow.perform(Action.PUBLISH, issue, by=editor)
    path = reverse("admin:digests_issue_delete", args=[issue.pk])
    response = desk(User.objects.create_superuser("root", password="a long password")).post(path, {"post": "yes"})
    assert response.status_code == 302
    assert "it is kept" in said(response)
    assert Issue.objects.exists()


def test_the_list_is_found_by_title_headline_and_state(issue: Issue, writer: User) -> None:
    client = desk(writer)
    path = reverse("admin:digests_issue_changelist")
    for query in (
        "?q=Story+2",
        "?q=happened",
        "?state=draft",
        "?public=never",
        f"?digest__id__exact={issue.digest_id}",
    ):
        assertContains(client.get(path + query), "What happened", msg_prefix=query)
    for query in ("?q=nothing", "?public=live", "?public=scheduled", "?public=flagged"):
        assertNotContains(client.get(path + query), "What happened", msg_prefix=query)
