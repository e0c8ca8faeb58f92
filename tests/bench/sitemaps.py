"""Measure sitemaps with 100,000 live stories. Run by hand:

    .venv/bin/python -m tests.bench.sitemaps
    bin/with-postgres .venv/bin/python -m tests.bench.sitemaps

Prints, for each address, milliseconds, queries, pages listed and kilobytes; the newest month and the oldest should cost
the same.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from tests.bench.newsroom import measured, newsroom, out, settle  # isort: split

from django.db import connection
from django.test import Client

from digests.manuscript.values import new_uid
from digests.models import Digest, Edition, Issue, PageStory, Source, Story, Tag
from digests.publishing.rendering import render_page
from tests.conftest import manuscript

STORIES, A_DAY, TAGS = 100_000, 20, 5_000
NEWEST = date(2026, 3, 31)


def fill() -> None:
    words = manuscript(A_DAY)
    page = render_page(words)  # as large as a real one, to notice if rows are read for nothing
    digest = Digest.objects.create(name="Bench", slug="bench")
    days = [NEWEST - timedelta(days=number) for number in range(STORIES // A_DAY)]
    tags = Tag.objects.bulk_create(
        Tag(name=f"tag {number}", slug=f"tag-{number}", key=f"tag {number}") for number in range(TAGS)
    )
    sources = Source.objects.bulk_create(Source(domain=f"source{number}.test") for number in range(TAGS))
    for editions in out((Issue(digest=digest, date=day, title="x", seo=[]) for day in days), page=page):
        Edition.tags.through.objects.bulk_create(
            Edition.tags.through(edition_id=edition.pk, tag_id=tags[(edition.pk * 3 + nth * 7) % TAGS].pk)
            for edition in editions
            for nth in range(5)
        )
        Story.objects.bulk_create(
            Story(
                edition=edition, uid=new_uid(), position=place, headline="x", page=PageStory(body="x" * 1000),
                source=sources[(edition.pk * 3 + place * 7) % TAGS],
            )
            for edition in editions
            for place in range(A_DAY)
        )  # fmt: skip


def main() -> None:
    with newsroom():
        fill()
        settle()
        print(f"{connection.vendor}: {Edition.objects.count()} issues, {Story.objects.count()} stories")
        client = Client()
        oldest = NEWEST - timedelta(days=STORIES // A_DAY - 32)
        for address in (
            "/sitemap.xml",
            "/sitemap-pages.xml",
            "/sitemap-tags-0.xml",
            "/sitemap-sources-0.xml",
            f"/sitemap-bench-{NEWEST:%Y-%m}.xml",
            f"/sitemap-bench-{oldest:%Y-%m}.xml",
            "/news-sitemap.xml",
            "/llms.txt",
            "/robots.txt",
        ):
            took, queries = measured(partial(client.get, address))
            response = client.get(address)
            assert response.status_code == 200, address
            pages, weight = response.content.count(b"<loc>"), len(response.content) / 1000
            print(f"  {address:32} {took:7.1f} ms  {len(queries)} queries  {pages:5} pages  {weight:7.1f} kB")


if __name__ == "__main__":
    main()
