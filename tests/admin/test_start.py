"""A new issue begins as its digest's standing one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from digests.admin.issue.start import begin, standing_words
from digests.editorial import workflow
from digests.editorial.preflight import check
from digests.manuscript.values import Manuscript, Section
from digests.models import Digest, Issue, LogEntry, Revision
from digests.models.states import Action, State

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 9)


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def digest() -> Digest:
    return Digest.objects.create(
        name="晨报",
        slug="morning",
        standing_title="晨报 {date}",
        standing_category="日报",
        standing_editor="本报编辑",
        standing_sections="要闻\n\n  开源 \n更多动态\n",
        standing_tags='早间，AI, "甲、乙"',
    )


def post(user: User, **data: str) -> tuple[Any, list[str]]:
    """Send the button; return the answer and what it said."""
    client = Client()
    client.force_login(user)
    response = client.post(reverse("admin:digests_issue_start"), data)
    return response, [str(message) for message in get_messages(response.wsgi_request)]


def test_an_issue_starts_with_what_its_digest_has_standing(digest: Digest, people: SimpleNamespace) -> None:
    response, said = post(people.writer, digest="morning", date="2026-03-09")
    issue = Issue.objects.get()
    assert response["location"] == reverse("admin:digests_issue_change", args=[issue.pk])
    assert said == ["晨报 2026-03-09 was created. Only the newsroom can see it."]
    assert issue.head.manuscript == Manuscript(
        title="晨报 2026-03-09",
        date=DAY,
        category="日报",
        editor="本报编辑",
        tags=("早间", "AI", "甲、乙"),
        sections=(Section("要闻"), Section("开源"), Section("更多动态")),
    )
    assert (issue.state, issue.version, issue.head.author) == (State.DRAFT, 1, people.writer)
    entry = LogEntry.objects.get()
    assert (entry.actor, entry.action, entry.issue) == (people.writer, Action.EDIT, issue)


def test_what_is_standing_is_not_finished(digest: Digest) -> None:
    codes = [problem.code for problem in check(standing_words(digest, DAY))]
    assert codes == ["summary_missing", "issue_empty", "section_empty", "section_empty", "section_empty"]


def test_a_digest_with_nothing_standing_starts_an_empty_issue(people: SimpleNamespace) -> None:
    plain = Digest.objects.create(name="Plain", slug="plain")
    issue, is_new = begin(plain, DAY, by=people.writer)
    assert is_new and issue.head.manuscript == Manuscript(title="", date=DAY)


def test_a_second_click_finds_the_first_ones_issue(digest: Digest, people: SimpleNamespace) -> None:
    first, _said = post(people.writer, digest="morning", date="2026-03-09")
    second, said = post(people.editor, digest="morning", date="2026-03-09")
    assert second["location"] == first["location"]
    assert said == ["晨报 2026-03-09 exists already: here it is."]
    assert (Issue.objects.count(), Revision.objects.count()) == (1, 1)


def test_who_may_not_begin_an_issue_begins_none(digest: Digest, people: SimpleNamespace) -> None:
    for user in (people.reviewer, people.outsider):
        assert post(user, digest="morning", date="2026-03-09")[0].status_code == 403
    people.outsider.user_permissions.add(Permission.objects.get(codename="add_issue"))  # to add is not to edit
    _response, said = post(people.outsider, digest="morning", date="2026-03-09")
    assert said == ["outsider may not do this: Edit. Ask someone whose role includes it."]
    assert Issue.objects.count() == 0


def test_only_a_post_starts_anything(digest: Digest, people: SimpleNamespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.writer)
    where = reverse("admin:digests_issue_start")
    assert client.get(where).status_code == 405
    assert client.post(where, {"digest": "morning", "date": "2026-03-09"}).status_code == 403
    assert Client().post(where).status_code == 302
    assert Issue.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "There is no such digest. Choose one of the list."),
        ({"digest": "mor\0ning\0s"}, "There is no such digest. Choose one of the list."),
        ({"digest": "morning"}, "“” is not a date. Write it as 2026-01-31."),
        ({"digest": "morning", "date": "2026-02-30"}, "“2026-02-30” is not a date. Write it as 2026-01-31."),
        ({"digest": "morning", "date": "\0"}, "“\0” is not a date. Write it as 2026-01-31."),
        ({"digest": "morning", "date": "1899-12-31"}, "Choose a date between the years 1900 and 2999."),
        ({"digest": "morning", "date": "3000-01-01"}, "Choose a date between the years 1900 and 2999."),
    ],
)
def test_a_forged_request_is_refused_in_words(
    digest: Digest, people: SimpleNamespace, data: dict[str, str], said: str
) -> None:
    response, messages = post(people.writer, **data)
    assert (response["location"], messages) == (reverse("admin:index"), [said])
    assert Issue.objects.count() == 0


def test_what_would_not_fit_leaves_nothing_half_begun(digest: Digest, people: SimpleNamespace) -> None:
    Digest.objects.update(standing_sections="长" * 201)
    with pytest.raises(workflow.Refused, match="201"):
        begin(Digest.objects.get(), DAY, by=people.writer)
    assert Issue.objects.count() == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs rows that two transactions can race for")
def test_two_clicks_at_once_make_one_issue(digest: Digest, people: SimpleNamespace) -> None:
    barrier = Barrier(3)

    def click(user: User) -> tuple[Issue, bool]:
        barrier.wait()
        try:
            return begin(digest, DAY, by=user)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(click, [people.writer, people.colleague, people.editor]))
    assert sorted(is_new for _issue, is_new in found) == [False, False, True]
    assert {issue for issue, _is_new in found} == {Issue.objects.get()}
    assert Revision.objects.count() == 1


# --- Setting it up ------------------------------------------------------------------------

SETUP = {
    "name": "晨报",
    "slug": "morning",
    "language": "zh-hans",
    "time_zone": "Asia/Shanghai",
    "deadline": "08:00",
    "standing_title": "晨报 {date}",
    "standing_category": "",
    "standing_editor": "",
    "standing_sections": "要闻\r\n\r\n 开源\r\n",
    "standing_tags": '早间，AI、"甲,乙"',
    "channels-TOTAL_FORMS": "0",
    "channels-INITIAL_FORMS": "0",
}


def set_up(digest: Digest, user: User, **data: str) -> dict[str, list[str]]:
    """Save the digest's form; return its errors by field."""
    client = Client()
    client.force_login(user)
    response = client.post(reverse("admin:digests_digest_change", args=[digest.pk]), {**SETUP, **data})
    if response.status_code == 302:
        return {}
    errors: dict[str, list[str]] = response.context["adminform"].form.errors
    return errors


def test_an_administrator_sets_up_what_a_new_issue_starts_with(digest: Digest, people: SimpleNamespace) -> None:
    assert set_up(digest, people.chief) == {}
    digest.refresh_from_db()
    assert (digest.standing_sections, digest.standing_tags) == ("要闻\n开源", '早间, AI, "甲,乙"')
    assert standing_words(digest, DAY).tags == ("早间", "AI", "甲,乙")


def test_the_form_shows_the_tags_as_they_were_written(digest: Digest, people: SimpleNamespace) -> None:
    client = Client()
    client.force_login(people.chief)
    form = client.get(reverse("admin:digests_digest_change", args=[digest.pk])).context["adminform"].form
    assert form["standing_tags"].value() == '早间, AI, "甲、乙"'


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("standing_title", "晨报 {day}", ["“{day}” is nothing that is filled in; {date} is the date."]),
        ("standing_title", "长" * 294 + "{date}", ["With its date, this is longer than 300 characters."]),
        ("standing_sections", "长" * 201, ["“" + "长" * 40 + "…” has 201 characters; at most 200 fit."]),
        ("standing_sections", "\n".join(map(str, range(31))), ["These are 31 sections; at most 30 fit."]),
        ("standing_sections", "甲\n乙\n甲", ["“甲” stands here twice."]),
        (
            "standing_tags",
            "长" * 101,
            ["“" + "长" * 40 + "…” is longer than 100 characters. Do commas separate the words?"],
        ),
        (
            "standing_tags",
            ",".join(f"{number:099}" for number in range(6)),
            ["These tags have 604 characters together; at most 500 fit."],
        ),
    ],
)
def test_what_no_issue_can_start_with_is_refused(
    digest: Digest, people: SimpleNamespace, field: str, value: str, said: list[str]
) -> None:
    assert set_up(digest, people.chief, **{field: value}) == {field: said}
    assert standing_words(Digest.objects.get(), DAY) == standing_words(digest, DAY)
