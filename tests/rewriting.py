"""Change the words of an issue through the workflow: save, approve, publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from digests.admin.issue import saving
from digests.editorial import exchange, workflow
from digests.manuscript.values import Manuscript
from digests.models import Edition, Issue
from digests.models.states import Action, Correction


def words_of(issue: Issue) -> Manuscript:
    return exchange.from_rows(Issue.objects.get(pk=issue.pk))


def with_items(words: Manuscript, change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Manuscript:
    """Return a manuscript with changed stories in its first section."""
    first = words.sections[0]
    return replace(words, sections=(replace(first, items=change(first.items)), *words.sections[1:]))


def write(issue: Issue, words: Manuscript, people: SimpleNamespace) -> Issue:
    """Save other words in an issue."""
    with workflow.editing(Issue.objects.get(pk=issue.pk), by=people.writer) as locked:
        exchange.to_rows(words, locked)
    return Issue.objects.get(pk=issue.pk)


def approve(issue: Issue, words: Manuscript, people: SimpleNamespace) -> Issue:
    """Save other words in an issue, and have them approved."""
    issue = write(issue, words, people)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    return Issue.objects.get(pk=issue.pk)


def publish(
    issue: Issue,
    words: Manuscript,
    people: SimpleNamespace,
    *,
    kind: str = Correction.CORRECTION,
    note: str = "改正。",
) -> Edition:
    """Approve and publish words of an issue; as a correction if it has editions."""
    issue = approve(issue, words, people)
    correction = kind if issue.editions.exists() else ""
    edition = workflow.perform(Action.PUBLISH, issue, by=people.editor, correction=correction, note=note).edition
    assert edition
    return edition


def retract(issue: Issue, uid: str, people: SimpleNamespace) -> None:
    workflow.perform(Action.RETRACT, Issue.objects.get(pk=issue.pk), by=people.editor, story=uid, note="照片系摆拍。")


def rewrite(issue: Issue, words: Manuscript, people: SimpleNamespace) -> None:
    """Publish other words of an issue, as a correction."""
    publish(issue, words, people, note="数字有误，已改正。")


def revise(issue: Issue, by: Any, change: Callable[[Manuscript], Manuscript]) -> Issue:
    """Change the words of an issue and save them, as the desk does."""
    saving.save(change(issue.head.manuscript), issue, by=by)
    return Issue.objects.get(pk=issue.pk)


def without_first_story(words: Manuscript) -> Manuscript:
    first, *rest = words.sections
    return replace(words, sections=(replace(first, items=first.items[1:]), *rest))


def with_first_story(**fields: Any) -> Callable[[Manuscript], Manuscript]:
    def change(words: Manuscript) -> Manuscript:
        first, *rest = words.sections
        story, *others = first.items
        return replace(words, sections=(replace(first, items=(replace(story, **fields), *others)), *rest))

    return change
