"""The public log of corrections: what it lists, in which order, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from digests.editorial import exchange, workflow
from digests.models import Digest, Edition, Issue, Story
from digests.models.states import Action, Correction
from tests.conftest import reword
from tests.reading import get

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]
DAY = date(2026, 3, 1)


def correct(
    issue: Issue, people: SimpleNamespace, *, kind: str = Correction.CORRECTION, note: str = "数字有误，已改正。"
) -> Edition:
    """Bring a new title of an issue to readers, as a correction."""
    issue = Issue.objects.get(pk=issue.pk)
    words = exchange.from_rows(issue)
    with workflow.editing(issue, by=people.writer) as locked:
        exchange.to_rows(replace(words, title=f"{words.title}。"), locked)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    edition = workflow.perform(Action.PUBLISH, issue, by=people.editor, correction=kind, note=note).edition
    assert edition
    return edition


def uids(issue: Issue) -> list[str]:
    return list(Story.objects.live().filter(edition__issue=issue).values_list("uid", flat=True))


# What counts as one


def test_what_told_readers_of_a_correction_counts_the_newest_first(published: Make, people: SimpleNamespace) -> None:
    first, second = published(), published(date=DAY + timedelta(days=1))
    typo = correct(first, people, kind=Correction.TYPO, note="")
    told = correct(second, people)
    retraction = workflow.perform(Action.RETRACT, first, by=people.editor, story=uids(first)[0], note="摆拍。").edition
    assert list(Edition.objects.corrections()) == [retraction, told, typo]
    assert list(Edition.objects.corrections(told.live_from)) == [told, typo]


def test_an_approval_after_an_emergency_is_no_correction(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震。")
    workflow.perform(Action.ENDORSE, issue, by=people.reviewer)
    assert not Edition.objects.corrections().exists()


def test_a_correction_that_is_scheduled_is_none_yet(published: Make, people: SimpleNamespace) -> None:
    issue = reword(published(), "明天的标题", by=people.writer)
    workflow.perform(Action.SUBMIT, issue, by=people.writer)
    workflow.perform(Action.APPROVE, issue, by=people.reviewer, attests_read_all=True)
    at = timezone.now() + timedelta(days=1)
    workflow.perform(Action.SCHEDULE, issue, by=people.editor, at=at, correction=Correction.TYPO)
    assert [edition.live_from for edition in Edition.objects.corrections(at)] == [at]
    assert not Edition.objects.corrections().exists()


def test_corrections_of_a_withdrawn_issue_are_withdrawn_with_it(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    correct(issue, people)
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="整期有误")
    assert not Edition.objects.corrections().exists()


# The page


def told(page: Any) -> list[tuple[str, str]]:
    """Return the kind of each entry, and the address of what changed or where else it leads."""
    return [
        (entry.h2.b.get_text(), (entry.select(".facts a") or [{"href": ""}])[-1]["href"]) for entry in entries(page)
    ]


def entries(page: Any) -> Any:
    return page.select(".entry")


def test_the_log_tells_of_every_kind_the_newest_first(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue, other = published(), published(date=DAY + timedelta(days=1))
    correct(issue, people, kind=Correction.TYPO, note="")
    correct(issue, people, note="应为三人。\n不是两人。")
    gone = uids(issue)[0]
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=gone, note="摆拍。")
    workflow.perform(Action.WITHDRAW, other, by=people.editor, note="机密的原因")
    page = get(client, "/corrections/")
    assert told(page) == [
        ("撤下", ""),
        ("撤回", f"/stories/{gone}/"),
        ("更正", "/morning/2026-03-01/?edition=2&to=3#changes"),
        ("错字", "/morning/2026-03-01/?edition=1&to=2#changes"),
    ]
    withdrawn, retracted, corrected, _typo = entries(page)
    assert "2026-03-02" in withdrawn.get_text()
    assert not withdrawn.find("a", href="/morning/2026-03-02/")
    assert "今天的要闻" not in withdrawn.get_text() and "机密" not in page.get_text()
    assert "摆拍。" in retracted.get_text()
    assert retracted.h2.a["href"] == f"/morning/2026-03-01/#{gone}"
    assert corrected.find("br") and "应为三人。" in corrected.get_text()
    assert corrected.h2.a["href"] == "/morning/2026-03-01/"
    assert corrected.select_one(".entry-date a")["href"] == "/morning/"
    assert corrected.time["datetime"].endswith("+08:00") and "UTC+0800" in corrected.time.get_text()


def test_the_log_names_an_issue_as_it_is_called_now(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published(title="错的标题")
    correct(issue, people)
    reworded = reword(issue, "对的标题", by=people.writer)
    workflow.perform(Action.SUBMIT, reworded, by=people.writer)
    workflow.perform(Action.APPROVE, reworded, by=people.reviewer, attests_read_all=True)
    workflow.perform(Action.PUBLISH, reworded, by=people.editor, correction=Correction.TYPO)
    assert [entry.h2.a.get_text() for entry in entries(get(client, "/corrections/"))] == ["对的标题", "对的标题"]


def test_the_log_by_digest_and_by_type(client: Client, published: Make, people: SimpleNamespace) -> None:
    correct(published(), people)
    other = Digest.objects.create(name="Evening", slug="evening", language="en", policies="We **say** so.")
    issue = published(date=DAY + timedelta(days=1))
    correct(issue, people, kind=Correction.TYPO, note="")
    Issue.objects.filter(pk=issue.pk).update(digest=other)
    Edition.objects.filter(issue=issue).update(digest=other)
    kinds = {
        "": ["Typo", "更正"],
        "?type=typo": ["Typo"],
        "?digest=morning": ["更正"],
        "?digest=evening&type=typo": ["Typo"],
        "?digest=evening&type=correction": [],
        "?type=withdrawal": [],
    }
    assert {query: [kind for kind, _ in told(get(client, f"/corrections/{query}"))] for query in kinds} == kinds
    page = get(client, "/corrections/?digest=evening&type=correction")
    assert page.html["lang"] == "en" and page.select_one(".nothing")
    chosen, choices = page.select(".choices [aria-current]"), page.select(".choices a")
    assert [link.get_text() for link in chosen] == ["Evening", "Correction"]
    assert choices[0]["href"] == "/corrections/?type=correction"
    assert page.select_one(".log-about a")["href"] == "/evening/#policies"
    assert not get(client, "/corrections/?digest=morning").select_one(".log-about a")


def test_the_log_is_paged_without_leaving_one_out(
    client: Client, published: Make, people: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digests.site.views.corrections.PAGE", 2)
    issue, other = published(), published(date=DAY + timedelta(days=1))
    for _ in range(4):
        correct(issue, people, kind=Correction.TYPO, note="")
    workflow.perform(Action.WITHDRAW, other, by=people.editor, note="整期有误")
    # Several of one instant, as an archive may bring.
    Edition.objects.filter(issue=other).update(live_until=Edition.objects.get(issue=issue, number=4).live_from)
    seen, page = [], get(client, "/corrections/")
    while True:
        seen += [(entry.h2.b.get_text(), entry.time["datetime"]) for entry in entries(page)]
        older = page.select_one(".pager [rel=next]")
        if older is None:
            break
        page = get(client, older["href"])
    assert [kind for kind, _ in seen] == ["错字", "错字", "撤下", "错字", "错字"]
    assert [at for _, at in seen] == sorted((at for _, at in seen), reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "type=x",
        "digest=nowhere",
        f"digest={'x' * 10_000}",
        "before=x",
        "before=1",
        f"before={'9' * 16}-{'9' * 18}&type=withdrawal",
        f"before={'9' * 17}-1",
        "before=0-0",
        "digest=%ED%A0%80",
    ],
)
def test_nonsense_is_not_found(client: Client, published: Make, query: str) -> None:
    published()
    get(client, f"/corrections/?{query}", 404)


def test_an_empty_log_says_so(client: Client, digest: Digest) -> None:
    assert get(client, "/corrections/").select_one(".nothing")


def test_every_page_leads_to_the_log(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    correct(issue, people)
    for address in ("/", "/morning/", "/morning/2026-03-01/", f"/stories/{uids(issue)[0]}/", "/tags/"):
        assert get(client, address).find("a", href="/corrections/")
    assert get(client, "/morning/2026-03-01/").find("a", href="/corrections/?digest=morning")


@pytest.mark.parametrize("corrections", [1, 12])
def test_queries_of_the_log(
    client: Client,
    published: Make,
    people: SimpleNamespace,
    django_assert_num_queries: DjangoAssertNumQueries,
    corrections: int,
) -> None:
    issue = published()
    for _ in range(corrections):
        correct(issue, people, kind=Correction.TYPO, note="")
    for address, queries in {"/corrections/": 3, "/corrections/?digest=morning&type=typo": 3}.items():
        with django_assert_num_queries(queries):
            client.get(address)
