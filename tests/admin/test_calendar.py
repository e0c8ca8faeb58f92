"""The desk's calendar: what each day has, what it lacks, and which months there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from digests.admin.listing.calendar import weeks
from digests.editorial import workflow
from digests.editorial.day_status import DayStatus, Gap, days
from digests.models import Digest, Edition, Issue
from digests.models.states import Action
from tests.conftest import reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]

FIRST = date(2026, 3, 1)
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)  # of the 10th in Shanghai


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(year: str, month: str) -> str:
    return reverse("admin:digests_issue_calendar_month", args=[year, month])


def show(user: User, day: date, digest: str = "") -> BeautifulSoup:
    response = at_desk(user).get(address(f"{day.year}", f"{day.month:02}"), {"digest": digest} if digest else {})
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def cell(soup: BeautifulSoup, day: date) -> Tag:
    moment = soup.select_one(f'time[datetime="{day}"]')
    found = moment.find_parent("td") if moment else None
    assert isinstance(found, Tag)
    return found


def words(tag: Tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ")).strip()


def seen(digest: Digest, day: date, at: datetime = NOON) -> DayStatus:
    return days(Issue.objects.all(), [digest], day, day, at=at)[digest.pk, day]


# --- What a day has and lacks -------------------------------------------------------------


def test_gaps_are_past_days_without_public_issue_and_days_to_come_without_draft(
    digest: Digest, draft: Make, published: Make
) -> None:
    out = published(date=date(2026, 3, 2))
    Edition.objects.filter(issue=out).update(live_from=datetime(2026, 3, 2, tzinfo=UTC))
    draft(date=date(2026, 3, 4))
    draft(date=date(2026, 3, 12))
    gaps = {number: seen(digest, date(2026, 3, number)).gap for number in (1, 2, 3, 4, 9, 10, 11, 12)}
    assert gaps == {
        1: None,  # before the first issue of all
        2: None,
        3: Gap.NOT_PUBLIC,
        4: Gap.NOT_PUBLIC,
        9: Gap.NOT_PUBLIC,
        10: Gap.NOT_BEGUN,
        11: Gap.NOT_BEGUN,
        12: None,
    }


def test_a_digest_without_issues_lacks_nothing_in_the_past(digest: Digest) -> None:
    assert [seen(digest, date(2026, 3, number)).gap for number in (9, 10)] == [None, Gap.NOT_BEGUN]


def test_a_withdrawn_issue_leaves_a_gap(digest: Digest, published: Make, people: SimpleNamespace) -> None:
    issue = published(date=FIRST)
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="整期有误")
    day = seen(digest, FIRST, timezone.now() + timedelta(days=1))
    assert (day.is_withdrawn, day.live, day.gap) == (True, None, Gap.NOT_PUBLIC)


def test_weeks_are_whole_and_begin_on_monday(digest: Digest) -> None:
    march = weeks(Issue.objects.all(), [digest], FIRST, at=NOON)
    assert [week[0][0] for week in march] == [date(2026, 2, 23) + timedelta(weeks=number) for number in range(6)]
    assert [day for week in march for day, found in week if found] == [
        FIRST + timedelta(days=number) for number in range(31)
    ]


# --- The page -----------------------------------------------------------------------------


def test_each_day_says_how_it_stands(draft: Make, approved: Make, published: Make, people: SimpleNamespace) -> None:
    now = timezone.now().astimezone(Digest.objects.get().zone)
    # A month wholly to come, so that no day of it is today.
    first = (now.date().replace(day=1) + timedelta(days=64)).replace(day=1)
    days_to_come = [first + timedelta(days=number) for number in range(7)]
    draft(date=days_to_come[0])
    workflow.perform(Action.SUBMIT, draft(date=days_to_come[1]), by=people.writer)
    approved(date=days_to_come[2])
    at = datetime.combine(days_to_come[3], datetime.min.time(), UTC)
    workflow.perform(Action.SCHEDULE, approved(date=days_to_come[3]), by=people.editor, at=at)
    live = published(date=days_to_come[4])
    corrected = reword(published(date=days_to_come[5]), "更正后", by=people.writer)
    workflow.perform(Action.SUBMIT, corrected, by=people.writer)
    workflow.perform(Action.APPROVE, corrected, by=people.reviewer, attests_read_all=True)
    workflow.perform(Action.PUBLISH, corrected, by=people.editor, correction="correction", note="数字有误")
    reword(live, "又在改", by=people.writer)

    soup = show(people.reviewer, first)
    badges = [[words(badge) for badge in cell(soup, day).select(".badge")] for day in days_to_come]
    assert badges == [
        ["Draft"],
        ["In review"],
        ["Approved"],
        [f"Scheduled {days_to_come[3]:%m-%d} 08:00 CST"],
        ["Live", "Draft"],
        ["Corrected"],
        ["Not begun"],
    ]
    link = cell(soup, days_to_come[4]).select_one("a")
    assert link and (link["href"], words(link)) == (reverse("admin:digests_issue_change", args=[live.pk]), "又在改")


def test_it_is_a_table_with_caption_headings_and_whole_dates(draft: Make, people: SimpleNamespace) -> None:
    draft(date=FIRST)
    soup = show(people.writer, FIRST)
    assert [words(found) for found in soup.select("caption")] == ["The issues of March 2026, day by day"]
    assert [words(found) for found in soup.select('th[scope="col"]')] == [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
    ]  # fmt: skip
    assert words(cell(soup, date(2026, 3, 2)).select(".full")[0]) == "March 2, 2026 Monday"


def test_today_is_marked_and_overdue_said(digest: Digest, people: SimpleNamespace) -> None:
    now = timezone.now().astimezone(digest.zone)
    Digest.objects.update(deadline="00:00")
    soup = show(people.writer, now.date())
    assert [words(found) for found in soup.select(".is-today .badge")] == ["Today", "Not begun", "Overdue"]


def test_a_day_is_started_from_its_cell_by_those_who_may(digest: Digest, people: SimpleNamespace) -> None:
    day = date(2999, 5, 5)
    form = cell(show(people.writer, day), day).select_one("form.start")
    assert form
    sent = {field["name"]: field["value"] for field in form.select("input")}
    assert (form["action"], sent["digest"], sent["date"]) == (
        reverse("admin:digests_issue_start"), "morning", "2999-05-05"
    )  # fmt: skip
    assert show(people.reviewer, day).select("form.start") == []


def test_one_digest_or_all(digest: Digest, draft: Make, people: SimpleNamespace) -> None:
    other = Digest.objects.create(name="Evening", slug="evening")
    day = date(2998, 1, 5)
    issue = Issue.objects.create(digest=other, date=day, title="An evening")
    draft(date=day)
    assert [words(of) for of in cell(show(people.writer, day), day).select(".of")] == ["Evening", "晨报"]
    alone = show(people.writer, day, "evening")
    assert [a["href"] for a in cell(alone, day).select("a")] == [reverse("admin:digests_issue_change", args=[issue.pk])]
    turned = [a["href"] for a in alone.select(".month nav a")]
    assert turned == [
        f"{address('2997', '12')}?digest=evening",
        f"{reverse('admin:digests_issue_calendar')}?digest=evening",
        f"{address('2998', '02')}?digest=evening",
    ]


def test_the_calendar_opens_on_this_month(digest: Digest, people: SimpleNamespace) -> None:
    now = timezone.now().astimezone(digest.zone)
    response = at_desk(people.writer).get(reverse("admin:digests_issue_calendar"), {"digest": "morning"})
    assert response.status_code == 302
    assert response["location"] == f"{address(f'{now.year}', f'{now.month:02}')}?digest=morning"


@pytest.mark.parametrize(
    ("year", "month"),
    [("1899", "12"), ("3000", "01"), ("2026", "13"), ("2026", "00"), ("2026", "3"), ("02026", "03"), ("x", "y"),
     ("2026", "03-01"), ("２０２６", "03"), ("0000", "01"), ("2026", "W1"), ("-2026", "03")],
)  # fmt: skip
def test_months_that_there_are_not_are_404(digest: Digest, people: SimpleNamespace, year: str, month: str) -> None:
    assert at_desk(people.writer).get(f"/admin/digests/issue/calendar/{year}/{month}/").status_code == 404


def test_a_digest_that_there_is_not_is_404(digest: Digest, people: SimpleNamespace) -> None:
    for where in (address("2026", "03"), reverse("admin:digests_issue_calendar")):
        assert at_desk(people.writer).get(where, {"digest": "nobody"}).status_code == 404


def test_the_first_and_the_last_month_lead_nowhere_further(digest: Digest, people: SimpleNamespace) -> None:
    def turns(day: date) -> list[str]:
        return [str(a["rel"][0]) for a in show(people.writer, day).select(".month nav a[rel]")]

    assert [turns(date(1900, 1, 1)), turns(date(2999, 12, 1))] == [["next"], ["prev"]]


def test_strangers_see_no_calendar(digest: Digest, people: SimpleNamespace) -> None:
    for where in (address("2026", "03"), reverse("admin:digests_issue_calendar")):
        assert at_desk(people.outsider).get(where).status_code == 403
        assert Client().get(where).status_code == 302


def test_a_month_costs_the_same_however_full(draft: Make, people: SimpleNamespace) -> None:
    client = at_desk(people.writer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(address("2026", "03"))
        return len(asked)

    draft(1, date=FIRST)
    before = queries()
    for number in range(1, 10):
        draft(1, date=FIRST + timedelta(days=number))
    assert (before, queries()) == (9, 9)
