"""How long it takes to search 100,000 stories. Run by hand:

    .venv/bin/python -m tests.bench.search
    bin/with-postgres .venv/bin/python -m tests.bench.search

Prints, for each query, how many stories it finds, milliseconds for the first page of them, for one from the middle of
the archive and for counting them, and how many times longer a plain scan of the folded texts takes in the same run.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial

from tests.bench.duplicates import headline
from tests.bench.newsroom import explain, measured, newsroom, out, settle, uid  # isort: split

from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Concat, StrIndex
from django.db.models.lookups import GreaterThan

from digests.models import Digest, Issue, PageStory, Story, StoryText
from digests.site import search
from digests.site.views.search import COUNTED, PAGE

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
    days = ((number, date(2012, 1, 1) + timedelta(days=number)) for number in range(STORIES // A_DAY))
    for editions in out(Issue(digest=digest, date=day, title=f"{number}", seo=[]) for number, day in days):
        numbers = [(edition, int(edition.title) * A_DAY + place) for edition in editions for place in range(A_DAY)]
        texts = [body(dice, number) for _edition, number in numbers]
        stories = Story.objects.bulk_create(
            Story(
                edition=edition, uid=uid(number), position=number % A_DAY,
                headline=headline(dice), storyline=uid(number), page=PageStory(body=text),
            )
            for (edition, number), text in zip(numbers, texts, strict=True)
        )  # fmt: skip
        StoryText.objects.keep((story, [text]) for story, text in zip(stories, texts, strict=True))


@contextmanager
def index_made_at_the_end() -> Iterator[None]:
    """Drop PostgreSQL's search index, and make it again at the end: filling it row by row takes four times as long."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('digests_storyindex'::regclass)")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX digests_storyindex")
        yield
        cursor.execute(definition)


def _has(phrase: str) -> GreaterThan:
    return GreaterThan(StrIndex(Concat("headline", Value("\n"), "body", output_field=TextField()), Value(phrase)), 0)


def scanned(query: str) -> int:
    """Count the hits with a plain scan, without an index."""
    wanted = search.Query.of(query)
    found = StoryText.objects.filter(story__in=Story.objects.live())
    for phrase in wanted.wanted:
        found = found.filter(_has(phrase))
    for phrase in wanted.unwanted:
        found = found.exclude(_has(phrase))
    return found.count()


def page(query: search.Query, after: str = "") -> list[search.Ranked]:
    return query.ranked(search.shown(query.among(Story.objects.live())), after, PAGE + 1)


def counted(query: search.Query) -> int:
    return query.among(Story.objects.live()).order_by()[: COUNTED + 1].count()


def measure() -> None:
    print(f"{'':34} {'found':>7} {'page ms':>8} {'later ms':>9} {'count ms':>9} {'scan':>7}")
    for name, words in QUERIES.items():
        query = search.Query.of(words)
        first, queries = measured(partial(page, query))
        later, _ = measured(partial(page, query, "0-2018-01-01-999999999-0"))
        count, _ = measured(partial(counted, query))
        scan, _ = measured(partial(scanned, words), 1)
        found = scanned(words)
        assert query.among(Story.objects.live()).count() == found
        times = f"{'×' + format(scan / (first + count), '.1f'):>7}"
        print(f"{name:34} {found:7} {first:8.1f} {later:9.1f} {count:9.1f} {times}")
        if "--explain" in sys.argv:
            explain(queries)


def main() -> None:
    with newsroom():
        begun = time.perf_counter()
        with index_made_at_the_end():
            fill()
        settle()
        print(f"{connection.vendor}: {StoryText.objects.count()} stories kept in {time.perf_counter() - begun:.0f} s")
        measure()


if __name__ == "__main__":
    main()
