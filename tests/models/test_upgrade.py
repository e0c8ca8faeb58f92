"""Upgrades: what an older newsroom holds arrives in the tables, columns and words of today."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, TypeAlias

import pytest
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task

from digests.editorial import workflow
from digests.editorial.notices.words import SENTENCES
from digests.editorial.permissions import ROLES
from digests.models import Edition, Issue, Notice
from digests.models.states import Action

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
Make = Callable[..., Issue]
Rows: TypeAlias = dict[str, list[dict[str, Any]]]  # by model and column, in the order of primary keys

OLD = "0024_tags_that_an_issue_has_itself"

# What is called otherwise since.
TABLES = {
    "Tick": "StorySignOff",
    "Look": "LastReviewed",
    "Told": "NotificationPreference",
    "Told_muted": "NotificationPreference_muted",
    "Filing": "EditionTag",
}
COLUMNS = {
    ("Edition", "printed_at"): "rendered_at",
    ("Story", "thread"): "storyline",
    ("Review", "ticks"): "signed_off",
    ("Comment", "thread_id"): "parent_id",
    ("Told_muted", "told_id"): "notificationpreference_id",
}
KINDS = {"thread": "open_comment", "remark": "comment", "look_again": "review_again"}
TASKS = {
    "digests.feeds.hub.tell": "digests.delivery.websub.tell",
    "digests.notices.mail.deliver": "digests.editorial.notices.mail.deliver",
    "digests.pictures.make": "digests.publishing.pictures.make",
}
# Every kind of notice that there was.
OLD_KINDS = """
    answered approved approved_so_far changes changes_requested corrected edited endorse endorsed forced
    look_again mention mentioned publish published recalled remark resolved retracted review rolled_back
    schedule_again scheduled submitted thread unscheduled voided withdrawn
""".split()  # noqa: SIM905 - a list of words reads as one


def at(*targets: tuple[str, str]) -> Apps:
    """Return the models as they were after these migrations."""
    return MigrationExecutor(connection).loader.project_state(list(targets)).apps


def today() -> Apps:
    return at(*MigrationExecutor(connection).loader.graph.leaf_nodes())


def rows(apps: Apps) -> Rows:
    """Return all rows of the newsroom's own tables."""
    models = apps.get_app_config("digests").get_models(include_auto_created=True)
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


@pytest.fixture
def kept(transactional_db: None) -> Iterator[None]:
    """Bring the tables of today back at the end, also after a failure."""
    if connection.vendor == "postgresql":
        yield
        call_command("migrate", verbosity=0)
        return
    # SQLite empties tables by DELETE, which the log refuses: so take the whole database from before.
    connection.ensure_connection()
    with closing(sqlite3.connect(":memory:")) as image:
        connection.connection.backup(image)
        yield
        image.backup(connection.connection)


@pytest.fixture
def old(kept: None, published: Make, people: SimpleNamespace) -> Apps:
    """Go back to 0024 with an issue live, one scheduled, and what people do with them; return its models."""
    live = published(tags=("早间", "芯片"))
    coming = published(date=date(2026, 3, 2))
    Edition.objects.filter(issue=coming).update(live_from=timezone.now() + timedelta(days=1))
    workflow.perform(
        Action.RETRACT, live, by=people.editor, story=next(iter(live.head.manuscript.items)).uid, note="误"
    )
    call_command("migrate", "digests", OLD, verbosity=0)
    apps = at(("digests", OLD), ("django_tasks_database", "0021_conditional_partial_index_ordering"))
    fill(apps, live.pk, people)
    return apps


def fill(apps: Apps, issue: int, people: SimpleNamespace) -> None:
    """Add what staff leave behind: by the old models, in the old words."""

    def of(model: str) -> Any:
        return apps.get_model("digests", model)._base_manager

    now, writer, reviewer = timezone.now(), people.writer.pk, people.reviewer.pk
    revisions = of("Revision").filter(issue=issue).order_by("number")
    first, last = revisions.first(), revisions.last()
    link = of("PreviewLink").create(
        issue_id=issue,
        revision=first,
        key="0" * 32,
        whom="老师",
        may_comment=True,
        expires_at=now + timedelta(days=1),
        by_id=writer,
        by_name="writer",
        first_opened_at=now,
        last_opened_at=now,
    )
    remark = of("Comment").create(
        issue_id=issue,
        uid="aaaaaaaa",
        field="body",
        revision=first,
        author_id=reviewer,
        author_name="reviewer",
        text="出处？",
        about="正文",
        resolved_at=now,
        resolved_by_id=writer,
        resolved_by_name="writer",
    )
    of("Comment").create(
        issue_id=issue, thread=remark, revision=last, author_id=writer, author_name="writer", text="补上了"
    )
    of("Comment").create(issue_id=issue, revision=first, author_name="老师", text="好", preview_link=link)
    of("Look").create(issue_id=issue, person_id=people.second.pk, revision=last, before=first)
    of("Tick").create(issue_id=issue, person_id=reviewer, uid="aaaaaaaa", sha256="1" * 64)
    of("Presence").create(issue_id=issue, person_id=writer, where="write", uid="aaaaaaaa", is_unsaved=True, at=now)
    digest = of("Digest").get()
    told = of("Told").create(person_id=writer, blocking="daily", fyi="none", hour=7, language="en")
    told.muted.add(digest)
    of("Channel").create(digest=digest, name="频道", address="https://t.test/a")
    picture = of("Picture").create(
        file="pictures/one.png", sha256="2" * 64, width=3, height=2, alt="窗", by_name="writer"
    )
    of("Picture").update(created_at=now - timedelta(days=9))
    of("Edition").first().pictures.add(picture)
    of("Review").update(ticks=["aaaaaaaa"])
    of("Story").update(follows="bbbbbbbb", thread="bbbbbbbb")
    of("Notice").all().delete()
    for number, kind in enumerate(OLD_KINDS):
        of("Notice").create(
            person_id=writer,
            issue_id=issue,
            weight="blocking",
            kind=kind,
            key=f"{kind}:{number}",
            details={"who": "reviewer", "about": "一条", "when": now.isoformat()},
            read_at=now,
            settled_at=now,
            settled_how="said",
            settled_by_id=reviewer,
            settled_by_name="reviewer",
            mail_at=now,
            mailed_at=now,
        )
    for path in TASKS:
        apps.get_model("django_tasks_database", "DBTaskResult").objects.create(
            task_path=path, args_kwargs={"args": [1], "kwargs": {}}, backend_name="default", run_after=now,
            exception_class_path="", traceback="",
        )  # fmt: skip
    interns = Group.objects.create(name="interns")
    interns.permissions.add(Permission.objects.get(codename="view_tick"), Permission.objects.get(codename="view_issue"))


def test_every_row_arrives_under_its_new_name(old: Apps) -> None:
    before = rows(old)
    assert [name for name, found in before.items() if not found] == []
    call_command("migrate", verbosity=0)
    after = rows(today())
    assert {row["name"]: set(row["granted"]) for row in after.pop("Role")} == ROLES
    assert after == {TABLES.get(name, name): [renamed(name, row) for row in found] for name, found in before.items()}


def renamed(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return an old row as it should be today."""
    row = {COLUMNS.get((table, column), column): value for column, value in row.items()}
    if table == "Notice":
        row["kind"] = KINDS.get(row["kind"], row["kind"])
    if table == "Picture":
        row["uploaded_at"] = row["created_at"]
    return row


def test_the_code_of_today_goes_on_with_what_arrived(old: Apps) -> None:
    call_command("migrate", verbosity=0)
    assert {notice.kind for notice in Notice.objects.all()} <= SENTENCES.keys()
    tasks = today().get_model("django_tasks_database", "DBTaskResult").objects
    paths = list(tasks.order_by("task_path").values_list("task_path", flat=True))
    assert paths == sorted(TASKS.values())
    assert all(isinstance(import_string(path), Task) for path in paths)
    held = Permission.objects.filter(group__name="interns").order_by("codename")
    assert list(held.values_list("codename", flat=True)) == [
        "view_issue", "view_notice", "view_picture", "view_storysignoff",
    ]  # fmt: skip
