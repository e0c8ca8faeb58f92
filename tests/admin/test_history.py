"""History at the desk: what it costs to look at an issue that was saved many times."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from digests.admin.review.history import history_of
from digests.editorial.comments import say
from digests.models import Issue, Revision
from tests.conftest import reword

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


def reads_words(query: dict[str, str]) -> bool:
    return query["sql"].startswith("SELECT") and '"digests_revision"."content"' in query["sql"]


def test_only_the_two_revisions_that_are_compared_are_read_whole(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(6)
    with CaptureQueriesContext(connection) as few:
        history_of(issue, {})
    for number in range(12):
        issue = reword(issue, f"第 {number} 个标题", by=people.writer)
    with CaptureQueriesContext(connection) as many:
        shown = history_of(issue, {"from": "1", "to": "3"})
    whole = [one.row.number for one in shown["revisions"] if "content" not in one.row.get_deferred_fields()]
    assert (len(shown["revisions"]), whole) == (13, [3, 1])
    assert [one.number for one in (shown["old"], shown["new"])] == [1, 3]
    assert len(many) == len(few) + 2
    # Not by another row, either: what is read grows by less than one issue's words a revision.
    assert len([query for query in many if reads_words(query)]) == 2


@pytest.mark.parametrize("name", ["revision", "edition", "review"])
def test_lists_of_what_was_read_no_words(client: Client, published: Make, people: SimpleNamespace, name: str) -> None:
    published()
    client.force_login(people.root)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(f"admin:digests_{name}_changelist")).status_code == 200
    assert Revision.objects.exists()
    assert [query["sql"] for query in queries if reads_words(query)] == []


def test_notices_and_comments_read_the_newest_words_alone(client: Client, draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    for number in range(3):
        say(issue, f"第 {number} 句", by=people.reviewer)
        issue = reword(issue, f"第 {number} 个标题", by=people.writer)
    client.force_login(people.reviewer)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("admin:digests_issue_review", args=[issue.pk])).status_code == 200
    comments = [query["sql"] for query in queries if reads_words(query) and "digests_comment" in query["sql"]]
    assert comments == []
