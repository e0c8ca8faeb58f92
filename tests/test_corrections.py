"""The public log of corrections: what it lists, in which order, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from digests import exchange, workflow
from digests.models import Edition, Issue, Story
from digests.states import Action, Correction
from tests.conftest import reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
DAY = date(2026, 3, 1)


def correct(
    issue: Issue, people: SimpleNamespace, *, kind: str = Correction.CORRECTION, note: str = "数字有误，已改正。"
) -> Edition:
    """Bring a new title of an issue to readers, as a correction."""
    words = exchange.from_rows(issue)
    with workflow.editing(issue, by=people.writer) as locked:
        exchange.to_rows(replace(words, title=f"{words.title}。"), locked)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, whole=True)
    edition = workflow.perform(Action.PUBLISH, issue, by=people.editor, correction=kind, note=note).edition
    assert edition
    return edition


def uids(issue: Issue) -> list[str]:
    return list(Story.objects.live().filter(edition__issue=issue).values_list("uid", flat=True))


# What counts as one


def test_what_told_readers_of_a_correction_counts_the_newest_first(published: Make, people: SimpleNamespace) -> None:
    first, second = published(), published(date=DAY + timedelta(days=1))
    typo = correct(first, people, kind=Correction.TYPO, note="")
    told = correct(second, people)
    retraction = workflow.perform(Action.RETRACT, first, by=people.editor, story=uids(first)[0], note="摆拍。").edition
    assert list(Edition.objects.corrections()) == [retraction, told, typo]
    assert list(Edition.objects.corrections(told.live_from)) == [told, typo]


def test_an_approval_after_an_emergency_is_no_correction(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震。")
    workflow.perform(Action.ENDORSE, issue, by=people.reviewer)
    assert not Edition.objects.corrections().exists()


def test_a_correction_that_is_scheduled_is_none_yet(published: Make, people: SimpleNamespace) -> None:
    issue = reword(published(), "明天的标题", by=people.writer)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, whole=True)
    at = timezone.now() + timedelta(days=1)
    workflow.perform(Action.SCHEDULE, issue, by=people.editor, at=at, correction=Correction.TYPO)
    assert [edition.live_from for edition in Edition.objects.corrections(at)] == [at]
    assert not Edition.objects.corrections().exists()


def test_corrections_of_a_withdrawn_issue_are_withdrawn_with_it(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    correct(issue, people)
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="整期有误")
    assert not Edition.objects.corrections().exists()
