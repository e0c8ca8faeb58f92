"""What benches share: a temporary database, thousands of published issues, and measuring."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digests.manuscript.values import UID_ALPHABET
from digests.models import Edition, Issue, Revision

Queries = list[dict[str, str]]


@contextmanager
def newsroom(file: str = "") -> Iterator[None]:
    """Create an empty database, and drop it in the end. On SQLite it is in memory unless `file` is given."""
    # Not setup_test_environment: it copies the context of each template, which takes longer than the page.
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    name = settings.DATABASES["default"]["NAME"]
    if file and connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = file
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def settle() -> None:
    """Update the planner's statistics, as a database in use has them."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def uid(number: int) -> str:
    letters = ""
    for _ in range(8):
        number, rest = divmod(number, len(UID_ALPHABET))
        letters += UID_ALPHABET[rest]
    return letters


def out(issues: Iterable[Issue], **facts: Any) -> Iterator[list[Edition]]:
    """Publish issues at 8:00 UTC of their day, and yield their editions in lists of a hundred.

    `facts` are further fields of the editions; callables are called with the issue.
    """
    rest = iter(issues)
    while some := list(islice(rest, 100)):
        rows = Issue.objects.bulk_create(some)
        revisions = Revision.objects.bulk_create(
            Revision(issue=issue, number=1, sha256="0" * 64, content="{}", author_name="x") for issue in rows
        )
        yield Edition.objects.bulk_create(
            Edition(
                issue=issue, digest=issue.digest, revision=revision, number=1, by_name="x",
                date=issue.date, title=issue.title,
                live_from=datetime(issue.date.year, issue.date.month, issue.date.day, 8, tzinfo=UTC),
                **{name: fact(issue) if callable(fact) else fact for name, fact in facts.items()},
            )
            for issue, revision in zip(rows, revisions, strict=True)
        )  # fmt: skip


def measured(act: Callable[[], Any], times: int = 9) -> tuple[float, Queries]:
    """Return the median milliseconds of some runs, and the queries of one more."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    with CaptureQueriesContext(connection) as queries:
        act()
    return statistics.median(taken), queries.captured_queries


def explain(queries: Queries) -> None:
    """Print the query plan of the slowest query."""
    sql = max(queries, key=lambda query: float(query["time"]))["sql"]
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ANALYZE ") + sql)
        for row in cursor.fetchall():
            print("     ", row[-1])
