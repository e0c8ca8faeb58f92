"""Buttons and the inbox say what the door would: compared for issues in every situation, for people of every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from digests.admin.issue.actions import OFFERED, Desk
from digests.editorial import comments, inbox, workflow
from digests.editorial.inbox import Task
from digests.editorial.notices import blocking
from digests.editorial.permissions import may
from digests.editorial.workflow import Facts, Refused, Request, perform, refusals
from digests.models import Issue, Review
from digests.models.person import SYSTEM
from digests.models.states import TABLE, Action, State
from tests.conftest import reword, sign_off_all

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


class Undo(Exception):
    """Takes back what was only tried."""


def succeeds(action: Action, issue: Issue, by: Any, **chosen: Any) -> bool:
    """Say whether the door does an action with its form filled in, and take it back."""
    request = Request.filled_in(action, by, at=timezone.now())
    arguments = {"note": request.note, "at": request.at, "correction": request.correction, **chosen}
    try:
        with transaction.atomic():
            perform(action, issue, by=by, **arguments)
            raise Undo
    except Refused:
        return False
    except Undo:
        return True


# --- Every situation ------------------------------------------------------------------------


@pytest.fixture
def issues(draft: Make, people: SimpleNamespace, settings: Settings) -> dict[str, Issue]:
    """Return an issue in each situation, by its name."""
    days = iter(date(2026, 3, 1) + timedelta(days=number) for number in range(40))

    def do(action: Action, issue: Issue, by: User, **arguments: Any) -> None:
        perform(action, issue, by=by, **arguments)

    def submitted(stories: int = 1, **fields: Any) -> Issue:
        issue = draft(stories, date=next(days), **fields)
        do(Action.SUBMIT, issue, people.writer)
        return issue

    def approved(**fields: Any) -> Issue:
        issue = submitted(**fields)
        do(Action.APPROVE, issue, people.reviewer, attests_read_all=True)
        return issue

    def published(**fields: Any) -> Issue:
        issue = approved(**fields)
        do(Action.PUBLISH, issue, people.editor)
        return issue

    def corrected() -> Issue:
        issue = reword(published(), "更正", by=people.writer)
        do(Action.SUBMIT, issue, people.writer)
        do(Action.APPROVE, issue, people.reviewer, attests_read_all=True)
        return issue

    later = timezone.now() + timedelta(days=2)
    found = {
        "draft": draft(1, date=next(days)),
        "never saved": Issue.objects.create(digest=draft(1, date=next(days)).digest, date=next(days)),
        "in review": submitted(),
        "in review, signed off": submitted(),
        "in review, of the chief's": submitted(by=people.chief),
        "in review, with an open comment": submitted(),
        "sent back": submitted(),
        "submitted again, with an objection": submitted(),
        "approved": approved(),
        "approved, and unfit": approved(title="TODO"),
        "scheduled": approved(),
        "published": published(),
        "published, with a new draft": reword(published(), "草稿", by=people.writer),
        "published, with an approved correction": corrected(),
        "published, with a scheduled correction": corrected(),
        "withdrawn": published(),
        "one of two stories retracted": published(stories=2),
        "forced": draft(1, date=next(days)),
        "forced twice": draft(1, date=next(days)),
        "forced, and brought back": draft(1, date=next(days)),
    }
    sign_off_all(found["in review, signed off"], by=people.reviewer)
    comments.say(found["in review, with an open comment"], "出处？", by=people.writer)
    do(Action.REQUEST_CHANGES, found["sent back"], people.second, note="再改")
    issue = found["submitted again, with an objection"]
    do(Action.REQUEST_CHANGES, issue, people.second, note="来源不实")
    do(Action.SUBMIT, issue, people.writer)
    do(Action.SCHEDULE, found["scheduled"], people.editor, at=later)
    do(Action.SCHEDULE, found["published, with a scheduled correction"], people.editor, at=later, note="更正")
    do(Action.WITHDRAW, found["withdrawn"], people.editor, note="停刊")
    issue = found["one of two stories retracted"]
    do(Action.RETRACT, issue, people.editor, story=next(issue.head.manuscript.items).uid, note="不实")
    do(Action.FORCE_PUBLISH, found["forced"], people.chief, note="急")
    issue = found["forced twice"]
    do(Action.FORCE_PUBLISH, issue, people.editor, note="急")
    reword(issue, "主任改过", by=people.chief)
    do(Action.FORCE_PUBLISH, issue, people.editor, note="又急", correction="typo")
    issue = found["forced, and brought back"]
    do(Action.FORCE_PUBLISH, issue, people.chief, note="急")
    reword(issue, "改坏了", by=people.writer)
    do(Action.FORCE_PUBLISH, issue, people.editor, note="急", correction="typo")
    do(Action.ROLL_BACK, issue, people.editor, note="恢复", edition=1)
    settings.NEWSROOM_APPROVALS = 2
    found["in review, approved once"] = approved()
    return {name: Issue.objects.select_related("digest").get(pk=issue.pk) for name, issue in found.items()}


def chosen(action: Action, issue: Issue) -> list[dict[str, Any]]:
    """Return what a form of the action may choose among."""
    if action in (Action.ENDORSE, Action.ROLL_BACK):
        return [{"edition": number} for number in issue.editions.values_list("number", flat=True)] or [{}]
    live = issue.editions.live().first() if action == Action.RETRACT else None
    return [{"story": uid} for uid in live.stories.values_list("uid", flat=True)] if live else [{}]


def offered(issue: Issue, user: User) -> dict[tuple[Action, Any], bool]:
    """Return which actions, with which choice of what, have a button that can be pressed."""
    found: dict[tuple[Action, Any], bool] = {}
    for choice in Desk(issue, user).choices:
        options: list[Any] = [one.number for one in choice.editions] or [one.uid for one in choice.stories] or [None]
        found |= {(choice.action, option): not choice.why_not for option in options}
    return found


def is_enough(action: Action, issue: Issue, needed: int) -> bool:
    """Say whether it is one more approval than is needed: the door takes it, and no button asks for it."""
    approvals = Review.objects.filter(revision=issue.head, verdict="approved").count()
    return action == Action.APPROVE and issue.state == State.APPROVED and approvals >= needed


def test_a_button_can_be_pressed_just_when_the_door_opens(
    issues: dict[str, Issue], people: SimpleNamespace, settings: Settings
) -> None:
    wrong = []
    everybody = [people.writer, people.reviewer, people.second, people.editor, people.chief]
    for needed, some in ((0, [people.editor]), (1, everybody), (2, [people.second, people.editor])):
        settings.NEWSROOM_APPROVALS = needed
        for name, issue in issues.items():
            for user in some:
                buttons = offered(issue, user)
                for action in OFFERED:
                    if not may(user, action):
                        assert not any(action == one for one, _option in buttons)
                        continue
                    for choice in chosen(action, issue):
                        option = next(iter(choice.values()), None)
                        opens = succeeds(action, issue, user, **choice) and not is_enough(action, issue, needed)
                        if opens != buttons.get((action, option), False):
                            wrong.append((needed, name, user.username, action, option, opens))
    assert wrong == []


def test_the_inbox_has_just_what_the_door_would_do(
    issues: dict[str, Issue], people: SimpleNamespace, settings: Settings
) -> None:
    wrong = []
    for needed in (0, 1, 2):
        settings.NEWSROOM_APPROVALS = needed
        for user in (people.writer, people.reviewer, people.second, people.editor, people.chief, people.root):
            asked = {(group.task, wait.issue) for group in inbox.for_person(user, []) for wait in group.waits}
            for name, issue in issues.items():
                if name == "in review, with an open comment":  # it is for the reviewer to have that answered
                    continue
                fresh = issue.head is not None and not issue.head.editions.exists()
                to_judge = issue.state == State.IN_REVIEW or (
                    issue.state == State.APPROVED and not is_enough(Action.APPROVE, issue, needed)
                )
                expected = {
                    Task.REVIEW: fresh and to_judge and succeeds(Action.APPROVE, issue, user, attests_read_all=True),
                    Task.PUBLISH: fresh and issue.state == State.APPROVED and succeeds(Action.PUBLISH, issue, user),
                }
                wrong += [
                    (needed, name, user.username, task, is_expected)
                    for task, is_expected in expected.items()
                    if is_expected != ((task, issue) in asked)
                ]
    assert wrong == []


def test_who_is_told_that_an_issue_waits_finds_it_in_their_inbox(
    issues: dict[str, Issue], people: SimpleNamespace, settings: Settings
) -> None:
    tasks = {"review": Task.REVIEW, "review_again": Task.REVIEW, "publish": Task.PUBLISH, "unfit": Task.FIX}
    wrong = []
    for needed in (1, 2):
        settings.NEWSROOM_APPROVALS = needed
        asked = {
            (user.pk, group.task, wait.issue)
            for user in (people.writer, people.reviewer, people.second, people.editor, people.chief, people.root)
            for group in inbox.for_person(user, [])
            for wait in group.waits
        }
        wrong += [
            (needed, name, news.kind, person)
            for name, issue in issues.items()
            for news in blocking.waits(issue)
            for person in news.people
            if news.kind in tasks and (person, tasks[news.kind], issue) not in asked
        ]
    assert wrong == []


def test_what_is_refused_beforehand_is_what_the_door_says(
    issues: dict[str, Issue], people: SimpleNamespace, settings: Settings
) -> None:
    settings.NEWSROOM_APPROVALS = 1
    for issue in issues.values():
        for action in OFFERED:
            said = refusals(Facts.of(issue), Request(action, people.chief))
            try:
                with transaction.atomic():
                    perform(action, issue, by=people.chief)
                    raise Undo
            except Undo:
                assert said == ()
            except Refused as refused:
                assert [str(one) for one in refused.reasons] == [str(one) for one in said]


def test_asking_writes_nothing_and_costs_as_much_for_many_as_for_one(
    issues: dict[str, Issue], people: SimpleNamespace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    may(people.chief, Action.PUBLISH)  # roles are read once
    for some in (list(issues.values())[-1:], list(issues.values())):
        # Newest words, verdicts, authors, comments, editions, known tags.
        with django_assert_num_queries(6) as captured:
            for facts in Facts.of_all(some):
                for action in (Action.SUBMIT, Action.APPROVE, Action.PUBLISH, Action.WITHDRAW):
                    refusals(facts, Request.filled_in(action, people.chief, at=facts.at, attests_read_all=True))
                facts.blockers  # noqa: B018 - read by whoever is shown why not
                facts.editions  # noqa: B018
                facts.open_comments  # noqa: B018
        assert all(query["sql"].startswith("SELECT") for query in captured)


# --- As they are seen on pages --------------------------------------------------------------


def page(user: User, address: str) -> BeautifulSoup:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return BeautifulSoup(client.get(address).content, "html.parser")


def button(user: User, issue: Issue, action: str) -> Iterator[Any]:
    """Yield whether the button can be pressed, what it says beside it, and the editions that its form may send."""
    soup = page(user, reverse("admin:digests_issue_change", args=[issue.pk]))
    form = soup.select_one(f"form[action$='/do/{action}/']")
    assert form is not None
    help_text = form.select_one(".help")
    yield not form.select("button[disabled]")
    yield " ".join(help_text.get_text().split()) if help_text else ""
    yield [one["value"] for one in form.select("input[name=edition], select[name=edition] option")]


def test_who_forced_an_edition_is_told_that_somebody_else_approves_it(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    perform(Action.FORCE_PUBLISH, issue, by=people.chief, note="地震")
    said = "chief published this without approval. Ask another reviewer."
    assert list(button(people.chief, issue, "endorse")) == [False, said, []]
    assert list(button(people.reviewer, issue, "endorse")) == [True, "Edition 1", ["1"]]


def test_of_two_flagged_editions_the_button_names_the_one_that_a_person_may_approve(
    issues: dict[str, Issue], people: SimpleNamespace, settings: Settings
) -> None:
    settings.NEWSROOM_APPROVALS = 1
    issue = issues["forced twice"]
    assert list(button(people.chief, issue, "endorse")) == [True, "Edition 1", ["1"]]
    assert list(button(people.reviewer, issue, "endorse")) == [True, "", ["2", "1"]]
    client = Client()
    client.force_login(people.chief)
    sent = {"version": issue.version, "edition": "1"}
    client.post(reverse("admin:digests_issue_do", args=[issue.pk, "endorse"]), sent)
    assert {one.number: one.endorsed_by_name for one in issue.editions.all()} == {1: "chief", 2: ""}


def test_the_first_page_asks_for_the_approval_that_is_missing(
    approved: Make, people: SimpleNamespace, settings: Settings
) -> None:
    issue = approved()
    settings.NEWSROOM_APPROVALS = 2

    def asked(user: User) -> list[Any]:
        return [one["id"] for one in page(user, reverse("admin:index")).select(".inbox h3")]

    assert (asked(people.editor), asked(people.second), asked(people.reviewer)) == (["to-write"], ["to-review"], [])
    is_open, said, _editions = button(people.editor, issue, "publish")
    assert (is_open, said) == (
        False,
        "This is not approved. It goes out once 2 approved exactly these words; so far 1 did.",
    )
    perform(Action.APPROVE, issue, by=people.second, attests_read_all=True)
    assert (asked(people.editor), asked(people.second)) == (["to-publish", "to-write"], [])


def test_approved_words_that_cannot_go_out_wait_for_whoever_mends_them(approved: Make, people: SimpleNamespace) -> None:
    issue = approved(title="TODO")
    [group] = inbox.for_person(people.writer, [])
    assert (group.task, [wait.issue for wait in group.waits]) == (Task.FIX, [issue])
    assert inbox.for_person(people.editor, []) == []
    shown = page(people.writer, reverse("admin:index")).select_one(".wait .about")
    assert shown and "something has to be mended before it can go out" in shown.get_text()


def test_whoever_forced_words_does_not_approve_them_where_they_came_back(
    issues: dict[str, Issue], people: SimpleNamespace
) -> None:
    issue = issues["forced, and brought back"]
    back = issue.editions.order_by("number").last()
    assert back is not None and (back.number, back.forced_reason, back.by) == (3, "急", people.editor)
    with pytest.raises(Refused) as refused:
        perform(Action.ENDORSE, issue, by=people.chief, edition=3)
    assert [one.code for one in refused.value.reasons] == ["own_emergency"]


def test_the_system_may_do_all_but_judge(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    assert all(may(SYSTEM, action) for action in TABLE)
    perform(Action.SUBMIT, issue, by=SYSTEM)
    for action in (Action.APPROVE, Action.REQUEST_CHANGES):
        said = refusals(Facts.of(Issue.objects.get(pk=issue.pk)), Request.filled_in(action, SYSTEM, at=timezone.now()))
        assert [one.code for one in said] == ["nobody"]
    entry = workflow.perform(Action.RECALL, issue, by=SYSTEM).entry
    assert entry.actor is None
    assert entry.actor_name == workflow.person(SYSTEM) != ""


# --- What an action costs -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "who", "queries"),
    [(Action.SUBMIT, "writer", 6), (Action.APPROVE, "reviewer", 15), (Action.PUBLISH, "editor", 27)],
)
def test_an_action_reads_the_newest_words_once(
    action: Action, who: str, queries: int, draft: Make, people: SimpleNamespace, django_assert_num_queries: Any
) -> None:
    issue, user = draft(10), getattr(people, who)
    if action != Action.SUBMIT:
        perform(Action.SUBMIT, issue, by=people.writer)
        sign_off_all(issue, by=people.reviewer)
    if action == Action.PUBLISH:
        perform(Action.APPROVE, issue, by=people.reviewer)
    may(user, action)  # roles are read once a request
    with django_assert_num_queries(queries) as captured:
        perform(action, issue, by=user)
    assert sum('"digests_revision"."content"' in query["sql"] for query in captured) == 1
