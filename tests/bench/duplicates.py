"""How long it takes to find duplicates among 100,000 stories. Run by hand:

    .venv/bin/python -m tests.bench.duplicates
    bin/with-postgres .venv/bin/python -m tests.bench.duplicates

Prints, for each thing typed, milliseconds, queries, and a plain LIKE over all headlines in the same run.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import partial

from tests.bench.newsroom import measured, newsroom, out, settle, uid  # isort: split

from django.conf import settings
from django.db import connection

from digests.editorial import duplicates
from digests.manuscript.addresses import canonical
from digests.manuscript.headlines import Headline
from digests.models import Digest, Issue, NewsItem, Section, Shingle, Story

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


def fill() -> None:
    dice = random.Random(7)
    digest = Digest.objects.create(name="Bench", slug="bench")
    issues = (
        Issue(digest=digest, date=date(2012, 1, 1) + timedelta(days=number), title=f"{number}", seo=[])
        for number in range(STORIES // A_DAY)
    )
    for editions in out(issues):
        sections = Section.objects.bulk_create(Section(issue=edition.issue, title="x") for edition in editions)
        items, stories, shingles = [], [], []
        for edition, section in zip(editions, sections, strict=True):
            for place in range(A_DAY):
                number = int(edition.title) * A_DAY + place
                name, words, link = uid(number), headline(dice), f"https://source{number % 97}.test/news/{number}"
                told = {"uid": name, "headline": words, "link": link, "canonical": canonical(link)}
                items.append(NewsItem(section=section, **told))
                stories.append(Story(edition=edition, position=place, storyline=name, **told))
                shingles += [
                    Shingle(issue=edition.issue, hash=part, day=edition.date, uid=name)
                    for part in Headline.of(words).sketch
                ]
        NewsItem.objects.bulk_create(items)
        Story.objects.bulk_create(stories)
        Shingle.objects.bulk_create(shingles, batch_size=5000)


def like(headline: str, link: str) -> list[str]:
    """Return the stories that a plain LIKE finds, to compare with."""
    wanted = NewsItem.objects.order_by("-pk")
    wanted = wanted.filter(headline__icontains=headline[-12:]) if headline else wanted.filter(link__icontains=link[-9:])
    return list(wanted.values_list("uid", flat=True))


def main() -> None:
    with newsroom():
        fill()
        settle()
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
                took, queries = measured(partial(duplicates.find, words, link), 15)
                plain, _one = measured(partial(like, words, link), 15)
                hits = len(duplicates.find(words, link))
                said = f"{took:7.1f} ms  {len(queries)} queries  {hits} found"
                print(f"  {name:38} {said}   LIKE {plain:7.1f} ms  ×{plain / took:.1f}")


if __name__ == "__main__":
    main()
