"""Measure the first and the thousandth page of each archive. Run by hand:

    .venv/bin/python -m tests.bench.archives
    bin/with-postgres .venv/bin/python -m tests.bench.archives

Fills 5,000 issues of two digests with 100,000 stories, 400 tags and 300 sources, some of them in nearly everything,
every fifth issue corrected, and prints milliseconds and queries of each page. Pages are of five entries, so that 5,000
issues have a thousand of them. `--explain` prints how the database looks for the slowest query of each.
"""

from __future__ import annotations

import random
import sys
from datetime import date, timedelta
from functools import partial
from typing import Any

from tests.bench.newsroom import explain, measured, newsroom, out, settle, uid  # isort: split

from django.db import connection
from django.test import Client

from digests.models import Digest, Edition, Issue, Page, PageSection, PageStory, Source, Story, Tag
from digests.models.sources import KINDS as CLASSES
from digests.models.tags import KINDS

ISSUES, A_DAY, DIGESTS = 5_000, 20, 2
TAGS, SOURCES = 400, 300
FIRST = date(2018, 1, 1)
PAGE = 5


def some(dice: random.Random, of: int) -> int:
    """Return a number below `of`, small ones far more often, as with tags: a few are in nearly every issue."""
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
    body = "<p>" + "Words of a story as they are shown. " * 30 + "</p>"
    days = ((number, FIRST + timedelta(days=number // DIGESTS)) for number in range(ISSUES))
    issues = (Issue(digest=digests[number % DIGESTS], date=day, title=f"{number}", seo=[]) for number, day in days)

    def page(_issue: Issue) -> Page:
        tags = tuple(f"Tag {some(dice, TAGS)}" for _ in range(3))
        return Page(tags=tags, sections=(PageSection("x", items=(PageStory(body=body),) * A_DAY),))

    summary = "What a reader who reads nothing else should know. " * 4

    def correction(issue: Issue) -> str:
        return "" if int(issue.title) % 5 else "typo"

    for editions in out(issues, summary=summary, page=page, correction=correction):
        stories = Story.objects.bulk_create(
            Story(
                edition=edition, uid=uid(int(edition.title) * A_DAY + place), position=place,
                headline=f"Story {edition.title}-{place}", excerpt="The first words of it. " * 8,
                source=sources[some(dice, SOURCES)], storyline=uid(int(edition.title)), page=PageStory(body=body),
            )
            for edition in editions
            for place in range(A_DAY)
        )  # fmt: skip
        of_story = {(story.pk, some(dice, TAGS)): story.edition_id for story in stories for _ in range(2)}
        Story.tags.through.objects.bulk_create(
            Story.tags.through(story_id=story, tag_id=tags[tag].pk) for story, tag in of_story
        )
        before = Edition.objects.bulk_create(
            Edition(
                issue=edition.issue, digest=edition.digest, revision=edition.revision, number=2, by_name="x",
                date=edition.date, title=edition.title, page=edition.page,
                live_from=edition.live_from - timedelta(hours=1), live_until=edition.live_from,
            )
            for edition in editions
            if edition.correction
        )  # fmt: skip
        Story.objects.bulk_create(
            Story(
                edition=edition, uid=uid(int(edition.title) * A_DAY + place), position=place, headline="Before",
                source=sources[some(dice, SOURCES)], page=PageStory(body=body),
            )
            for edition in before
            for place in range(A_DAY)
        )  # fmt: skip
        whole = {(edition.pk, int(name[4:])) for edition in editions for name in edition.page.tags}
        Edition.tags.through.objects.bulk_create(
            Edition.tags.through(edition_id=edition, tag_id=tags[tag].pk)
            for edition, tag in whole | {(edition, tag) for (_story, tag), edition in of_story.items()}
        )


def correction_before(number: int) -> str:
    edition = Edition.objects.corrections()[number]
    return f"{int(edition.live_from.timestamp() * 1_000_000)}-{edition.pk}"


def pages() -> dict[str, tuple[str, str]]:
    """Return the addresses of the first and the thousandth page of each list, by name."""
    editions = Edition.objects.live().order_by("-date", "-pk")

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
        "corrections": ("/corrections/", f"/corrections/?before={correction_before(400)}"),
        "month": ("/bench-0/2018/02/", "/bench-0/2024/02/"),
        "front": ("/", "/"),
    }  # fmt: skip


def main() -> None:
    from digests.site.views import corrections, digest, source, tag

    for module in (corrections, digest, source, tag):
        setattr(module, "PAGE", PAGE)  # noqa: B010 - they have no such name in common, says mypy
    with newsroom():
        fill()
        settle()
        print(f"{connection.vendor}: {Edition.objects.count()} issues, {Story.objects.count()} stories")
        client = Client()
        for name, addresses in pages().items():
            (near, near_queries), (far, far_queries) = (measured(partial(client.get, one)) for one in addresses)
            assert [client.get(one).status_code for one in addresses] == [200, 200], addresses
            counted = f"{len(near_queries)} and {len(far_queries)} queries"
            print(f"  {name:26} first {near:6.1f} ms  last {far:6.1f} ms  ×{far / near:.2f}  {counted}")
            if "--explain" in sys.argv:
                explain(near_queries)
                explain(far_queries)


if __name__ == "__main__":
    main()
