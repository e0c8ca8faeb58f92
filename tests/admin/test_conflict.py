"""Two people at one issue: nobody's words are lost, and nobody's are written over unseen."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from digests.admin.issue.posted import posted
from digests.editorial import workflow
from digests.manuscript.reader import read
from digests.manuscript.values import Brief, Section
from digests.models import Issue, LogEntry
from digests.models import NewsItem as Row
from digests.models.states import Action
from tests.desk import (
    DAY,
    asked,
    change,
    clashes,
    desk,
    digest,
    do,
    english,
    issue,
    now,
    opened,
    reviewer,
    said,
    url,
    words,
    writer,
)

__all__ = ["digest", "english", "issue", "reviewer", "writer"]  # fixtures


def keep(issue: Issue) -> str:
    return reverse("admin:digests_issue_keep", args=[issue.pk])


@pytest.mark.django_db
def test_a_deleted_issue_gives_the_text_back(issue: Issue, writer: User) -> None:
    client = desk(writer)
    sent = opened(client, issue)
    sent["title"] = "What I wrote"
    Issue.objects.get().delete()
    response = client.post(url(issue), sent)
    assert response.status_code == 410
    assertContains(response, "What I wrote", status_code=410)
    assertContains(response, "Story 2", status_code=410)
    assertContains(client.post(keep(issue), {"text": "merged by hand"}), "merged by hand", status_code=410)


def given_back(response: Any) -> dict[str, str]:
    """Return what the form of the conflict page sends."""
    form = BeautifulSoup(response.content, "html.parser").select_one("form.text")
    assert form is not None
    data = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
    area = form.select_one("textarea")
    assert area is not None
    return {**data, "text": area.get_text().removeprefix("\n").replace("\n", "\r\n")}


# --- The page ---------------------------------------------------------------------


@pytest.mark.django_db
def test_stale_save_writes_nothing_and_gives_the_text_back(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"summary": "My summary."}
    change(issue, summary="Their summary.")
    response = client.post(url(issue), data)
    assert response.status_code == 409
    assert now(issue).summary == "Their summary."
    assert issue.revisions.count() == 2
    assert LogEntry.objects.filter(issue=issue).count() == 2
    assertContains(response, "The issue changed since you opened it: newsroom, Edit", status_code=409)
    page = BeautifulSoup(response.content, "html.parser")
    folds = page.select("details.fold")
    assert [one.get_text() for one in folds[0].select("ins")] == ["Their"]
    (clash,) = page.select(".clash")
    assert [side.label.get_text(strip=True) for side in clash.select(".side")] == ["Saved by newsroom", "Yours"]
    assert [one.get_text() for one in clash.select("ins")] == ["Their", "My"]
    assert [one.get_text() for one in clash.select("del")] == ["A", "A"]
    assert clash.select_one(".before .text").get_text() == "A summary."
    assert read(given_back(response)["text"].replace("\r\n", "\n")).manuscript.summary == "My summary."


@pytest.mark.django_db
def test_a_save_without_a_version_is_stale(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"title": "Mine"}
    for version in (None, "", "x", "-1", "99", "9" * 40):
        sent = (
            {**data, "version": version} if version is not None else {k: v for k, v in data.items() if k != "version"}
        )
        assert client.post(url(issue), sent).status_code == 409, version
    assert issue.revisions.count() == 1


@pytest.mark.django_db
def test_my_text_saved_over_theirs_keeps_names(issue: Issue, writer: User) -> None:
    client = desk(writer)
    before = [item.uid for item in now(issue).items]
    data = opened(client, issue) | {"summary": "My summary.", "sections-0-items-0-headline": "My headline"}
    change(issue, summary="Their summary.")
    response = client.post(keep(issue), given_back(client.post(url(issue), data)))
    assert response.status_code == 302
    assert "Your text is saved as revision 3." in said(response)
    saved = now(issue)
    assert (saved.summary, next(saved.items).headline) == ("My summary.", "My headline")
    assert [item.uid for item in saved.items] == before
    assert saved.tags == ("Zebra", "Apple", "AI, ML")


@pytest.mark.django_db
def test_changes_of_different_things_come_back_together(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"sections-1-items-1-body": "My text of the last story."}
    change(issue, title="Their title")
    response = client.post(url(issue), data)
    assertContains(response, "Save both together", status_code=409)
    client.post(keep(issue), given_back(response))
    saved = now(issue)
    assert (saved.title, list(saved.items)[-1].body) == ("Their title", "My text of the last story.")


@pytest.mark.django_db
def test_a_stale_save_of_a_deleted_story_gives_it_back(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"sections-0-items-0-body": "What I wrote."}
    uid = data["sections-0-items-0-uid"]
    change(issue, sections=now(issue).sections[1:])
    assert not Row.objects.filter(uid=uid).exists()
    response = client.post(url(issue), data)
    assert response.status_code == 409
    text = given_back(response)
    assert "What I wrote." in text["text"]
    assert client.post(keep(issue), text).status_code == 302
    assert next(now(issue).items).uid == uid


@pytest.mark.django_db
def test_even_a_form_that_is_not_valid_comes_back_whole(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"date": "soon", "sections-0-items-0-headline": "long " * 80}
    data |= {"sections-0-items-0-ai_role": "magic", "sections-1-items-TOTAL_FORMS": "many"}
    change(issue, title="Their title")
    response = client.post(url(issue), data)
    assertContains(response, "long long", status_code=409)
    again = client.post(keep(issue), given_back(response))
    assertContains(again, "at most 300 fit", status_code=400)
    assertContains(again, "long long", status_code=400)


@pytest.mark.django_db
def test_a_text_that_cannot_be_read_is_refused_with_its_lines_and_kept(issue: Issue, writer: User) -> None:
    client = desk(writer)
    response = client.post(keep(issue), {"version": issue.version, "text": "---\ntitle: [\n---\n# My words\n"})
    assertContains(response, "# My words", status_code=400)
    assertContains(response, "Line ", status_code=400)
    assert issue.revisions.count() == 1


@pytest.mark.django_db
def test_someone_quicker_again_is_told_again(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"summary": "My summary."}
    change(issue, summary="Their summary.")
    text = given_back(client.post(url(issue), data))
    change(issue, summary="Their second summary.")
    response = client.post(keep(issue), text)
    assert response.status_code == 409
    assertContains(response, "My summary.", status_code=409)
    assert client.post(keep(issue), given_back(response)).status_code == 302
    assert now(issue).summary == "My summary."


@pytest.mark.django_db
def test_an_approval_meanwhile_is_a_change_too(issue: Issue, writer: User, reviewer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"summary": "My summary."}
    workflow.perform(Action.SUBMIT, issue, by=writer)
    workflow.perform(Action.APPROVE, issue, by=reviewer, attests_read_all=True)
    response = client.post(url(issue), data)
    assertContains(response, "rui", status_code=409)
    assertContains(response, "No difference.", status_code=409)
    assert Issue.objects.get().state == "approved"


@pytest.mark.django_db
def test_a_kept_text_cannot_take_another_day_or_picture(issue: Issue, writer: User) -> None:
    Issue.objects.create(digest=issue.digest, date=DAY.replace(day=10), title="y")
    client = desk(writer)
    text = '---\ntitle: T\ndate: 2026-03-10\ncoverFile: "covers/../secret.png"\n---\n# T\n\n## S\n\n### H\n'
    response = client.post(keep(issue), {"version": issue.version, "text": text})
    assertContains(response, "has an issue of that date", status_code=400)
    client.post(keep(issue), {"version": issue.version, "text": text.replace("03-10", "03-09")})
    assert (now(issue).title, now(issue).cover_file) == ("T", "")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs rows that two transactions can race for")
def test_of_two_who_save_at_once_one_is_told(issue: Issue, writer: User) -> None:
    colleague = User.objects.create_superuser("colleague", password="a long password")
    clients = [desk(writer), desk(colleague)]
    sent = [opened(client, issue) | {"summary": f"Summary {number}."} for number, client in enumerate(clients)]
    together = threading.Barrier(2)

    def post(client: Client, data: dict[str, Any]) -> int:
        together.wait()
        try:
            return client.post(url(issue), data).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(post, clients, sent)) == [302, 409]
    assert issue.revisions.count() == 2


# --- What was sent, as a value ------------------------------------------------------


def test_what_was_sent_needs_no_rows() -> None:
    before = words()
    assert posted({}, before) == before
    assert posted({"title": " New  title "}, before) == replace(before, title="New title")
    assert posted({"sections-TOTAL_FORMS": "0"}, before).sections == ()
    assert posted({"sections-TOTAL_FORMS": "9" * 50}, before).sections == ()


def test_rows_are_in_the_order_that_was_sent_and_the_deleted_left_out() -> None:
    data = {"sections-TOTAL_FORMS": "1", "sections-0-title": "S", "sections-0-briefs-TOTAL_FORMS": "4"}
    for number, position in enumerate(("2", "1", "x", "0")):
        data |= {f"sections-0-briefs-{number}-text": f"B{number}", f"sections-0-briefs-{number}-position": position}
    data["sections-0-briefs-0-DELETE"] = "on"
    sections = posted(data, words()).sections
    assert [brief.text for brief in sections[0].briefs] == ["B3", "B1", "B2"]


def test_a_name_is_taken_once_and_only_if_it_was_there() -> None:
    before = replace(words(), sections=(Section("S", briefs=(Brief("Old.", uid="bcdfghjk"),)),))
    data = {"sections-TOTAL_FORMS": "1", "sections-0-title": "S", "sections-0-briefs-TOTAL_FORMS": "3"}
    for number, uid in enumerate(("bcdfghjk", "bcdfghjk", "zzzzzzzz")):
        data |= {f"sections-0-briefs-{number}-text": f"B{number}", f"sections-0-briefs-{number}-uid": uid}
    assert [brief.uid for brief in posted(data, before).briefs] == ["bcdfghjk", "", ""]


# --- Choosing -------------------------------------------------------------------------


@pytest.fixture
def both(issue: Issue, writer: User) -> tuple[Client, dict[str, Any]]:
    """Two people changed title and summary of one issue; one of them a story too, the other the tags."""
    client = desk(writer)
    mine = {"title": "My title", "summary": "My summary.", "sections-0-items-0-body": "My text."}
    data = opened(client, issue) | mine
    change(issue, title="Their title", summary="Their summary.", tags=("Theirs",))
    return client, asked(client.post(url(issue), data))


@pytest.mark.django_db
def test_each_clash_is_chosen_by_itself_and_the_rest_goes_together(
    both: tuple[Client, dict[str, Any]], issue: Issue
) -> None:
    client, data = both
    chosen = {"side-issue-title": "theirs", "side-issue-summary": "both", "text-issue-summary": "Both summaries."}
    response = client.post(keep(issue), data | chosen)
    assert response.status_code == 302
    assert "Both are saved together, as revision 3." in said(response)
    saved = now(issue)
    assert (saved.title, saved.summary, saved.tags) == ("Their title", "Both summaries.", ("Theirs",))
    assert next(saved.items).body == "My text."


@pytest.mark.django_db
def test_what_is_not_chosen_is_asked_again_and_nothing_is_saved(
    both: tuple[Client, dict[str, Any]], issue: Issue
) -> None:
    client, data = both
    response = client.post(keep(issue), data | {"side-issue-title": "mine", "text-issue-summary": "Half a thought"})
    assertContains(response, "please choose where nothing is chosen", status_code=400)
    page = BeautifulSoup(response.content, "html.parser")
    assert len(page.select(".clash.is-open")) == 1
    again = asked(response)
    assert (again["side-issue-title"], again["text-issue-summary"]) == ("mine", "Half a thought")
    assert "side-issue-summary" not in again
    assert issue.revisions.count() == 2


@pytest.mark.django_db
def test_choices_stay_when_somebody_was_quicker_again(both: tuple[Client, dict[str, Any]], issue: Issue) -> None:
    client, data = both
    chosen = {"side-issue-title": "mine", "side-issue-summary": "both", "text-issue-summary": "Both summaries."}
    change(issue, title="Their second title", intro="Theirs too.")
    response = client.post(keep(issue), data | chosen)
    assertContains(response, "They changed this again since you chose.", 1, status_code=409)
    again = asked(response)
    assert {name: again[name] for name in chosen} == chosen
    assert client.post(keep(issue), again).status_code == 302
    saved = now(issue)
    assert (saved.title, saved.summary, saved.intro) == ("My title", "Both summaries.", "Theirs too.")
    assert [one.number for one in issue.revisions.all()] == [4, 3, 2, 1]


@pytest.mark.django_db
def test_a_new_clash_is_asked_though_all_others_are_chosen(both: tuple[Client, dict[str, Any]], issue: Issue) -> None:
    client, data = both
    uid = next(now(issue).items).uid
    first, *others = now(issue).sections
    change(issue, sections=(replace(first, items=()), *others))
    response = client.post(keep(issue), data | {"side-issue-title": "mine", "side-issue-summary": "mine"})
    assert (response.status_code, clashes(response)) == (
        409,
        ["side-issue-title", "side-issue-summary", f"side-item-{uid}-stays"],
    )
    assertContains(response, "Deleted", status_code=409)
    assert client.post(keep(issue), asked(response) | {f"side-item-{uid}-stays": "mine"}).status_code == 302
    saved = next(now(issue).items)
    assert (saved.uid, saved.body) == (uid, "My text.")


@pytest.mark.django_db
def test_theirs_chosen_throughout_writes_only_what_was_mine_alone(
    both: tuple[Client, dict[str, Any]], issue: Issue
) -> None:
    client, data = both
    client.post(keep(issue), data | {"side-issue-title": "theirs", "side-issue-summary": "theirs"})
    saved = now(issue)
    assert (saved.title, saved.summary, next(saved.items).body) == ("Their title", "Their summary.", "My text.")


@pytest.mark.django_db
def test_one_click_saves_what_does_not_overlap(issue: Issue, writer: User) -> None:
    client = desk(writer)
    data = opened(client, issue) | {"sections-0-items-0-body": "My text."}
    change(issue, title="Their title")
    response = client.post(url(issue), data)
    assert clashes(response) == []
    assert client.post(keep(issue), asked(response)).status_code == 302
    assert (now(issue).title, next(now(issue).items).body) == ("Their title", "My text.")


@pytest.mark.django_db
def test_a_form_sent_twice_is_saved_once(issue: Issue, writer: User) -> None:
    client = desk(writer)
    new = "sections-0-items-1"
    data = opened(client, issue) | {"title": "Mine", "sections-0-items-TOTAL_FORMS": "2", f"{new}-position": "9"}
    data |= {f"{new}-headline": "New", f"{new}-body": "New text.", f"{new}-ai_role": "none"}
    data |= {f"{new}-insights-TOTAL_FORMS": "0", f"{new}-insights-INITIAL_FORMS": "0"}
    assert "Saved as revision 2." in said(client.post(url(issue), data))
    response = client.post(url(issue), data)
    assert (response.status_code, issue.revisions.count()) == (302, 2)
    assert "Nothing of yours was unsaved" in said(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forged",
    [
        {"mine": "no issue at all"},
        {"revision": "x", "shown": "9" * 30, "opened": "-1"},
        {"side-issue-title": "nobody's", "side-issue-summary": "both"},
        {"version": "99"},
        {"mine": ""},
    ],
)
def test_forged_choices_write_nothing(
    both: tuple[Client, dict[str, Any]], issue: Issue, forged: dict[str, Any]
) -> None:
    client, data = both
    assert client.post(keep(issue), data | forged).status_code in (400, 409)
    assert now(issue).title == "Their title"


@pytest.mark.django_db
def test_a_path_that_somebody_typed_is_no_cover(both: tuple[Client, dict[str, Any]], issue: Issue) -> None:
    client, data = both
    mine = data["mine"].replace("---\r\n# ", 'coverFile: "covers/../secret.png"\r\n---\r\n# ', 1)
    chosen = {"side-issue-title": "mine", "side-issue-summary": "mine"}
    assert mine != data["mine"]
    assert client.post(keep(issue), data | chosen | {"mine": mine}).status_code == 302
    assert now(issue).cover_file == ""


@pytest.mark.django_db
def test_who_may_only_read_chooses_nothing(both: tuple[Client, dict[str, Any]], issue: Issue, reviewer: User) -> None:
    _client, data = both
    assert desk(reviewer).post(keep(issue), data).status_code == 403


@pytest.mark.django_db
def test_whom_a_login_sent_to_an_address_of_a_form_gets_the_issue(issue: Issue, writer: User) -> None:
    client = desk(writer)
    for address in (keep(issue), do(issue, "submit")):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, url(issue))
    assert Issue.objects.get().state == "draft"
