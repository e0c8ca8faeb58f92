"""A whole issue as one text: what it says while it is typed, and what saving it keeps, refuses and gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, reject, settings
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertRedirects

from digests.editorial import exchange, workflow
from digests.manuscript.reader import read
from digests.manuscript.values import Manuscript
from digests.manuscript.writer import write
from digests.models import Digest, Issue, LogEntry, Revision
from digests.models.states import State
from tests.conftest import manuscript
from tests.desk import asked, clashes, desk, filled
from tests.strategies import manuscripts

pytestmark = pytest.mark.django_db

Make = Callable[..., Issue]


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def url(issue: Issue) -> str:
    return reverse("admin:digests_issue_text", args=[issue.pk])


def opened(client: Client, issue: Issue) -> dict[str, Any]:
    """Open an issue's text, and return what its form would send."""
    response = client.get(url(issue))
    assert response.status_code == 200
    return filled(response, "text_form")


def checked(client: Client, issue: Issue, text: str) -> Any:
    response = client.post(reverse("admin:digests_issue_check_text", args=[issue.pk]), {"text": text})
    assert response.status_code == 200
    return response.json()


def told(answer: Any) -> list[tuple[int, str, str]]:
    return [(one["line"], one["severity"], one["message"]) for one in answer["problems"]]


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def now(issue: Issue) -> Manuscript:
    return exchange.from_rows(Issue.objects.get(pk=issue.pk))


def text_of(response: Any) -> str:
    return str(filled(response, "text_form")["text"]).replace("\r\n", "\n")


# Saving


def test_a_text_that_is_saved_as_it_came_changes_nothing(approved: Make, people: SimpleNamespace) -> None:
    issue = approved(6)
    client = desk(people.writer)
    before = now(issue), LogEntry.objects.count(), Revision.objects.count()
    response = client.post(url(issue), opened(client, issue))
    assertRedirects(response, url(issue), fetch_redirect_response=False)
    assert said(response) == ["Nothing was changed, so nothing was written. The approval stands."]
    assert (now(issue), LogEntry.objects.count(), Revision.objects.count()) == before


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(words=manuscripts)
def test_any_issue_survives_its_text(words: Manuscript, digest: Digest, people: SimpleNamespace) -> None:
    Issue.objects.all().delete()
    issue = Issue.objects.create(digest=digest, date=date(2026, 5, 1))
    try:
        with workflow.editing(issue, by=people.writer) as locked:
            exchange.to_rows(replace(words, date=issue.date, title="T"), locked)
    except exchange.DoesNotFit:  # a label of more than 50 characters, which no issue has
        reject()
    client, before = desk(people.writer), now(issue)
    response = client.post(url(issue), opened(client, issue))
    assert said(response) == ["Nothing was changed, so nothing was written."]
    assert now(issue) == before


def test_an_edit_changes_what_was_edited_and_keeps_every_name(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(6, editor="值班编辑", intro="引言。", footer="<p>卡片</p>")
    client, before = desk(people.writer), now(issue)
    sent = opened(client, issue)
    sent["text"] = sent["text"].replace("第 2 条：新闻里的新闻", "改过的标题")
    response = client.post(url(issue), sent)
    assert said(response) == ["Saved as revision 2."]
    first = before.sections[0]
    items = (first.items[0], replace(first.items[1], headline="改过的标题"), *first.items[2:])
    assert now(issue) == replace(before, sections=(replace(first, items=items), *before.sections[1:]))


def test_a_typed_story_gets_a_name_and_a_moved_one_keeps_its_own(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(6)
    client = desk(people.writer)
    sent, (first, second, last) = opened(client, issue), now(issue).sections
    moved = replace(second, items=(*second.items, *first.items))
    text = write(replace(now(issue), sections=(moved, last)), uids=True)
    text = text.replace("## 更多动态", "### [新的一条](https://new.test/)\n\n正文。\n\n## 更多动态")
    client.post(url(issue), {**sent, "text": text})
    items = now(issue).sections[0].items
    assert [item.uid for item in items[:6]] == [item.uid for item in (*second.items, *first.items)]
    assert (items[6].headline, len(items[6].uid)) == ("新的一条", 8)


def test_saving_voids_an_approval_and_says_so(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()
    client = desk(people.writer)
    sent = opened(client, issue)
    response = client.post(url(issue), {**sent, "text": sent["text"].replace("一句话说完今天", "改了一句")})
    issue.refresh_from_db()
    assert issue.state == State.DRAFT
    assert said(response) == [
        "Saved as revision 2.",
        "The approval no longer holds: these words are new. Submit them for review again.",
    ]


def test_what_was_read_otherwise_than_it_stands_is_told_after_saving(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    client = desk(people.writer)
    sent = opened(client, issue)
    sent["text"] = sent["text"].replace("\r\ncategory: ", "\r\ncolour: red\r\ncategory: ")
    response = client.post(url(issue), sent)
    assert said(response) == [
        "Line 4: The front matter key “colour” is not known and was left out.",
        "Nothing was changed, so nothing was written.",
    ]


def test_a_text_that_cannot_be_read_comes_back_whole_with_line_field_and_reason(
    draft: Make, people: SimpleNamespace
) -> None:
    issue = draft()
    client, before = desk(people.writer), now(issue)
    sent = opened(client, issue)
    sent["text"] = sent["text"].replace("date: 2026-03-01", "date: tomorrow")
    response = client.post(url(issue), sent)
    assert response.status_code == 400
    assert text_of(response) == sent["text"].replace("\r\n", "\n")
    assertContains(response, "date: “tomorrow” is not a date such as 2026-02-01.", status_code=400)
    assertContains(response, "Nothing was saved.", status_code=400)
    assert now(issue) == before
    assert filled(response, "text_form")["version"] == sent["version"]


def test_a_text_that_does_not_fit_comes_back_whole(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    client, before = desk(people.writer), now(issue)
    sent = opened(client, issue)
    sent["text"] = sent["text"].replace("category: 晨报", f"category: {'长' * 500}")
    response = client.post(url(issue), sent)
    assert response.status_code == 400
    assert text_of(response) == sent["text"].replace("\r\n", "\n")
    assert now(issue) == before


def test_of_two_who_save_the_second_puts_both_together(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    mine, theirs = desk(people.writer), desk(people.colleague)
    one, other = opened(mine, issue), opened(theirs, issue)
    theirs.post(url(issue), {**other, "text": other["text"].replace("一句话说完今天", "他们的一句")})
    response = mine.post(url(issue), {**one, "text": one["text"].replace("category: 晨报", "category: 晚报")})
    assert response.status_code == 409
    area = BeautifulSoup(response.content, "html.parser").select_one("form.text textarea")
    merged = read(area.get_text().strip()).manuscript
    assert (merged.category, merged.summary) == ("晚报", "他们的一句。")
    assert now(issue).category == "晨报"


def test_of_two_whole_texts_everything_that_both_wrote_is_on_the_page_or_saved(
    draft: Make, people: SimpleNamespace
) -> None:
    issue = draft(6)
    before = now(issue)
    mine, theirs = desk(people.writer), desk(people.colleague)

    def written(text: str, name: str) -> str:
        """Reword a body, put a story, an insight, a brief and a section where the other one puts theirs."""
        text = text.replace("正文第 1 段", f"{name}改写的第 1 段")
        story = f"### [{name}的新闻](https://{name}.test/)\n\n{name}的正文。\n\n"
        text = text.replace("### [第 2 条", f"{story}### [第 2 条", 1)
        text = text.replace("- 其一", f"- {name}的看法\n- 其一", 1)
        text = text.replace("- 一句话", f"- {name}的简讯\n- 一句话", 1)
        return text.replace("## 更多动态", f"## {name}的栏目\n\n{name}的导语。\n\n## 更多动态", 1)

    one, other = opened(mine, issue), opened(theirs, issue)
    theirs.post(url(issue), {**other, "text": written(other["text"].replace("\r\n", "\n"), "they")})
    response = mine.post(url(issue), {**one, "text": written(one["text"].replace("\r\n", "\n"), "me")})
    assert clashes(response) == [f"side-item-{next(before.items).uid}-body"]  # the one place that only one can have
    address = reverse("admin:digests_issue_keep", args=[issue.pk])
    mine.post(address, asked(response) | dict.fromkeys(clashes(response), "mine"))
    found = now(issue)
    for name in ("they", "me"):
        assert f"{name}的新闻" in [item.headline for item in found.items]
        assert f"{name}的看法" in [insight.text for insight in found.insights]
        assert f"{name}的简讯" in [brief.text for brief in found.briefs]
        assert (f"{name}的栏目", f"{name}的导语。") in [(section.title, section.lead) for section in found.sections]
    assert next(found.items).body.startswith("me改写的第 1 段")
    assert "they改写的第 1 段" in write(issue.revisions.get(number=2).manuscript)
    for kind in ("items", "briefs", "insights"):
        assert {one.uid for one in getattr(before, kind)} < {one.uid for one in getattr(found, kind)}


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_forged_version_writes_nothing(draft: Make, people: SimpleNamespace, version: str) -> None:
    issue = draft()
    client, before = desk(people.writer), now(issue)
    sent = opened(client, issue)
    text = sent["text"].replace("今天的要闻", "别的")
    response = client.post(url(issue), {"text": text, "version": version, "revision": version})
    assert response.status_code == 409
    assert now(issue) == before


def test_a_deleted_issue_gives_the_text_back(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    client = desk(people.writer)
    sent = opened(client, issue)
    Issue.objects.get().delete()
    assertContains(client.post(url(issue), sent), "第 1 条：新闻里的新闻", status_code=410)
    assert client.get(url(issue)).status_code == 404


def test_a_cover_stays_or_goes_and_is_never_another_file(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(cover_alt="一座桥")
    with workflow.editing(issue, by=people.writer) as locked:
        locked.cover.save("mine.png", ContentFile(b"a picture"))
    client, name = desk(people.writer), now(issue).cover_file
    assert name.startswith("covers/")
    response = client.post(url(issue), opened(client, issue))
    assert said(response) == ["Nothing was changed, so nothing was written."]
    for forged in ("covers/theirs.png", "../settings.py"):
        sent = opened(client, issue)
        client.post(url(issue), {**sent, "text": sent["text"].replace(name, forged)})
        assert now(issue).cover_file == name
    sent = opened(client, issue)
    client.post(url(issue), {**sent, "text": sent["text"].replace(f'coverFile: "{name}"\r\n', "")})
    assert (now(issue).cover_file, now(issue).cover_alt) == ("", "一座桥")


def test_the_name_of_another_issues_story_is_not_taken(draft: Make, people: SimpleNamespace) -> None:
    theirs, issue = draft(date=date(2026, 3, 2)), draft()
    taken = next(iter(now(theirs).items)).uid
    client = desk(people.writer)
    sent = opened(client, issue)
    text = sent["text"].replace("## 更多动态", f"### 抢来的 {{#{taken}}}\n\n正文。\n\n## 更多动态")
    client.post(url(issue), {**sent, "text": text})
    last = now(issue).sections[0].items[-1]
    assert last.headline == "抢来的"
    assert last.uid not in ("", taken)
    assert next(iter(now(theirs).items)).uid == taken


def test_the_date_of_what_readers_have_stays(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    client = desk(people.writer)
    sent = opened(client, issue)
    response = client.post(url(issue), {**sent, "text": sent["text"].replace("2026-03-01", "2026-03-02")})
    assertContains(response, "its date stays 2026-03-01", status_code=400)
    assert now(issue).date == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("then", "place"), [("structure", "change"), ("text", "text"), ("", "text"), ("https://x.test/", "text")]
)
def test_saving_leads_on_to_the_way_of_writing_that_was_asked_for(
    draft: Make, people: SimpleNamespace, then: str, place: str
) -> None:
    issue = draft()
    client = desk(people.writer)
    response = client.post(url(issue), {**opened(client, issue), "then": then})
    there = reverse(f"admin:digests_issue_{place}", args=[issue.pk])
    assertRedirects(response, there, fetch_redirect_response=False)


def test_the_structured_form_leads_on_to_the_text(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    client = desk(people.writer)
    structure = reverse("admin:digests_issue_change", args=[issue.pk])
    sent = {**filled(client.get(structure)), "title": "换一个标题", "then": "text"}
    before = now(issue)
    assertRedirects(client.post(structure, sent), url(issue), fetch_redirect_response=False)
    assert now(issue) == replace(before, title="换一个标题")
    stale = client.post(structure, {**sent, "title": "又一个"})
    assert stale.status_code == 409
    assertContains(stale, "又一个", status_code=409)


# Who may


def test_who_reviews_reads_the_text_and_cannot_save_it(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    client = desk(people.reviewer)
    page = BeautifulSoup(client.get(url(issue)).content, "html.parser")
    area = page.select_one("#text")
    assert area is not None and area.has_attr("readonly")
    assert page.select("[name=_save]") == []
    assert checked(client, issue, area.get_text())["html"]
    assert client.post(url(issue), filled(client.get(url(issue)), "text_form")).status_code == 403


def test_nobody_else_sees_it(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    check = reverse("admin:digests_issue_check_text", args=[issue.pk])
    outsider = desk(people.outsider)
    assert outsider.get(url(issue)).status_code == 403
    assert outsider.post(check, {"text": "x"}).status_code == 403
    assert Client().get(url(issue)).status_code == 302
    assert Client().post(check, {"text": "x"}).status_code == 302
    assert desk(people.writer).get(check).status_code == 405


# Checking while one types


def test_the_page_beside_the_text_is_the_page_that_readers_get(
    published: Make, people: SimpleNamespace, client: Client
) -> None:
    issue = published(6)
    answer = checked(desk(people.writer), issue, write(now(issue), uids=True))
    shown = BeautifulSoup(answer["html"], "html.parser")
    live = BeautifulSoup(client.get(issue.get_absolute_url()).content, "html.parser")
    for link in live.select(".permalink"):
        link.decompose()  # a draft's stories have no address yet
    for part in (".issue-text h2", ".issue-text .prose", "article.story h3", ".source", ".note", ".tags"):
        texts = [[one.get_text(strip=True) for one in page.select(part)] for page in (shown, live)]
        assert texts[0] == texts[1] != []
    lines = write(now(issue), uids=True).split("\n")
    assert [lines[line - 1][:4] for line in answer["stories"]] == ["### "] * 6


def test_problems_stand_at_their_lines_also_of_stories_without_a_name(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    text = "\n".join(
        ["---", "title: T", "date: 2026-03-01", "keywords: [\"a\"]", "---", "# T", "", "## One", "",
         "### [A](ftp://a.test)", "", "Body.", "", "### Bare", "", "TODO: write this", "", "**影响：**",
         "- fine", "", "### [B](https://b.test/)", "", "## Two"]
    )  # fmt: skip
    assert told(checked(desk(people.writer), issue, text)) == [
        (1, "warning", "There is no summary."),
        (4, "note", "The front matter key “keywords” was read as “seo”."),
        (10, "blocker", "The source link of “A” is not a web address."),
        (14, "warning", "“Bare” has no source link."),
        (16, "blocker", "“TODO” looks like text that was to be replaced."),
        (21, "warning", "“B” has no text."),
        (23, "warning", "The section “Two” is empty."),
    ]


def test_a_problem_of_an_insight_stands_at_its_own_line(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    text = "\n".join(
        ["---", "title: T", "date: 2026-03-01", "summary: S", "---", "# T", "", "## One", "",
         "### [A](https://a.test)", "", "Body.", "", "**影响：**", "- fine", "- TODO", "- two `ticks", "- ",
         "", "### [B](https://b.test/)", "", "**影响：**", "", "A paragraph of one's own, and so it goes on,", ""]
    )  # fmt: skip
    expected = [
        (16, "blocker", "“TODO” looks like text that was to be replaced."),
        (17, "warning", "A backtick ` has no partner."),
        (18, "warning", "An insight of “A” has no text."),
        (22, "warning", "The text stops at “…own, and so it goes on,”."),
    ]
    client = desk(people.writer)
    assert told(checked(client, issue, text)) == expected
    client.post(url(issue), {**opened(client, issue), "text": text})
    named = opened(client, issue)["text"].replace("\r\n", "\n")
    lines, now = text.split("\n"), named.split("\n")
    found = told(checked(client, issue, named))
    assert [(now[line - 1].partition(" {")[0], *rest) for line, *rest in found] == [
        (lines[line - 1].rstrip(), *rest) for line, *rest in expected
    ]


def test_a_text_that_cannot_be_read_is_told_and_has_no_page(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    answer = checked(desk(people.writer), issue, "---\ntitle: T\ndate: x\n---\n")
    assert told(answer) == [(3, "blocker", "date: “x” is not a date such as 2026-02-01.")]
    assert (answer["html"], answer["stories"]) == (None, [])


@pytest.mark.parametrize(
    "text",
    ["", "---", "---\ntitle: T\ndate: 0001-01-01\n---\n# T", "---\ntitle: T\ndate: 9999-12-31\n---\n# T",
     f"# T\n\n## S\n\n### [{'长' * 900}](https://{'a' * 5000}.test/)", "# T\n\n" + "## \n\n### \n\n- \n" * 50,
     "# T\n\x00\n## S\n\n### [x](http://[)", "# T\n\n## S\n\n" + "**影响：**\n" * 50],
)  # fmt: skip
def test_no_text_breaks_the_check_or_a_save(draft: Make, people: SimpleNamespace, text: str) -> None:
    issue = draft()
    client, before = desk(people.writer), now(issue)
    checked(client, issue, text)
    assert now(issue) == before
    assert client.post(url(issue), {**opened(client, issue), "text": text}).status_code in (302, 400)


def test_checking_writes_nothing_and_asks_little(
    draft: Make, people: SimpleNamespace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    issue = draft(60, date=date(2026, 3, 3))
    client, text = desk(people.writer), write(manuscript(60), uids=True)
    counts = Revision.objects.count(), LogEntry.objects.count()
    checked(client, issue, text)
    with django_assert_num_queries(13):
        checked(client, issue, text)
    assert (Revision.objects.count(), LogEntry.objects.count()) == counts
