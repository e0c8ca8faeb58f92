"""What becomes of an issue that is public: corrections, retraction, rollback, withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from digests.editorial import exchange, workflow
from digests.editorial.workflow import Refused, perform
from digests.models import Edition, Issue, NewsItem, Story
from digests.models.states import Action
from tests.acting import correct, live_title, refusal
from tests.conftest import manuscript, reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


def test_a_correction_keeps_address_and_first_date_and_moves_updated(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    before: Any = Edition.objects.live().dated().get()
    correct(issue, people, "更正后", note="数字有误")
    after: Any = Edition.objects.live().dated().get()
    assert after.get_absolute_url() == before.get_absolute_url()
    assert after.first_published == before.first_published == before.live_from
    assert after.live_from > before.live_from
    assert (after.title, after.correction, after.note) == ("更正后", "correction", "数字有误")


def test_a_substantive_correction_needs_a_note_and_a_kind(published: Make, people: SimpleNamespace) -> None:
    issue = reword(published(), "更正后", by=people.writer)
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    assert refusal(Action.PUBLISH, issue, by=people.editor) == "correction_unnamed"
    assert refusal(Action.PUBLISH, issue, by=people.editor, correction="nonsense") == "correction_unnamed"
    assert refusal(Action.PUBLISH, issue, by=people.editor, correction="clarification") == "note_missing"
    perform(Action.PUBLISH, issue, by=people.editor, correction="typo")


def test_the_same_words_do_not_go_out_twice(published: Make, people: SimpleNamespace) -> None:
    assert refusal(Action.PUBLISH, published(), by=people.editor, note="再来") == "already_live"


def test_a_retracted_story_leaves_a_tombstone_and_the_issue_stays(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    story = Story.objects.live().first()
    assert story is not None
    perform(Action.RETRACT, issue, by=people.editor, story=story.uid, note="来源造假")
    tombstone = Story.objects.with_public_page().get(uid=story.uid)
    assert (tombstone.retracted, tombstone.headline == story.headline) == (True, False)
    assert "来源造假" in tombstone.page.body
    assert issue.editions.live().get().approvals == 1
    assert Story.objects.live().count() == 2
    page = str(issue.editions.live().get().page)
    assert (story.headline in page, "来源造假" in page) == (False, True)
    assert refusal(Action.RETRACT, issue, by=people.editor, story=story.uid, note="又") == "already_retracted"
    assert refusal(Action.RETRACT, issue, by=people.editor, story="zzzzzzzz", note="又") == "no_such_story"


def test_a_retraction_holds_in_later_and_scheduled_editions(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    story = Story.objects.live().first()
    assert story is not None
    reword(issue, "下一版", by=people.writer)
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    at = timezone.now() + timedelta(hours=1)
    perform(Action.SCHEDULE, issue, by=people.editor, at=at, note="更正")
    perform(Action.RETRACT, issue, by=people.editor, story=story.uid, note="来源造假")
    assert live_title(issue, at) == "下一版"
    assert Story.objects.with_public_page(at).get(uid=story.uid).retracted


def test_a_rollback_makes_an_old_revision_public_again(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    correct(issue, people, "改坏了", note="更正")
    perform(Action.ROLL_BACK, issue, by=people.editor, edition=1, note="改错了，恢复原文")
    assert live_title(issue) == "今天的要闻"
    assert [e.number for e in issue.editions.order_by("number")] == [1, 2, 3]
    assert refusal(Action.ROLL_BACK, issue, by=people.editor, edition=9, note="?") == "no_such_edition"


def test_a_rollback_has_the_approvals_of_the_edition_that_it_brings_back(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震")
    correct(issue, people, "更正后", note="更正")
    perform(Action.ROLL_BACK, issue, by=people.editor, edition=1, note="恢复原文")
    perform(Action.ROLL_BACK, issue, by=people.editor, edition=2, note="还是更正后的对")
    assert [
        (one.number, one.approvals, one.forced_reason, one.independently_reviewed)
        for one in issue.editions.order_by("number")
    ] == [(1, 0, "地震", False), (2, 1, "", True), (3, 0, "地震", False), (4, 1, "", True)]
    assert [one.number for one in Edition.objects.flagged().order_by("number")] == [1, 3]


@pytest.mark.parametrize("action", [Action.RETRACT, Action.ROLL_BACK])
def test_who_approved_an_emergency_afterwards_is_kept_by_what_comes_of_it(
    draft: Make, people: SimpleNamespace, action: Action
) -> None:
    issue = draft()
    perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震")
    perform(Action.ENDORSE, issue, by=people.reviewer)
    endorsed = issue.editions.get()
    if action == Action.ROLL_BACK:
        correct(issue, people, "改坏了", note="更正")
    story = next(issue.head.manuscript.items).uid
    perform(action, issue, by=people.editor, story=story, edition=1, note="因为")
    live = issue.editions.live().get()
    assert live.number > 1
    assert endorsed.endorsed_at is not None
    assert (live.endorsed_at, live.endorsed_by, live.endorsed_by_name, live.forced_reason) == (
        endorsed.endorsed_at, people.reviewer, "reviewer", "地震"
    )  # fmt: skip
    assert live.independently_reviewed
    assert not Edition.objects.flagged().exists()


@pytest.mark.parametrize("note", ["", " \n "])
@pytest.mark.parametrize(
    "action", [Action.REQUEST_CHANGES, Action.FORCE_PUBLISH, Action.RETRACT, Action.ROLL_BACK, Action.WITHDRAW]
)
def test_what_stops_or_takes_back_words_needs_a_reason(
    published: Make, people: SimpleNamespace, action: Action, note: str
) -> None:
    issue = published()
    correct(issue, people, "更正后", note="更正")
    if action == Action.FORCE_PUBLISH:
        issue = reword(issue, "未经审读", by=people.writer)
    arguments: dict[str, Any] = {
        "by": people.root, "edition": 1, "story": next(issue.head.manuscript.items).uid, "correction": "typo"
    }  # fmt: skip
    assert refusal(action, issue, note=note, **arguments) == "note_missing"
    perform(action, issue, note="因为", **arguments)


@pytest.mark.parametrize("action", [Action.ROLL_BACK, Action.WITHDRAW])
def test_what_is_public_is_not_taken_back_while_a_schedule_is_pending(
    published: Make, people: SimpleNamespace, action: Action
) -> None:
    issue = published()
    correct(issue, people, "更正后", note="更正")
    reword(issue, "明天的标题", by=people.writer)
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    at = timezone.now() + timedelta(hours=1)
    perform(Action.SCHEDULE, issue, by=people.editor, at=at, note="更正")
    assert refusal(action, issue, by=people.editor, edition=1, note="因为") == "already_scheduled"
    perform(Action.UNSCHEDULE, issue, by=people.editor)
    perform(action, issue, by=people.editor, edition=1, note="因为")


def test_what_the_page_said_then_is_a_query(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    then = timezone.now()
    correct(issue, people, "更正后", note="更正")
    assert (live_title(issue, then), live_title(issue)) == ("今天的要闻", "更正后")


def test_a_withdrawn_issue_is_gone_and_can_come_back(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    perform(Action.WITHDRAW, issue, by=people.editor, note="停刊")
    assert live_title(issue) is None
    assert not Story.objects.with_public_page().exists()
    perform(Action.PUBLISH, issue, by=people.editor, note="核实后恢复")
    assert live_title(issue) == "今天的要闻"


def test_a_public_issue_keeps_its_date(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    with pytest.raises(Refused) as refused, workflow.editing(issue, by=people.writer) as locked:
        exchange.to_rows(manuscript(date=issue.date + timedelta(days=1)), locked)
    assert refused.value.reasons[0].code == "address_is_public"


def test_an_archive_is_of_the_past_and_of_nothing_that_people_worked_on(draft: Make, people: SimpleNamespace) -> None:
    worked = reword(draft(), "改过", by=people.colleague)
    assert refusal(Action.ARCHIVE, worked, by=people.editor) == "worked_on"
    today = draft(date=timezone.localdate())
    assert refusal(Action.ARCHIVE, today, by=people.editor, at=timezone.now()) == "not_in_the_past"


def test_the_name_of_a_retracted_story_is_never_given_again(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    words = exchange.from_rows(issue)
    uid = next(words.items).uid
    perform(Action.RETRACT, issue, by=people.editor, story=uid, note="来源造假")
    NewsItem.objects.filter(uid=uid).delete()
    other = Issue.objects.create(digest=issue.digest, date=issue.date + timedelta(days=1), title="另一期")
    with workflow.editing(other, by=people.writer) as locked:
        exchange.to_rows(replace(words, date=other.date), locked)
    assert uid not in {item.uid for item in exchange.from_rows(other).items}


@pytest.mark.parametrize("action", [Action.ROLL_BACK, Action.RETRACT, Action.WITHDRAW])
def test_what_is_done_to_a_public_issue_is_recorded_with_its_person_and_revision(
    published: Make, people: SimpleNamespace, action: Action
) -> None:
    issue = published()
    first = issue.head
    correct(issue, people, "更正后", note="数字有误")
    of_action: dict[str, Any] = {Action.ROLL_BACK: {"edition": 1, "correction": "correction"}}.get(action, {})
    if action == Action.RETRACT:
        of_action = {"story": Story.objects.live().values_list("uid", flat=True)[0]}
    outcome = perform(action, issue, by=people.chief, note="因为", **of_action)
    assert (outcome.issue, outcome.entry.actor) == (issue, people.chief)
    assert outcome.entry.revision_sha256 == (first if action == Action.ROLL_BACK else issue.head).sha256
    assert outcome.edition == issue.editions.order_by("number").last()
    if action != Action.WITHDRAW:  # which makes no edition
        assert (outcome.edition.by, outcome.edition.by_name) == (people.chief, outcome.entry.actor_name)


def test_a_typo_and_a_first_edition_have_no_note_for_readers(approved: Make, people: SimpleNamespace) -> None:
    edition = perform(Action.PUBLISH, approved(), by=people.editor, note="给编辑部的话").edition
    assert (edition.correction, edition.note, edition.by_name) == ("", "", people.editor.username)


@pytest.mark.parametrize(
    ("action", "asked", "field"),
    [
        (Action.SCHEDULE, {"at": None}, "at"),
        (Action.SCHEDULE, {"at": timezone.now() + timedelta(days=4000)}, "at"),
        (Action.ROLL_BACK, {"edition": 9, "correction": "typo"}, "edition"),
    ],
)
def test_a_refusal_names_the_field_to_mend(
    published: Make, people: SimpleNamespace, action: Action, asked: dict[str, Any], field: str
) -> None:
    issue = reword(published(), "更正后", by=people.writer)
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    with pytest.raises(Refused) as refused:
        perform(action, issue, by=people.editor, note="因为", **asked)
    assert [reason.place.field for reason in refused.value.reasons] == [field]
