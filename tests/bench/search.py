"""How long it takes to search 100,000 stories. Run by hand:

    .venv/bin/python -m tests.bench.search
    bin/with-postgres .venv/bin/python -m tests.bench.search

Prints, for each query, how many stories it finds, milliseconds for finding and counting a page of them, and how many
times longer a plain scan of the folded texts takes in the same run.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import date, timedelta
from functools import partial

from tests.bench.covered import headline
from tests.bench.newsroom import explain, measured, newsroom, out, settle, uid  # isort: split

from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Concat, StrIndex
from django.db.models.lookups import GreaterThan

from digests import search
from digests.models import Digest, Issue, Story, StoryText
from digests.views.search import PAGE

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
                headline=headline(dice), thread=uid(number), page={"body": text},
            )
            for (edition, number), text in zip(numbers, texts, strict=True)
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


def measure() -> None:
    print(f"{'':34} {'found':>7} {'page ms':>8} {'count ms':>9} {'scan':>7}")
    for name, query in QUERIES.items():
        asked = search.Query.of(query)
        found = asked.among(Story.objects.live())
        first = search.shown(asked.ranked(found))[:PAGE]
        page, queries = measured(partial(_read, first))
        count, _ = measured(found.count)
        scan, _ = measured(partial(scanned, query), 1)
        assert found.count() == scanned(query)
        print(f"{name:34} {found.count():7} {page:8.1f} {count:9.1f} {'×' + format(scan / (page + count), '.1f'):>7}")
        if "--explain" in sys.argv:
            explain(queries)


def main() -> None:
    with newsroom():
        begun = time.perf_counter()
        fill()
        settle()
        print(f"{connection.vendor}: {StoryText.objects.count()} stories kept in {time.perf_counter() - begun:.0f} s")
        measure()


if __name__ == "__main__":
    main()
