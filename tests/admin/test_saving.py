"""The form of an issue, through real requests: filled in, sent back and saved."""

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

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains

from digests.admin.issue.wordlist import join, split
from digests.editorial import exchange, workflow
from digests.models import Digest, Insight, Issue, LogEntry, NewsItem
from digests.models.person import SYSTEM
from digests.models.states import Action, State

pytestmark = pytest.mark.django_db


def test_a_form_sent_as_it_is_writes_nothing(issue: Issue, writer: User) -> None:
    client = desk(writer)
    before = exchange.from_rows(issue)
    response = client.post(url(issue), opened(client, issue))
    assert response.status_code == 302
    assert "Nothing was changed" in said(response)
    issue.refresh_from_db()
    assert (issue.version, issue.revisions.count()) == (1, 1)
    assert exchange.from_rows(issue) == before


def test_a_no_op_save_keeps_the_approval(issue: Issue, writer: User, reviewer: User) -> None:
    approve(issue, writer, reviewer)
    client = desk(writer)
    response = client.post(url(issue), opened(client, issue))
    issue.refresh_from_db()
    assert issue.state == State.APPROVED
    assert "The approval stands." in said(response)


def test_editing_after_approval_voids_it(issue: Issue, writer: User, reviewer: User) -> None:
    approve(issue, writer, reviewer)
    client = desk(writer)
    data = opened(client, issue)
    data["sections-0-items-0-insights-1-text"] = "Thought again."
    response = client.post(url(issue), data)
    assert "Saved as revision 2." in said(response)
    assert "no longer holds" in said(response)
    issue.refresh_from_db()
    assert issue.state == State.DRAFT
    with pytest.raises(workflow.Refused):
        workflow.perform(Action.PUBLISH, issue, by=SYSTEM)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "Another"),
        ("date", "2026-03-10"),
        ("summary", "Another."),
        ("tag_names", "Apple, Zebra"),
        ("seo", "first, second"),
        ("sections-1-title", "Renamed"),
        ("sections-1-lead", "A lead."),
        ("sections-1-items-0-link", "https://reported.test/x"),
        ("sections-1-items-0-ai_role", "drafted"),
        ("sections-1-items-0-tag_names", "Apple，Zebra"),
        ("sections-1-items-0-position", "7"),
        ("sections-1-items-0-insights-0-basis", "ai"),
        ("sections-2-briefs-1-text", "Changed."),
        ("sections-2-briefs-1-DELETE", "on"),
    ],
)
def test_each_field_makes_a_revision(field: str, value: str, issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = {**opened(client, issue), field: value}
    assert client.post(url(issue), data).status_code == 302
    assert issue.revisions.count() == 2
    assert LogEntry.objects.filter(issue=issue, action=Action.EDIT).count() == 2


def test_a_new_issue_begins_as_a_draft(digest: Digest, writer: User) -> None:
    client = desk(writer)
    add = reverse("admin:digests_issue_add")
    data = filled(client.get(add))
    data |= {"title": "New", "date": "2026-03-11", "tag_names": "Zebra、Apple", "state": "approved", "version": "9"}
    data |= {"sections-TOTAL_FORMS": "1", "sections-0-title": "First"}
    for part in ("items", "briefs"):
        data |= {f"sections-0-{part}-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    data |= {"sections-0-items-TOTAL_FORMS": "1", "sections-0-items-0-headline": "A story"}
    data |= {f"sections-0-items-0-insights-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    response = client.post(add, data)
    issue = Issue.objects.get()
    assert response.headers["Location"] == url(issue)
    assert (issue.state, issue.version, issue.title) == (State.DRAFT, 1, "New")
    head = issue.head
    assert (head.author, head.manuscript.tags) == (writer, ("Zebra", "Apple"))
    assert [item.headline for item in head.manuscript.items] == ["A story"]


def test_a_second_issue_of_a_day_is_refused_with_what_was_typed(issue: Issue, writer: User) -> None:
    client = desk(writer)
    add = reverse("admin:digests_issue_add")
    data = filled(client.get(add)) | {"title": "Again", "date": DAY.isoformat()}
    response = client.post(add, data)
    assertContains(response, "This digest has an issue of that date already.")
    assertContains(response, "Again")
    assert Issue.objects.count() == 1


def test_an_unfinished_draft_saves(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue)
    data |= {"title": "", "sections-0-title": "", "sections-0-items-0-headline": "", "sections-2-briefs-0-text": ""}
    assert client.post(url(issue), data).status_code == 302
    assert Issue.objects.get().title == ""
    assertContains(client.get(url(issue)), "A story has no headline.")


def test_what_is_too_long_is_refused_beside_its_field(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"sections-0-items-0-headline": "long " * 80, "summary": "Typed with care."}
    response = client.post(url(issue), data)
    assert response.status_code == 200
    assertContains(response, "at most 300 characters")
    assertContains(response, "Typed with care.")
    assert issue.revisions.count() == 1


def test_stories_move_between_sections_and_keep_their_names(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue)
    uid = data["sections-0-items-0-uid"]
    # As nested-admin's script renumbers it: the first section's only story becomes the second's third.
    for name in [name for name in data if name.startswith("sections-0-items-0-")]:
        data[name.replace("sections-0-items-0-", "sections-1-items-2-")] = data.pop(name)
    data |= {"sections-0-items-TOTAL_FORMS": "0", "sections-0-items-INITIAL_FORMS": "0"}
    data |= {"sections-1-items-TOTAL_FORMS": "3", "sections-1-items-INITIAL_FORMS": "3"}
    data |= {"sections-1-items-2-position": "0", "sections-1-items-0-position": "1", "sections-1-items-1-position": "2"}
    data |= {"sections-1-items-2-section": data["sections-1-id"], "sections-0-DELETE": "on"}
    assert client.post(url(issue), data).status_code == 302
    manuscript = exchange.from_rows(issue)
    assert [section.title for section in manuscript.sections] == ["Second", "In brief"]
    assert [item.headline for item in manuscript.items] == ["Story 0", "Story 1", "Story 2"]
    assert next(manuscript.items).uid == uid
    assert list(next(manuscript.items).tags) == ["Zebra", "Apple"]
    assert Insight.objects.filter(item__uid=uid).count() == 2


def test_stories_insights_and_briefs_are_added_and_deleted(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue)
    data |= {"sections-1-items-0-DELETE": "on", "sections-1-items-1-insights-0-DELETE": "on"}
    data |= {
        "sections-2-briefs-TOTAL_FORMS": "4",
        "sections-2-briefs-2-text": "New.",
        "sections-2-briefs-2-position": "0",
    }
    data |= {"sections-2-briefs-3-text": ""}  # added and left blank
    data |= {"sections-0-items-0-insights-TOTAL_FORMS": "3", "sections-0-items-0-insights-2-text": "Third."}
    data |= {"sections-0-items-0-insights-2-label": "Impact", "sections-0-items-0-insights-2-basis": "ai"}
    assert client.post(url(issue), data).status_code == 302
    manuscript = exchange.from_rows(issue)
    assert [item.headline for item in manuscript.items] == ["Story 0", "Story 2"]
    assert [brief.text for brief in manuscript.briefs] == ["One line.", "New.", "Another line."]
    thoughts = [(one.text, one.label, one.basis) for one in manuscript.insights]
    assert thoughts[2] == ("Third.", "Impact", "ai")
    assert len(thoughts) == 4


def test_tags_keep_their_order(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue)
    assert data["tag_names"] == 'Zebra, Apple, "AI, ML"'
    data["tag_names"] = "Mango， Zebra、apple,Zebra"
    client.post(url(issue), data)
    assert exchange.from_rows(issue).tags == ("Mango", "Zebra", "Apple")
    assert opened(client, issue)["tag_names"] == "Mango, Zebra, Apple"


@pytest.mark.parametrize(
    "kept", [("a",), ("b", "a"), ("a, b", "c"), ('say "hi"', "x"), ('"quoted"',), ("a、b", "c，d")]
)
def test_word_lists_come_back_as_they_were(kept: tuple[str, ...]) -> None:
    assert split(join(kept)) == kept


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        (" , ，、", ()),
        ("a，b、c, d", ("a", "b", "c", "d")),
        ('"a,b" c, d', ('"a', 'b" c', "d")),
        ('"unclosed, b', ('"unclosed', "b")),
    ],
)
def test_words_are_split_at_any_comma(text: str, found: tuple[str, ...]) -> None:
    assert split(text) == found


def test_state_version_and_uid_cannot_be_sent(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"state": "approved", "editor": "Someone"}
    uid = data["sections-0-items-0-uid"]
    data["sections-0-items-0-uid"] = "zzzzzzzz"
    client.post(url(issue), data)
    issue.refresh_from_db()
    assert (issue.state, issue.version) == (State.DRAFT, 2)
    assert not NewsItem.objects.filter(uid="zzzzzzzz").exists()
    assert NewsItem.objects.filter(uid=uid).exists()  # known by its link and headline


def test_rows_of_another_issue_cannot_be_taken(issue: Issue, digest: Digest, writer: User) -> None:
    other = Issue.objects.create(digest=digest, date=DAY + timedelta(days=1), title="y")
    write(other, words(day=other.date), writer)
    before = exchange.from_rows(other)
    theirs = NewsItem.objects.filter(section__issue=other).first()
    assert theirs
    client = desk(writer)
    data = opened(client, issue)
    data |= {
        "sections-0-items-0-id": str(theirs.pk),
        "sections-0-items-0-uid": theirs.uid,
        "sections-0-items-0-body": "Mine.",
    }
    assert client.post(url(issue), data).status_code == 302
    assert exchange.from_rows(other) == before


def test_digest_and_date_are_fixed_once_the_issue_has_been_public(
    issue: Issue, writer: User, reviewer: User, editor: User
) -> None:
    client = desk(writer)
    assert {"date"} <= opened(client, issue).keys()
    approve(issue, writer, reviewer)
    workflow.perform(Action.PUBLISH, issue, by=editor)
    data = opened(client, issue)
    assert not {"digest", "date"} & data.keys()
    client.post(url(issue), data | {"date": "2026-01-01", "title": "Changed"})
    issue.refresh_from_db()
    assert (issue.date, issue.title) == (DAY, "Changed")


def test_a_date_that_another_issue_has_is_refused(issue: Issue, digest: Digest, writer: User) -> None:
    Issue.objects.create(digest=digest, date=DAY + timedelta(days=1), title="y")
    client = desk(writer)
    response = client.post(url(issue), opened(client, issue) | {"date": "2026-03-10", "title": "Typed"})
    assert response.status_code == 200
    assertContains(response, "Typed")
    assert issue.revisions.count() == 1


def test_a_cover_is_stored_and_belongs_to_the_words(issue: Issue, writer: User) -> None:
    picture = SimpleUploadedFile("cover.gif", PIXEL, "image/gif")
    client = desk(writer)
    client.post(url(issue), opened(client, issue) | {"cover": picture, "cover_alt": "A dot."})
    issue.refresh_from_db()
    assert str(issue.cover.name).startswith("pictures/")
    assert issue.head.manuscript.cover_file == issue.cover.name
    again = client.post(url(issue), opened(client, issue))
    assert "Nothing was changed" in said(again)
    client.post(url(issue), opened(client, issue) | {"cover-clear": "on"})
    assert issue.head.manuscript.cover_file == ""


PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002014400 3b".replace(" ", "")
)


def test_what_is_no_picture_is_refused(issue: Issue, writer: User) -> None:
    client = desk(writer)
    text = SimpleUploadedFile("cover.gif", b"not a picture", "image/gif")
    assert client.post(url(issue), opened(client, issue) | {"cover": text}).status_code == 200
    assert issue.revisions.count() == 1


def test_sixty_stories_save_whole(digest: Digest, writer: User) -> None:
    issue = Issue.objects.create(digest=digest, date=DAY, title="x")
    write(issue, words(60), writer)
    client = desk(writer)
    data = opened(client, issue)
    assert len(data) > 1000
    data["sections-1-items-29-body"] = "The very last one."
    assert client.post(url(issue), data).status_code == 302
    assert issue.revisions.count() == 2
    assert list(exchange.from_rows(issue).items)[-1].body == "The very last one."


def test_rows_are_dragged_only_to_lists_of_their_kind(issue: Issue, writer: User) -> None:
    page = BeautifulSoup(desk(writer).get(url(issue)).content, "html.parser")
    lists = page.select(".djn-items")
    assert len(lists) > 10
    for one in lists:
        group, foothold = one.find_parent(class_="djn-group"), one.select_one(".djn-no-drag")
        assert group is not None and foothold is not None
        assert one["data-inline-model"] == group["data-inline-model"]
        assert foothold.find() is not None  # nested-admin removes a row without a child, and drags get lost
