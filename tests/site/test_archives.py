"""Archives: tags by kind, months as calendars, lists that are walked both ways."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from digests.editorial import workflow
from digests.manuscript.values import NewsItem, Section
from digests.models import Digest, Edition, Issue, Story, Tag
from digests.models.states import Action
from tests.reading import archive, get
from tests.rewriting import retract

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
Make = Callable[..., Issue]
DAY = date(2026, 3, 1)


def section(*stories: tuple[str, ...]) -> tuple[Section, ...]:
    """Return a section of stories with these tags."""
    return (
        Section("版块", items=tuple(NewsItem(f"第 {n} 条", body="正文", tags=tags) for n, tags in enumerate(stories))),
    )


def sort(**kinds: str) -> None:
    for name, kind in kinds.items():
        Tag.objects.named([name])
        Tag.objects.filter(name=name).update(kind=kind)


def listed(page: Any) -> dict[str, dict[str, int]]:
    """Return the tags of a page with their numbers, by the heading they stand under."""
    found: dict[str, dict[str, int]] = {}
    for tags in page.select(".tag-list"):
        heading = tags.find_previous(["h1", "h2"]).get_text()
        found[heading] = {link.contents[0].strip(): int(link.span.get_text()) for link in tags.select("a")}
    return found


def entries(page: Any) -> list[str]:
    return [link["href"] for link in page.select(".entry-title a")]


def pager(page: Any) -> dict[str, str]:
    return {link.get_text(): link["href"] for link in page.select(".pager a")}


# Tags


def test_tags_stand_by_kind_the_most_used_first(client: Client, published: Make) -> None:
    sort(OpenAI="company", 快手="company", o3="model", 阿里="company")
    published(tags=("随笔",), sections=section(("OpenAI", "o3"), ("快手",), ("阿里",)))
    published(date=DAY + timedelta(days=1), tags=(), sections=section(("OpenAI",), ("快手",)))
    published(date=DAY + timedelta(days=2), tags=("快手",), sections=section(()))
    groups = listed(get(client, "/tags/"))
    assert groups == {
        "Companies": {"快手": 3, "OpenAI": 2, "阿里": 1}, "Models": {"o3": 1}, "Other tags": {"随笔": 3}
    }  # fmt: skip
    assert [list(tags) for tags in groups.values()] == [["快手", "OpenAI", "阿里"], ["o3"], ["随笔"]]


def test_a_tag_counts_live_stories_that_have_it_or_are_in_an_issue_that_has(
    client: Client, published: Make, draft: Make, people: SimpleNamespace
) -> None:
    published(tags=("甲",), sections=section(("甲",), ("甲",), ("乙",)))
    other = published(date=DAY + timedelta(days=1), tags=("甲",), sections=section(("乙",)))
    draft(date=DAY + timedelta(days=2), tags=("甲", "丙"), sections=section(("乙",)))
    for address in ("/tags/", "/tags/?kind=unsorted"):
        assert list(listed(get(client, address)).values()) == [{"甲": 4, "乙": 2}]
    assert len(entries(get(client, "/tags/甲/"))) == 2
    retract(other, Story.objects.get(edition__issue=other).uid, people)
    assert listed(get(client, "/tags/")) == {"Other tags": {"甲": 3, "乙": 1}}
    workflow.perform(Action.WITHDRAW, Issue.objects.get(pk=other.pk), by=people.editor, note="误")
    assert listed(get(client, "/tags/")) == {"Other tags": {"甲": 3, "乙": 1}}


def test_what_the_number_counts_is_said(client: Client, published: Make) -> None:
    published()
    assert "how many stories have the tag" in get(client, "/tags/").select_one(".list-note").get_text()


def test_a_kind_is_paged_by_name(client: Client, digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digests.site.views.tag.OF_A_KIND", 2)
    monkeypatch.setattr("digests.site.views.tag.OVERVIEW", 3)
    for number in range(5):
        archive(digest, 1, until=DAY - timedelta(days=number), tag=f"标签 {number}")
    sort(人="person")
    page = get(client, "/tags/")
    assert len(listed(page)["Other tags"]) == 3
    (every,) = page.select(".list-more a")
    assert (every["href"], every.get_text()) == ("/tags/?kind=unsorted", "All by name: Other tags (5)")
    page = get(client, str(every["href"]))
    seen: list[str] = []
    while True:
        seen += listed(page)["Other tags"]
        following = pager(page).get("More tags")
        if following is None:
            break
        page = get(client, following)
    assert seen == [f"标签 {number}" for number in range(5)]
    assert pager(page) == {"First page": "/tags/?kind=unsorted"}


@pytest.mark.parametrize(
    "query",
    [
        "kind=planet",
        "kind=person",
        "kind=unsorted&after=龘",
        "after=a",
        "after=",
        "kind=" + "x" * 5000,
        "kind=%ED%A0%80",
    ],
)
def test_a_page_of_tags_that_is_not_there_is_none(client: Client, published: Make, query: str) -> None:
    published()
    get(client, f"/tags/?{query}", 404)


def test_tags_that_appear_together_lead_to_each_other(client: Client, published: Make) -> None:
    sort(OpenAI="company", 微软="company", o3="model")
    published(tags=("早间",), sections=section(("OpenAI", "o3"), ("OpenAI", "o3", "微软"), ("别的",)))
    page = get(client, "/tags/openai/")
    facets = {
        row.dt.get_text(): [link.get_text() for link in row.select("a")] for row in page.select(".facets dl > div")
    }
    assert facets == {"Companies": ["微软"], "Models": ["o3"]}
    assert page.select_one(".facets a")["href"] == "/tags/%E5%BE%AE%E8%BD%AF/"
    # What only issues have stands beside all that is in them.
    beside = [link.get_text() for link in get(client, "/tags/早间/").select(".facets a")]
    assert beside == ["OpenAI", "微软", "o3", "别的"]


def test_a_tag_alone_has_no_tags_beside_it(client: Client, published: Make) -> None:
    published(tags=(), sections=section(("甲",)))
    assert not get(client, "/tags/甲/").select(".facets")


@pytest.mark.parametrize("issues", [3, 30])
def test_queries_of_tags_are_as_many_however_many_there_are(
    client: Client, digest: Digest, django_assert_num_queries: DjangoAssertNumQueries, issues: int
) -> None:
    archive(digest, issues)
    archive(Digest.objects.create(name="晚报", slug="evening"), issues, tag="B")
    last = Edition.objects.filter(digest=digest).order_by("-date")[1]
    for address, queries in {
        "/tags/": 2,
        "/tags/?kind=unsorted": 1,
        "/tags/ai/": 5,
        f"/tags/ai/?before={last.date}-{last.pk}": 6,
    }.items():
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200


# Lists that are walked both ways


def test_a_digest_is_walked_back_and_forth(client: Client, digest: Digest) -> None:
    archive(digest, 70)
    Digest.objects.update(language="en")
    page, there = get(client, "/morning/"), []
    while older := pager(page).get("Older"):
        there.append(older)
        page = get(client, older)
    assert len(there) == 3
    back = []
    while newer := pager(page).get("Newer"):
        back.append(newer)
        page = get(client, newer)
    assert back == there[-2::-1]
    assert pager(page) == {"Newest": "/morning/", "Older": there[1]}


def test_a_tag_is_walked_back_and_forth_across_digests(client: Client, digest: Digest) -> None:
    archive(digest, 35)
    archive(Digest.objects.create(name="晚报", slug="evening"), 35)
    page, there = get(client, "/tags/ai/"), []
    seen = entries(page)
    while older := pager(page).get("Older"):
        there.append(older)
        page = get(client, older)
        seen += entries(page)
    assert len(there) == 3 and len(seen) == len(set(seen)) == 70
    back = []
    while newer := pager(page).get("Newer"):
        back.append(newer)
        page = get(client, newer)
    assert back == there[-2::-1]


def test_a_place_between_issues_is_a_place(client: Client, digest: Digest) -> None:
    archive(digest, 3)
    assert entries(get(client, "/morning/?before=2026-02-28")) == ["/morning/2026-02-27/"]
    assert entries(get(client, "/tags/ai/?before=2026-02-28-0")) == ["/morning/2026-02-27/"]


@pytest.mark.parametrize("address", ["/morning/", "/tags/ai/"])
@pytest.mark.parametrize("place", ["x", "2026-13-01", "0001-01-01", "9" * 400, "%ED%A0%80", "2026-03-01-" + "9" * 30])
def test_a_place_that_is_none_is_not_found(client: Client, published: Make, address: str, place: str) -> None:
    published()
    get(client, f"{address}?before={place}", 404)


# Months


def days(page: Any) -> dict[int, str]:
    """Return how each day of a month's calendar stands: its address, that it lacks an issue, or nothing."""
    found = {}
    for cell in page.select(".month td"):
        if text := cell.find(string=True, recursive=True):
            found[int(text.strip())] = cell.a["href"] if cell.a else " ".join(cell.get("class", []))
    return found


def test_a_month_is_a_calendar_with_its_gaps(client: Client, digest: Digest) -> None:
    archive(digest, 5, until=date(2026, 2, 10))
    archive(digest, 1, until=date(2026, 2, 20))
    archive(digest, 1, until=date(2026, 3, 1))
    page = get(client, "/morning/2026/02/")
    shown = days(page)
    assert list(shown) == list(range(1, 29))
    assert {day for day, stands in shown.items() if stands.startswith("/")} == {6, 7, 8, 9, 10, 20}
    assert shown[6] == "/morning/2026-02-06/"
    # Nobody misses an issue before the first of all.
    assert {day for day, stands in shown.items() if stands == "is-missing"} == {*range(11, 20), *range(21, 29)}
    assert days(get(client, "/morning/2026/03/"))[2] == "is-missing"


def test_a_day_to_come_lacks_nothing(client: Client, digest: Digest) -> None:
    yesterday = timezone.now().astimezone(digest.zone).date() - timedelta(days=1)
    archive(digest, 1, until=yesterday)
    shown = days(get(client, f"/morning/{yesterday:%Y/%m}/"))
    assert "is-missing" not in shown.values()


def test_a_calendar_can_be_read_aloud(client: Client, digest: Digest) -> None:
    archive(digest, 40)
    Digest.objects.update(language="en")
    table = get(client, "/morning/2026/02/").select_one("table.month")
    assert table.caption.get_text() == "Days of February 2026 with an issue"
    heads = [(head["scope"], head.abbr["title"]) for head in table.select("th")]
    assert heads[0] == ("col", "Monday") and heads[6] == ("col", "Sunday")
    assert table.select_one("td a").get_text(" ", strip=True) == "1 第 28 期"
    assert [len(row.select("td")) for row in table.select("tbody tr")] == [7] * 5


def test_months_lead_to_the_next_that_has_issues(client: Client, digest: Digest) -> None:
    for day in (date(2019, 5, 1), date(2024, 2, 29), date(2026, 3, 1)):
        archive(digest, 1, until=day)
    assert list(pager(get(client, "/morning/2024/02/")).values()) == ["/morning/2019/05/", "/morning/2026/03/"]


@pytest.mark.parametrize("issues", [1, 28])
def test_queries_of_a_month(
    client: Client, digest: Digest, django_assert_num_queries: DjangoAssertNumQueries, issues: int
) -> None:
    archive(digest, issues, until=date(2026, 2, 28))
    with django_assert_num_queries(4):
        client.get("/morning/2026/02/")


@pytest.mark.parametrize("address", ["/morning/2999/12/", "/morning/1000/01/", "/morning/2026/00/"])
def test_a_month_without_issues_is_none(client: Client, published: Make, address: str) -> None:
    published()
    get(client, address, 404)


# The front page


@pytest.mark.parametrize("digests", [2, 50])
def test_the_front_page_has_the_latest_of_each_digest_by_day_and_name(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries, digests: int
) -> None:
    Digest.objects.create(name="Empty", slug="empty")
    for number in range(digests):
        one = Digest.objects.create(name=f"Digest {number:02}", slug=f"d{number}", language="en")
        archive(one, 2, until=DAY - timedelta(days=number % 2))
    with django_assert_num_queries(3):
        page = get(client, "/")
    leads = [lead.select_one(".lead-date a").get_text() for lead in page.select(".lead")]
    evens, odds = range(0, digests, 2), range(1, digests, 2)
    assert leads == [f"Digest {number:02}" for number in (*evens, *odds)]
    assert "Empty" not in page.get_text()


def test_what_is_scheduled_is_in_no_archive(client: Client, approved: Make, people: SimpleNamespace) -> None:
    issue = approved(tags=("秘密",))
    workflow.perform(Action.SCHEDULE, issue, by=people.editor, at=timezone.now() + timedelta(hours=1))
    get(client, "/tags/秘密/", 404)
    get(client, "/tags/?kind=unsorted", 404)
    get(client, "/morning/2026/03/", 404)
    Edition.objects.update(live_from=datetime(2026, 3, 1, tzinfo=UTC))
    assert entries(get(client, "/tags/秘密/")) == ["/morning/2026-03-01/"]
