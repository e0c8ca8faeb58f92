"""What sitemaps cost where 100,000 stories are live. Run by hand:

    .venv/bin/python -m tests.bench.sitemaps
    bin/with-postgres .venv/bin/python -m tests.bench.sitemaps

Prints, for each address, milliseconds, queries, pages listed and kilobytes; the newest month and the oldest should cost
the same.
"""

from __future__ import annotations

import os
import statistics
import time
from datetime import date, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from digests import press
from digests.manuscript.values import new_uid
from digests.models import Digest, Edition, Issue, Revision, Story, Tag
from tests.conftest import manuscript

STORIES, A_DAY, TAGS = 100_000, 20, 5_000
NEWEST = date(2026, 3, 31)


def fill() -> None:
    words = manuscript(A_DAY)
    page = press.page(words)  # as heavy as a real one: rows that are not read must not be paid for
    digest = Digest.objects.create(name="Bench", slug="bench")
    days = [NEWEST - timedelta(days=number) for number in range(STORIES // A_DAY)]
    tags = Tag.objects.bulk_create(
        Tag(name=f"tag {number}", slug=f"tag-{number}", key=f"tag {number}") for number in range(TAGS)
    )
    for start in range(0, len(days), 500):
        some = days[start : start + 500]
        issues = Issue.objects.bulk_create(Issue(digest=digest, date=day, title="x", seo=[]) for day in some)
        revisions = Revision.objects.bulk_create(
            Revision(issue=issue, number=1, sha256="0" * 64, content="{}", author_name="x") for issue in issues
        )
        editions = Edition.objects.bulk_create(
            Edition(
                issue=issue, digest=digest, revision=revision, number=1, by_name="x", date=issue.date, title="x",
                page=page, live_from=f"{issue.date}T08:00:00+00:00",
            )
            for issue, revision in zip(issues, revisions, strict=True)
        )  # fmt: skip
        Edition.tags.through.objects.bulk_create(
            Edition.tags.through(edition_id=edition.pk, tag_id=tags[(start + at * 3 + nth * 7) % TAGS].pk)
            for at, edition in enumerate(editions)
            for nth in range(5)
        )
        Story.objects.bulk_create(
            Story(edition=edition, uid=new_uid(), position=place, headline="x", page={"body": "x" * 1000})
            for edition in editions
            for place in range(A_DAY)
        )


def main() -> None:
    old_name = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0)
    settings.ALLOWED_HOSTS = ["*"]
    try:
        fill()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}: {Edition.objects.count()} issues, {Story.objects.count()} stories")
        client = Client()
        oldest = NEWEST - timedelta(days=STORIES // A_DAY - 32)
        for address in (
            "/sitemap.xml",
            "/sitemap-pages.xml",
            "/sitemap-tags-0.xml",
            f"/sitemap-bench-{NEWEST:%Y-%m}.xml",
            f"/sitemap-bench-{oldest:%Y-%m}.xml",
            "/news-sitemap.xml",
            "/llms.txt",
            "/robots.txt",
        ):
            times = []
            for _ in range(9):
                begun = time.perf_counter()
                response = client.get(address)
                times.append((time.perf_counter() - begun) * 1000)
            assert response.status_code == 200, address
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            pages, weight = response.content.count(b"<loc>"), len(response.content) / 1000
            took = statistics.median(times)
            print(f"  {address:32} {took:7.1f} ms  {len(queries)} queries  {pages:5} pages  {weight:7.1f} kB")
    finally:
        connection.creation.destroy_test_db(old_name, verbosity=0)


if __name__ == "__main__":
    main()
