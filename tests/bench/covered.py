"""How long it takes to find what was covered among 100,000 stories. Run by hand:

    .venv/bin/python -m tests.bench.covered
    bin/with-postgres .venv/bin/python -m tests.bench.covered

Prints, for each thing typed, milliseconds, queries, and a plain LIKE over all headlines in the same run.
"""

from __future__ import annotations

import os
import random
import statistics
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
from django.test.utils import CaptureQueriesContext

from digests import covered
from digests.manuscript.addresses import canonical
from digests.manuscript.headlines import Headline
from digests.manuscript.values import UID_ALPHABET
from digests.models import Digest, Edition, Issue, NewsItem, Revision, Section, Shingle, Story

STORIES, A_DAY = 100_000, 20
WHO = [
    "OpenAI",
    "谷歌",
    "微软",
    "苹果",
    "英伟达",
    "特斯拉",
    "阿里",
    "百度",
    "腾讯",
    "Meta",
    "Anthropic",
    "华为",
    "小米",
]
WHAT = ["发布", "推出", "开源", "收购", "起诉", "融资", "裁员", "上调", "下架", "更新", "暂停", "测试", "扩建", "关闭"]
WHICH = ["大模型", "芯片", "数据中心", "手机", "汽车", "搜索", "机器人", "浏览器", "眼镜", "云服务", "操作系统", "助手"]


def headline(dice: random.Random) -> str:
    one, other = dice.sample(WHO, 2), dice.sample(WHICH, 2)
    return f"{one[0]} {dice.choice(WHAT)} {other[0]}，{one[1]} 涉及 {dice.randint(1, 999)} 亿美元{other[1]}"


def uid(number: int) -> str:
    letters = ""
    for _ in range(8):
        number, rest = divmod(number, len(UID_ALPHABET))
        letters += UID_ALPHABET[rest]
    return letters


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
        sections = Section.objects.bulk_create(Section(issue=issue, title="x") for issue in issues)
        items, stories, shingles = [], [], []
        for number in numbers:
            at = (number - start) // A_DAY
            name, words, link = uid(number), headline(dice), f"https://source{number % 97}.test/news/{number}"
            items.append(NewsItem(section=sections[at], uid=name, headline=words, link=link, canonical=canonical(link)))
            stories.append(
                Story(
                    edition=editions[at], uid=name, position=number % A_DAY, headline=words, link=link,
                    canonical=canonical(link), thread=name,
                )
            )  # fmt: skip
            shingles += [
                Shingle(issue=issues[at], hash=part, day=issues[at].date, uid=name)
                for part in Headline.of(words).sketch
            ]
        NewsItem.objects.bulk_create(items)
        Story.objects.bulk_create(stories)
        Shingle.objects.bulk_create(shingles, batch_size=5000)


def like(headline: str, link: str) -> list[str]:
    """Return what a plain scan finds: stories with the same words in them, wherever."""
    wanted = NewsItem.objects.order_by("-pk")
    wanted = wanted.filter(headline__icontains=headline[-12:]) if headline else wanted.filter(link__icontains=link[-9:])
    return list(wanted.values_list("uid", flat=True))


def measured(act: Callable[[], Any]) -> tuple[float, int]:
    """Return the median milliseconds of 15 runs, and the queries of one."""
    times = []
    for _ in range(15):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    with CaptureQueriesContext(connection) as queries:
        act()
    return statistics.median(times), len(queries)


def main() -> None:
    old_name = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0)
    try:
        fill()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}: {NewsItem.objects.count()} stories, {Shingle.objects.count()} shingles")
        known = NewsItem.objects.order_by("-pk")[500]
        typed = {
            "a headline that was there, reworded": (f"消息称{known.headline[5:]}：{known.headline[:5]}", ""),
            "a link that was there": ("", f"http://www.{known.link.partition('//')[2]}/?utm_source=x#top"),
            "both": (known.headline, known.link),
            "what every headline has": ("亿美元", ""),
            "nothing like it": ("Quiet harbour towns rebuild wooden piers", ""),
            "300 letters of anything": (
                "".join(random.Random(1).choices("的一是在不了有和人这中大为上个国", k=300)),
                "",
            ),
        }
        for window in (60, STORIES):
            settings.NEWSROOM_COVERED_ISSUES = window
            print(f"in the last {window} issues")
            for name, (words, link) in typed.items():
                took, queries = measured(partial(covered.find, words, link))
                plain, _one = measured(partial(like, words, link))
                hits = len(covered.find(words, link))
                said = f"{took:7.1f} ms  {queries} queries  {hits} found"
                print(f"  {name:38} {said}   LIKE {plain:7.1f} ms  ×{plain / took:.1f}")
    finally:
        connection.creation.destroy_test_db(old_name, verbosity=0)


if __name__ == "__main__":
    main()
