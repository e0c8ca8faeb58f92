"""The desk in the admin, through real requests: a rendered form, filled in, sent back."""

from __future__ import annotations

from tests.desk import (
    DAY,
    approve,
    desk,
    digest,
    do,
    editor,
    english,
    filled,
    issue,
    opened,
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
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from digests.admin.issue.actions import Desk
from digests.admin.issue.wordlist import join, split
from digests.editorial import exchange, inbox, workflow
from digests.models import Brief, Digest, Edition, Insight, Issue, LogEntry, NewsItem, Section, Tag
from digests.models.person import SYSTEM
from digests.models.states import Action, State
from tests.conftest import sign_off_all

pytestmark = pytest.mark.django_db


# --- Saving ---------------------------------------------------------------------


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


# --- Buttons ------------------------------------------------------------------------


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


# --- The list -------------------------------------------------------------------------


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
