"""Previews: one revision for whoever has the link, and nothing else of the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from digests.editorial import comments, preview_links, workflow
from digests.editorial.workflow import Refused
from digests.models import Comment, Issue, LogEntry, PreviewLink
from digests.models.states import Action
from tests.conftest import reword, sign_off_all

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
COVER = f"covers/{'c3' * 16}.png"


@pytest.fixture
def link(draft: Make, people: SimpleNamespace) -> PreviewLink:
    return make(draft(), people.writer)


def make(issue: Issue, by: Any, **arguments: Any) -> PreviewLink:
    return preview_links.make(issue.revisions.latest("number"), by=by, **{"whom": "王林", "days": 3, **arguments})


def path(link: PreviewLink) -> str:
    return f"/preview/{preview_links.token(link)}/"


def age(link: PreviewLink, by: timedelta) -> None:
    """Make a link as if it had been made so much earlier."""
    PreviewLink.objects.filter(pk=link.pk).update(created_at=link.created_at - by, expires_at=link.expires_at - by)


def text_of(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


# --- What it shows ------------------------------------------------------------------


def test_who_has_the_link_reads_the_revision_without_an_account(link: PreviewLink, client: Client) -> None:
    response = client.get(path(link))
    page = BeautifulSoup(response.content, "html.parser")
    banner = page.select_one(".preview")
    assert response.status_code == 200
    assert page.select_one("h1").get_text() == "今天的要闻"
    assert len(page.select("article.story")) == 3
    assert banner is not None
    until = link.issue.local(link.expires_at).strftime("%Y-%m-%d %H:%M")
    for said in ("2026-03-01", "王林", until, link.issue.digest.time_zone):
        assert said in banner.get_text()


def test_a_link_keeps_its_revision_whatever_is_written_since(
    link: PreviewLink, people: SimpleNamespace, client: Client
) -> None:
    reword(link.issue, "标记词甲乙丙", by=people.writer)
    comments.say(link.issue, "标记词甲乙丙，内部讨论", by=people.reviewer)
    response = client.get(path(link))
    assert "今天的要闻" in response.content.decode()
    assert "标记词甲乙丙" not in response.content.decode()


def test_a_retracted_story_is_not_shown_again_by_a_preview(
    published: Make, people: SimpleNamespace, client: Client
) -> None:
    issue = published()
    retracted = next(iter(issue.head.manuscript.items))
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=retracted.uid, note="来源有误")
    issue = reword(issue, "更正后的标题", by=people.writer)
    shown = client.get(path(make(issue, people.writer))).content.decode()
    assert ("来源有误" in shown, retracted.headline in shown) == (True, False)


def test_no_cache_search_engine_frame_or_other_site_gets_hold_of_it(link: PreviewLink, client: Client) -> None:
    response = client.get(path(link))
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert not response.cookies
    assert BeautifulSoup(response.content, "html.parser").select("form, script, link[rel=canonical]") == []


def test_the_cover_is_seen_by_its_link_alone(
    draft: Make, people: SimpleNamespace, client: Client, media_root: Path
) -> None:
    (media_root / "covers").mkdir(parents=True)
    other = f"covers/{'d4' * 16}.png"
    for name in (COVER, other):
        (media_root / name).write_bytes(b"pixels")
    link = make(draft(cover_file=COVER, cover_alt="一扇窗"), people.writer)
    picture = BeautifulSoup(client.get(path(link)).content, "html.parser").select_one("picture.cover img")
    assert picture is not None
    response = client.get(str(picture["src"]))
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "private, no-store")
    assert client.get(f"/media/{COVER}").status_code == 404
    assert client.get(f"/media/{other}?preview={preview_links.token(link)}").status_code == 404
    preview_links.revoke(link, by=people.writer)
    assert client.get(str(picture["src"])).status_code == 404


def test_opening_is_kept_first_and_last_but_not_the_desks_own(
    link: PreviewLink, people: SimpleNamespace, client: Client
) -> None:
    desk = Client()
    desk.force_login(people.writer)
    desk.get(path(link))
    client.head(path(link))
    link.refresh_from_db()
    assert (link.first_opened_at, link.last_opened_at) == (None, None)
    client.get(path(link))
    link.refresh_from_db()
    first = link.first_opened_at
    client.get(path(link))
    link.refresh_from_db()
    assert first is not None and link.last_opened_at is not None
    assert link.first_opened_at == first < link.last_opened_at


def test_a_preview_costs_few_queries(link: PreviewLink, client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(9):
        client.get(path(link))


# --- How it ends --------------------------------------------------------------------


@pytest.mark.parametrize("token", ["x", "0" * 32, f"{'0' * 32}.{'a' * 43}", "a.b.c", "%E4%B8%AD"])
def test_an_unknown_token_is_not_found(client: Client, people: SimpleNamespace, token: str) -> None:
    assert client.get(f"/preview/{token}/").status_code == 404


def test_a_copy_of_the_database_opens_nothing(link: PreviewLink, client: Client, settings: Any) -> None:
    assert len(link.key) == 32  # 128 random bits, and what its column holds
    assert client.get(f"/preview/{link.key}/").status_code == 404
    token = preview_links.token(link)
    settings.SECRET_KEY = "another-newsroom-" + "y" * 40
    assert preview_links.token(link) != token
    assert client.get(f"/preview/{token}/").status_code == 404


def gone(client: Client, link: PreviewLink) -> str:
    """Return what is said where a link showed something, and nothing of that."""
    response = client.get(path(link))
    assert response.status_code == 410
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    said = text_of(response)
    for kept in ("今天的要闻", "新闻里的新闻", "王林", "晨报"):
        assert kept not in said
    return said


def test_an_expired_link_says_so_and_nothing_else(link: PreviewLink, client: Client) -> None:
    age(link, timedelta(days=3, seconds=1))
    assert "这个链接已经过期" in gone(client, link)


def test_a_revoked_link_says_so_and_nothing_else(link: PreviewLink, people: SimpleNamespace, client: Client) -> None:
    preview_links.revoke(link, by=people.editor)
    assert "编辑部收回了这个链接" in gone(client, link)
    link.refresh_from_db()
    assert link.revoked_by_name == "editor"


def test_revoking_a_link_leaves_the_others(link: PreviewLink, people: SimpleNamespace, client: Client) -> None:
    other = make(link.issue, people.writer)
    preview_links.revoke(link, by=people.editor)
    assert client.get(path(other)).status_code == 200


def test_who_revoked_a_link_first_is_kept(link: PreviewLink, people: SimpleNamespace) -> None:
    preview_links.revoke(link, by=people.writer)
    link.refresh_from_db()
    first = link.revoked_at
    preview_links.revoke(link, by=people.editor)
    link.refresh_from_db()
    assert first is not None
    assert (link.revoked_at, link.revoked_by, link.revoked_by_name) == (first, people.writer, "writer")


def test_publication_ends_every_link_and_leads_to_the_page(
    approved: Make, people: SimpleNamespace, client: Client
) -> None:
    issue = approved()
    link = make(issue, people.editor)
    workflow.perform(Action.PUBLISH, issue, by=people.editor)
    assert "已经发布" in gone(client, link)
    assert f'href="{issue.get_absolute_url()}"' in client.get(path(link)).content.decode()
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="停刊")
    assert issue.get_absolute_url() not in client.get(path(link)).content.decode()


def test_a_schedule_ends_links_at_its_hour_and_not_before(
    approved: Make, people: SimpleNamespace, client: Client
) -> None:
    issue = approved()
    before = make(issue, people.editor)
    at = timezone.now() + timedelta(hours=2)
    workflow.perform(Action.SCHEDULE, issue, by=people.editor, at=at)
    after = make(issue, people.editor)
    assert [client.get(path(link)).status_code for link in (before, after)] == [200, 200]
    for moment, status in ((at - timedelta(seconds=1), "open"), (at, "published")):
        links: list[Any] = list(PreviewLink.objects.with_status(moment))
        assert [link.status for link in links] == [status, status]


def test_an_emergency_and_an_archive_end_links_too(draft: Make, people: SimpleNamespace, client: Client) -> None:
    forced, archived = draft(), draft(date=timezone.localdate() - timedelta(days=400))
    links = [make(issue, people.editor) for issue in (forced, archived)]
    workflow.perform(Action.FORCE_PUBLISH, forced, by=people.editor, note="等不及")
    long_ago = timezone.now() - timedelta(days=399)
    workflow.perform(Action.ARCHIVE, archived, by=people.editor, at=long_ago)
    assert [client.get(path(link)).status_code for link in links] == [410, 410]


def test_a_correction_in_the_making_is_previewed_while_its_issue_is_live(
    published: Make, people: SimpleNamespace, client: Client
) -> None:
    issue = reword(published(), "更正后的标题", by=people.writer)
    assert "更正后的标题" in client.get(path(make(issue, people.writer))).content.decode()
    assert "更正后的标题" not in client.get(issue.get_absolute_url()).content.decode()


def test_a_deleted_draft_is_not_found(link: PreviewLink, client: Client) -> None:
    address = path(link)
    Issue.objects.filter(pk=link.issue_id).delete()
    assert client.get(address).status_code == 404


def test_the_database_refuses_a_link_that_ends_before_it_begins(link: PreviewLink) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PreviewLink.objects.filter(pk=link.pk).update(expires_at=link.created_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        PreviewLink.objects.filter(pk=link.pk).update(first_opened_at=timezone.now())


# --- Comments -----------------------------------------------------------------------


@pytest.fixture
def invited(draft: Make, people: SimpleNamespace) -> PreviewLink:
    return make(draft(), people.writer, may_comment=True)


def send(client: Client, link: PreviewLink, text: str, **sent: str) -> Any:
    return client.post(path(link), {"name": "王林", "text": text, **sent})


def test_a_guest_comments_on_a_story_and_the_newsroom_answers(
    invited: PreviewLink, people: SimpleNamespace, client: Client
) -> None:
    uid = list(invited.revision.manuscript.items)[1].uid
    response = send(client, invited, "这里的数字不对。", uid=uid)
    said = Comment.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, f"{path(invited)}#comment-{said.pk}")
    assert (said.uid, said.author_id, said.preview_link, said.about) == (uid, None, invited, "第 2 条：新闻里的新闻")
    assert said.author_name == "王林（访客）"
    comments.say(invited.issue, "查过了，已改。", by=people.writer, parent=said)
    page = BeautifulSoup(client.get(path(invited)).content, "html.parser")
    comment = page.select_one(f'article.story[id="{uid}"] .comment')
    assert comment is not None
    assert [one.get_text() for one in comment.select(".said")] == ["这里的数字不对。", "查过了，已改。"]
    send(client, invited, "谢谢。", uid="", parent=str(said.pk))
    reply = said.replies.get(text="谢谢。")
    assert (reply.uid, reply.preview_link) == (uid, invited)


def test_a_guest_sees_no_comment_but_their_own(invited: PreviewLink, people: SimpleNamespace, client: Client) -> None:
    other = make(invited.issue, people.writer, may_comment=True)
    theirs = preview_links.comment(other, "别人的意见", name="赵")
    inside = comments.say(invited.issue, "内部的话", by=people.reviewer)
    page = client.get(path(invited)).content.decode()
    assert "别人的意见" not in page and "内部的话" not in page
    for comment in (theirs, inside):
        assert send(client, invited, "插一句", parent=str(comment.pk)).status_code == 422
    assert Comment.objects.count() == 2


def test_a_guests_comment_holds_an_approval_back_until_staff_resolve_it(
    invited: PreviewLink, people: SimpleNamespace
) -> None:
    issue = invited.issue
    said = preview_links.comment(invited, "等一下", name="王林")
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    sign_off_all(issue, by=people.reviewer)
    with pytest.raises(Refused) as refused:
        workflow.perform(Action.APPROVE, issue, by=people.reviewer)
    assert [reason.code for reason in refused.value.reasons] == ["comment_open"]
    comments.resolve(said, by=people.reviewer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer)


@pytest.mark.parametrize(
    "sent",
    [
        {"text": ""},
        {"text": " \n "},
        {"text": "好" * 5_001},
        {"text": "好", "name": ""},
        {"text": "好", "name": "名" * 61},
        {"text": "好", "uid": "nosuchuid"},
        {"text": "好", "parent": "999999"},
        {"text": "好", "parent": "1" * 30, "uid": "zz"},
    ],
)
def test_what_cannot_be_taken_is_refused_in_words_and_given_back(
    invited: PreviewLink, client: Client, sent: dict[str, str]
) -> None:
    response = client.post(path(invited), {"name": "王林", "uid": "", "parent": "", **sent})
    assert response.status_code == 422
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one(".preview .refused") is not None
    assert not Comment.objects.exists()


def codes(call: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [reason.code for reason in refused.value.reasons]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("", "王林", ["text_missing"]),
        ("好" * 5_001, "王林", ["text_too_long"]),
        ("好", " ", ["name_missing"]),
        ("好", "名" * 61, ["name_too_long"]),
        ("", "", ["name_missing", "text_missing"]),
    ],
)
def test_what_a_comment_lacks_is_named(invited: PreviewLink, text: str, name: str, expected: list[str]) -> None:
    assert codes(lambda: preview_links.comment(invited, text, name=name)) == expected
    preview_links.comment(invited, "好" * 5_000, name="名" * 60)


def test_why_a_link_takes_no_comment_is_named(
    invited: PreviewLink, people: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_read = make(invited.issue, people.writer)
    assert codes(lambda: preview_links.comment(to_read, "好", name="王林")) == ["preview_closed"]
    assert codes(lambda: preview_links.comment(invited, "好", name="王林", uid="zzzzzzzz")) == ["no_such_place"]
    monkeypatch.setattr(preview_links, "MOST_COMMENTS", 1)
    preview_links.comment(invited, "好", name="王林")
    assert codes(lambda: preview_links.comment(invited, "好", name="王林")) == ["too_many_comments"]
    preview_links.revoke(invited, by=people.writer)
    assert codes(lambda: preview_links.comment(invited, "好", name="王林")) == ["preview_closed"]


def test_a_guest_answers_in_the_comment_that_they_mean_and_about_the_words_that_they_saw(
    invited: PreviewLink, people: SimpleNamespace
) -> None:
    preview_links.comment(invited, "第一条意见", name="王林")
    second = preview_links.comment(invited, "第二条意见", name="王林")
    reword(invited.issue, "后来的标题", by=people.writer)
    answer = preview_links.comment(invited, "再说一句", name="王林", parent=second.pk)
    fresh = preview_links.comment(invited, "第三条意见", name="王林")
    assert (answer.parent, fresh.parent, fresh.revision) == (second, None, invited.revision)
    assert (fresh.about, second.author_name) == ("今天的要闻", "王林（访客）")


def test_a_refused_comment_stands_open_where_it_was_written(invited: PreviewLink, client: Client) -> None:
    uid = next(invited.revision.manuscript.items).uid
    response = client.post(path(invited), {"name": "", "text": "一条长长的意见", "uid": uid, "parent": ""})
    form = BeautifulSoup(response.content, "html.parser").select_one(f'article.story[id="{uid}"] details[open]')
    assert form is not None
    assert form.select_one("textarea").get_text().strip() == "一条长长的意见"
    assert form.select_one(".refused li") is not None


def test_a_link_takes_so_many_comments_and_no_more(
    invited: PreviewLink, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_links, "MOST_COMMENTS", 2)
    assert [send(client, invited, "好").status_code for _ in range(3)] == [302, 302, 422]
    assert Comment.objects.count() == 2


def test_a_mere_reader_writes_nothing(link: PreviewLink, client: Client) -> None:
    assert send(client, link, "好").status_code == 405
    with pytest.raises(Refused):
        preview_links.comment(link, "好", name="王林")
    assert not Comment.objects.exists()


def test_a_comment_that_comes_after_the_end_is_not_taken(
    invited: PreviewLink, people: SimpleNamespace, client: Client
) -> None:
    workflow.perform(Action.FORCE_PUBLISH, invited.issue, by=people.editor, note="等不及")
    assert send(client, invited, "迟到的意见").status_code == 410
    with pytest.raises(Refused):
        preview_links.comment(invited, "迟到的意见", name="王林")
    assert not Comment.objects.exists()


def test_a_comment_from_another_site_is_refused(invited: PreviewLink) -> None:
    browser = Client(enforce_csrf_checks=True)
    response = browser.get(path(invited))
    # A page without any referrer sends forms without an origin, which would be refused too.
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert browser.post(path(invited), {"name": "王林", "text": "好"}).status_code == 403
    form = BeautifulSoup(response.content, "html.parser").select_one("form")
    assert form is not None
    sent = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")} | {"text": "好"}
    assert browser.post(path(invited), sent).status_code == 302


def test_the_database_refuses_a_guest_with_an_account(invited: PreviewLink, people: SimpleNamespace) -> None:
    said = preview_links.comment(invited, "好", name="王林")
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=said.pk).update(author=people.writer)


# --- At the desk --------------------------------------------------------------------


@pytest.fixture
def desk(people: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(people.writer)
    return client


def page_of(issue: Issue) -> str:
    return f"/admin/digests/issue/{issue.pk}/previews/"


def test_a_link_is_made_listed_and_revoked_at_the_desk(draft: Make, desk: Client, client: Client) -> None:
    issue = draft()
    shown = BeautifulSoup(desk.get(page_of(issue)).content, "html.parser")
    assert shown.select_one(".new-link [name=revision]")["value"] == "1"  # type: ignore[index]
    desk.post(page_of(issue), {"whom": "王林", "days": "3", "may_comment": "on", "revision": "1"})
    link = issue.preview_links.get()
    assert (link.whom, link.may_comment, link.by_name, link.revision.number) == ("王林", True, "writer", 1)
    assert link.expires_at - link.created_at > timedelta(days=3) - timedelta(minutes=1)
    listed = BeautifulSoup(desk.get(page_of(issue)).content, "html.parser")
    address = listed.select_one(".link .address input")["value"]  # type: ignore[index]
    assert address == preview_links.address(link)
    assert client.get(str(address)).status_code == 200
    desk.post(f"{page_of(issue)}{link.pk}/revoke/")
    assert client.get(str(address)).status_code == 410
    assert BeautifulSoup(desk.get(page_of(issue)).content, "html.parser").select(".link .address") == []


def test_the_list_of_links_costs_the_same_however_long_it_is(
    invited: PreviewLink, people: SimpleNamespace, desk: Client, django_assert_num_queries: Any
) -> None:
    desk.get(page_of(invited.issue))
    with django_assert_num_queries(9):
        desk.get(page_of(invited.issue))
    for _ in range(3):
        preview_links.comment(make(invited.issue, people.editor, may_comment=True), "好", name="王林")
    with django_assert_num_queries(9):
        listed = BeautifulSoup(desk.get(page_of(invited.issue)).content, "html.parser")
    assert [one.get_text(" ", strip=True)[-1] for one in listed.select(".link dl div:nth-child(4)")] == [
        "1",
        "1",
        "1",
        "0",
    ]


def test_a_link_is_to_the_revision_that_was_seen(draft: Make, people: SimpleNamespace, desk: Client) -> None:
    issue = draft()
    reword(issue, "后来的标题", by=people.colleague)
    desk.post(page_of(issue), {"whom": "王林", "days": "1", "revision": "1"})
    assert issue.preview_links.get().revision.number == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"whom": ""},
        {"whom": "名" * 101},
        {"days": "365"},
        {"days": "x"},
        {"revision": "9"},
        {"revision": "x"},
        {"revision": "9" * 30},
    ],
)
def test_a_forged_link_is_refused_in_words(draft: Make, desk: Client, sent: dict[str, str]) -> None:
    issue = draft()
    response = desk.post(page_of(issue), {"whom": "王林", "days": "1", "revision": "1", **sent})
    page = BeautifulSoup(response.content, "html.parser")
    assert (response.status_code, bool(page.select(".errorlist"))) == (200, True)
    assert not PreviewLink.objects.exists()


def test_why_no_link_is_made_is_named(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    assert codes(lambda: make(issue, people.outsider)) == ["not_permitted"]
    assert codes(lambda: make(issue, people.writer, days=2)) == ["no_such_lifetime"]
    assert codes(lambda: make(issue, people.writer, whom=" ")) == ["whom_missing"]
    assert codes(lambda: make(issue, people.writer, whom="名" * 101)) == ["whom_missing"]
    assert [make(issue, people.writer, whom="名" * 100, days=days).whom for days in (1, 3, 7, 30)] == ["名" * 100] * 4
    link = preview_links.make(issue.revisions.latest("number"), by=people.writer, whom="王林")
    assert (link.by, link.by_name, link.may_comment) == (people.writer, "writer", False)
    assert timedelta(days=6, hours=23) < link.expires_at - link.created_at <= timedelta(days=7)


def test_what_readers_have_needs_no_link(published: Make, people: SimpleNamespace, desk: Client) -> None:
    issue = published()
    with pytest.raises(Refused) as refused:
        make(issue, people.writer)
    assert [reason.code for reason in refused.value.reasons] == ["already_live"]
    shown = BeautifulSoup(desk.get(page_of(issue)).content, "html.parser")
    assert shown.select_one(f'.new-link a[href="{issue.get_absolute_url()}"]') is not None
    assert shown.select(".new-link form") == []


def test_only_who_writes_reviews_or_publishes_shows_a_draft_to_others(
    draft: Make, link: PreviewLink, people: SimpleNamespace
) -> None:
    for name, status in (("reviewer", 200), ("editor", 200), ("outsider", 403)):
        client = Client()
        client.force_login(getattr(people, name))
        assert client.get(page_of(link.issue)).status_code == status
    with pytest.raises(Refused):
        make(link.issue, people.outsider)
    with pytest.raises(Refused):
        preview_links.revoke(link, by=people.outsider)
    assert client.post(f"{page_of(link.issue)}{link.pk}/revoke/").status_code == 403


def test_a_link_of_another_issue_is_not_revoked_by_this_ones_address(
    draft: Make, link: PreviewLink, desk: Client
) -> None:
    other = draft(date=timezone.localdate())
    assert desk.post(f"{page_of(other)}{link.pk}/revoke/").status_code == 404
    assert desk.get(f"{page_of(other)}{link.pk}/revoke/").status_code == 405
    link.refresh_from_db()
    assert link.revoked_at is None


def test_links_are_no_transition(link: PreviewLink, people: SimpleNamespace) -> None:
    before = LogEntry.objects.count()
    preview_links.revoke(make(link.issue, people.editor), by=people.editor)
    assert LogEntry.objects.count() == before
