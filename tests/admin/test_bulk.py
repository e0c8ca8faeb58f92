"""The list of issues: finding some, and doing something with many of them, each through the one door."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4 import Tag as Element
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from digests.editorial import comments, workflow
from digests.manuscript.reader import read
from digests.manuscript.values import Brief, Insight, NewsItem, Section
from digests.manuscript.writer import write
from digests.models import Digest, Edition, Issue, Revision
from digests.models.states import Action, State
from digests.publishing.rendering import public_manuscript
from tests.conftest import reword, sign_off_all

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
LIST = "/admin/digests/issue/"
DAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def sent_of(form: Element | None) -> dict[str, Any]:
    """Return what a browser sends of a form's fields as they stand, but for its buttons."""
    assert form is not None
    sent: dict[str, Any] = {}
    for field in form.select("input:not([type=submit]), textarea, select"):
        name = str(field.get("name") or "")
        if not name or (field.get("type") in ("checkbox", "radio") and not field.has_attr("checked")):
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            value = str(chosen["value"]) if chosen else ""
        else:
            value = str(field.get("value", "")) if field.name == "input" else field.get_text()
        if name == "_selected_action":
            sent.setdefault(name, []).append(value)
        else:
            sent[name] = value
    return sent


def mark(client: Client, action: str, issues: Iterable[Issue], query: str = "") -> Any:
    """Mark issues in the list as it stands now, and press a button."""
    sent = sent_of(page(client.get(LIST + query)).select_one("#changelist-form"))
    return client.post(LIST + query, {**sent, "action": action, "_selected_action": [one.pk for one in issues]})


def go(client: Client, asked: Any, **sent: Any) -> Any:
    """Answer what an action asks, as its form stands."""
    return client.post(LIST, {**sent_of(page(asked).select_one("form[novalidate]")), **sent})


def outcomes(response: Any) -> list[tuple[str, str, str]]:
    """Return what was said of each issue: how it went, which, and why."""
    said = [str(message) for message in get_messages(response.wsgi_request)][-1]
    found = []
    for line in BeautifulSoup(said, "html.parser").select("li"):
        link = line.select_one("a")
        assert link is not None
        why = " ".join(one.get_text() for one in line.select("span:not(.sign)"))
        found.append((str(line["class"][0]), link.get_text(), why))
    return found


def state(*issues: Issue) -> list[str]:
    return [Issue.objects.get(pk=one.pk).state for one in issues]


# --- Through the door, one by one -----------------------------------------------------


def test_each_issue_goes_by_itself_and_a_line_says_how(draft: Make, people: SimpleNamespace) -> None:
    one, other = draft(), draft(date=DAY + timedelta(days=1))
    workflow.perform(Action.SUBMIT, other, by=people.writer)
    response = mark(desk(people.writer), "submit_all", [one, other])
    assert [(how, which) for how, which, _why in outcomes(response)] == [
        ("is-refused", "晨报 2026-03-02"),
        ("is-done", "晨报 2026-03-01"),
    ]
    assert state(one, other) == [State.IN_REVIEW, State.IN_REVIEW]


def test_approval_of_many_needs_each_story_signed_off_and_leads_to_what_is_not(
    draft: Make, people: SimpleNamespace
) -> None:
    read_whole, unread = draft(), draft(date=DAY + timedelta(days=1))
    for issue in (read_whole, unread):
        workflow.perform(Action.SUBMIT, issue, by=people.writer)
    sign_off_all(read_whole, by=people.reviewer)
    client = desk(people.reviewer)
    response = mark(client, "approve_all", [read_whole, unread])
    (refused, done) = outcomes(response)
    assert (refused[0], "3 stories are not signed off yet" in refused[2], done[0]) == ("is-refused", True, "is-done")
    link = page(client.get(LIST)).select_one(".outcomes .is-refused a")
    assert link is not None and link["href"] == f"{LIST}{unread.pk}/change/"
    assert state(read_whole, unread) == [State.APPROVED, State.IN_REVIEW]


def test_what_is_said_of_an_issue_is_text(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(sections=(Section("一", items=(NewsItem("<b id=odd>标题</b>"),)),))
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    client = desk(people.reviewer)
    ((_how, _which, why),) = outcomes(mark(client, "approve_all", [issue]))
    assert "<b id=odd>标题</b>" in why
    assert page(client.get(LIST)).select_one("#odd") is None


def test_what_changed_since_the_list_was_shown_is_refused(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()
    client = desk(people.editor)
    sent = sent_of(page(client.get(LIST)).select_one("#changelist-form"))
    reword(issue, "别的话", by=people.colleague)
    sent |= {"action": "publish_all", "_selected_action": [issue.pk]}
    ((how, _which, why),) = outcomes(client.post(LIST, sent))
    assert (how, "changed since you opened it" in why) == ("is-refused", True)
    del sent[f"seen-{issue.pk}"]
    ((how, _which, why),) = outcomes(client.post(LIST, sent))
    assert (how, "changed since you opened it" in why) == ("is-refused", True)
    assert not Edition.objects.exists()


def test_an_issue_that_no_longer_fits_the_filter_is_told_of_too(draft: Make, people: SimpleNamespace) -> None:
    issue, gone = draft(), draft(date=DAY + timedelta(days=1))
    client = desk(people.writer)
    sent = sent_of(page(client.get(LIST + "?state=draft")).select_one("#changelist-form"))
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    pks = [issue.pk, gone.pk]
    gone.delete()
    response = client.post(LIST + "?state=draft", {**sent, "action": "submit_all", "_selected_action": pks})
    assert [how for how, _which, _why in outcomes(response)] == ["is-refused"]
    assert "1 issue was deleted meanwhile." in str(next(iter(get_messages(response.wsgi_request))))


def test_only_what_a_person_may_do_is_offered(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    offered = {
        name: [
            str(one["value"])
            for one in page(desk(getattr(people, name)).get(LIST)).select(".actions button[name=action]")
        ]
        for name in ("writer", "reviewer", "editor")
    }
    assert offered == {
        "writer": ["submit_all", "tag_all", "export_all"],
        "reviewer": ["approve_all", "export_all"],
        "editor": ["submit_all", "publish_all", "schedule_all", "tag_all", "export_all"],
    }
    for action in ("submit_all", "publish_all", "schedule_all", "tag_all", "nonsense"):
        mark(desk(people.reviewer), action, [issue])
    assert (state(issue), issue.revisions.count()) == ([State.DRAFT], 1)


@pytest.mark.parametrize("marked", ["x", "-1", "9" * 30, "1; drop", "٣"])
def test_a_forged_mark_does_nothing(draft: Make, people: SimpleNamespace, marked: str) -> None:
    issue = draft()
    client = desk(people.editor)
    for action in ("submit_all", "schedule_all", "tag_all", "export_all"):
        response = client.post(LIST, {"action": action, "_selected_action": [marked], "select_across": "1"})
        assert response.status_code in (200, 302)
    assert state(issue) == [State.DRAFT]


# --- Schedule -----------------------------------------------------------------------------


@pytest.fixture
def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def test_each_is_scheduled_at_its_digests_deadline_on_its_own_day(
    approved: Make, people: SimpleNamespace, digest: Digest, tomorrow: date
) -> None:
    Digest.objects.filter(pk=digest.pk).update(deadline=time(7, 30))
    issues = [approved(date=tomorrow + timedelta(days=days)) for days in range(2)]
    late = approved()
    client = desk(people.editor)
    asked = mark(client, "schedule_all", [*issues, late])
    assert Edition.objects.count() == 0
    assert len(page(asked).select(".late")) == 1
    assert "07:30 Asia/Shanghai" in page(asked).get_text()
    response = go(client, asked, when="deadline")
    assert [how for how, _which, _why in outcomes(response)] == ["is-refused", "is-done", "is-done"]
    assert [one.issue.local(one.live_from).strftime("%Y-%m-%d %H:%M") for one in Edition.objects.order_by("date")] == [
        f"{one.date} 07:30" for one in issues
    ]


def test_it_is_said_beforehand_which_issue_the_door_will_refuse(
    approved: Make, draft: Make, people: SimpleNamespace, tomorrow: date
) -> None:
    ready, unfit, unread = (
        approved(date=tomorrow),
        approved(date=DAY, title="TODO"),
        draft(date=DAY + timedelta(days=1)),
    )
    asked = mark(desk(people.editor), "schedule_all", [ready, unfit, unread])
    said = {
        row.select("th")[0].get_text(): [one.get_text().split(".")[0] for one in row.select(".why")]
        for row in page(asked).select("tbody tr")
    }
    assert said == {
        str(ready): [],
        str(unfit): ["“TODO” looks like text that was to be replaced"],
        str(unread): ["The issue is in the state “Draft”, and “Schedule” is not possible there"],
    }


def test_many_are_scheduled_at_one_instant_in_the_zone_that_is_chosen(
    approved: Make, people: SimpleNamespace, tomorrow: date
) -> None:
    issues = [approved(), approved(date=DAY + timedelta(days=1))]
    elsewhere = Digest.objects.create(name="Evening", slug="evening", time_zone="America/New_York")
    Issue.objects.filter(pk=issues[1].pk).update(digest=elsewhere)
    client = desk(people.editor)
    asked = mark(client, "schedule_all", issues)
    assert [str(one["value"]) for one in page(asked).select("[name=zone] option")] == [
        "America/New_York",
        "Asia/Shanghai",
    ]
    go(client, asked, when="at", at=f"{tomorrow}T06:00", zone="America/New_York")
    offset = datetime.fromisoformat(f"{tomorrow}T06:00").replace(tzinfo=elsewhere.zone).astimezone(UTC)
    assert [one.live_from for one in Edition.objects.all()] == [offset, offset]


@pytest.mark.parametrize("sent", [{"at": ""}, {"at": "soon"}, {"when": "never"}, {"zone": "Mars/Olympus"}])
def test_a_schedule_that_cannot_be_read_is_asked_again(
    approved: Make, people: SimpleNamespace, tomorrow: date, sent: dict[str, str]
) -> None:
    client = desk(people.editor)
    asked = mark(client, "schedule_all", [approved()])
    response = go(client, asked, **{"when": "at", "at": f"{tomorrow}T06:00", **sent})
    assert (response.status_code, bool(page(response).select(".errorlist"))) == (200, True)
    assert not Edition.objects.exists()


def test_a_schedule_of_what_is_public_asks_what_it_corrects(
    published: Make, approved: Make, people: SimpleNamespace, tomorrow: date
) -> None:
    public, fresh = published(), approved(date=DAY + timedelta(days=1))
    public = reword(public, "更正后的标题", by=people.writer)
    workflow.perform(Action.SUBMIT, public, by=people.writer)
    workflow.perform(Action.APPROVE, public, by=people.reviewer, attests_read_all=True)
    client = desk(people.editor)
    asked = mark(client, "schedule_all", [public, fresh])
    go(client, asked, when="at", at=f"{tomorrow}T06:00", correction="correction", note="标题里的名字错了。")
    pending = {one.issue_id: (one.correction, one.note) for one in Edition.objects.pending()}
    assert pending == {public.pk: ("correction", "标题里的名字错了。"), fresh.pk: ("", "")}


def test_a_confirmation_carries_the_versions_that_were_seen(
    approved: Make, people: SimpleNamespace, tomorrow: date
) -> None:
    issue = approved()
    client = desk(people.editor)
    asked = mark(client, "schedule_all", [issue])
    reword(issue, "别的话", by=people.colleague)
    ((how, _which, why),) = outcomes(go(client, asked, when="at", at=f"{tomorrow}T06:00"))
    assert (how, "changed since you opened it" in why) == ("is-refused", True)


# --- Tags -----------------------------------------------------------------------------------


def test_tags_are_put_on_and_taken_off_by_a_new_revision_each(draft: Make, people: SimpleNamespace) -> None:
    one, other = draft(), draft(date=DAY + timedelta(days=1), tags=("AI", "芯片"))
    client = desk(people.writer)
    asked = mark(client, "tag_all", [one, other])
    response = go(client, asked, add=" ai ， 芯片、Ｗｅｂ", remove="早间")
    assert {how for how, _which, _why in outcomes(response)} == {"is-done"}
    assert Issue.objects.get(pk=one.pk).head.manuscript.tags == ("AI", "芯片", "Web")
    assert Issue.objects.get(pk=other.pk).head.manuscript.tags == ("AI", "芯片", "Web")
    assert [issue.revisions.count() for issue in (one, other)] == [2, 2]
    assert Issue.objects.get(pk=one.pk).log.first().actor_name == "writer"


def test_tags_that_change_nothing_write_nothing_and_say_so(approved: Make, people: SimpleNamespace) -> None:
    issue = approved()
    client = desk(people.editor)
    ((how, _which, why),) = outcomes(go(client, mark(client, "tag_all", [issue]), add="ai", remove="没有的"))
    assert (how, why) == ("is-same", "Nothing to change.")
    assert (state(issue), issue.revisions.count()) == ([State.APPROVED], 1)


def test_that_tags_void_approvals_is_said_before_and_after(
    approved: Make, draft: Make, people: SimpleNamespace
) -> None:
    issues = [approved(), draft(date=DAY + timedelta(days=1))]
    client = desk(people.editor)
    asked = mark(client, "tag_all", issues)
    assert "1 of these issues is approved" in page(asked).get_text()
    response = go(client, asked, add="新闻")
    assert ["The approval no longer holds" in why for _how, _which, why in sorted(outcomes(response))] == [True, False]
    assert state(*issues) == [State.DRAFT, State.DRAFT]


@pytest.mark.parametrize("sent", [{}, {"add": "x" * 101}, {"add": "AI", "remove": "ai"}, {"add": " , "}])
def test_tags_that_make_no_sense_are_asked_again(draft: Make, people: SimpleNamespace, sent: dict[str, str]) -> None:
    issue = draft()
    client = desk(people.writer)
    response = go(client, mark(client, "tag_all", [issue]), **sent)
    assert (response.status_code, bool(page(response).select(".errorlist"))) == (200, True)
    assert issue.revisions.count() == 1


# --- Export -----------------------------------------------------------------------------------


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_one_issue_is_exported_as_its_text(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    reword(issue, "未发布的标题", by=people.writer)
    client = desk(people.reviewer)
    for words, title in (("live", "今天的要闻"), ("draft", "未发布的标题")):
        response = go(client, mark(client, "export_all", [issue]), words=words)
        assert response.headers["Content-Disposition"] == 'attachment; filename="morning-2026-03-01.md"'
        assert read(body(response)).manuscript.title == title
    live = public_manuscript(Edition.objects.select_related("revision", "digest").get())
    response = go(client, mark(client, "export_all", [issue]), words="live")
    assert body(response).decode() == write(live, footer=issue.digest.subscribe_card)
    response = go(client, mark(client, "export_all", [issue]), words="live", uids="on")
    assert read(body(response)).manuscript == live


def test_several_are_an_archive_with_harmless_names(published: Make, draft: Make, people: SimpleNamespace) -> None:
    public, hidden = published(), draft(date=DAY + timedelta(days=1))
    evil = Digest.objects.create(name="Evil", slug="../../etc")
    strange = draft(date=DAY + timedelta(days=2))
    Issue.objects.filter(pk=strange.pk).update(digest=evil)
    client = desk(people.editor)
    asked = mark(client, "export_all", [public, hidden, strange])
    assert "2 of these issues are not public" in page(asked).get_text()
    response = go(client, asked, words="draft")
    assert response.streaming
    archive = zipfile.ZipFile(io.BytesIO(body(response)))
    assert archive.testzip() is None
    assert archive.namelist() == ["etc/2026-03-03.md", "morning/2026-03-02.md", "morning/2026-03-01.md"]
    assert read(archive.read("morning/2026-03-02.md")).manuscript.title == "今天的要闻"


def test_what_is_not_public_is_left_out_of_what_readers_have(
    published: Make, draft: Make, people: SimpleNamespace
) -> None:
    public, hidden = published(), draft(date=DAY + timedelta(days=1), title="标记词")
    client = desk(people.editor)
    response = go(client, mark(client, "export_all", [public, hidden]), words="live")
    assert "标记词" not in body(response).decode()
    response = go(client, mark(client, "export_all", [hidden]), words="live")
    assert response.status_code == 302
    assert "None of these issues is public" in str(next(iter(get_messages(response.wsgi_request))))


# --- Finding ----------------------------------------------------------------------------------


@pytest.fixture
def shelf(draft: Make, published: Make, people: SimpleNamespace) -> list[Issue]:
    """Three issues: one of 芯片 by writer, one public, one by colleague with odd words in every place."""
    odd = Section(
        "算力专栏",
        lead="导语里有罗盘",
        items=(
            NewsItem(
                "量子 标题", "https://a.test/", "正文里有风筝", insights=(Insight("看法里有灯塔"),), tags=("量子",)
            ),
        ),
        briefs=(Brief("简讯里有银杏"),),
    )
    return [
        draft(),
        published(date=DAY + timedelta(days=1), tags=("芯片",)),
        draft(
            by=people.colleague, date=DAY + timedelta(days=2), title="周日版", summary="摘要里有海棠", sections=(odd,)
        ),
    ]


def found(client: Client, query: str) -> list[int]:
    response = client.get(LIST + query)
    assert response.status_code == 200, query
    return [int(str(one["value"])) for one in page(response).select("#result_list input[name=_selected_action]")]


def test_a_search_finds_what_an_issue_says_anywhere_and_each_once(shelf: list[Issue], people: SimpleNamespace) -> None:
    client = desk(people.editor)
    first, second, odd = (one.pk for one in shelf)
    for words in ("周日", "海棠", "算力", "罗盘", "量子", "风筝", "灯塔", "银杏", "风筝 银杏 海棠", '"量子 标题"'):
        assert found(client, f"?q={words}") == [odd], words
    assert found(client, "?q=新闻里的新闻") == [second, first]
    assert found(client, "?q=风筝 新闻里") == []
    assert found(client, '?q="标题 量子"') == []
    manuscript = shelf[2].head.manuscript
    item, insight, brief = (next(iter(rows)) for rows in (manuscript.items, manuscript.insights, manuscript.briefs))
    for named in (item, insight, brief):
        assert found(client, f"?q={named.uid}") == [odd]


@pytest.mark.parametrize("query", ["?q='", '?q="', "?q=%25", "?q=_", "?q=\\", "?q=" + "a " * 500, "?q=%E3%80%80"])
def test_an_odd_search_is_a_search(shelf: list[Issue], people: SimpleNamespace, query: str) -> None:
    assert desk(people.editor).get(LIST + query).status_code == 200


def test_filters_narrow_and_combine(shelf: list[Issue], people: SimpleNamespace) -> None:
    client = desk(people.editor)
    first, second, odd = (one.pk for one in shelf)
    reword(shelf[0], "同事改过", by=people.colleague)
    expected = {
        "?digest=morning": [odd, second, first],
        "?digest=evening": [],
        "?state=approved": [second],
        "?public=live": [second],
        "?public=never": [odd, first],
        "?person=writer": [second],
        "?person=colleague": [odd, first],
        "?person=writer&part=any": [second, first],
        "?person=reviewer&part=reviewed": [second],
        "?part=any": [odd, second, first],
        "?from=2026-03-02": [odd, second],
        "?to=2026-03-02": [second, first],
        "?from=2026-03-02&to=2026-03-02": [second],
        "?tag=量子": [odd],
        "?tag=ai": [odd, first],
        "?tag=芯片": [second, first],
        "?tag=芯": [],
        "?tag=芯片&state=draft&person=colleague&q=同事": [first],
        "?date__year=2026&date__month=3&date__day=2": [second],
    }
    assert {query: found(client, query) for query in expected} == expected


@pytest.mark.parametrize(
    "query",
    ["?from=soon", "?to=2026-02-30", "?person=x", "?part=x", "?state=x", "?public=x", "?from=9", "?nonsense=1"],
)
def test_what_no_filter_has_is_answered_with_all_issues_and_a_word(
    shelf: list[Issue], people: SimpleNamespace, query: str
) -> None:
    response = desk(people.editor).get(LIST + query, follow=True)
    assert "A filter could not be read" in page(response).select_one(".messagelist").get_text()
    assert len(page(response).select("#result_list tbody tr")) == 3


def test_the_form_holds_what_was_asked_and_keeps_the_order(shelf: list[Issue], people: SimpleNamespace) -> None:
    response = desk(people.editor).get(LIST + "?q=新闻&state=draft&from=2026-03-01&tag=AI&o=-2&p=1")
    sent = sent_of(page(response).select_one("#changelist-search"))
    assert {name: value for name, value in sent.items() if value} == {
        "q": "新闻", "state": "draft", "from": "2026-03-01", "tag": "AI", "o": "-2",
    }  # fmt: skip


def test_filters_stay_while_one_pages(people: SimpleNamespace, digest: Digest) -> None:
    Issue.objects.bulk_create(Issue(digest=digest, date=DAY + timedelta(days=n), title="要闻") for n in range(60))
    response = desk(people.editor).get(LIST + "?state=draft&q=要闻")
    link = page(response).select_one(".paginator a")
    assert link is not None
    assert {"state=draft", "p=2"} <= set(str(link["href"]).lstrip("?").split("&"))
    assert len(found(desk(people.editor), LIST.removeprefix(LIST) + str(link["href"]))) == 10


def test_a_row_says_where_its_issue_stands(published: Make, people: SimpleNamespace) -> None:
    issue = reword(published(), "改过的标题", by=people.colleague)
    comment = comments.say(issue, "等一下", by=people.reviewer)
    comments.say(issue, "好", by=people.writer, parent=comment)
    comments.resolve(comments.say(issue, "完了", by=people.reviewer), by=people.reviewer)
    row = page(desk(people.editor).get(LIST)).select_one("#result_list tbody tr")
    assert row is not None
    cells = {str(cell["class"][0]): " ".join(cell.get_text().split()) for cell in row.select("td, th")}
    assert cells == {
        "action-checkbox": "",
        "field-digest": "晨报",
        "field-date": "March 1, 2026",
        "field-linked_title": "改过的标题",
        "field-badge": "Draft",
        "field-public": "Live",
        "field-comments": "1 open",
        "field-changed": Issue.objects.get().local(Issue.objects.get().updated_at).strftime("%m-%d %H:%M"),
        "field-author": "colleague",
        "field-seen": "",
    }


@pytest.mark.parametrize("query", ["", "?q=新闻&state=draft&tag=AI"])
def test_the_list_costs_the_same_however_long_it_is(
    draft: Make, people: SimpleNamespace, django_assert_num_queries: Any, query: str
) -> None:
    client = desk(people.editor)
    for number in range(2):
        issue = draft(date=DAY + timedelta(days=number))
        comments.say(issue, "等一下", by=people.reviewer)
    cost = 16 if query else 14
    with django_assert_num_queries(cost):
        client.get(LIST + query)
    for number in range(2, 6):
        comments.say(draft(date=DAY + timedelta(days=number)), "等一下", by=people.reviewer)
    with django_assert_num_queries(cost):
        client.get(LIST + query)


def test_every_column_sorts(shelf: list[Issue], people: SimpleNamespace) -> None:
    client = desk(people.editor)
    for column in (1, 2, 3, 4, 6, 7, 8):
        assert sorted(found(client, f"?o={column}")) == sorted(one.pk for one in shelf)
    assert found(client, "?o=2") == found(client, "?o=-2")[::-1]
    assert Revision.objects.count() == 3
