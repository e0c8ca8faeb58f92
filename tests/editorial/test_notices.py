"""Who is told what, with what weight; that it is true now; and that each sees their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from digests.editorial import comments, workflow
from digests.editorial.notices import events, telling, words
from digests.editorial.permissions import at_the_desk, who_may
from digests.models import Comment, Digest, Issue, Notice, NotificationPreference
from digests.models.states import Action
from tests.conftest import person, reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
LIST = "/admin/digests/notice/"


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    """Return one person a role and a spare, so that who is told can be named in full."""
    return SimpleNamespace(
        writer=person("writer", "writer"),
        colleague=person("colleague", "writer"),
        reviewer=person("reviewer", "reviewer"),
        second=person("second", "reviewer"),
        editor=person("editor", "editor"),
        outsider=person("outsider"),
    )


@pytest.fixture
def do(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Callable[..., Issue]:
    """Do an action as the desk does, with all that follows its commit."""

    def do(action: Action, issue: Issue, by: User, **arguments: Any) -> Issue:
        with django_capture_on_commit_callbacks(execute=True):
            arguments = {"attests_read_all": True, **arguments} if action == Action.APPROVE else arguments
            workflow.perform(action, issue, by=by, **arguments)
        return Issue.objects.get(pk=issue.pk)

    return do


@pytest.fixture
def edit(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Callable[..., Issue]:
    def edit(issue: Issue, title: str, by: User) -> Issue:
        with django_capture_on_commit_callbacks(execute=True):
            return reword(issue, title, by=by)

    return edit


@pytest.fixture
def say(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Callable[..., Comment]:
    def say(issue: Issue, text: str, by: User | None, **place: Any) -> Comment:
        with django_capture_on_commit_callbacks(execute=True):
            return comments.say(issue, text, by=by, **place)

    return say


@pytest.fixture
def resolve(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Callable[..., None]:
    def resolve(comment: Comment, by: User) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            comments.resolve(comment, by=by)

    return resolve


def blocked() -> set[tuple[str, str]]:
    """Return who is waited for now, and what for."""
    return set(Notice.objects.blocking().values_list("person__username", "kind"))


def informed() -> set[tuple[str, str]]:
    return set(Notice.objects.filter(weight="fyi").values_list("person__username", "kind"))


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- Somebody waits ---------------------------------------------------------------


def test_a_submitted_issue_waits_for_whoever_may_review_it_and_wrote_none_of_it(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    both = person("both", "writer", "reviewer")
    issue = reword(draft(), "两人写的", by=both)
    do(Action.SUBMIT, issue, people.writer)
    assert blocked() == {("reviewer", "review"), ("second", "review")}
    assert informed() == {("both", "submitted")}


def test_an_approval_settles_the_reviews_and_waits_for_who_may_publish(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = do(Action.SUBMIT, draft(), people.writer)
    do(Action.APPROVE, issue, people.reviewer)
    assert blocked() == {("editor", "publish")}
    assert informed() == {("writer", "approved")}
    settled = Notice.objects.filter(settled_at__isnull=False)
    assert {(one.person.username, words.ending(one)) for one in settled} == {
        ("reviewer", "approved by reviewer"),
        ("second", "approved by reviewer"),
    }
    assert all(one.read_at for one in settled)


def test_one_of_two_approvals_leaves_the_other_reviewer_waited_for(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue], settings: Any
) -> None:
    settings.NEWSROOM_APPROVALS = 2
    issue = do(Action.SUBMIT, draft(), people.writer)
    do(Action.APPROVE, issue, people.reviewer)
    assert blocked() == {("second", "review")}
    assert informed() == {("writer", "approved_so_far")}


def test_an_edit_in_review_asks_who_approved_to_review_again(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue], edit: Callable[..., Issue], settings: Any
) -> None:
    settings.NEWSROOM_APPROVALS = 2
    issue = do(Action.SUBMIT, draft(), people.writer)
    do(Action.APPROVE, issue, people.reviewer)
    edit(issue, "又改了一个字", people.writer)
    assert blocked() == {("reviewer", "review_again"), ("second", "review")}
    assert Notice.objects.filter(person=people.reviewer).count() == 1
    assert Notice.objects.get(person=people.reviewer).read_at is None


def test_a_request_for_changes_waits_for_who_wrote_and_who_submitted(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = reword(draft(), "合写", by=people.colleague)
    do(Action.SUBMIT, issue, people.editor)
    issue = do(Action.REQUEST_CHANGES, issue, people.reviewer, note="标题\n太长")
    assert blocked() == {("writer", "changes"), ("colleague", "changes"), ("editor", "changes")}
    notice = Notice.objects.get(person=people.writer, kind="changes")
    assert words.sentence(notice) == f"reviewer asked for changes to {issue}."
    assert words.note(notice) == "标题 太长"
    do(Action.SUBMIT, issue, people.writer)
    assert blocked() == {("reviewer", "review_again"), ("second", "review")}


def test_when_no_writer_is_left_changes_wait_for_who_can_go_on(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = do(Action.SUBMIT, draft(), people.writer)
    User.objects.filter(pk=people.writer.pk).update(is_active=False)
    do(Action.REQUEST_CHANGES, issue, people.reviewer, note="再核实")
    assert blocked() == {("colleague", "changes"), ("editor", "changes")}


def test_nobody_is_told_of_their_own_act(draft: Make, people: SimpleNamespace, do: Callable[..., Issue]) -> None:
    chief = person("chief", "writer", "reviewer", "editor")
    issue = do(Action.SUBMIT, draft(), chief)
    issue = do(Action.APPROVE, issue, chief)
    do(Action.PUBLISH, issue, chief)
    assert not Notice.objects.filter(person=chief).exists()


def test_a_schedule_settles_and_its_end_asks_the_other_editors_again(
    approved: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    other = person("other", "editor")
    issue = approved()
    telling.tell(issue)
    assert blocked() == {("editor", "publish"), ("other", "publish")}
    issue = do(Action.SCHEDULE, issue, people.editor, at=timezone.now() + timedelta(days=1))
    assert blocked() == set()
    do(Action.UNSCHEDULE, issue, people.editor)
    assert blocked() == {("other", "schedule_again")}
    assert Notice.objects.filter(person=other).count() == 1
    assert informed() == {(name, kind) for name in ("writer", "reviewer") for kind in ("scheduled", "unscheduled")}


def test_a_publication_without_approval_waits_for_an_eligible_approval_afterwards(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = do(Action.FORCE_PUBLISH, draft(), people.editor, note="地震")
    assert blocked() == {("reviewer", "endorse"), ("second", "endorse")}
    assert informed() == {("writer", "forced")}
    do(Action.ENDORSE, issue, people.second)
    assert blocked() == set()
    assert informed() == {("writer", "forced"), ("writer", "endorsed"), ("editor", "endorsed")}


def test_whoever_is_named_is_waited_for_until_they_answer(
    draft: Make, people: SimpleNamespace, say: Callable[..., Comment]
) -> None:
    comment = say(draft(), "@second 这个数字对吗？@outsider", people.colleague)
    assert blocked() == {("second", "mention")}
    assert informed() == {("writer", "comment")}
    say(comment.issue, "对。", people.second, parent=comment)
    assert blocked() == set()
    assert words.ending(Notice.objects.get(person=people.second)) == "answered by second"
    assert ("colleague", "answered") in informed()


def test_whoever_is_named_is_waited_for_until_the_comment_is_closed_and_hears_of_that(
    draft: Make, people: SimpleNamespace, say: Callable[..., Comment], resolve: Callable[..., None]
) -> None:
    comment = say(draft(), "@second 看看", people.colleague)
    resolve(comment, people.editor)
    resolve(comment, people.editor)
    assert blocked() == set()
    assert words.ending(Notice.objects.get(person=people.second)) == "resolved by editor"
    assert informed() == {("writer", "comment"), ("colleague", "resolved")}


def test_a_mention_on_what_is_public_blocks_nobody(
    published: Make, people: SimpleNamespace, say: Callable[..., Comment]
) -> None:
    say(published(), "@second 写得好", people.colleague)
    assert blocked() == set()
    assert ("second", "mentioned") in informed()


def test_an_open_comment_in_review_waits_for_the_authors_until_they_answer(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue], say: Callable[..., Comment]
) -> None:
    issue = do(Action.SUBMIT, draft(), people.writer)
    comment = say(issue, "来源呢？@writer", people.reviewer)
    assert ("writer", "mention") in blocked()  # one for the event, though there are two reasons
    assert Notice.objects.filter(person=people.writer).count() == 1
    say(issue, "补上了。", people.writer, parent=comment)
    assert blocked() == {("reviewer", "review"), ("second", "review")}
    say(issue, "还差一个。", people.second, parent=comment)
    assert blocked() == {("reviewer", "review"), ("second", "review"), ("writer", "open_comment")}


def test_a_comment_on_a_draft_blocks_once_the_draft_is_in_review(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue], say: Callable[..., Comment]
) -> None:
    comment = say(draft(), "来源呢？", people.reviewer)
    assert informed() == {("writer", "comment")}
    issue = do(Action.SUBMIT, comment.issue, people.colleague)
    assert ("writer", "open_comment") in blocked()
    assert informed() == set()  # the comment is the one that blocks now, and nobody is told twice of an event
    do(Action.RECALL, issue, people.colleague)
    assert blocked() == set()


def test_the_comment_of_a_guest_reaches_the_authors(
    draft: Make, people: SimpleNamespace, say: Callable[..., Comment]
) -> None:
    say(draft(), "第三条有误", None, name="律师")
    assert informed() == {("writer", "comment")}
    assert words.sentence(Notice.objects.get()).startswith("律师 commented on ")


def test_what_is_missed_is_made_good_by_what_happens_next(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = draft()
    workflow.perform(Action.SUBMIT, issue, by=people.writer)  # nobody heard of it
    assert blocked() == set()
    telling.tell_all()
    assert blocked() == {("reviewer", "review"), ("second", "review")}
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    telling.tell_all()
    assert blocked() == {("editor", "publish")}


def test_a_correction_that_was_missed_is_made_good_too(published: Make, people: SimpleNamespace) -> None:
    issue = reword(published(), "更正后的标题", by=people.writer)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    assert blocked() == set()  # nobody heard of it
    telling.tell_all()
    assert blocked() == {("editor", "publish")}


def test_a_mention_in_a_draft_waits_for_whoever_comes_to_the_desk_later(
    draft: Make,
    people: SimpleNamespace,
    say: Callable[..., Comment],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    say(draft(), "@outsider 看看", people.writer)
    assert blocked() == set()
    with django_capture_on_commit_callbacks(execute=True):
        people.outsider.groups.add(Group.objects.get(name="reviewer"))
    assert blocked() == {("outsider", "mention")}


def test_what_waits_for_nobody_is_left_alone(published: Make, draft: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    draft(date=date(2026, 3, 2))  # first, so that no edition has the number of its issue
    published()
    told: list[Issue] = []

    def tell(issue: Issue) -> set[datetime]:
        told.append(issue)
        return set()

    monkeypatch.setattr(telling, "tell", tell)
    assert telling.tell_all() == set()
    assert told == []


def test_roles_and_leaving_change_who_is_waited_for(
    draft: Make,
    people: SimpleNamespace,
    do: Callable[..., Issue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    do(Action.SUBMIT, draft(), people.writer)
    with django_capture_on_commit_callbacks(execute=True):
        people.second.is_active = False
        people.second.save()
    assert blocked() == {("reviewer", "review")}
    with django_capture_on_commit_callbacks(execute=True):
        people.editor.groups.add(Group.objects.get(name="reviewer"))
        people.reviewer.groups.clear()
    assert blocked() == {("editor", "review")}
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        people.editor.last_login = timezone.now()
        people.editor.save(update_fields=["last_login"])
    assert callbacks == []


WRITERS, REVIEWERS, EDITORS = {"writer", "colleague"}, {"reviewer"}, {"editor"}
WHO_MAY = {
    Action.EDIT: WRITERS | EDITORS,
    Action.SUBMIT: WRITERS | EDITORS,
    Action.RECALL: WRITERS | EDITORS,
    Action.APPROVE: REVIEWERS,
    Action.REQUEST_CHANGES: REVIEWERS,
    Action.ENDORSE: REVIEWERS,
    Action.PUBLISH: EDITORS,
    Action.SCHEDULE: EDITORS,
    Action.UNSCHEDULE: EDITORS,
    Action.FORCE_PUBLISH: EDITORS,
    Action.ROLL_BACK: EDITORS,
    Action.RETRACT: EDITORS,
    Action.WITHDRAW: EDITORS,
    Action.ARCHIVE: EDITORS,
}


@pytest.fixture
def former(people: SimpleNamespace) -> SimpleNamespace:
    """Return the people with one who is not active any more, and one who is not staff any more."""
    User.objects.filter(username="second").update(is_active=False)
    person("former", "writer", "reviewer", "editor", "admin")
    User.objects.filter(username="former").update(is_staff=False)
    return people


@pytest.mark.parametrize("action", Action)
def test_who_may_do_it_is_asked_of_all_at_once(former: SimpleNamespace, action: Action) -> None:
    person("chief", "writer", "reviewer", "editor", "admin")
    User.objects.create_superuser("root", is_staff=True)
    names = {one.username for one in User.objects.filter(pk__in=who_may(action))}
    assert names == WHO_MAY[action] | {"chief", "root"}


def test_staff_with_any_role_are_at_the_desk(former: SimpleNamespace, digest: Digest) -> None:
    Issue.objects.create(digest=digest, date=date(2026, 3, 1))
    expected = {"writer", "colleague", "reviewer", "editor"}
    assert {one.username for one in User.objects.filter(pk__in=at_the_desk())} == expected
    assert {one.username for one in User.objects.all() if Issue.objects.for_desk(one).exists()} == expected


def test_who_is_not_staff_any_more_is_waited_for_and_told_no_more(
    draft: Make, former: SimpleNamespace, do: Callable[..., Issue], say: Callable[..., Comment]
) -> None:
    issue = draft(by=User.objects.get(username="former"))
    say(issue, "@former 看看", former.colleague)
    do(Action.SUBMIT, issue, former.writer)
    assert blocked() == {("reviewer", "review")}
    assert informed() == set()


# --- To know ------------------------------------------------------------------------


def test_an_edit_tells_whose_approval_it_voids_and_edits_in_a_row_are_one_event(
    approved: Make, people: SimpleNamespace, edit: Callable[..., Issue]
) -> None:
    issue = approved()
    for title in ("一", "二", "三"):
        issue = edit(issue, title, people.colleague)
    assert informed() == {("reviewer", "voided"), ("writer", "edited")}
    assert Notice.objects.filter(weight="fyi").count() == 2
    assert blocked() == set()
    edit(issue, "四", people.editor)
    assert sorted(Notice.objects.filter(kind="edited").values_list("person__username", flat=True)) == [
        "colleague",
        "writer",
        "writer",
    ]


def test_what_people_were_told_already_takes_no_numbers(
    approved: Make, people: SimpleNamespace, edit: Callable[..., Issue]
) -> None:
    issue = edit(approved(), "一", people.colleague)
    last = Notice.objects.latest("pk").pk
    for title in ("二", "三", "四"):
        issue = edit(issue, title, people.colleague)
    edit(issue, "五", people.editor)
    anew = Notice.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
    assert list(anew) == [last + 1, last + 2]


def test_asking_for_changes_tells_who_had_approved(
    approved: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = do(Action.SCHEDULE, approved(), people.editor, at=timezone.now() + timedelta(days=1))
    do(Action.REQUEST_CHANGES, issue, people.second, note="撤下")
    assert informed() - {("writer", "scheduled"), ("reviewer", "scheduled")} == {
        ("reviewer", "changes_requested"),
        ("editor", "changes_requested"),
    }
    assert blocked() == {("writer", "changes")}


def test_what_becomes_of_a_public_issue_is_told_to_those_with_a_hand_in_it_and_to_editors(
    published: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    other = person("other", "editor")
    issue = published()
    uid = issue.editions.get().stories.all()[0].uid
    do(Action.RETRACT, issue, people.editor, story=uid, note="来源造假")
    do(Action.WITHDRAW, issue, people.editor, note="重做")
    kinds = ("retracted", "withdrawn")
    assert informed() == {(name, kind) for name in ("writer", "reviewer", "other") for kind in kinds}
    retracted = Notice.objects.get(person=other, kind="retracted")
    assert words.sentence(retracted) == f"editor retracted “第 1 条：新闻里的新闻” from {issue}."
    assert words.note(retracted) == "来源造假"


def test_a_correction_is_told_as_one(
    published: Make, people: SimpleNamespace, do: Callable[..., Issue], edit: Callable[..., Issue]
) -> None:
    issue = reword(published(), "更正", by=people.colleague)
    issue = do(Action.SUBMIT, issue, people.colleague)
    issue = do(Action.APPROVE, issue, people.reviewer)
    do(Action.PUBLISH, issue, people.editor, correction="correction", note="数字有误")
    assert ("colleague", "corrected") in informed()
    assert ("reviewer", "corrected") in informed()


def test_an_archive_is_no_news(draft: Make, people: SimpleNamespace, do: Callable[..., Issue]) -> None:
    do(Action.ARCHIVE, draft(), people.editor)
    assert not Notice.objects.exists()


def test_whoever_has_no_access_is_not_told(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue], say: Callable[..., Comment]
) -> None:
    issue = draft()
    people.writer.groups.clear()
    say(issue, "@outsider 看看", people.reviewer)
    do(Action.FORCE_PUBLISH, issue, people.editor, note="地震")
    assert set(Notice.objects.values_list("person__username", flat=True)) == {"reviewer", "second"}


def test_the_database_holds_one_notice_a_person_and_event(draft: Make, people: SimpleNamespace) -> None:
    row = {"person": people.writer, "issue": draft(), "kind": "comment", "weight": "fyi", "key": "said:1"}
    Notice.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(**{**row, "key": "said:2"}, settled_at=timezone.now(), read_at=timezone.now())


def test_every_kind_has_its_sentence_in_both_languages(draft: Make) -> None:
    assert set(events.KINDS.values()) < set(words.SENTENCES)
    details = {"who": "林", "note": "因为", "about": "头条", "when": "2026-02-01T00:00:00+00:00"}
    issue = draft()
    for kind in words.SENTENCES:
        said = {}
        for language in ("en", "zh-hans"):
            with translation.override(language):
                said[language] = words.sentence(Notice(issue=issue, kind=kind, details=details))
        assert "晨报 2026-03-01" in said["en"] and "晨报 2026-03-01" in said["zh-hans"]
        assert said["en"] != said["zh-hans"]


# --- At the desk ----------------------------------------------------------------------


def shown(client: Client) -> dict[str, list[str]]:
    """Return the sentences of both groups as the page has them."""
    page = BeautifulSoup(client.get(LIST).content, "html.parser")
    return {
        str(section["aria-labelledby"]): [" ".join(one.get_text().split()) for one in section.select(".notice > p > a")]
        for section in page.select("section[aria-labelledby]")
    }


def bell(client: Client, path: str = "/admin/") -> str:
    found = BeautifulSoup(client.get(path).content, "html.parser").select_one("a.bell")
    assert found is not None
    assert found["href"] == LIST
    return " ".join(found.get_text().split())


def test_the_bell_says_how_much_waits_and_how_much_is_new(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    client = desk(people.reviewer)
    assert bell(client) == "Notices"
    issue = do(Action.SUBMIT, draft(), people.writer)
    assert bell(client) == "Notices 1 waits for you"
    do(Action.APPROVE, issue, people.second)
    assert bell(client) == "Notices"
    assert bell(desk(people.writer)) == "Notices 1 new"


def test_the_bell_costs_one_query(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    issue = do(Action.SUBMIT, draft(), people.writer)
    with django_assert_num_queries(1):
        assert Notice.objects.filter(person_id=people.reviewer.pk).counted() == {"blocking": 1, "unread": 0}
    for path in ("/admin/", "/admin/digests/issue/", reverse("admin:digests_issue_history", args=[issue.pk])):
        with CaptureQueriesContext(connection) as captured:
            desk(people.reviewer).get(path)
        asked = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
        assert sum('FROM "digests_notice"' in sql for sql in asked) == 1


def test_the_list_costs_as_many_queries_for_many_notices_as_for_one(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue], django_assert_max_num_queries: Any
) -> None:
    client, counts = desk(people.reviewer), []
    for _again in range(2):
        for _one in range(3):
            day = timezone.now().date() - timedelta(days=Issue.objects.count())
            do(Action.SUBMIT, draft(date=day), people.writer)
        with django_assert_max_num_queries(12) as captured:
            client.get(LIST)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_list_has_both_groups_and_leads_to_what_is_to_be_done(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = do(Action.SUBMIT, draft(), people.writer)
    client = desk(people.reviewer)
    assert shown(client) == {"blocking": [f"{issue} waits for your review: writer submitted it."], "fyi": []}
    link = BeautifulSoup(client.get(LIST).content, "html.parser").select_one(".notice > p > a")
    assert link is not None
    assert link["href"] == reverse("admin:digests_issue_review", args=[issue.pk])
    do(Action.APPROVE, issue, people.second)
    assert shown(client) == {"blocking": [], "fyi": [f"{issue} waits for your review: writer submitted it."]}
    assert "approved by second" in client.get(LIST).content.decode()


def test_the_list_says_nothing_of_what_its_reader_did(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = do(Action.SUBMIT, draft(), people.writer)
    issue = do(Action.APPROVE, issue, people.reviewer)
    do(Action.PUBLISH, issue, people.editor)
    assert shown(desk(people.reviewer)) == {"blocking": [], "fyi": [f"editor published {issue}."]}
    assert shown(desk(people.editor)) == {"blocking": [], "fyi": []}


def test_a_notice_is_read_in_the_language_of_who_reads_it(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    do(Action.SUBMIT, draft(), people.writer)
    client = desk(people.reviewer)
    client.cookies["django_language"] = "zh-hans"
    assert shown(client)["blocking"] == ["晨报 2026-03-01 等你审稿：writer 已送审。"]


def test_opening_the_issue_marks_its_notices_read_and_only_its_own(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = do(Action.SUBMIT, draft(), people.writer)
    other = do(Action.SUBMIT, draft(date=issue.date - timedelta(days=1)), people.colleague)
    desk(people.reviewer).get(reverse("admin:digests_issue_change", args=[issue.pk]))
    desk(people.writer).get(reverse("admin:digests_issue_history", args=[other.pk]))
    assert set(Notice.objects.unread().values_list("person__username", "issue")) == {
        ("reviewer", other.pk),
        ("second", issue.pk),
        ("second", other.pk),
    }
    assert ("reviewer", "review") in blocked()  # read is not done


def test_one_and_all_are_marked_as_read(draft: Make, people: SimpleNamespace, do: Callable[..., Issue]) -> None:
    issue = do(Action.SUBMIT, draft(), people.writer)
    issue = do(Action.APPROVE, issue, people.reviewer)
    do(Action.PUBLISH, issue, people.editor)
    client, mine = desk(people.writer), Notice.objects.filter(person=people.writer)
    assert mine.unread().count() == 2
    client.post(f"{LIST}{mine[0].pk}/read/")
    assert mine.unread().count() == 1
    client.post(f"{LIST}read/")
    assert mine.unread().count() == 0


def test_a_mention_that_was_dealt_with_stays_so(
    draft: Make, people: SimpleNamespace, say: Callable[..., Comment]
) -> None:
    comment = say(draft(), "@second 看一眼就好", people.colleague)
    notice = Notice.objects.get(person=people.second)
    assert desk(people.second).post(f"{LIST}{notice.pk}/done/").status_code == 302
    assert blocked() == set()
    say(comment.issue, "另一件事", people.colleague)
    assert blocked() == set()
    notice.refresh_from_db()
    assert words.ending(notice) == "marked as done by you"


def test_what_an_issue_waits_for_is_not_waved_away(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    do(Action.SUBMIT, draft(), people.writer)
    notice = Notice.objects.get(person=people.reviewer)
    assert desk(people.reviewer).post(f"{LIST}{notice.pk}/done/").status_code == 404
    assert ("reviewer", "review") in blocked()


def test_nobody_reaches_the_notices_of_another(draft: Make, people: SimpleNamespace, do: Callable[..., Issue]) -> None:
    do(Action.SUBMIT, draft(), people.writer)
    notice = Notice.objects.get(person=people.reviewer)
    other = desk(people.second)
    Notice.objects.filter(person=people.second).delete()
    assert shown(other) == {"blocking": [], "fyi": []}
    for word in ("read", "done"):
        assert other.post(f"{LIST}{notice.pk}/{word}/").status_code == 404
        assert other.post(f"{LIST}999999/{word}/").status_code == 404
        assert other.get(f"{LIST}{notice.pk}/{word}/").status_code == 405
    other.post(f"{LIST}read/")
    notice.refresh_from_db()
    assert notice.read_at is None


def test_notices_go_with_their_person(draft: Make, people: SimpleNamespace, do: Callable[..., Issue]) -> None:
    do(Action.SUBMIT, draft(), people.writer)
    desk(person("boss", "admin")).post(f"/admin/auth/user/{people.reviewer.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(username="reviewer").exists()
    assert set(Notice.objects.values_list("person__username", flat=True)) == {"second"}


def test_without_access_there_are_no_notices(people: SimpleNamespace) -> None:
    for path in (LIST, f"{LIST}settings/"):
        assert desk(people.outsider).get(path).status_code == 403
        assert "/login/" in Client().get(path).headers["Location"]
    assert desk(people.outsider).post(f"{LIST}read/").status_code == 403


def test_the_short_addresses_lead_there(people: SimpleNamespace) -> None:
    assert desk(people.writer).get("/admin/notices/").headers["Location"] == LIST
    assert desk(people.writer).get("/admin/notices/settings/").headers["Location"] == f"{LIST}settings/"


# --- How a person wants to be told ---------------------------------------------------


def test_a_choice_is_kept_and_is_ones_own(people: SimpleNamespace, digest: Digest) -> None:
    client = desk(people.writer)
    sent = {"blocking": "daily", "fyi": "none", "hour": "18", "language": "en", "muted": [digest.pk]}
    assert client.post(f"{LIST}settings/", sent).status_code == 302
    told = NotificationPreference.objects.get()
    assert (told.person, told.blocking, told.fyi, told.hour, told.language) == (
        people.writer,
        "daily",
        "none",
        18,
        "en",
    )
    assert list(told.muted.all()) == [digest]
    client.post(f"{LIST}settings/", {**sent, "muted": []})
    assert list(NotificationPreference.objects.get().muted.all()) == []


@pytest.mark.parametrize("wrong", [{"blocking": "hourly"}, {"hour": "24"}, {"language": "fr"}, {"muted": "999"}])
def test_a_forged_choice_is_answered_in_words_and_keeps_nothing(
    people: SimpleNamespace, digest: Digest, wrong: dict[str, str]
) -> None:
    sent = {"blocking": "soon", "fyi": "daily", "hour": "9", "language": "", **wrong}
    response = desk(people.writer).post(f"{LIST}settings/", sent)
    assert response.status_code == 200
    assert BeautifulSoup(response.content, "html.parser").select_one(".errorlist")
    assert not NotificationPreference.objects.exists()
