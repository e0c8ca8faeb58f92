"""The desk's first page: what waits for whom, what the day lacks, and at what cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from digests.editorial import comments, inbox, workflow
from digests.editorial.inbox import Task, Wait
from digests.editorial.notices import blocking
from digests.editorial.permissions import has_words_of, wrote
from digests.editorial.preflight import blockers, examine
from digests.manuscript.values import Section
from digests.models import Digest, Edition, Issue, Retraction, StorySignOff, Tag
from digests.models.states import Action
from digests.templatetags.desk import clock, length
from tests.conftest import manuscript, reword, sign_off_all

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]

DAY = date(2026, 3, 1)
# Half past nine of that day in Shanghai, an hour and a half after the deadline.
AT = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)


def waits(user: Any, at: datetime = AT) -> list[tuple[Task, Any]]:
    """Return what a person is asked to do, with which issue."""
    groups = inbox.for_person(user, inbox.coming(user, at=at))
    return [(group.task, wait.issue) for group in groups for wait in group.waits]


def only(user: Any, at: datetime = AT) -> Wait:
    [group] = inbox.for_person(user, inbox.coming(user, at=at))
    [wait] = group.waits
    return wait


def standing(user: Any, at: datetime = AT) -> list[inbox.Standing]:
    return inbox.standings(inbox.coming(user, at=at))


# --- What waits for whom ------------------------------------------------------------------


def test_todays_issue_waits_for_those_who_may_begin_it(digest: Digest, people: SimpleNamespace) -> None:
    expected = Wait(Task.WRITE, digest, DAY, since=datetime(2026, 3, 1, 0, 0, tzinfo=UTC))
    assert only(people.writer) == only(people.editor) == expected
    assert waits(people.reviewer) == waits(people.outsider) == waits(AnonymousUser()) == []


def test_today_is_by_the_digests_own_clock(digest: Digest, people: SimpleNamespace) -> None:
    assert only(people.writer, datetime(2026, 3, 1, 15, 59, tzinfo=UTC)).date == DAY
    assert only(people.writer, datetime(2026, 3, 1, 16, 0, tzinfo=UTC)).date == DAY + timedelta(days=1)
    Digest.objects.update(time_zone="America/New_York")
    assert only(people.writer, datetime(2026, 3, 1, 4, 59, tzinfo=UTC)).date == DAY - timedelta(days=1)


def test_a_draft_waits_for_whoever_wrote_in_it(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    assert waits(people.writer) == [(Task.WRITE, issue)]
    assert waits(people.colleague) == waits(people.reviewer) == waits(people.editor) == []
    reword(issue, "另一个标题", by=people.colleague)
    assert waits(people.colleague) == waits(people.writer) == [(Task.WRITE, issue)]
    assert only(people.writer).since == Issue.objects.get().updated_at


def test_a_review_waits_for_those_who_may_give_it(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(by=people.chief)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    expected = [(Task.REVIEW, issue)]
    assert waits(people.reviewer) == waits(people.second) == waits(people.root) == expected
    # Nobody approves their own words; writers and editors review none.
    assert waits(people.chief) == waits(people.writer) == waits(people.editor) == []
    submitted = issue.log.filter(action=Action.SUBMIT).get()
    reword(issue, "送审后又改", by=people.writer)
    assert only(people.reviewer).since == submitted.at


def test_changes_wait_for_whoever_submitted_it_too(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.SUBMIT, issue, by=people.colleague)
    workflow.perform(Action.REQUEST_CHANGES, issue, by=people.reviewer, note="再核一遍")
    told = {person for news in blocking.waits(Issue.objects.get()) for person in news.people}
    assert told == {people.writer.pk, people.colleague.pk}
    assert waits(people.writer) == waits(people.colleague) == [(Task.FIX, issue)]
    assert waits(people.editor) == []


def test_a_review_says_what_is_not_signed_off_and_open(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(3)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    sign_off_all(issue, by=people.second)
    StorySignOff.objects.filter(uid=next(issue.head.manuscript.items).uid).delete()
    comments.resolve(comments.say(issue, "已经说清。", by=people.second), by=people.second)
    comments.say(issue, "还没有。", by=people.second)
    seen = {user: only(user) for user in (people.reviewer, people.second)}
    assert {user: (wait.not_signed_off, wait.open_comments) for user, wait in seen.items()} == {
        people.reviewer: (3, 1),
        people.second: (1, 1),
    }


def test_who_approved_is_not_asked_again_while_another_is(draft: Make, people: SimpleNamespace, settings: Any) -> None:
    settings.NEWSROOM_APPROVALS = 2
    issue = draft()
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    assert waits(people.reviewer) == []
    assert waits(people.second) == [(Task.REVIEW, issue)]
    reword(issue, "改了，要重看", by=people.writer)
    assert waits(people.reviewer) == [(Task.REVIEW, issue)]


def test_what_has_to_be_changed_waits_for_its_writers(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.REQUEST_CHANGES, issue, by=people.reviewer, note="第三条缺来源")
    assert waits(people.writer) == [(Task.FIX, issue)]
    assert waits(people.colleague) == waits(people.reviewer) == waits(people.editor) == []


def test_when_no_writer_is_left_changes_wait_for_all_who_can_go_on_as_notices_say(
    draft: Make, people: SimpleNamespace
) -> None:
    issue = draft()
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.REQUEST_CHANGES, issue, by=people.reviewer, note="再核一遍")
    User.objects.filter(pk=people.writer.pk).update(is_active=False)
    told = {person for news in blocking.waits(Issue.objects.get()) for person in news.people}
    assert told == {people.colleague.pk, people.editor.pk, people.chief.pk, people.root.pk}
    for one in (people.colleague, people.editor, people.chief, people.root):
        assert waits(one) == [(Task.FIX, issue)]
    assert waits(people.reviewer) == waits(people.second) == waits(people.outsider) == []


def test_what_is_approved_waits_for_an_editor_until_it_is_out(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()
    assert waits(people.editor) == waits(people.chief) == [(Task.PUBLISH, issue)]
    assert waits(people.writer) == waits(people.reviewer) == []
    workflow.perform(Action.SCHEDULE, issue, by=people.editor, at=timezone.now() + timedelta(hours=3))
    assert waits(people.editor) == []
    workflow.perform(Action.UNSCHEDULE, issue, by=people.editor)
    workflow.perform(Action.PUBLISH, issue, by=people.editor)
    assert waits(people.editor) == waits(people.writer) == []


def test_a_correction_waits_for_those_who_wrote_it(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    reword(issue, "更正后的标题", by=people.colleague)
    # The writer's words were reviewed and went out: these are the colleague's alone.
    assert waits(people.colleague) == [(Task.WRITE, issue)]
    assert waits(people.writer) == []


def test_what_went_out_unapproved_waits_for_nobody_to_write_it(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="堤坝决口")
    assert waits(people.writer) == []
    assert list(inbox.flagged(people.writer, at=timezone.now())) == [issue.editions.get()]
    assert list(inbox.flagged(people.outsider, at=timezone.now())) == []


def test_own_words_are_the_same_asked_for_one_issue_and_for_all(
    draft: Make, published: Make, people: SimpleNamespace
) -> None:
    def written() -> dict[str, list[int]]:
        """Return the days of the issues that have words of each, asked in both ways."""
        found: dict[str, list[int]] = {}
        for user in (people.writer, people.colleague, people.reviewer, people.editor):
            each = [
                one.date.day
                for one in Issue.objects.order_by("date")
                if wrote(user, one, until=one.revisions.latest("number"))
            ]
            at_once = Issue.objects.filter(has_words_of(user)).order_by("date")
            assert [one.date.day for one in at_once] == each
            found |= {user.username: each} if each else {}
        return found

    draft(date=DAY)
    issue = published(date=DAY + timedelta(days=1))
    # What is public counts as somebody's words until newer ones are saved.
    assert written() == {"writer": [1, 2]}
    issue = reword(issue, "同事更正", by=people.colleague)
    assert written() == {"writer": [1], "colleague": [2]}
    workflow.perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="急", correction="typo")
    issue = reword(issue, "再改", by=people.writer)
    assert written() == {"writer": [1, 2], "colleague": [2]}
    workflow.perform(Action.ENDORSE, issue, by=people.reviewer, edition=2)
    assert written() == {"writer": [1, 2]}


# --- Today and tomorrow -------------------------------------------------------------------


def test_today_and_tomorrow_of_each_digest(digest: Digest, draft: Make, people: SimpleNamespace) -> None:
    late = Digest.objects.create(name="Late", slug="late", time_zone="America/New_York", deadline=time(7, 30))
    issue = draft(title="TODO", summary="")
    seen = standing(people.reviewer)
    assert [(one.day.digest, one.day.date, one.day.issue) for one in seen] == [
        (late, date(2026, 2, 28), None),
        (late, DAY, None),
        (digest, DAY, issue),
        (digest, DAY + timedelta(days=1), None),
    ]
    assert [(one.blockers, one.warnings) for one in seen] == [(0, 0), (0, 0), (1, 1), (0, 0)]
    assert [one.day.is_overdue for one in seen] == [True, False, True, False]
    assert seen[1].day.deadline == datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_a_day_counts_the_problems_that_its_own_page_shows(draft: Make, people: SimpleNamespace) -> None:
    Tag.objects.create(name="早 间")
    first = next(iter(manuscript(1).items))
    issue = draft(1, sections=(Section("版块", items=(replace(first, follows="zzzzzzzz"),)),))
    shown = examine(issue.head.manuscript)
    assert {"tag_alike", "follows_unseen"} <= {one.code for one in shown}
    today = standing(people.writer)[0]
    assert (today.blockers, today.warnings) == (len(blockers(shown)), len(shown) - len(blockers(shown)))


def test_a_day_is_overdue_from_its_deadline_on_until_it_is_live(
    published: Make, people: SimpleNamespace, digest: Digest
) -> None:
    deadline = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    moments = [deadline - timedelta(seconds=1), deadline]
    assert [standing(people.writer, at)[0].day.is_overdue for at in moments] == [False, True]
    Edition.objects.filter(issue=published()).update(live_from=deadline - timedelta(hours=1))
    assert [standing(people.writer, at)[0].day.is_overdue for at in moments] == [False, False]


def test_a_day_in_review_says_how_many_approved(draft: Make, people: SimpleNamespace, settings: Any) -> None:
    settings.NEWSROOM_APPROVALS = 2
    issue = draft()
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    today = standing(people.writer)[0]
    assert (today.approvals, today.approvals_needed) == (1, 2)


def test_a_schedule_after_the_deadline_is_said_to_be(approved: Make, people: SimpleNamespace) -> None:
    now = timezone.now()
    day = now.date() + timedelta(days=2)
    issue = approved(date=day)
    workflow.perform(Action.SCHEDULE, issue, by=people.editor, at=datetime.combine(day, time(0, 1), UTC))
    assert standing(people.editor, datetime.combine(day, time(), UTC))[0].day.is_scheduled_late
    Digest.objects.update(deadline=time(8, 1))
    assert not standing(people.editor, datetime.combine(day, time(), UTC))[0].day.is_scheduled_late


# --- Beside it ----------------------------------------------------------------------------


def test_open_comments_are_on_what_is_not_out_newest_comment_first(
    draft: Make, published: Make, people: SimpleNamespace
) -> None:
    out, issue = published(date=DAY), draft(date=DAY + timedelta(days=1))
    comments.say(out, "发布之后的话", by=people.reviewer)
    first = comments.say(issue, "先说的", by=people.reviewer)
    second = comments.say(issue, "后说的，@colleague 看一下", by=people.reviewer)
    closed = comments.say(issue, "说完了", by=people.reviewer)
    comments.resolve(closed, by=people.reviewer)
    comments.say(issue, "回复 @writer", by=people.editor, parent=first)
    found = inbox.open_comments(people.writer)
    assert [(one.comment, one.replies, one.mentions_me) for one in found] == [(first, 1, True), (second, 0, False)]
    assert [one.mentions_me for one in inbox.open_comments(people.colleague)] == [False, True]
    assert inbox.open_comments(people.outsider) == []


def test_a_mention_is_read_in_the_list_as_it_is_where_people_are_told(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(date=DAY)
    comments.say(issue, "请@Writer看一下", by=people.reviewer)
    assert [one.mentions_me for one in inbox.open_comments(people.writer)] == [True]
    assert [one.mentions_me for one in inbox.open_comments(people.colleague)] == [False]


def test_what_is_scheduled_and_what_went_out(approved: Make, published: Make, people: SimpleNamespace) -> None:
    now = timezone.now()
    soon, later, out = approved(date=DAY), approved(date=DAY + timedelta(days=1)), published(date=DAY - timedelta(2))
    workflow.perform(Action.SCHEDULE, later, by=people.editor, at=now + timedelta(days=2))
    workflow.perform(Action.SCHEDULE, soon, by=people.editor, at=now + timedelta(days=1))
    story = out.editions.get().stories.first()
    assert story
    workflow.perform(Action.RETRACT, out, by=people.editor, story=story.uid, note="不实")
    assert [edition.issue for edition in inbox.scheduled(people.writer, at=timezone.now())] == [soon, later]
    gone_out = [(edition.number, edition.correction) for edition in inbox.published(people.writer, at=timezone.now())]
    assert gone_out == [(2, "retraction"), (1, "")]
    assert Retraction.objects.count() == 1
    for seen in (inbox.scheduled, inbox.published):
        assert list(seen(people.outsider, at=timezone.now())) == []


# --- The page -----------------------------------------------------------------------------


def page(user: User, language: str = "en") -> BeautifulSoup:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    response = client.get(reverse("admin:index"))
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def said(soup: BeautifulSoup, selector: str) -> list[str]:
    return [re.sub(r"\s+", " ", found.get_text()).strip() for found in soup.select(selector)]


def test_the_page_says_it_all_in_words(draft: Make, people: SimpleNamespace) -> None:
    today = timezone.now().astimezone(Digest.objects.get().zone).date()
    issue = draft(date=today)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    comments.say(issue, "@reviewer 请看", by=people.writer)
    soup = page(people.reviewer)
    assert said(soup, ".inbox h3") == ["To review 1"]
    assert said(soup, ".wait") == [
        f"今天的要闻 In review 晨报 · {today:%Y-%m-%d %A} · 3 stories you have not signed off · 1 open comment"
        " · submitted just now"
    ]
    assert soup.select_one(".wait a")["href"] == reverse("admin:digests_issue_review", args=[issue.pk])  # type: ignore[index]
    assert said(soup, ".coming .how") == ["今天的要闻 In review 0 of 1 approvals", "Not begun"]
    assert said(soup, ".ours .badge") == ["Mentions you"]
    assert said(page(people.writer, "zh-hans"), ".inbox") == ["待办 没有等你处理的事。"]


def test_only_those_who_may_begin_an_issue_find_the_button(digest: Digest, people: SimpleNamespace) -> None:
    buttons = {user: len(page(user).select("form.start")) for user in (people.writer, people.editor, people.reviewer)}
    assert buttons == {people.writer: 3, people.editor: 3, people.reviewer: 0}


def test_who_has_no_role_is_told_so_kindly(draft: Make, people: SimpleNamespace) -> None:
    draft()
    soup = page(people.outsider)
    assert said(soup, ".nobody h2") == ["Welcome to the newsroom"]
    assert soup.select(".first, .places, .lists, form.start") == []


def test_all_lists_stay_within_reach(people: SimpleNamespace, digest: Digest) -> None:
    lists = page(people.writer).select_one("details.lists")
    assert lists and not lists.has_attr("open")
    assert lists.select_one(f'a[href="{reverse("admin:digests_issue_changelist")}"]')


def queries_of(user: User) -> int:
    client = Client()
    client.force_login(user)
    client.get(reverse("admin:index"))
    with CaptureQueriesContext(
        connection,
    ) as seen:
        client.get(reverse("admin:index"))
    return len(seen)


def test_the_page_costs_the_same_for_thirty_issues(draft: Make, people: SimpleNamespace) -> None:
    today = timezone.now().astimezone(Digest.objects.get().zone).date()

    def send(number: int) -> None:
        issue = draft(1, date=today + timedelta(days=number))
        comments.say(issue, "一句", by=people.second, parent=comments.say(issue, "@reviewer", by=people.second))
        workflow.perform(Action.SUBMIT, issue, by=people.writer)

    send(0)
    before = queries_of(people.reviewer)
    for number in range(1, 30):
        send(number)
    assert (before, queries_of(people.reviewer)) == (21, 21)
    soup = page(people.reviewer)
    assert said(soup, ".inbox h3") == [f"To review {inbox.MOST}+"]
    assert soup.select_one(".rest a")["href"].endswith("?state=in_review")  # type: ignore[index]


@pytest.mark.parametrize(
    ("away", "kind", "english", "chinese"),
    [
        (timedelta(hours=2, minutes=13, seconds=50), "until", "in 2 h 13 min", "2 小时 13 分钟后"),
        (timedelta(seconds=30), "until", "any moment now", "即将"),
        (timedelta(minutes=-1), "until", "any moment now", "即将"),
        (timedelta(days=-3, hours=-4, minutes=-5), "since", "3 d 4 h ago", "3 天 4 小时前"),
        (timedelta(seconds=-20), "since", "just now", "刚刚"),
        (timedelta(hours=-1), "deadline", "overdue by 1 h", "已逾期 1 小时"),
        (timedelta(days=1, minutes=9), "deadline", "in 1 d", "1 天后"),
    ],
)
def test_how_far_away_an_instant_is(away: timedelta, kind: str, english: str, chinese: str) -> None:
    for language, expected in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert BeautifulSoup(clock(AT + away, AT, kind), "html.parser").get_text() == expected


def test_a_length_is_said_in_two_units() -> None:
    with translation.override("en"):
        assert [length(minutes) for minutes in (0, 1, 60, 61, 1440, 1441, 1500)] == [
            "", "1 min", "1 h", "1 h 1 min", "1 d", "1 d", "1 d 1 h"
        ]  # fmt: skip
