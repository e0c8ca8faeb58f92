"""How long it takes to find what is related to a story among 100,000. Run by hand:

    .venv/bin/python -m tests.bench.related
    bin/with-postgres .venv/bin/python -m tests.bench.related

Prints, for each story, milliseconds and queries of finding what is related, then of its whole page.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

from tests.bench.duplicates import fill
from tests.bench.newsroom import measured, newsroom, settle  # isort: split

from django.db import connection
from django.test import Client

from digests.manuscript.values import Manuscript, NewsItem, Section
from digests.models import Edition, Source, Story, Tag
from digests.publishing.rendering import render_page
from digests.site import related


def dress() -> None:
    """Give the stories sources, and tags from one that all have to one that few have."""
    dice = random.Random(11)
    common = Tag.objects.named(["AI", *(f"tag {number}" for number in range(300))])
    sources = Source.objects.bulk_create(Source(domain=f"source{number}.test", kind="media") for number in range(97))
    through = Story.tags.through
    pks = list(Story.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), 5000):
        some = pks[start : start + 5000]
        through.objects.bulk_create(
            through(story_id=pk, tag_id=tag.pk)
            for pk in some
            for tag in {common[0], *dice.choices(common[1:], weights=range(300, 0, -1), k=2)}
        )
        stories = Story.objects.filter(pk__in=some)
        for number, source in enumerate(sources):
            stories.filter(pk__in=[pk for pk in some if pk % len(sources) == number]).update(source=source)


def story(number: int) -> Story:
    return Story.objects.select_related("edition").order_by("-pk")[number]


def main() -> None:
    with newsroom():
        fill()
        dress()
        words = NewsItem("x")
        page = render_page(Manuscript("x", Edition.objects.all()[0].date, sections=(Section("x", items=(words,)),)))
        settle()
        print(
            f"{connection.vendor}: {Story.objects.count()} stories, {Story.tags.through.objects.count()} tags of them"
        )
        client = Client()
        for name, number in {"the newest": 0, "one of the middle": 50_000, "the oldest": 99_999}.items():
            one = story(number)
            tags = list(one.tags.all())
            rendered = page.sections[0].items[0]
            Story.objects.filter(pk=one.pk).update(
                page=replace(rendered, uid=one.uid, tags=tuple(tag.name for tag in tags))
            )
            took, queries = measured(partial(related.find, one, [tag.pk for tag in tags]))
            found = len(related.find(one, [tag.pk for tag in tags]))
            whole, all_queries = measured(partial(client.get, f"/stories/{one.uid}/"))
            assert client.get(f"/stories/{one.uid}/").status_code == 200
            found_in = f"{took:.1f} ms, {len(queries)} queries, {found} found"
            print(f"{name}: {found_in}; its page {whole:.1f} ms, {len(all_queries)} queries")


if __name__ == "__main__":
    main()
