"""Two people at the same instant. SQLite lets one write at a time, so the race is run where there is one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from time import sleep
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from digests.editorial import workflow
from digests.editorial.notices import mail, telling
from digests.models import Issue, Notice, Story, StoryText
from digests.models.states import Action, State
from digests.site import search
from digests.text.folding import fold
from tests.conftest import reword
from tests.rewriting import publish, retract, with_items, words_of

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs rows that two transactions can race for"),
]
Make = Callable[..., Issue]


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Run deeds in threads that start together; return what became of each."""
    barrier = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> str:
        barrier.wait()
        try:
            deed()
            return "done"
        except workflow.Refused as refused:
            return refused.reasons[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return sorted(threads.map(run, deeds))


def test_of_two_who_publish_at_once_one_is_told_so(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()

    def publish() -> None:
        workflow.perform(Action.PUBLISH, issue, by=people.editor, version=issue.version)

    assert at_once(publish, publish, publish) == ["done", "stale", "stale"]
    assert issue.editions.count() == 1
    assert issue.log.filter(action=Action.PUBLISH).count() == 1


def test_a_save_and_an_approval_at_once_never_approve_unseen_words(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    issue.refresh_from_db()

    def approve() -> None:
        workflow.perform(Action.APPROVE, issue, by=people.reviewer, version=issue.version, attests_read_all=True)

    def save() -> None:
        with workflow.editing(issue, by=people.colleague, version=issue.version) as locked:
            locked.title = "抢先一步"
            locked.save(update_fields=["title"])

    assert at_once(approve, save) == ["done", "stale"]
    issue.refresh_from_db()
    approved_words = [review.sha256 for revision in issue.revisions.all() for review in revision.reviews.all()]
    assert approved_words == ([issue.head.sha256] if issue.state == State.APPROVED else [])
    assert issue.title == ("今天的要闻" if issue.state == State.APPROVED else "抢先一步")


def test_a_correction_and_a_retraction_at_once_leave_one_live_edition(published: Make, people: SimpleNamespace) -> None:
    issue = reword(published(), "更正后", by=people.writer)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    uid = issue.editions.live().get().stories.all()[0].uid

    def correct() -> None:
        workflow.perform(Action.PUBLISH, issue, by=people.editor, note="更正")

    def retract() -> None:
        workflow.perform(Action.RETRACT, issue, by=people.editor, story=uid, note="造假")

    assert at_once(correct, retract) == ["done", "done"]
    live = issue.editions.live().get()
    assert (live.title, live.stories.get(uid=uid).retracted) == ("更正后", True)


def waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])


def test_who_mails_settles_or_reads_the_same_notices_at_once_waits_for_nobody_who_waits(
    draft: Make, people: SimpleNamespace
) -> None:
    issue, now = draft(), timezone.now()
    notices = [
        Notice(
            person=people.reviewer, issue=issue, key=f"review:{number}", kind="review", weight="blocking", mail_at=now
        )
        for number in range(3)
    ]
    _first, middle, _last = Notice.objects.bulk_create(notices)

    def hold_the_middle() -> None:
        """Let the others each come as far as they can, so that whoever began at the other end is found out."""
        with transaction.atomic():
            Notice.objects.select_for_update().get(pk=middle.pk)
            ready.wait()
            while waiting_for_locks() < 3:
                sleep(0.01)

    def once_held(deed: Callable[[], object]) -> Callable[[], object]:
        def run() -> None:
            ready.wait()
            deed()

        return run

    ready = Barrier(4)
    take = once_held(lambda: mail._take(people.reviewer, now))
    settle = once_held(lambda: telling.tell(issue))
    read = once_held(Notice.objects.filter(person=people.reviewer, issue=issue).mark_read)
    assert at_once(hold_the_middle, take, settle, read) == ["done"] * 4
    assert Notice.objects.exclude(settled_at=None).exclude(read_at=None).count() == 3


def test_a_search_elsewhere_sees_a_correction_or_a_retraction_whole_or_not_at_all(
    published: Make, people: SimpleNamespace
) -> None:
    issue = published()
    words = words_of(issue)
    uid = words.sections[0].items[0].uid

    def found(phrase: str) -> list[str]:
        def look() -> list[str]:
            try:
                stories = Story.objects.live().filter(pk__in=StoryText.objects.holding(phrase))
                compared = search.Query((phrase,)).among(Story.objects.live())
                assert {story.uid for story in stories} == {story.uid for story in compared}
                return [story.uid for story in stories]
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as elsewhere:
            return elsewhere.submit(look).result()

    def renamed(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return (replace(items[0], headline="改过的标题"), *items[1:])

    old = fold(words.sections[0].items[0].headline)
    with transaction.atomic():
        publish(issue, with_items(words, renamed), people)
        assert (found(old), found("改过的标题")) == ([uid], [])
    assert (found(old), found("改过的标题")) == ([], [uid])
    with transaction.atomic():
        retract(issue, uid, people)
        assert found("改过的标题") == [uid]
    assert found("改过的标题") == found("摆拍") == []
