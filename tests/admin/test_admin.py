"""The desk in the admin, through real requests: who sees what, history, and what an administrator sets up."""

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
    staff,
    url,
    writer,
)

__all__ = ["digest", "editor", "english", "issue", "reviewer", "writer"]  # fixtures


import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from digests.editorial import workflow
from digests.models import Issue, Tag
from digests.models.states import Action, State

pytestmark = pytest.mark.django_db


# --- Who sees what ----------------------------------------------------------------


def test_a_stranger_is_sent_to_log_in(issue: Issue, client: Client) -> None:
    for path in (
        url(issue),
        reverse("admin:digests_issue_changelist"),
        reverse("admin:digests_issue_history", args=[issue.pk]),
    ):
        response = client.get(path)
        assert response.status_code == 302
        assert "/login/" in response.headers["Location"]
    assert "/login/" in client.post(do(issue, "submit")).headers["Location"]
    issue.refresh_from_db()
    assert issue.state == State.DRAFT


def test_staff_without_a_role_see_nothing(issue: Issue) -> None:
    client = desk(staff("outsider"))
    for path in (
        url(issue),
        reverse("admin:digests_issue_changelist"),
        reverse("admin:digests_issue_history", args=[issue.pk]),
        reverse("admin:digests_revision_changelist"),
        reverse("admin:digests_logentry_changelist"),
    ):
        assert client.get(path).status_code == 403
    assert client.post(do(issue, "submit")).status_code == 403
    assert client.post(url(issue), {"version": issue.version}).status_code == 403
    assert client.post(reverse("admin:digests_issue_keep", args=[issue.pk]), {"text": "x"}).status_code == 403


def test_a_reviewer_reads_and_cannot_write(issue: Issue, reviewer: User) -> None:
    client = desk(reviewer)
    response = client.get(url(issue))
    assertContains(response, "Text of story 1.")
    page = BeautifulSoup(response.content, "html.parser")
    form = page.find("form", id="issue_form")
    assert form is not None
    fields = form.find_all(["textarea"]) + form.find_all("input", type="text")
    assert fields
    assert all(field.has_attr("readonly") or field.has_attr("disabled") for field in fields)
    assertNotContains(response, 'name="_save"')
    assert client.post(url(issue), {"version": issue.version, "title": "Mine"}).status_code == 403
    assert issue.revisions.count() == 1


def test_history_is_read_and_never_changed(issue: Issue, writer: User) -> None:
    client = desk(User.objects.create_superuser("root", password="a long password"))
    for model in ("revision", "edition", "retraction", "review", "comment", "logentry"):
        assert client.get(reverse(f"admin:digests_{model}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:digests_{model}_add")).status_code == 403
    head = issue.head
    for name, pk in (("revision", head.pk), ("logentry", issue.log.get().pk)):
        path = reverse(f"admin:digests_{name}_change", args=[pk])
        assert client.get(path).status_code == 200
        assert client.post(path, {"number": 9, "note": "x"}).status_code == 403
        assert client.post(reverse(f"admin:digests_{name}_delete", args=[pk]), {"post": "yes"}).status_code == 403


# --- History ----------------------------------------------------------------------------


def test_history_shows_what_changed_between_any_two(issue: Issue, writer: User, reviewer: User, editor: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"sections-0-items-0-headline": "Story zero", "sections-2-briefs-0-DELETE": "on"}
    client.post(url(issue), data)
    issue.refresh_from_db()
    approve(issue, writer, reviewer)
    workflow.perform(Action.PUBLISH, issue, by=editor)
    path = reverse("admin:digests_issue_history", args=[issue.pk])
    response = client.get(path)
    assertContains(response, "From revision 1 to revision 2")
    page = BeautifulSoup(response.content, "html.parser")
    assert [one.get_text() for one in page.select(".changed ins")] == ["zero"]
    assert [one.get_text() for one in page.select(".changed del")] == ["0", "One line."]
    assertContains(response, issue.head.sha256[:10])
    assertContains(response, "rui: Approved")
    assert len(page.select(".log tbody tr")) == 5
    assertContains(client.get(path + "?from=2&to=1"), "From revision 1 to revision 2")
    for odd in ("?from=x&to=9", "?from=1&to=1", "?from=&to="):
        assert client.get(path + odd).status_code == 200


def test_words_are_escaped_wherever_staff_read_them(issue: Issue, writer: User) -> None:
    client = desk(writer)
    evil = '<script>alert(1)</script>"><img src=x>'
    data = opened(client, issue) | {"title": evil, "sections-0-items-0-headline": evil, "sections-0-title": evil}
    client.post(url(issue), data)
    for path in (
        url(issue),
        reverse("admin:digests_issue_changelist"),
        reverse("admin:digests_issue_history", args=[issue.pk]),
    ):
        assertNotContains(client.get(path), "<script>alert")


# --- The other nouns --------------------------------------------------------------------


def test_administrators_set_up_digests_tags_and_sources(issue: Issue) -> None:
    client = desk(staff("guan", "admin"))
    for model in ("digest", "tag", "source"):
        assert client.get(reverse(f"admin:digests_{model}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:digests_{model}_add")).status_code == 200
    tag = Tag.objects.get(name="Zebra")
    assert client.post(reverse("admin:digests_tag_delete", args=[tag.pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:digests_digest_change", args=[issue.digest_id])).status_code == 200


def test_the_first_page_says_what_waits(issue: Issue, writer: User, reviewer: User, editor: User) -> None:
    assertNotContains(desk(reviewer).get(reverse("admin:index")), "To review")
    workflow.perform(Action.SUBMIT, issue, by=writer)
    assertContains(desk(reviewer).get(reverse("admin:index")), "To review")
    workflow.perform(Action.FORCE_PUBLISH, issue, by=editor, note="The dam broke.")
    assertContains(desk(reviewer).get(reverse("admin:index")), "The dam broke.")
    workflow.perform(Action.ENDORSE, issue, by=reviewer)
    assertNotContains(desk(reviewer).get(reverse("admin:index")), "The dam broke.")
    assertNotContains(desk(staff("nobody")).get(reverse("admin:index")), issue.title)


def test_staff_choose_their_language(writer: User) -> None:
    client = desk(writer)
    assertContains(client.get(reverse("admin:index")), "中文</button>")
    client.post(reverse("set_language"), {"language": "zh-hans", "next": "/admin/"})
    assertContains(client.get(reverse("admin:index")), "English</button>")
