"""The rules of the newsroom up to publication, each by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from digests.editorial import comments, exchange, permissions, workflow
from digests.editorial.preflight import Blocker
from digests.editorial.workflow import Refused, perform
from digests.models import Edition, Issue, NewsItem, Story
from digests.models.person import SYSTEM
from digests.models.states import Action, State
from tests.acting import actions, correct, live_title, refusal, snapshot
from tests.conftest import reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


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


def test_what_was_approved_of_another_issue_is_no_approval_of_this_one(
    published: Make, draft: Make, people: SimpleNamespace
) -> None:
    published()
    issue = reword(draft(date=date(2026, 4, 2)), "另一个标题", by=people.colleague)
    authors = permissions.authors(issue, until=issue.revisions.latest("number"))
    assert authors == {people.writer.pk, people.colleague.pk}
