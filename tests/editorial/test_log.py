"""The log: one row for each transition, which nothing changes, and what is announced after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from digests.editorial import workflow
from digests.editorial.workflow import perform
from digests.models import Edition, Issue, LogEntry
from digests.models.states import Action
from tests.acting import actions, snapshot
from tests.conftest import reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


def test_each_transition_writes_exactly_one_row(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.REQUEST_CHANGES, issue, by=people.reviewer, note="补来源")
    reword(issue, "补了来源", by=people.writer)
    perform(Action.SUBMIT, issue, by=people.writer)
    assert perform(Action.RECALL, issue, by=people.writer).issue == issue
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    outcome = perform(Action.PUBLISH, issue, by=people.editor)
    expected = ["edit", "submit", "request_changes", "edit", "submit", "recall", "submit", "approve", "publish"]
    assert actions(issue) == expected
    issue.refresh_from_db()
    assert issue.version == outcome.issue.version == len(expected)
    assert list(issue.revisions.values_list("author_name", flat=True)) == ["writer", "writer"]
    row = issue.log.get(action="request_changes")
    assert (row.actor_name, row.from_state, row.to_state, row.note) == (
        "reviewer",
        "in_review",
        "changes_requested",
        "补来源",
    )
    assert row.revision_sha256 == issue.revisions.get(number=1).sha256


def test_no_row_no_transition(draft: Make, people: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = draft()
    before = snapshot()

    def broken(**fields: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(LogEntry.objects, "create", broken)
    with pytest.raises(DatabaseError):
        perform(Action.SUBMIT, issue, by=people.writer)
    monkeypatch.undo()
    assert snapshot() == before


def test_the_log_survives_issue_and_person(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    name = issue.pk
    people.writer.delete()
    issue.delete()
    row = LogEntry.objects.get(issue_id=name)
    assert (row.actor_name, row.digest_slug, row.date.isoformat()) == ("writer", "morning", "2026-03-01")


@pytest.mark.parametrize("door", ["save", "delete", "queryset update", "queryset delete"])
def test_the_log_is_only_added_to(draft: Make, door: str) -> None:
    draft()
    row = LogEntry.objects.get()
    deeds: dict[str, Callable[[], Any]] = {
        "save": row.save,
        "delete": row.delete,
        "queryset update": lambda: LogEntry.objects.update(note="改"),
        "queryset delete": lambda: LogEntry.objects.all().delete(),
    }
    with pytest.raises(PermissionDenied):
        deeds[door]()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE digests_logentry SET note = 'x'",
        "DELETE FROM digests_logentry",
        "UPDATE digests_revision SET content = 'x'",
    ],
)
def test_the_database_refuses_to_rewrite_history(draft: Make, sql: str) -> None:
    from django.db import connection

    draft()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_refuses_two_live_editions(published: Make) -> None:
    edition = published().editions.get()
    edition.pk, edition.number = None, 2
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        edition.save(force_insert=True)
    edition.live_from -= timedelta(days=2)
    edition.live_until = edition.live_from + timedelta(days=1)
    edition.save(force_insert=True)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(live_until=None)


def test_it_is_announced_after_the_commit_and_a_broken_listener_harms_nothing(
    draft: Make, people: SimpleNamespace, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    issue = draft()
    heard = []

    def listen(entry: LogEntry, **kwargs: Any) -> None:
        heard.append(entry.action)
        raise RuntimeError("the mail server is down")

    workflow.announced.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            perform(Action.SUBMIT, issue, by=people.writer)
            assert heard == []
        assert heard == ["submit"]
    finally:
        workflow.announced.disconnect(listen)
