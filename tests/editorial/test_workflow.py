"""The rules of the newsroom, each by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from digests.editorial import comments, exchange, workflow
from digests.editorial.preflight import Blocker
from digests.editorial.workflow import Refused, perform
from digests.editorial.workflow.door import _HANDLERS
from digests.models import Digest, Edition, Issue, LogEntry, NewsItem, Review, Revision, Story
from digests.models.person import SYSTEM
from digests.models.states import TABLE, Action, State
from tests.conftest import manuscript, reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


def refusal(action: Action, issue: Issue, **kwargs: Any) -> str:
    """Do what must be refused; check that nothing was written; return the reason's code."""
    before = snapshot()
    with pytest.raises(Refused) as refused:
        perform(action, issue, **kwargs)
    assert snapshot() == before
    assert all(str(reason) for reason in refused.value.reasons)
    return refused.value.reasons[0].code


def snapshot() -> list[Any]:
    """Return all that an action may write."""
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (Issue, Revision, Review, Edition, Story, LogEntry)
    ]


def actions(issue: Issue) -> list[str]:
    return list(issue.log.order_by("pk").values_list("action", flat=True))


def live_title(issue: Issue, at: Any = None) -> str | None:
    edition = issue.editions.live(at).first()
    return edition.title if edition else None


# Rule 1: approval voids


def test_editing_after_approval_voids_it(approved: Make, people: SimpleNamespace) -> None:
    issue = reword(approved(), "改过的标题", by=people.writer)
    assert issue.state == State.DRAFT
    assert refusal(Action.PUBLISH, issue, by=people.editor) == "wrong_state"
    assert refusal(Action.SCHEDULE, issue, by=people.editor, at=timezone.now() + timedelta(days=1)) == "wrong_state"


def test_a_save_without_a_change_keeps_the_approval(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()
    before = snapshot()
    with workflow.editing(issue, by=people.writer) as locked:
        exchange.to_rows(exchange.from_rows(locked), locked)
    assert snapshot() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda issue: issue.sections.first().items.update(body="别的正文"),
        lambda issue: issue.sections.first().items.first().insights.update(text="别的看法"),
        lambda issue: issue.sections.last().briefs.first().delete(),
        lambda issue: issue.sections.filter(position=0).update(position=9),
        lambda issue: issue.tagged.first().delete(),
        lambda issue: NewsItem.objects.filter(section__issue=issue)[0].tagged.all().delete(),
        lambda issue: Issue.objects.filter(pk=issue.pk).update(cover="covers/other.png", cover_alt="图"),
    ],
    ids=["text", "insight", "brief removed", "order", "issue tag", "story tag", "image"],
)
def test_any_public_change_voids_the_approval(approved: Make, people: SimpleNamespace, change: Any) -> None:
    issue = approved()
    with workflow.editing(issue, by=people.writer) as locked:
        change(locked)
        locked.refresh_from_db()
    assert Issue.objects.get(pk=issue.pk).state == State.DRAFT


def test_going_back_to_approved_words_needs_a_new_approval(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()
    title = issue.title
    reword(issue, "一时之念", by=people.writer)
    issue = reword(issue, title, by=people.writer)
    first, last = issue.revisions.order_by("number").first(), issue.head
    assert first is not None and first.sha256 == last.sha256 and first.pk != last.pk
    assert refusal(Action.PUBLISH, issue, by=people.editor) == "wrong_state"


# Rules 2 and 3: exactly what was approved, and a live page that no draft disturbs


def test_what_was_approved_goes_out_though_a_newer_draft_exists(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()
    at = timezone.now() + timedelta(hours=1)
    perform(Action.SCHEDULE, issue, by=people.editor, at=at)
    reword(issue, "更新的草稿", by=people.writer)
    assert live_title(issue, at - timedelta(microseconds=1)) is None
    assert live_title(issue, at) == "今天的要闻"


def test_the_live_issue_stays_while_a_draft_is_edited_reviewed_and_rejected(
    published: Make, people: SimpleNamespace
) -> None:
    issue = published()

    def seen() -> list[Any]:
        return [*Edition.objects.live().values(), *Story.objects.live().order_by("position").values()]

    before = seen()
    reword(issue, "草稿", by=people.writer)
    assert seen() == before
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.REQUEST_CHANGES, issue, by=people.reviewer, note="再想想")
    assert seen() == before
    NewsItem.objects.filter(section__issue=issue).delete()
    assert seen() == before


# Rule 4: nobody approves their own words


def test_an_author_cannot_approve(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(by=people.chief)
    perform(Action.SUBMIT, issue, by=people.chief)
    assert refusal(Action.APPROVE, issue, by=people.chief, attests_read_all=True) == "own_words"


def test_a_superuser_cannot_approve_their_own_words(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(by=people.root)
    perform(Action.SUBMIT, issue, by=people.writer)
    assert refusal(Action.APPROVE, issue, by=people.root, attests_read_all=True) == "own_words"


def test_an_author_of_an_earlier_revision_cannot_approve(draft: Make, people: SimpleNamespace) -> None:
    issue = reword(draft(by=people.chief), "同事改过", by=people.colleague)
    perform(Action.SUBMIT, issue, by=people.writer)
    assert refusal(Action.APPROVE, issue, by=people.chief, attests_read_all=True) == "own_words"
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)


def test_who_wrote_before_the_last_edition_may_approve_what_others_wrote_since(
    draft: Make, people: SimpleNamespace
) -> None:
    issue = draft(by=people.chief)
    perform(Action.SUBMIT, issue, by=people.chief)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    perform(Action.PUBLISH, issue, by=people.editor)
    reword(issue, "同事的更正", by=people.colleague)
    perform(Action.SUBMIT, issue, by=people.colleague)
    perform(Action.APPROVE, issue, by=people.chief, attests_read_all=True)


def test_who_wrote_since_the_last_edition_cannot_approve_however_many_other_issues_went_out(
    published: Make, people: SimpleNamespace
) -> None:
    for day in (2, 3, 4):
        published(date=date(2026, 3, day))
    issue = reword(published(), "更正", by=people.chief)
    perform(Action.SUBMIT, issue, by=people.writer)
    assert refusal(Action.APPROVE, issue, by=people.chief, attests_read_all=True) == "own_words"


def test_an_emergency_does_not_make_own_words_approvable(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(by=people.chief)
    perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震")
    perform(Action.SUBMIT, issue, by=people.chief)
    assert refusal(Action.APPROVE, issue, by=people.chief, attests_read_all=True) == "own_words"
    assert refusal(Action.ENDORSE, issue, by=people.chief) == "own_words"


def test_an_approval_is_given_by_a_person(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    perform(Action.SUBMIT, issue, by=people.writer)
    assert refusal(Action.APPROVE, issue, by=SYSTEM) == "nobody"


def test_an_open_comment_holds_an_approval_back_even_from_someone_who_read_it_all(
    draft: Make, people: SimpleNamespace
) -> None:
    issue = draft()
    perform(Action.SUBMIT, issue, by=people.writer)
    comment = comments.say(issue, "出处呢？", by=people.second)
    assert refusal(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True) == "comment_open"
    comments.resolve(comment, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)


def test_who_wrote_what_is_public_cannot_approve_those_words_once_more(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(by=people.chief)
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    perform(Action.PUBLISH, issue, by=people.editor)
    assert refusal(Action.APPROVE, issue, by=people.chief, attests_read_all=True) == "own_words"


def test_two_approvals_are_two_people(draft: Make, people: SimpleNamespace, settings: Settings) -> None:
    settings.NEWSROOM_APPROVALS = 2
    issue = draft()
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    assert refusal(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True) == "approved_already"
    assert Issue.objects.get(pk=issue.pk).state == State.IN_REVIEW
    assert refusal(Action.PUBLISH, issue, by=people.editor) == "wrong_state"
    perform(Action.APPROVE, issue, by=people.second, attests_read_all=True)
    perform(Action.PUBLISH, issue, by=people.editor)
    assert issue.editions.live().get().approvals == 2


def test_raising_the_number_of_approvals_holds_back_what_has_fewer(
    approved: Make, people: SimpleNamespace, settings: Settings
) -> None:
    issue = approved()
    settings.NEWSROOM_APPROVALS = 2
    assert refusal(Action.PUBLISH, issue, by=people.editor) == "not_approved"
    perform(Action.APPROVE, issue, by=people.second, attests_read_all=True)
    perform(Action.PUBLISH, issue, by=people.editor)


def test_a_one_person_newsroom_publishes_unreviewed_and_its_edition_says_so(
    draft: Make, people: SimpleNamespace, settings: Settings
) -> None:
    settings.NEWSROOM_APPROVALS = 0
    issue = draft(by=people.chief)
    perform(Action.PUBLISH, issue, by=people.chief)
    edition = issue.editions.live().get()
    assert not edition.independently_reviewed
    assert not edition.forced_reason


def test_a_refusal_says_what_the_words_still_wait_for(draft: Make, people: SimpleNamespace, settings: Settings) -> None:
    settings.LANGUAGE_CODE, settings.NEWSROOM_APPROVALS = "en", 2
    issue = draft()

    def fix() -> str:
        with pytest.raises(Refused) as refused:
            perform(Action.PUBLISH, issue, by=people.editor)
        return str(refused.value.reasons[0].fix)

    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    assert fix() == "It goes out once 2 approved exactly these words; so far 1 did."
    perform(Action.REQUEST_CHANGES, issue, by=people.second, note="来源不实")
    assert fix() == "second asked for changes to exactly these words. Change them, or ask for another review."


def test_a_standing_objection_to_these_words_holds_them_back(
    draft: Make, people: SimpleNamespace, settings: Settings
) -> None:
    settings.NEWSROOM_APPROVALS = 2
    issue = draft()
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    perform(Action.REQUEST_CHANGES, issue, by=people.second, note="来源不实")
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.root, attests_read_all=True)
    assert Issue.objects.get(pk=issue.pk).state == State.IN_REVIEW
    perform(Action.APPROVE, issue, by=people.second, attests_read_all=True)  # who objected looked again
    assert Issue.objects.get(pk=issue.pk).state == State.APPROVED


# Rule 5: emergency


def test_force_publishing_needs_its_permission_and_a_reason(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    assert refusal(Action.FORCE_PUBLISH, issue, by=people.writer, note="急") == "not_permitted"
    assert refusal(Action.FORCE_PUBLISH, issue, by=people.editor, note="  ") == "note_missing"


def test_an_emergency_stays_flagged_until_someone_eligible_approves(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震")
    assert list(Edition.objects.flagged()) == [issue.editions.get()]
    assert refusal(Action.ENDORSE, issue, by=people.editor) == "not_permitted"
    perform(Action.ENDORSE, issue, by=people.reviewer)
    assert not Edition.objects.flagged().exists()
    assert issue.editions.get().independently_reviewed
    assert refusal(Action.ENDORSE, issue, by=people.second) == "nothing_flagged"


def test_who_published_in_an_emergency_does_not_approve_it_afterwards(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    perform(Action.FORCE_PUBLISH, issue, by=people.chief, note="地震")
    assert refusal(Action.ENDORSE, issue, by=people.chief) == "own_emergency"


def test_who_wrote_only_later_words_may_approve_an_emergency_afterwards(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震")
    reword(issue, "后来的标题", by=people.chief)
    perform(Action.ENDORSE, issue, by=people.chief, edition=1)
    assert issue.editions.get().endorsed_by == people.chief


def test_who_wrote_an_emergency_cannot_approve_it_once_later_words_were_reviewed(
    draft: Make, people: SimpleNamespace
) -> None:
    issue = draft(by=people.chief)
    perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震")
    correct(issue, people, "后来的标题", note="更正")
    assert refusal(Action.ENDORSE, issue, by=people.chief, edition=1) == "own_words"


def test_what_is_approved_is_not_forced(approved: Make, people: SimpleNamespace) -> None:
    assert refusal(Action.FORCE_PUBLISH, approved(), by=people.editor, note="急") == "is_approved"


# Rule 6: stale actions write nothing


@pytest.mark.parametrize("action", [action for action in Action if action != Action.EDIT])
def test_a_button_of_another_version_writes_nothing(approved: Make, people: SimpleNamespace, action: Action) -> None:
    issue = approved()
    seen = issue.version
    reword(issue, "别人改了", by=people.colleague)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        perform(action, issue, by=people.chief, version=seen, note="因为", at=timezone.now() + timedelta(days=1))
    assert refused.value.stale
    assert "colleague" in str(refused.value)
    assert snapshot() == before


def test_a_stale_save_writes_nothing(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    reword(issue, "先到", by=people.colleague)
    before = snapshot()
    with pytest.raises(Refused), workflow.editing(issue, by=people.writer, version=issue.version) as locked:
        locked.sections.all().delete()
    assert snapshot() == before
    assert issue.sections.exists()


# Rule 7: schedules


def test_a_schedule_goes_live_by_the_clock_and_can_be_cancelled_until_then(
    approved: Make, people: SimpleNamespace
) -> None:
    issue = approved()
    at = timezone.now() + timedelta(hours=2)
    perform(Action.SCHEDULE, issue, by=people.editor, at=at)
    assert (live_title(issue), live_title(issue, at)) == (None, "今天的要闻")
    assert refusal(Action.PUBLISH, issue, by=people.editor) == "already_scheduled"
    perform(Action.UNSCHEDULE, issue, by=people.editor)
    assert live_title(issue, at) is None
    assert refusal(Action.UNSCHEDULE, issue, by=people.editor) == "nothing_scheduled"


def test_cancelling_a_scheduled_correction_leaves_what_is_live(published: Make, people: SimpleNamespace) -> None:
    issue = reword(published(), "更正后", by=people.writer)
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    at = timezone.now() + timedelta(hours=2)
    perform(Action.SCHEDULE, issue, by=people.editor, at=at, note="数字有误")
    assert (live_title(issue), live_title(issue, at)) == ("今天的要闻", "更正后")
    perform(Action.UNSCHEDULE, issue, by=people.editor)
    assert live_title(issue, at) == "今天的要闻"
    assert issue.editions.get().live_until is None


def test_taking_an_approval_back_cancels_the_schedule_of_those_words(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()
    at = timezone.now() + timedelta(hours=2)
    perform(Action.SCHEDULE, issue, by=people.editor, at=at)
    perform(Action.REQUEST_CHANGES, issue, by=people.reviewer, note="诽谤")
    assert live_title(issue, at) is None
    assert actions(issue)[-1] == "request_changes"


def test_a_slip_of_the_hand_is_not_scheduled(approved: Make, people: SimpleNamespace) -> None:
    for at in (timezone.now() + timedelta(days=400), datetime.max.replace(tzinfo=UTC)):
        assert refusal(Action.SCHEDULE, approved(date=date(2026, 3, at.day)), by=people.editor, at=at) == "too_far_away"


def test_the_past_cannot_be_scheduled(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()
    assert refusal(Action.SCHEDULE, issue, by=people.editor) == "not_in_the_future"
    assert refusal(Action.SCHEDULE, issue, by=people.editor, at=timezone.now()) == "not_in_the_future"


# Rule 8: preflight


@pytest.mark.parametrize("action", [Action.PUBLISH, Action.SCHEDULE, Action.FORCE_PUBLISH, Action.ARCHIVE])
def test_every_door_out_runs_the_same_checks(
    draft: Make, people: SimpleNamespace, settings: Settings, action: Action
) -> None:
    settings.NEWSROOM_APPROVALS = 0 if action in (Action.PUBLISH, Action.SCHEDULE) else 1
    issue = draft(title="Report Title")
    at = {Action.SCHEDULE: timezone.now() + timedelta(days=1)}.get(action)
    with pytest.raises(Refused) as refused:
        perform(action, issue, by=people.editor, note="急", at=at)
    (reason,) = refused.value.reasons
    assert isinstance(reason, Blocker)
    assert (reason.code, reason.place.field) == ("placeholder", "title")
    assert not issue.editions.exists()


def test_only_who_may_write_changes_the_words_of_an_issue(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    before = snapshot()
    for person in (people.reviewer, people.outsider):
        with pytest.raises(Refused) as refused, workflow.editing(issue, by=person) as locked:
            locked.sections.all().delete()
        assert [reason.code for reason in refused.value.reasons] == ["not_permitted"]
    assert (snapshot(), issue.sections.count()) == (before, 2)


def test_an_unfinished_draft_saves_and_goes_to_review(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(sections=())
    perform(Action.SUBMIT, issue, by=people.writer)
    outcome = perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    assert [problem.code for problem in outcome.problems] == ["issue_empty"]
    assert refusal(Action.PUBLISH, issue, by=people.editor) == "issue_empty"


# Rule 9: corrections, retraction, rollback


def correct(issue: Issue, people: SimpleNamespace, title: str, **kwargs: Any) -> None:
    reword(issue, title, by=people.writer)
    perform(Action.SUBMIT, issue, by=people.writer)
    perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    perform(Action.PUBLISH, issue, by=people.editor, **kwargs)


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
    wish: dict[str, Any] = {
        "by": people.root, "edition": 1, "story": next(issue.head.manuscript.items).uid, "correction": "typo"
    }  # fmt: skip
    assert refusal(action, issue, note=note, **wish) == "note_missing"
    perform(action, issue, note="因为", **wish)


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


# Rule 11: the log


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


# The whole table


ROLES = {
    "writer": {Action.SUBMIT, Action.RECALL},
    "reviewer": {Action.APPROVE, Action.REQUEST_CHANGES, Action.ENDORSE},
    "editor": {
        Action.SUBMIT,
        Action.RECALL,
        Action.PUBLISH,
        Action.SCHEDULE,
        Action.UNSCHEDULE,
        Action.FORCE_PUBLISH,
        Action.ROLL_BACK,
        Action.RETRACT,
        Action.WITHDRAW,
        Action.ARCHIVE,
    },
    "outsider": set(),
}
FROM = {
    Action.SUBMIT: {State.DRAFT: State.IN_REVIEW, State.CHANGES_REQUESTED: State.IN_REVIEW},
    Action.RECALL: {State.IN_REVIEW: State.DRAFT},
    Action.APPROVE: {State.IN_REVIEW: State.APPROVED, State.APPROVED: State.APPROVED},
    Action.REQUEST_CHANGES: {
        State.IN_REVIEW: State.CHANGES_REQUESTED,
        State.APPROVED: State.CHANGES_REQUESTED,
    },
    Action.PUBLISH: {State.APPROVED: State.APPROVED},
    Action.SCHEDULE: {State.APPROVED: State.APPROVED},
    Action.ARCHIVE: {State.DRAFT: State.DRAFT},
}
# What makes an edition.
GOING_OUT = {Action.PUBLISH, Action.SCHEDULE, Action.FORCE_PUBLISH, Action.ARCHIVE}
# What these need is an edition, not a state; each has tests of its own above.
OF_EDITIONS = {Action.UNSCHEDULE, Action.ENDORSE, Action.ROLL_BACK, Action.RETRACT, Action.WITHDRAW}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", [action for action in Action if action != Action.EDIT])
def test_every_state_action_and_role(
    draft: Make, people: SimpleNamespace, action: Action, state: State, role: str
) -> None:
    issue = into(state, draft(), people)
    by = getattr(people, role)
    arguments: dict[str, Any] = {"by": by, "note": "因为", "attests_read_all": True}
    if action == Action.SCHEDULE:
        arguments["at"] = timezone.now() + timedelta(days=1)
    if action not in ROLES[role]:
        assert refusal(action, issue, **arguments) == "not_permitted"
    elif action in OF_EDITIONS:
        assert refusal(action, issue, **arguments) in {
            "nothing_scheduled",
            "nothing_flagged",
            "no_such_edition",
            "not_live",
        }
    elif action == Action.FORCE_PUBLISH and state == State.APPROVED:
        assert refusal(action, issue, **arguments) == "is_approved"
    elif action in FROM and state not in FROM[action]:
        assert refusal(action, issue, **arguments) == "wrong_state"
    else:
        outcome = perform(action, issue, **arguments)
        target = FROM.get(action, {}).get(state, state)
        assert (outcome.entry.from_state, outcome.entry.to_state) == (state, target)
        assert Issue.objects.get(pk=issue.pk).state == target
        assert bool(outcome.edition) == (action in GOING_OUT)


def into(state: State, issue: Issue, people: SimpleNamespace) -> Issue:
    """Bring a draft into a state by the door."""
    if state != State.DRAFT:
        perform(Action.SUBMIT, issue, by=people.writer)
    if state == State.APPROVED:
        perform(Action.APPROVE, issue, by=people.second, attests_read_all=True)
    if state == State.CHANGES_REQUESTED:
        perform(Action.REQUEST_CHANGES, issue, by=people.second, note="再改")
    return Issue.objects.get(pk=issue.pk)


def test_the_table_names_every_action() -> None:
    assert set(TABLE) == set(Action)
    assert set(_HANDLERS) == set(Action) - {Action.EDIT}


def test_an_inactive_person_may_do_nothing(draft: Make, people: SimpleNamespace) -> None:
    people.writer.is_active = False
    people.writer.save()
    assert refusal(Action.SUBMIT, draft(by=people.colleague), by=people.writer) == "not_permitted"


def test_a_deleted_issue_is_refused_with_a_sentence(draft: Make, people: SimpleNamespace, digest: Digest) -> None:
    issue = draft()
    gone = Issue.objects.get(pk=issue.pk)
    issue.delete()
    assert refusal(Action.SUBMIT, gone, by=people.writer) == "gone"
