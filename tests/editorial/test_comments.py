"""Comments and sign-offs: what is said where, and which exact words somebody signed off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from digests.admin.review.comments import comments_of
from digests.editorial import comments, workflow
from digests.editorial.notices.blocking import waits
from digests.editorial.sign_offs import sign_off
from digests.manuscript.values import Insight, Manuscript
from digests.models import Comment, Issue, LastReviewed, StorySignOff
from digests.models.states import Action
from tests.conftest import reword
from tests.rewriting import revise, with_first_story, without_first_story

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def heard() -> Iterator[list[tuple[Comment, list[str]]]]:
    """What the signal told, as the comment and the names of who is mentioned."""
    found: list[tuple[Comment, list[str]]] = []

    def hear(comment: Comment, people: list[Any], **_more: Any) -> None:
        found.append((comment, [one.username for one in people]))

    comments.said.connect(hear)
    yield found
    comments.said.disconnect(hear)


def moved_to_the_end(words: Manuscript) -> Manuscript:
    first, *rest, last = words.sections
    return replace(
        words,
        sections=(replace(first, items=first.items[1:]), *rest, replace(last, items=(first.items[0],))),
    )


def refusal(call: Callable[[], Any]) -> list[str]:
    with pytest.raises(workflow.Refused) as caught:
        call()
    return [reason.code for reason in caught.value.reasons]


# Comments


def test_a_comment_keeps_the_words_it_stands_at_and_the_revision_that_was_seen(
    draft: Make, people: SimpleNamespace
) -> None:
    issue = draft()
    seen = issue.head
    story = next(seen.manuscript.items)
    issue = revise(issue, people.writer, with_first_story(headline="后来的标题"))
    comment = comments.say(issue, "标题不对", by=people.reviewer, uid=story.uid, field="headline", revision=seen)
    assert (comment.about, comment.revision, comment.uid, comment.field) == (
        story.headline, seen, story.uid, "headline"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "about"),
    [("", "今天的要闻"), ("summary", "一句话说完今天。"), ("tags", "早间, AI"), ("intro", "今天的要闻")],
)
def test_a_comment_on_the_issue_stands_at_its_field_or_its_title(
    draft: Make, people: SimpleNamespace, field: str, about: str
) -> None:
    assert comments.say(draft(), "嗯", by=people.reviewer, field=field).about == about


def test_a_comment_follows_its_story_through_edit_and_move_and_stays_readable_without_it(
    draft: Make, people: SimpleNamespace
) -> None:
    issue = draft(6)
    story = next(issue.head.manuscript.items)
    comments.say(issue, "出处呢？", by=people.reviewer, uid=story.uid)

    def shown() -> tuple[bool, str, str]:
        (comment,) = comments_of(issue, issue.head.manuscript)
        return comment.is_gone, comment.home, comment.stood_at

    assert shown() == (False, story.uid, "")
    issue = revise(issue, people.writer, moved_to_the_end)
    assert shown() == (False, story.uid, "")
    story = list(issue.head.manuscript.items)[-1]
    words = issue.head.manuscript
    last = replace(words.sections[-1], items=(replace(story, headline="换了标题"),))
    issue = revise(issue, people.writer, lambda words: replace(words, sections=(*words.sections[:-1], last)))
    assert shown() == (False, story.uid, story.headline)
    none = replace(last, items=())
    issue = revise(issue, people.writer, lambda words: replace(words, sections=(*words.sections[:-1], none)))
    assert shown() == (True, story.uid, story.headline)


def test_a_comment_on_an_insight_is_shown_at_its_story(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    story = next(issue.head.manuscript.items)
    comments.say(issue, "站得住吗？", by=people.reviewer, uid=story.insights[1].uid)
    (comment,) = comments_of(issue, issue.head.manuscript)
    assert (comment.home, comment.row.about, comment.is_gone) == (story.uid, "其二", False)
    better = (story.insights[0], replace(story.insights[1], text="其二，有据"), Insight("其三"))
    issue = revise(issue, people.writer, with_first_story(insights=better))
    (comment,) = comments_of(issue, issue.head.manuscript)
    assert (comment.home, comment.stood_at, comment.is_gone) == (story.uid, "其二", False)


def test_an_answer_opens_a_comment_again(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    comment = comments.say(issue, "为什么？", by=people.reviewer)
    comments.resolve(comment, by=people.writer)
    comment.refresh_from_db()
    assert (comment.resolved_by, comment.resolved_by_name) == (people.writer, "writer")
    answer = comments.say(issue, "还是不懂", by=people.reviewer, parent=comment)
    comment.refresh_from_db()
    assert (comment.resolved_at, comment.resolved_by_name, answer.parent) == (None, "", comment)
    assert list(issue.comments.open_comments()) == [comment]


def test_who_resolved_first_is_kept(draft: Make, people: SimpleNamespace) -> None:
    comment = comments.say(draft(), "为什么？", by=people.reviewer)
    comments.resolve(comment, by=people.writer)
    comments.resolve(comment, by=people.editor)
    comment.refresh_from_db()
    assert comment.resolved_by_name == "writer"


def test_the_database_keeps_who_resolved_a_comment(draft: Make, people: SimpleNamespace) -> None:
    comment = comments.say(draft(), "为什么？", by=people.reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(resolved_at=timezone.now())


@pytest.mark.parametrize("text", ["", " \n ", "\0\u0007"])
def test_a_comment_says_something(draft: Make, people: SimpleNamespace, text: str) -> None:
    issue = draft()
    assert refusal(lambda: comments.say(issue, text, by=people.reviewer)) == ["says_nothing"]


def test_a_comment_fits(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    comments.say(issue, "长" * comments.LONGEST, by=people.reviewer)
    assert refusal(lambda: comments.say(issue, "长" * (comments.LONGEST + 1), by=people.reviewer)) == ["too_long"]
    assert issue.comments.count() == 1


def test_a_comment_is_on_something_that_the_issue_has(draft: Make, people: SimpleNamespace) -> None:
    issue, other = draft(), draft(date=date(2026, 3, 2))
    foreign = next(other.head.manuscript.items).uid
    own = next(issue.head.manuscript.items).uid
    say = comments.say
    assert refusal(lambda: say(issue, "?", by=people.reviewer, uid=foreign)) == ["no_such_place"]
    assert refusal(lambda: say(issue, "?", by=people.reviewer, uid="x" * 500)) == ["no_such_place"]
    assert refusal(lambda: say(issue, "?", by=people.reviewer, revision=other.head)) == ["no_such_place"]
    assert refusal(lambda: say(issue, "?", by=people.reviewer, uid=own, field="summary")) == ["no_such_field"]
    assert refusal(lambda: say(issue, "?", by=people.reviewer, field="__class__")) == ["no_such_field"]
    comment = say(other, "?", by=people.reviewer)
    answer = say(other, "!", by=people.writer, parent=comment)
    assert refusal(lambda: say(issue, "?", by=people.reviewer, parent=comment)) == ["no_such_comment"]
    assert refusal(lambda: say(other, "?", by=people.reviewer, parent=answer)) == ["no_such_comment"]
    assert not issue.comments.exists()


def test_one_can_answer_about_something_that_is_gone(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    story = next(issue.head.manuscript.items)
    comment = comments.say(issue, "重复了", by=people.reviewer, uid=story.uid)
    issue = revise(issue, people.writer, without_first_story)
    assert comments.say(issue, "删了", by=people.writer, parent=comment).about == story.headline


def test_a_guest_is_known_by_the_name_they_gave(draft: Make) -> None:
    comment = comments.say(draft(), "看过了", by=None, name=" 法务 \n 小王 ")
    assert (comment.author_id, comment.author_name) == (None, "法务 小王")
    assert not LastReviewed.objects.exists()


# Mentions


def test_who_is_mentioned_is_told_after_commit(
    draft: Make,
    people: SimpleNamespace,
    heard: list[tuple[Comment, list[str]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    issue = draft()
    with django_capture_on_commit_callbacks(execute=True):
        comment = comments.say(issue, "请@writer看一下，@editor. 还有 @writer", by=people.reviewer)
        assert heard == []
    assert heard == [(comment, ["writer", "editor"])]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@writer请看", ["writer"]),
        ("（@Writer）", ["writer"]),
        ("@writer, @reviewer!", ["writer", "reviewer"]),
        ("@writers @writer2 @writer_x", []),
        ("a@writer.com 与 mail@editor", []),
        ("@小王请看", ["小王"]),
        ("@小王子请看", ["小王子"]),
        ("@wen.x 说得对。@wen.", ["wen.x", "wen"]),
        ("@ @@writer", []),
        ("没有人", []),
    ],
)
def test_a_name_after_an_at_sign_is_a_mention(text: str, names: list[str]) -> None:
    staff = ["writer", "reviewer", "editor", "小王", "小王子", "wen", "wen.x"]
    runs = list(comments.runs(text, staff))
    assert [name for _run, name in runs if name] == names
    assert "".join(run for run, _name in runs) == text


def test_only_active_staff_is_mentioned(people: SimpleNamespace) -> None:
    people.editor.is_active = False
    people.editor.save()
    people.second.is_staff = False
    people.second.save()
    assert comments.mentioned("@editor @second @outsider @nobody") == [people.outsider]


@pytest.mark.parametrize(
    "text", ["@Writer请看 @second，@SECOND @nobody", " ".join(f"@n{n}" for n in range(500)) + " @Writer @second"]
)
def test_one_query_finds_who_is_mentioned(
    people: SimpleNamespace, django_assert_num_queries: DjangoAssertNumQueries, text: str
) -> None:
    with django_assert_num_queries(1):
        assert comments.mentioned(text) == [people.writer, people.second]
    with django_assert_num_queries(0):
        assert comments.mentioned("没有人") == []


def test_nobody_is_read_who_is_not_mentioned(people: SimpleNamespace) -> None:
    texts = ("请@writer看，a@reviewer.test", "@Edi @editors @second.x @小王子", "没有人")
    assert set(comments.named_in(*texts)) == {"writer", "second"}


def test_open_comments_cost_one_query_for_whom_they_mention(
    draft: Make, people: SimpleNamespace, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    issue = draft()
    comments.say(issue, "@writer @second", by=people.reviewer)
    with CaptureQueriesContext(connection) as once:
        assert [news.people for news in waits(issue)] == [{people.writer.pk, people.second.pk}]
    for _ in range(5):
        comments.say(issue, "@writer @editor", by=people.reviewer)
    with django_assert_max_num_queries(len(once)):
        assert len(waits(issue)) == 6


# Sign-offs


def test_a_sign_off_is_for_exact_words_and_outlives_a_move(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(6)
    first, second, *others = issue.head.manuscript.items
    for item in (first, second):
        sign_off(issue, item.uid, item.sha256, by=people.reviewer)
    issue = revise(issue, people.writer, moved_to_the_end)
    left = {item.uid for item in others}
    assert {item.uid for item in workflow.not_signed_off(issue.revisions.latest("number"), people.reviewer)} == left
    issue = revise(issue, people.writer, with_first_story(headline="别的标题"))
    assert {item.uid for item in workflow.not_signed_off(issue.revisions.latest("number"), people.reviewer)} == left | {
        second.uid
    }
    issue = revise(issue, people.writer, with_first_story(headline=second.headline))
    assert {
        item.uid for item in workflow.not_signed_off(issue.revisions.latest("number"), people.reviewer)
    } == left  # read already


def test_words_that_changed_meanwhile_are_not_signed_off(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    first, second, _third = issue.head.manuscript.items
    revise(issue, people.writer, with_first_story(body="别的正文"))
    assert refusal(lambda: sign_off(issue, first.uid, first.sha256, by=people.reviewer)) == ["other_words"]
    sign_off(issue, second.uid, second.sha256, by=people.reviewer)
    revise(issue, people.writer, without_first_story)
    assert refusal(lambda: sign_off(issue, first.uid, first.sha256, by=people.reviewer)) == ["no_such_story"]
    assert list(StorySignOff.objects.values_list("uid", flat=True)) == [second.uid]


def test_a_sign_off_is_taken_back(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    story = next(issue.head.manuscript.items)
    sign_off(issue, story.uid, story.sha256, by=people.reviewer)
    sign_off(issue, story.uid, story.sha256, by=people.second)
    sign_off(issue, story.uid, story.sha256, by=people.reviewer, read=False)
    assert list(StorySignOff.objects.values_list("person", flat=True)) == [people.second.pk]


def test_a_verdict_keeps_what_was_signed_off(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    first, *_others = issue.head.manuscript.items
    sign_off(issue, first.uid, first.sha256, by=people.reviewer)
    workflow.perform(Action.REQUEST_CHANGES, issue, by=people.reviewer, note="其余的还不行")
    assert issue.head.reviews.get().signed_off == [first.uid]


# Looks


def base(issue: Issue, person: Any) -> int | None:
    look = LastReviewed.objects.get(issue=issue, person=person)
    revision = look.base(issue.revisions.latest("number"))
    return revision.number if revision else None


def test_what_was_seen_before_stays_the_base_until_the_words_change_again(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    comments.say(issue, "第一眼", by=people.reviewer)
    assert base(issue, people.reviewer) is None
    issue = reword(reword(issue, "二", by=people.writer), "三", by=people.writer)
    assert base(issue, people.reviewer) == 1
    story = next(issue.head.manuscript.items)
    sign_off(issue, story.uid, story.sha256, by=people.reviewer)
    comments.say(issue, "第三稿", by=people.reviewer)
    assert base(issue, people.reviewer) == 1  # in the middle of revision 3
    issue = reword(issue, "四", by=people.writer)
    assert base(issue, people.reviewer) == 3


def test_a_comment_on_an_older_revision_does_not_set_a_look_back(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    old = issue.head
    issue = reword(issue, "二", by=people.writer)
    comments.say(issue, "新的", by=people.reviewer)
    comments.say(issue, "旧的", by=people.reviewer, revision=old)
    assert LastReviewed.objects.get(person=people.reviewer).revision == issue.head


def test_who_never_looked_begins_with_what_readers_have(published: Make, people: SimpleNamespace) -> None:
    issue = reword(published(), "更正", by=people.writer)
    comments.say(issue, "看更正", by=people.second)
    assert base(issue, people.second) == 1


def test_a_verdict_is_a_look(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.REQUEST_CHANGES, issue, by=people.reviewer, note="再改")
    issue = reword(issue, "改了", by=people.writer)
    assert base(issue, people.reviewer) == 1
