"""What the first page of an archive costs, and the thousandth. Run by hand:

    .venv/bin/python -m tests.bench.archives
    bin/with-postgres .venv/bin/python -m tests.bench.archives

Fills 5,000 issues of two digests with 100,000 stories, 400 tags and 300 sources, some of them in nearly everything, and
prints milliseconds and queries of each page. Pages are of five entries, so that 5,000 issues have a thousand of them.
`--explain` prints how the database looks for the slowest query of each.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from digests.manuscript.values import UID_ALPHABET
from digests.models import Digest, Edition, Issue, Revision, Source, Story, Tag
from digests.models.sources import KINDS as CLASSES
from digests.models.tags import KINDS

ISSUES, A_DAY, DIGESTS = 5_000, 20, 2
TAGS, SOURCES = 400, 300
FIRST = date(2018, 1, 1)
PAGE = 5


def uid(number: int) -> str:
    letters = ""
    for _ in range(8):
        number, rest = divmod(number, len(UID_ALPHABET))
        letters += UID_ALPHABET[rest]
    return letters


def some(dice: random.Random, of: int) -> int:
    """Return a number from 0 on, the small ones far more often: the first is in nearly every issue, the last in few."""
    return min(int(dice.paretovariate(0.6)) - 1, of - 1)


def fill() -> None:
    dice = random.Random(7)
    digests = [Digest.objects.create(name=f"Bench {number}", slug=f"bench-{number}") for number in range(DIGESTS)]
    tags = Tag.objects.bulk_create(
        Tag(name=f"Tag {number}", key=f"tag {number}", slug=f"tag-{number}", kind=["", *KINDS][number % 5])
        for number in range(TAGS)
    )
    sources = Source.objects.bulk_create(
        Source(domain=f"source{number}.test", kind=CLASSES[number % len(CLASSES)]) for number in range(SOURCES)
    )
    body = "<p>" + "Words of a story as they are printed. " * 30 + "</p>"
    for start in range(0, ISSUES, 500):
        numbers = range(start, start + 500)
        days = {number: FIRST + timedelta(days=number // DIGESTS) for number in numbers}
        issues = Issue.objects.bulk_create(
            Issue(digest=digests[number % DIGESTS], date=days[number], title="x", seo=[]) for number in numbers
        )
        revisions = Revision.objects.bulk_create(
            Revision(issue=issue, number=1, sha256="0" * 64, content="{}", author_name="x") for issue in issues
        )
        names = {number: [f"Tag {some(dice, TAGS)}" for _ in range(3)] for number in numbers}
        editions = Edition.objects.bulk_create(
            Edition(
                issue=issue, digest=issue.digest, revision=revision, number=1, by_name="x", date=issue.date,
                title=f"Issue {number}", summary="What a reader who reads nothing else should know. " * 4,
                live_from=datetime(issue.date.year, issue.date.month, issue.date.day, 8, tzinfo=UTC),
                page={"tags": names[number], "sections": [{"title": "x", "items": [{"body": body}] * A_DAY}]},
            )
            for number, issue, revision in zip(numbers, issues, revisions, strict=True)
        )  # fmt: skip
        stories = Story.objects.bulk_create(
            Story(
                edition=edition, uid=uid(number * A_DAY + place), position=place, headline=f"Story {number}-{place}",
                excerpt="The first words of it. " * 8, source=sources[some(dice, SOURCES)], thread=uid(number),
                page={"body": body},
            )
            for number, edition in zip(numbers, editions, strict=True)
            for place in range(A_DAY)
        )  # fmt: skip
        of_story = [{some(dice, TAGS) for _ in range(2)} for _ in stories]
        Story.tags.through.objects.bulk_create(
            Story.tags.through(story_id=story.pk, tag_id=tags[tag].pk)
            for story, chosen in zip(stories, of_story, strict=True)
            for tag in chosen
        )
        of_edition: dict[int, set[int]] = {
            edition.pk: {int(name[4:]) for name in names[number]}
            for number, edition in zip(numbers, editions, strict=True)
        }
        for story, chosen in zip(stories, of_story, strict=True):
            of_edition[story.edition_id] |= chosen
        Edition.tags.through.objects.bulk_create(
            Edition.tags.through(edition_id=edition, tag_id=tags[tag].pk)
            for edition, chosen in of_edition.items()
            for tag in chosen
        )


def measured(client: Client, address: str) -> tuple[float, Any]:
    """Return the median milliseconds of nine answers, and the queries of one."""
    times = []
    for _ in range(9):
        begun = time.perf_counter()
        response = client.get(address)
        times.append((time.perf_counter() - begun) * 1000)
        assert response.status_code == 200, (address, response.status_code)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return statistics.median(times), queries.captured_queries


def explain(queries: Any) -> None:
    sql = max(queries, key=lambda query: float(query["time"]))["sql"]
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ANALYZE ") + sql)
        for row in cursor.fetchall():
            print("     ", row[-1])


def pages() -> dict[str, tuple[str, str]]:
    """Return the first page of each list, and its thousandth."""
    editions = Edition.objects.order_by("-date", "-pk")

    def place(chosen: Any, number: int, *, across: bool = True) -> str:
        last = chosen[min(PAGE * (number - 1), chosen.count() - 1) - 1]
        return f"{last.date}-{last.pk}" if across else str(last.date)

    often, seldom = Tag.objects.get(slug="tag-0"), Tag.objects.get(slug="tag-350")
    source, rare = Source.objects.get(domain="source0.test"), Source.objects.get(domain="source250.test")
    of_digest = editions.filter(digest__slug="bench-0")
    of_source = {one: editions.filter(stories__source=one).distinct() for one in (source, rare)}
    return {
        "digest": ("/bench-0/", f"/bench-0/?before={place(of_digest, 500, across=False)}"),
        "tag, in nearly all": ("/tags/tag-0/", f"/tags/tag-0/?before={place(editions.filter(tags=often), 1000)}"),
        "tag, in few": ("/tags/tag-350/", f"/tags/tag-350/?before={place(editions.filter(tags=seldom), 3)}"),
        "source, in nearly all": (
            "/sources/source0.test/", f"/sources/source0.test/?before={place(of_source[source], 1000)}",
        ),
        "source, in few": ("/sources/source250.test/", f"/sources/source250.test/?before={place(of_source[rare], 3)}"),
        "all tags": ("/tags/", "/tags/?kind=person&after=tag 300"),
        "all sources, most cited": ("/sources/", "/sources/?after=30-source100.test"),
        "all sources, by address": ("/sources/?by=address", "/sources/?by=address&after=1-source250.test"),
        "month": ("/bench-0/2018/02/", "/bench-0/2024/02/"),
        "front": ("/", "/"),
    }  # fmt: skip


def main() -> None:
    from digests.views import digest, source, tag

    old_name = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0)
    settings.SECURE_SSL_REDIRECT = False
    settings.ALLOWED_HOSTS = ["testserver"]
    for module in (digest, source, tag):
        setattr(module, "PAGE", PAGE)  # noqa: B010 - they have no such name in common, says mypy
    try:
        fill()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}: {Edition.objects.count()} issues, {Story.objects.count()} stories")
        client = Client()
        for name, (first, last) in pages().items():
            (near, near_queries), (far, far_queries) = measured(client, first), measured(client, last)
            counted = f"{len(near_queries)} and {len(far_queries)} queries"
            print(f"  {name:26} first {near:6.1f} ms  last {far:6.1f} ms  ×{far / near:.2f}  {counted}")
            if "--explain" in sys.argv:
                explain(near_queries)
                explain(far_queries)
    finally:
        connection.creation.destroy_test_db(old_name, verbosity=0)


if __name__ == "__main__":
    main()
