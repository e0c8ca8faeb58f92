"""Every public address is listed once, answers, and is of what is live."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from digests.editorial import workflow
from digests.models import Channel, Digest, Edition, Issue, Story
from digests.models.desk import RESERVED_SLUGS
from digests.models.states import Action
from digests.site import public_addresses
from tests.conftest import stored_picture
from tests.reading import archive, story_of

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
DAY = date(2026, 3, 1)

# What no reader finds by a list: a draft's link is for whoever was given it, a feed of a query for whoever wrote it.
FOR_NOBODY_TO_FIND = {"preview", "custom-rss", "custom-atom", "custom-json"}


def paths(**asked: object) -> list[str]:
    return [page.path for page in public_addresses.every(**asked)]  # type: ignore[arg-type]


def test_every_name_in_urls_is_listed_or_for_nobody_to_find() -> None:
    named = {name for name in get_resolver("digests.urls").reverse_dict if isinstance(name, str)}
    listed = [name for names in public_addresses.KINDS for name in names]
    assert len(listed) == len(set(listed))
    assert set(listed) | FOR_NOBODY_TO_FIND == named
    assert not set(listed) & FOR_NOBODY_TO_FIND


def test_no_digest_is_at_the_first_word_of_another_address() -> None:
    patterns = [*get_resolver("newsroom.urls").url_patterns, *get_resolver("digests.urls").url_patterns]
    first = {str(each.pattern).lstrip("^").partition("/")[0] for each in patterns}
    words = {word for word in first if re.fullmatch(r"[-\w]+", word)}
    assert {"admin", "media", "tags"} <= words
    assert words - RESERVED_SLUGS == set()


def test_every_listed_address_answers(client: Client, published: Make, people: SimpleNamespace) -> None:
    published(cover_file=stored_picture(), cover_alt="一扇窗")
    issue = published(date=DAY + timedelta(days=1))
    Channel.objects.create(digest=issue.digest, name="Telegram", address="https://t.me/morning")
    retracted = story_of(issue).uid
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=retracted, note="误")
    archive(Digest.objects.create(name="Evening", slug="evening", language="en"), 25)
    Story.objects.filter(page={}).delete()  # that archive's stories are names without words
    Channel.objects.create(digest=issue.digest, name="群组", address="https://t.test/g")
    found = list(public_addresses.every())
    assert {page.kind for page in found} == {name for names in public_addresses.KINDS for name in names}
    assert len({page.path for page in found}) == len(found)
    assert {page.path: client.get(page.path).status_code for page in found} == {page.path: 200 for page in found}
    assert f"/stories/{retracted}/" not in paths()


def test_nothing_is_listed_that_is_not_live(
    digest: Digest, published: Make, draft: Make, approved: Make, people: SimpleNamespace
) -> None:
    bare = paths()
    assert "/morning/" in bare
    issue = published()
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="整期有误")
    draft(date=DAY + timedelta(days=1))
    tomorrow = timezone.now() + timedelta(days=1)
    workflow.perform(Action.SCHEDULE, approved(date=DAY + timedelta(days=2)), by=people.editor, at=tomorrow)
    assert paths() == bare
    later = paths(at=tomorrow)
    assert "/morning/2026-03-03/" in later and "/tags/早间/" not in later
    assert {path for path in later if "2026-03-0" in path and "2026-03-03" not in path} == set()


def test_an_address_changed_when_what_it_shows_went_out(published: Make) -> None:
    first, second = (published(date=DAY + timedelta(days=number)) for number in (0, 31))
    times = [datetime(2026, 4, day, tzinfo=UTC) for day in (2, 5)]
    for issue, time in zip((first, second), times, strict=True):
        Edition.objects.filter(issue=issue).update(live_from=time)
    updated = {
        page.path: page.updated
        for page in public_addresses.every(kinds={"front", "digest", "month", "issue", "story", "tag"})
    }
    assert updated == {
        "/": times[1],
        "/morning/": times[1],
        "/morning/2026/03/": times[0],
        "/morning/2026/04/": times[1],
        "/morning/2026-03-01/": times[0],
        "/morning/2026-04-01/": times[1],
        **{f"/stories/{story_of(first, number).uid}/": times[0] for number in range(3)},
        **{f"/stories/{story_of(second, number).uid}/": times[1] for number in range(3)},
        **{f"/tags/{name}/": times[1] for name in ("%E6%97%A9%E9%97%B4", "ai", "%E8%8A%AF%E7%89%87")},
    }


def test_a_digest_without_issues_has_an_address_and_no_time(digest: Digest) -> None:
    assert [(page.path, page.updated) for page in public_addresses.every(kinds={"digest"})] == [("/morning/", None)]


@pytest.mark.parametrize("issues", [2, 400])
def test_as_many_queries_for_many_issues(
    digest: Digest, django_assert_num_queries: DjangoAssertNumQueries, issues: int
) -> None:
    archive(digest, issues)
    with django_assert_num_queries(len(public_addresses.KINDS)):
        assert len(list(public_addresses.every())) > issues * 7
    with django_assert_num_queries(1):
        assert len(list(public_addresses.every(kinds={"issue"}))) == issues
