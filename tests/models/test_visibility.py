"""What readers have of an issue at an instant: each name for it, at each edge of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from digests.models import Digest, Edition, Issue, Story
from digests.publishing.editions import publish, unschedule, withdraw
from tests.feed_reading import out

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)
FIRST, CORRECTED, WITHDRAWN, AGAIN = (datetime(2026, 3, day, 8, tzinfo=UTC) for day in (1, 2, 3, 5))


@pytest.fixture
def issue(digest: Digest) -> Issue:
    """Return an issue that went out, was corrected, was withdrawn as another went out, and came back."""
    out(Digest.objects.create(name="晚报", slug="evening"), FIRST.date(), at=WITHDRAWN)
    issue = out(digest, FIRST.date(), at=FIRST).issue
    revision = issue.revisions.latest("number")
    second = publish(issue, revision, at=CORRECTED, by=None, by_name="editor", correction="typo")
    withdraw(second, at=WITHDRAWN)
    publish(issue, revision, at=AGAIN, by=None, by_name="editor", correction="correction", note="核实后恢复")
    return issue


def numbers(editions: QuerySet[Edition]) -> list[int]:
    return list(editions.values_list("number", flat=True))


def in_order(editions: QuerySet[Edition]) -> list[int]:
    return numbers(editions.order_by("number"))


@pytest.mark.parametrize(
    ("at", "live", "pending", "ever_live", "readable_history", "withdrawn"),
    [
        (FIRST - TICK, [], [1, 2, 3], [], [], []),
        (FIRST, [1], [2, 3], [1], [1], []),
        (CORRECTED - TICK, [1], [2, 3], [1], [1], []),
        (CORRECTED, [2], [3], [1, 2], [1, 2], []),
        (WITHDRAWN - TICK, [2], [3], [1, 2], [1, 2], []),
        (WITHDRAWN, [], [3], [1, 2], [], [2]),
        (AGAIN - TICK, [], [3], [1, 2], [], [2]),
        (AGAIN, [3], [], [1, 2, 3], [3], [2]),
    ],
)
def test_which_editions_readers_have(
    issue: Issue, at: datetime, live: list[int], pending: list[int], ever_live: list[int], readable_history: list[int],
    withdrawn: list[int],
) -> None:  # fmt: skip
    editions = issue.editions
    assert in_order(editions.live(at)) == live
    assert in_order(editions.hidden(at)) == [number for number in (1, 2, 3) if number not in live]
    assert in_order(editions.pending(at)) == pending
    assert in_order(editions.ever_live(at)) == ever_live
    assert in_order(editions.readable_history(at)) == readable_history
    assert in_order(editions.withdrawn(at)) == withdrawn
    stories = Story.objects.filter(edition__issue=issue)
    for seen in (stories.live(at), stories.countable(at), stories.with_public_page(at)):
        assert list(seen.values_list("edition__number", flat=True)) == live
    assert Digest.objects.live(at).filter(slug="morning").exists() == bool(live)


@pytest.mark.parametrize(
    ("at", "corrections_log"),
    [
        (CORRECTED - TICK, []),
        (CORRECTED, [(2, False, CORRECTED)]),
        (WITHDRAWN - TICK, [(2, False, CORRECTED)]),
        (WITHDRAWN, [(2, True, WITHDRAWN)]),
        (AGAIN - TICK, [(2, True, WITHDRAWN)]),
        (AGAIN, [(2, True, WITHDRAWN), (3, False, AGAIN)]),
    ],
)
def test_what_the_log_of_corrections_tells(issue: Issue, at: datetime, corrections_log: list[Any]) -> None:
    found: Any = issue.editions.corrections_log(at).order_by("number")
    assert [(one.number, one.is_withdrawal, one.told_at) for one in found] == corrections_log


def test_corrections_and_withdrawals_come_the_newest_first(issue: Issue, digest: Digest) -> None:
    other = out(digest, AGAIN.date(), at=AGAIN)
    for day in (6, 7):
        at = datetime(2026, 3, day, tzinfo=UTC)
        last = publish(other.issue, other.revision, at=at, by=None, by_name="editor", correction="typo")
    editions = Edition.objects.filter(digest=digest)
    at = datetime(2026, 3, 8, tzinfo=UTC)
    assert [(one.issue_id, one.number) for one in editions.corrections(at)] == [
        (other.issue_id, 3), (other.issue_id, 2), (issue.pk, 3)
    ]  # fmt: skip
    withdraw(last, at=at)
    assert [one.issue_id for one in editions.withdrawn(at)] == [other.issue_id, issue.pk]
    assert [one.issue_id for one in editions.corrections(at)] == [issue.pk]


@pytest.mark.parametrize(
    "name", ["live", "pending", "hidden", "ever_live", "readable_history", "corrections", "withdrawn"]
)
def test_without_an_instant_it_is_now(issue: Issue, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for now in (FIRST - TICK, CORRECTED, WITHDRAWN, AGAIN):
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
        asked: Callable[..., QuerySet[Edition]] = getattr(issue.editions, name)
        assert numbers(asked()) == numbers(asked(now))


def test_cancelling_one_of_two_schedules_leaves_what_is_live_until_the_other(digest: Digest) -> None:
    first = out(digest, FIRST.date(), at=FIRST)
    second, _third = (
        publish(first.issue, first.revision, at=at, by=None, by_name="editor") for at in (CORRECTED, AGAIN)
    )
    second.refresh_from_db()
    unschedule(second)
    assert list(first.issue.editions.order_by("number").values_list("live_from", "live_until")) == [
        (FIRST, AGAIN), (AGAIN, None)
    ]  # fmt: skip


def test_when_readers_first_had_it_is_kept_whatever_was_corrected_since(issue: Issue) -> None:
    editions: Any = issue.editions.dated()
    stories: Any = Story.objects.filter(edition__issue=issue).dated()
    assert {one.first_published for one in editions} == {one.first_published for one in stories} == {FIRST}
