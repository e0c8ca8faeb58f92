"""How long it takes to search 100,000 stories. Run by hand:

    .venv/bin/python -m tests.bench.search
    bin/with-postgres .venv/bin/python -m tests.bench.search

Prints, for each query, how many stories it finds, milliseconds for finding and counting a page of them, and how many
times longer a plain scan of the folded texts takes in the same run.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Concat, StrIndex
from django.db.models.lookups import GreaterThan

from digests import search
from digests.models import Digest, Edition, Issue, Revision, Story, StoryText
from digests.views.search import PAGE
from tests.bench.covered import headline, uid

STORIES, A_DAY, TIMES = 100_000, 20, 15
COMMON = (
    "的模型在数据上训练之后，推理能力与速度都有提升；Transformer and attention are all you need, said the researchers. "
)
OTHER = "公司表示该功能将于下月向所有用户开放，价格保持不变，业内人士认为竞争会更加激烈。"
SIGNS = (
    "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈剑号巨阙珠称夜光"
)
QUERIES = {
    "in every third story, two signs": "模型",
    "in every third story, a word": "transformer",
    "in every third story, a phrase": '"推理能力与速度都有提升"',
    "in some headlines": "英伟达",
    "three words": "openai 芯片 模型",
    "a word without another": "英伟达 -模型",
    "in a few stories": '"nvlink 用铜"',
    "in none, of common signs": "价格模型训练",
    "in none": "量子泡菜",
    "one sign": "霜",
}


def body(dice: random.Random, number: int) -> str:
    rare = "英伟达称 NVLink 用铜缆。" if number % 9973 == 0 else ""
    filler = "".join(dice.choices(SIGNS, k=dice.randint(100, 500)))
    return f"{COMMON if number % 3 == 0 else ''}{filler}{rare}{OTHER}"


def fill() -> None:
    dice = random.Random(7)
    digest = Digest.objects.create(name="Bench", slug="bench")
    for start in range(0, STORIES, A_DAY * 50):
        numbers = range(start, start + A_DAY * 50)
        days = sorted({date(2012, 1, 1) + timedelta(days=number // A_DAY) for number in numbers})
        issues = Issue.objects.bulk_create(Issue(digest=digest, date=day, title="x", seo=[]) for day in days)
        revisions = Revision.objects.bulk_create(
            Revision(issue=issue, number=1, sha256="0" * 64, content="{}", author_name="x") for issue in issues
        )
        editions = Edition.objects.bulk_create(
            Edition(
                issue=issue, digest=digest, revision=revision, number=1, by_name="x", date=issue.date, title="x",
                live_from=f"{issue.date}T08:00:00+00:00",
            )
            for issue, revision in zip(issues, revisions, strict=True)
        )  # fmt: skip
        texts = [body(dice, number) for number in numbers]
        stories = Story.objects.bulk_create(
            Story(
                edition=editions[(number - start) // A_DAY], uid=uid(number), position=number % A_DAY,
                headline=headline(dice), thread=uid(number), page={"body": text},
            )
            for number, text in zip(numbers, texts, strict=True)
        )  # fmt: skip
        StoryText.objects.keep((story, [text]) for story, text in zip(stories, texts, strict=True))


def _has(phrase: str) -> GreaterThan:
    return GreaterThan(StrIndex(Concat("headline", Value("\n"), "body", output_field=TextField()), Value(phrase)), 0)


def scanned(query: str) -> int:
    """Count as a search without an index would."""
    wanted = search.Query.of(query)
    found = StoryText.objects.filter(story__in=Story.objects.live())
    for phrase in wanted.wanted:
        found = found.filter(_has(phrase))
    for phrase in wanted.unwanted:
        found = found.exclude(_has(phrase))
    return found.count()


def _read(stories: search.Stories) -> list[Story]:
    return list(stories.all())  # not what it read before


def measured(act: Callable[[], Any], times: int = TIMES) -> float:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def measure() -> None:
    print(f"{'':34} {'found':>7} {'page ms':>8} {'count ms':>9} {'scan':>7}")
    for name, query in QUERIES.items():
        asked = search.Query.of(query)
        found = asked.among(Story.objects.live())
        first = search.shown(asked.ranked(found))[:PAGE]
        page = measured(partial(_read, first))
        count = measured(found.count)
        scan = measured(partial(scanned, query), 3)
        assert found.count() == scanned(query)
        print(f"{name:34} {found.count():7} {page:8.1f} {count:9.1f} {'×' + format(scan / (page + count), '.1f'):>7}")


def main() -> None:
    old_name = settings.DATABASES["default"]["NAME"]
    if connection.vendor == "sqlite" and len(sys.argv) > 1:
        connection.settings_dict["TEST"]["NAME"] = sys.argv[1]  # a file, as newsrooms have it, rather than memory
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        begun = time.perf_counter()
        fill()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        print(f"{connection.vendor}: {StoryText.objects.count()} stories kept in {time.perf_counter() - begun:.0f} s")
        measure()
    finally:
        connection.creation.destroy_test_db(old_name, verbosity=0)


if __name__ == "__main__":
    main()
