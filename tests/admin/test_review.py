"""The review screen through real requests: what changed, what is signed off, what is said, and who may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from digests.admin.review.screen import Screen, near
from digests.editorial import comments, workflow
from digests.editorial.sign_offs import sign_off
from digests.manuscript.values import NewsItem
from digests.models import Comment, Issue, StorySignOff
from digests.models.states import Action, State
from tests.conftest import reword, sign_off_all
from tests.rewriting import revise, with_first_story, without_first_story

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def submitted(draft: Make, people: SimpleNamespace) -> Callable[..., Issue]:
    def make(*args: Any, **kwargs: Any) -> Issue:
        issue = draft(*args, **kwargs)
        workflow.perform(Action.SUBMIT, issue, by=people.writer)
        return Issue.objects.get(pk=issue.pk)

    return make


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(issue: Issue, name: str = "review") -> str:
    return reverse(f"admin:digests_issue_{name}", args=[issue.pk])


def soup(response: Any) -> Any:
    return BeautifulSoup(response.content, "html.parser")


def shown(issue: Issue, user: User, since: str = "") -> Any:
    response = as_(user).get(url(issue), {"since": since} if since else {})
    assert response.status_code == 200
    return soup(response)


def entry(page: Any, uid: str) -> Any:
    return page.find(id=f"e-{uid}")


def told(client: Client, response: Any) -> list[str]:
    return [str(one) for one in get_messages(response.wsgi_request)]


def fields(form: Any) -> dict[str, str]:
    """Return what a browser would send of a form as it stands."""
    found = {one["name"]: one.get("value", "on") for one in form.find_all("input") if "name" in one.attrs}
    for area in form.find_all("textarea"):
        found[area["name"]] = area.get_text()
    return found


# What is seen


def test_the_page_of_the_revision_stands_beside_links_to_its_parts(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    page = shown(issue, people.reviewer)
    frame = page.find("iframe")
    leaf = as_(people.reviewer).get(frame["src"])
    inside = soup(leaf)
    links = page.select(".entry .to")
    assert {link["target"] for link in links} == {frame["name"]}
    anchors = [str(link["href"]).partition("#") for link in links]
    assert {address for address, _sign, _anchor in anchors} == {frame["src"]}
    assert [inside.find(id=anchor) is not None for _address, _sign, anchor in anchors] == [True] * len(anchors)
    assert len(anchors) == 1 + 2 + 2 + 3  # the issue, sections, briefs, stories
    briefs = [one.get_text() for one in page.select(".entry.is-brief .to")]
    assert briefs == ["一句话", "又一句，见 源"]  # as words
    assert inside.find("base")["target"] == "_blank"


def test_readers_pages_have_no_base(published: Make, client: Client) -> None:
    assert b"<base" not in client.get(published().get_absolute_url()).content


def test_an_older_revision_can_be_read_in_the_frame(draft: Make, people: SimpleNamespace) -> None:
    issue = reword(draft(), "新标题", by=people.writer)
    client = as_(people.reviewer)
    for number, title in (("1", "今天的要闻"), ("2", "新标题"), ("99", "新标题"), ("x", "新标题")):
        leaf = client.get(url(issue, "review_page"), {"revision": number})
        assert soup(leaf).h1.get_text() == title


def test_an_issue_without_words_can_be_opened(digest: Any, people: SimpleNamespace) -> None:
    issue = Issue.objects.create(digest=digest, date="2026-03-01", title="")
    client = as_(people.reviewer)
    assert client.get(url(issue)).status_code == 200
    assert client.get(url(issue, "review_page")).status_code == 404
    assert client.post(url(issue, "sign_off"), {"uid": "x"}).status_code == 302
    assert client.post(url(issue, "say"), {"text": "?"}).status_code == 400


# What changed


def test_everything_is_new_at_first(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    screen = Screen(issue, people.reviewer)
    assert [base.name for base in screen.bases] == ["all"]
    page = shown(issue, people.reviewer)
    assert page.select(".change") == []
    assert "Everything is to be read" in page.get_text()


def test_only_what_changed_since_this_persons_last_look_is_shown_where_it_belongs(
    submitted: Make, people: SimpleNamespace
) -> None:
    issue = submitted(6)
    sign_off_all(issue, by=people.reviewer)
    comments.say(issue, "看完了", by=people.reviewer)
    first, second, third, fourth, fifth, sixth = issue.head.manuscript.items

    def change(words: Any) -> Any:
        one, two, briefs = words.sections
        edited = replace(first, body=first.body.replace("要点", "重点"), insights=first.insights[:2])
        return replace(
            words,
            summary="两句话说完今天。",
            sections=(
                replace(one, lead="换过的开场白。", items=(edited, third, second, fourth)),
                replace(two, items=(fifth, NewsItem("新加的"))),
                replace(briefs, briefs=briefs.briefs[:1]),
            ),
        )

    issue = revise(issue, people.writer, change)
    page = shown(issue, people.reviewer)
    assert [one.get_text() for one in page.select(".bases [aria-current]")] == ["my last review (revision 1)"]

    def changes(part: Any) -> list[str]:
        return [" ".join(one.get_text(" ", strip=True).split()) for one in part.select(".change")]

    assert changes(entry(page, "main")) == ["summary 一 两 句话说完今天。"]
    assert changes(entry(page, "s1")) == ["lead 换过的 开场白。"]
    assert changes(entry(page, first.uid)) == [
        "text 正文第 1 段，** 要 重 点**在此： - 甲 - 乙",
        "Insight removed 一整段的看法。",
    ]
    assert [one.get_text() for one in entry(page, first.uid).select("ins")] == ["重"]
    assert sorted(changes(entry(page, second.uid)) + changes(entry(page, third.uid))) == ["Put elsewhere in the order"]
    assert changes(entry(page, fourth.uid)) == ["Moved from “版块 2” to “版块 1”"]
    assert changes(entry(page, fifth.uid)) == []
    new = list(issue.head.manuscript.items)[-1]
    assert entry(page, new.uid).select_one(".badge.is-new").get_text() == "New"
    assert [one.get_text(" ", strip=True) for one in page.select(".gone summary")] == [
        f"{sixth.headline} Story · 版块 2",
        "又一句，见 源 Brief · 更多动态",
    ]
    signed_off = {one.find_parent("li")["data-anchor"] for one in page.select(".sign-off [checked]")}
    assert signed_off == {second.uid, third.uid, fourth.uid, fifth.uid}


def test_in_the_middle_of_a_review_the_comparison_stays(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    comments.say(issue, "第一眼", by=people.reviewer)
    issue = revise(issue, people.writer, with_first_story(headline="改过"))
    item = next(issue.head.manuscript.items)
    for _time in range(2):
        assert len(entry(shown(issue, people.reviewer), item.uid).select(".change")) == 1
        sign_off(issue, item.uid, item.sha256, by=people.reviewer)
    # For somebody else, all is new.
    assert shown(issue, people.second).select(".change") == []


def test_another_base_can_be_chosen(published: Make, people: SimpleNamespace) -> None:
    issue = revise(published(), people.writer, with_first_story(headline="改过"))
    comments.say(issue, "看了", by=people.second)
    issue = reword(issue, "新标题", by=people.writer)

    def changed(since: str) -> list[str]:
        return [one.find_parent("li")["id"] for one in shown(issue, people.second, since).select(".change")]

    uid = next(issue.head.manuscript.items).uid
    assert changed("") == changed("mine") == ["e-main"]
    assert changed("live") == ["e-main", f"e-{uid}"]
    assert changed("all") == []
    assert changed("nonsense") == ["e-main"]


def test_what_stayed_is_cut_to_what_stands_beside_a_change() -> None:
    long = "长" * 500
    assert near((("same", long), ("added", "新"), ("same", long), ("removed", "旧"), ("same", "短"))) == (
        ("same", f" … {'长' * 40}"),
        ("added", "新"),
        ("same", f"{'长' * 40} … {'长' * 40}"),
        ("removed", "旧"),
        ("same", "短"),
    )


# Sign-offs


def test_a_sign_off_is_saved_by_a_plain_form(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    client, page = as_(people.reviewer), shown(issue, people.reviewer)
    form = page.select_one(".entry.is-item .sign-off")
    response = client.post(form["action"], fields(form))
    item = next(issue.head.manuscript.items)
    assert response.headers["Location"] == f"{url(issue)}#e-{item.uid}"
    assert list(StorySignOff.objects.values_list("uid", "sha256")) == [(item.uid, item.sha256)]
    sent = fields(shown(issue, people.reviewer).select_one(".entry.is-item .sign-off"))
    del sent["read"]
    client.post(url(issue, "sign_off"), sent)
    assert not StorySignOff.objects.exists()


def test_a_script_gets_the_verdict_anew(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    client = as_(people.reviewer)
    said = []
    for item in issue.head.manuscript.items:
        sent = {"uid": item.uid, "sha256": item.sha256, "read": "on"}
        answer = client.post(url(issue, "sign_off"), sent, headers={"X-Requested-With": "fetch"})
        part = soup(answer)
        button = part.select_one("form[action$='/do/approve/'] button")
        said.append((part.select_one(".progress").get_text(strip=True), button.has_attr("disabled")))
    assert said == [("1 of 3 signed off", True), ("2 of 3 signed off", True), ("3 of 3 signed off", False)]


def test_a_sign_off_for_words_that_changed_is_refused_in_a_sentence(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    item = next(issue.head.manuscript.items)
    revise(issue, people.writer, with_first_story(headline="改过"))
    client, sent = as_(people.reviewer), {"uid": item.uid, "sha256": item.sha256, "read": "on"}
    said = (
        "“改过” was changed since you opened this page. "
        "Open the page again and read what changed before you sign it off."
    )
    answer = client.post(url(issue, "sign_off"), sent, headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer.content.decode()) == (409, said)
    assert told(client, client.post(url(issue, "sign_off"), sent)) == [said]
    assert not StorySignOff.objects.exists()


# The verdict


def approve(client: Client, issue: Issue, **more: str) -> Any:
    data = {"version": str(issue.version), "next": url(issue), **more}
    return client.post(reverse("admin:digests_issue_do", args=[issue.pk, "approve"]), data)


def why_not(page: Any) -> str:
    form = page.select_one("form[action$='/do/approve/']")
    assert form is not None
    if not form.button.has_attr("disabled"):
        return ""
    return " ".join(form.select_one(".help").get_text().split())


def test_an_approval_waits_for_every_sign_off_and_every_comment(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    client = as_(people.reviewer)
    first, *others = issue.head.manuscript.items
    for item in others:
        sign_off(issue, item.uid, item.sha256, by=people.reviewer)
    not_signed_off = (
        f"1 story is not signed off yet, beginning with “{first.headline}”. "
        "Read and sign off each on the review screen."
    )
    assert why_not(shown(issue, people.reviewer)) == not_signed_off
    assert told(client, approve(client, issue)) == [not_signed_off]
    sign_off(issue, first.uid, first.sha256, by=people.reviewer)
    comment = comments.say(issue, "出处？", by=people.reviewer, uid=first.uid)
    is_open = "1 comment is open. Reply and resolve it first."
    assert why_not(shown(issue, people.reviewer)) == is_open
    assert is_open in told(client, approve(client, issue))
    comments.resolve(comment, by=people.writer)
    assert why_not(shown(issue, people.reviewer)) == ""
    response = approve(client, issue)
    assert response.headers["Location"] == url(issue)
    issue.refresh_from_db()
    assert issue.state == State.APPROVED
    assert issue.head.reviews.get().signed_off == [item.uid for item in issue.head.manuscript.items]


def test_the_form_of_the_issue_leads_to_the_screen(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()

    def help_of() -> Any:
        answer = as_(people.reviewer).get(url(issue, "change"))
        return soup(answer).select_one("form[action$='/do/approve/'] .help")

    assert help_of().a["href"] == url(issue)
    sign_off_all(issue, by=people.reviewer)
    assert help_of() is None


def test_an_approval_of_an_older_version_is_refused(submitted: Make, people: SimpleNamespace) -> None:
    seen = submitted()
    sign_off_all(seen, by=people.reviewer)
    issue = reword(seen, "后来的标题", by=people.writer)
    client = as_(people.reviewer)
    (said,) = told(client, approve(client, seen))
    assert said.startswith("The issue changed since you opened it: writer, Edit, at ")
    issue.refresh_from_db()
    assert issue.state == State.IN_REVIEW


def test_an_author_reads_along_and_is_told_why_they_cannot_approve(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted(by=people.chief)
    sign_off_all(issue, by=people.chief)
    page = shown(issue, people.chief)
    said = "chief wrote part of this issue, and nobody approves their own words. Ask another reviewer."
    assert why_not(page) == said
    assert "somebody else approves it" in page.select_one(".verdict").get_text()
    client = as_(people.chief)
    assert told(client, approve(client, issue)) == [said]


def test_a_writer_has_no_sign_offs_and_no_verdict_but_a_voice(submitted: Make, people: SimpleNamespace) -> None:
    page = shown(submitted(), people.colleague)
    assert page.select(".sign-off") == []
    assert page.select("form[action$='/do/approve/']") == []
    assert len(page.select(".entry > .say")) == 1 + 2 + 2 + 3
    assert "A reviewer signs off" in page.select_one(".verdict").get_text()


def test_a_button_goes_on_to_no_other_site(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    for sent in (
        "https://elsewhere.test/",
        "//elsewhere.test/",
        "javascript:alert(1)",
        "/\\elsewhere.test",
        "x\r\ny",
    ):
        response = approve(as_(people.reviewer), issue, next=sent)
        assert response.headers["Location"] == url(issue, "change")
        response = as_(people.reviewer).post(url(issue, "say"), {"text": "?", "next": sent})
        assert response.headers["Location"].startswith(f"{url(issue)}#c")


# Comments


def test_a_comment_is_written_answered_and_resolved(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    story = next(issue.head.manuscript.items)
    form = entry(shown(issue, people.reviewer), story.uid).select_one(":scope > .say form")
    assert [one["value"] for one in form.select("option")] == [
        story.uid,
        *(insight.uid for insight in story.insights),
        *(f"{story.uid}.{field}" for field in ("headline", "link", "body", "tags", "ai_role")),
    ]
    sent = fields(form) | {"at": f"{story.uid}.body", "text": "@writer 出处 <b>？"}
    response = as_(people.reviewer).post(form["action"], sent)
    comment = Comment.objects.get()
    assert response.headers["Location"] == f"{url(issue)}#c{comment.pk}"
    assert (comment.uid, comment.field, comment.revision) == (story.uid, "body", issue.head)

    shown_comment = entry(shown(issue, people.writer), story.uid).select_one(".comment")
    assert shown_comment.select_one(".words").get_text() == "@writer 出处 <b>？"
    assert shown_comment.select_one(".words mark").get_text() == "@writer"
    assert shown_comment.select_one(".on").get_text() == "text"
    answer, close = shown_comment.select(".answer form")
    as_(people.writer).post(answer["action"], fields(answer) | {"text": "已补"})
    as_(people.writer).post(close["action"], fields(close))
    comment.refresh_from_db()
    assert comment.resolved_by_name == "writer"
    resolved = entry(shown(issue, people.reviewer), story.uid).select_one(".resolved")
    assert [one.get_text() for one in resolved.select(".words")] == ["@writer 出处 <b>？", "已补"]
    assert "Resolved by writer" in resolved.get_text()


def test_a_section_is_named_in_a_comment_on_the_issue(submitted: Make, people: SimpleNamespace) -> None:
    form = entry(shown(submitted(), people.reviewer), "s1").select_one(".say form")
    assert (form.select_one("option")["value"], form.textarea.get_text().strip()) == ("", "版块 1：")


def test_what_is_gone_keeps_its_comments_with_the_words_they_stood_at(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    story = next(issue.head.manuscript.items)
    comments.say(issue, "昨天发过", by=people.reviewer, uid=story.uid)
    comments.say(issue, "站不住", by=people.reviewer, uid=story.insights[0].uid)
    issue = revise(issue, people.writer, without_first_story)
    orphans = shown(issue, people.reviewer).select(".orphans .comment")
    assert [(one.blockquote.get_text(), one.select_one(".words").get_text()) for one in orphans] == [
        (story.headline, "昨天发过"),
        ("其一", "站不住"),
    ]


def test_a_comment_that_was_refused_comes_back(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    text = "长" * 10_001
    response = as_(people.reviewer).post(url(issue, "say"), {"text": text})
    page = soup(response)
    assert response.status_code == 400
    assert page.select_one(".refused textarea").get_text().strip() == text
    assert "10001 characters" in page.select_one(".refused").get_text()
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "forged",
    [
        {"text": ""},
        {"text": "?", "at": "bcdfghjk"},
        {"text": "?", "at": "' OR 1=1 --"},
        {"text": "?", "at": ".state"},
        {"text": "?", "at": ".__class__"},
        {"text": "?", "parent": "999999999"},
        {"text": "?", "parent": "9" * 40},
        {"text": "?", "parent": "x\0"},
    ],
)
def test_a_forged_comment_is_refused_in_words(submitted: Make, people: SimpleNamespace, forged: dict[str, str]) -> None:
    issue = submitted()
    response = as_(people.reviewer).post(url(issue, "say"), forged)
    assert (response.status_code, Comment.objects.count()) == (400, 0)
    assert b'role="alert"' in response.content


def test_a_comment_of_another_issue_is_not_touched(submitted: Make, people: SimpleNamespace) -> None:
    issue, other = submitted(), submitted(date=date(2026, 3, 2))
    comment = comments.say(other, "?", by=people.reviewer)
    client = as_(people.reviewer)
    assert client.post(url(issue, "say"), {"text": "!", "parent": comment.pk}).status_code == 400
    assert told(client, client.post(url(issue, "resolve"), {"comment": comment.pk})) == [
        "This issue has no such comment. Look again."
    ]
    comment.refresh_from_db()
    assert (comment.resolved_at, Comment.objects.count()) == (None, 1)


def test_the_form_of_the_issue_shows_open_comments_and_takes_answers(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    story = next(issue.head.manuscript.items)
    comments.say(issue, "一", by=people.reviewer, uid=story.uid)
    comments.say(issue, "二", by=people.reviewer, uid=story.insights[0].uid)
    comments.resolve(comments.say(issue, "三", by=people.reviewer), by=people.writer)
    client = as_(people.writer)
    page = soup(client.get(url(issue, "change")))
    assert [one.get_text() for one in page.select(".talk .words")] == ["一", "二"]
    (count,) = page.select(".line .comments")
    assert (count["href"], count.get_text()) == (f"{url(issue)}#e-{story.uid}", "2 comments")
    form = page.select_one(".talk .say form")
    response = client.post(form["action"], fields(form) | {"text": "好"})
    assert response.headers["Location"] == f"{url(issue, 'change')}#c{Comment.objects.latest('pk').pk}"


# Who may, and how fast


@pytest.mark.parametrize(
    ("who", "screen", "say", "read"),
    [
        ("outsider", 403, 403, 403),
        ("writer", 200, 302, 403),
        ("reviewer", 200, 302, 302),
        ("editor", 200, 302, 403),
        ("chief", 200, 302, 302),
    ],
)
def test_who_may_what(submitted: Make, people: SimpleNamespace, who: str, screen: int, say: int, read: int) -> None:
    issue = submitted()
    item = next(issue.head.manuscript.items)
    comment = comments.say(issue, "?", by=people.second)
    client = as_(getattr(people, who))
    assert client.get(url(issue)).status_code == screen
    assert client.get(url(issue, "review_page")).status_code == screen
    assert client.post(url(issue, "say"), {"text": "?"}).status_code == say
    assert client.post(url(issue, "resolve"), {"comment": comment.pk}).status_code == say
    sent = {"uid": item.uid, "sha256": item.sha256, "read": "on"}
    assert client.post(url(issue, "sign_off"), sent).status_code == read


def test_who_only_reads_has_no_forms(submitted: Make, people: SimpleNamespace) -> None:
    issue = submitted()
    comments.say(issue, "?", by=people.reviewer)
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(*people.writer.groups.get().permissions.filter(codename="view_issue"))
    page = shown(issue, reader)
    assert page.select(".comment .words")[0].get_text() == "?"
    assert page.select(".judge form") == []


def test_nobody_unknown_sees_it_and_nothing_is_written_by_opening_it(submitted: Make, client: Client) -> None:
    issue = submitted()
    for name in ("review", "review_page"):
        assert client.get(url(issue, name)).status_code == 302
        assert client.post(url(issue, name)).status_code in (302, 405)
    for name in ("sign_off", "say", "resolve"):
        assert client.get(url(issue, name)).status_code in (302, 405)
        assert client.post(url(issue, name), {"text": "?"}).headers["Location"].startswith("/admin/login/")
    assert not Comment.objects.exists()


def test_the_screen_asks_as_many_questions_for_sixty_stories_as_for_six(
    submitted: Make, people: SimpleNamespace, django_assert_num_queries: Any
) -> None:
    for number, day in ((6, 1), (60, 2)):
        issue = submitted(number, date=date(2026, 3, day))
        for item in issue.head.manuscript.items:
            comments.say(issue, "@writer ?", by=people.second, uid=item.uid)
            sign_off(issue, item.uid, item.sha256, by=people.reviewer)
        issue = revise(issue, people.writer, with_first_story(headline="改过"))
        client = as_(people.reviewer)
        with django_assert_num_queries(18):
            client.get(url(issue))
