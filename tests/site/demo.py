"""A newsroom with something of everything that readers can meet, on top of `manage.py demo`.

The words are put together by a seeded die, so that they are the same each time and compress as words do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from digests.editorial import comments, exchange, preview_links, workflow
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section, new_uid
from digests.models import Channel, Digest, Issue, PreviewLink, Source, Tag
from digests.models.states import Action, Correction
from digests.publishing import pictures
from digests.site import public_addresses
from tests.site.places import (
    ARCHIVE,
    CORRECTED,
    DAY,
    DROPPED,
    IN_ENGLISH,
    RETRACTED,
    RETRACTED_IN_ENGLISH,
    STORIES,
    THREAD,
    WITHDRAWN,
)

ZH = {
    "who": "一家芯片公司 三所大学的研究者 市气象局 开源社区 一个两人团队 县图书馆 海洋观测站 几位退休工程师 国家天文台 "
    "一家小型出版社 城市交通中心 社区医院 编译器小组 电网调度员 语料整理者 桥梁检测队 山区中学 字体设计师 地图志愿者 "
    "数据库维护者 航天测控站 农业合作社 档案馆 翻译协会",
    "did": "公开了 重写了 停用了 复现了 推迟了 比较了 质疑了 合并了 拆分了 修好了 试用了 归档了 开放了 收回了 测量了",
    "what": "新一代推理模型的训练记录 一套十年前的排版程序 五万小时的潮汐数据 夜班公交的调度规则 手写病历的识别工具 "
    "低功耗传感器的驱动 旧报纸的全文索引 异步文件接口 方言语音的标注 屋顶光伏的并网方案 桥梁振动的预警阈值 "
    "一份没有成功的实验 省级空气质量的原始读数 浏览器的离线缓存 轻量数据库的备份格式 地震波形的公开目录 "
    "盲文教材的转换脚本 卫星影像的去云算法 编程课的评分标准 河道水位的短时预报",
    "why": "因为旧办法在冬天会失灵 为的是让外人也能核对 这比去年同期快了一倍 但样本只来自两座城市 费用由三方分担 "
    "理由写在附录第三节 反对意见也一并登出 下一步要等到汛期之后 目前只支持两种文字 评审意见附在文末 "
    "最难的部分其实是起名字 他们说这不是最终版本 代码放在自己的服务器上 有人担心维护的人手不够 "
    "结果与厂商的说法相差三成 使用者可以随时退出",
    "aside": "风速 砂轮 校样 缆绳 骨架 灯塔 盐度 邮戳 浮标 索引 齿轮 年轮 胶片 水准 信道 麦田 铁轨 钟摆 页边 云图 "
    "闸门 声呐 纸浆 经纬 苔藓 阀门 航线 墨粉 冰芯 轴承 电桥 书脊 雨量 矿灯 罗盘 火山 谱线 棱镜 渔汛 堤坝 "
    "词典 密钥 时差 斜坡 焊缝 磁带 花粉 井深 隧道 凭证 孤岛 版心 余震 滤波 码头 沙丘 蜂巢 药典 季风 坐标",
    "stop": "。",
    "join": "，",
    "labels": "深度解读 & 洞察|影响",
    "sections": "模型与研究|工程与工具|城市与天气|文字与网页|更多动态",
    "tags": "推理模型 开源 芯片 气象 出版 数据 交通 医疗 教育 天文 字体 农业",
}  # fmt: skip
EN = {
    "who": "A_small_foundry Three_harbour_towns The_night_desk A_retired_surveyor The_county_archive Two_students "
    "The_ferry_company A_seed_library The_weather_office An_open_compiler_team The_tram_drivers A_village_clinic "
    "The_mapping_society A_printer_of_maps",
    "did": "published rewrote retired reproduced postponed compared questioned merged repaired measured explained",
    "what": "its_tide_tables a_ten-year-old_typesetting_program the_night_bus_timetable a_tool_for_reading_old_ledgers "
    "the_raw_air_quality_readings an_index_of_local_papers its_backup_format a_catalogue_of_tremors the_marking_scheme "
    "a_forecast_for_the_lower_river the_firmware_of_a_cheap_sensor an_experiment_that_failed",
    "why": "because_the_old_way_failed_in_frost so_that_strangers_can_check_it which_is_twice_as_fast_as_last_year "
    "though_the_sample_is_from_two_towns and_printed_the_objections_too with_the_reasons_in_an_appendix "
    "but_the_next_step_waits_for_spring and_asked_for_corrections while_critics_doubt_the_cost "
    "after_a_vote_that_took_all_night",
    "aside": "anchor ledger lantern quarry sextant kelp rivet almanac pylon gravel heron sluice varnish compass "
    "thistle ferry plumbline slate buoy turbine moss parchment beacon sandbank furnace loom culvert magnet orchard",
    "stop": ". ",
    "join": ", ",
    "labels": "Deep insight|Impact",
    "sections": "Research|Tools|Town and weather|In brief",
    "tags": "Weather Maps Archives Transport Compilers Printing",
}


class Die:
    """Throws words of one language."""

    def __init__(self, words: dict[str, str], seed: int) -> None:
        self.words, self.random = words, random.Random(seed)

    def one(self, kind: str) -> str:
        separator = "|" if "|" in self.words[kind] else None
        return self.random.choice(self.words[kind].split(separator)).replace("_", " ")

    def headline(self) -> str:
        space = " " if self.words is EN else ""
        return space.join(self.one(kind) for kind in ("who", "did", "what"))

    def sentence(self) -> str:
        join, space = self.words["join"], " " if self.words is EN else ""
        aside = space.join(self.one("aside") for _ in range(4))
        return f"{self.headline()}{join}{self.one('why')}{join}{aside}{self.words['stop']}".rstrip(" ")

    def text(self, sentences: int) -> str:
        return (" " if self.words is EN else "").join(self.sentence() for _ in range(sentences))

    def tags(self, most: int = 3) -> tuple[str, ...]:
        return tuple(self.random.sample(self.words["tags"].split(), self.random.randint(1, most)))


def story(die: Die, *, sentences: int = 4, uid: str = "", follows: str = "") -> NewsItem:

    labels = die.words["labels"].split("|")
    host = die.random.choice(
        ["press.harbour", "data.observatory", "blog.foundry", "www.dailycourier", "code.commons", "arxiv.mirror",
         "journal.society", "notes.workshop", "office.weather", "archive.county"]
    )  # fmt: skip
    insights = [Insight(die.text(1), label=labels[0], basis=die.random.choice(["source", "editor", "ai"]))]
    if die.random.random() < 0.7:
        insights.append(Insight(die.text(1), label=labels[0], basis="editor"))
    if die.random.random() < 0.5:
        insights.append(Insight(die.text(1), label=labels[1], bullet=False))
    bullets = "\n".join(f"- {die.sentence()}" for _ in range(die.random.randint(0, 3)))
    return NewsItem(
        headline=die.headline(),
        link=f"https://{host}.test/{die.random.randint(1000, 9999)}/{uid or new_uid()}",
        body=f"{die.text(sentences)}\n{bullets}",
        insights=tuple(insights),
        tags=die.tags(),
        ai_role=die.random.choice(["none", "none", "assisted", "drafted", "translated"]),
        uid=uid,
        follows=follows,
    )


def words(die: Die, day: date, *, stories: int, **fields: Any) -> Manuscript:

    *titles, last = die.words["sections"].split("|")
    items = [story(die) for _ in range(stories)]
    parts = [items[number :: len(titles)] for number in range(len(titles))]
    sections = [Section(title, items=tuple(part)) for title, part in zip(titles, parts, strict=True) if part]
    sections.append(Section(last, briefs=tuple(Brief(die.sentence()) for _ in range(3))))
    values: dict[str, Any] = {
        "title": die.headline(),
        "date": day,
        "tags": die.tags(),
        "summary": die.sentence(),
        "sections": tuple(sections),
    }
    return Manuscript(**{**values, **fields})


def everything(die: Die) -> Manuscript:
    """Return the issue that has everything."""

    plain = words(die, DAY, stories=0)
    items = [story(die, sentences=9) for _ in range(STORIES + 2)]  # two more, that readers see no more
    items[1] = story(die, uid=THREAD[2], follows=THREAD[1])
    items[4] = story(die, uid=RETRACTED)
    items[5] = replace(items[5], uid=CORRECTED)
    items[-1] = story(die, uid=DROPPED)
    items[6] = replace(
        items[6], body=items[6].body + "\n\n```python\nfor tide in harbour:\n    print(tide.height, '米')\n```"
    )
    items[7] = replace(items[7], body=items[7].body + "\n\n| 站点 | 读数 |\n|---|---|\n| 北港 | 3.1 |\n| 南港 | 2.8 |")
    items[8] = replace(
        items[8], body=f"> {die.sentence()}\n\n{items[8].body}\n\n见 [原始数据](https://data.observatory.test/raw)。"
    )
    items[9] = replace(items[9], link="")
    *titles, _last = die.words["sections"].split("|")
    sections = [
        Section(title, lead=die.sentence() if number == 1 else "", items=tuple(items[number :: len(titles)]))
        for number, title in enumerate(titles)
    ]
    return replace(
        plain,
        seo=("日报", "潮汐", "推理模型"),
        tags=("推理模型", "开源", "数据"),
        editor="林见秋",
        summary="\n".join(f"- {die.sentence()}" for _ in range(3)),
        intro=die.text(2),
        cover_file=cover(),
        cover_alt="海面上的一道晨光，远处是灯塔",
        sections=(*sections, *plain.sections),
    )


def cover() -> str:
    """Store a picture as the desk does, with its sizes; return its file."""

    made = BytesIO()
    sky = Image.linear_gradient("L").resize((1600, 900))
    Image.merge("RGB", [sky.point(lambda shade, by=by: shade * by // 255) for by in (90, 150, 210)]).save(made, "JPEG")
    taken = pictures.take(SimpleUploadedFile("dawn.jpg", made.getvalue()), by=None)
    pictures.make.call(taken.pk)
    return str(taken.file.name)


def write(digest: Digest, manuscript: Manuscript, *, by: Any = None) -> Issue:

    issue, _ = Issue.objects.get_or_create(digest=digest, date=manuscript.date, defaults={"title": manuscript.title})
    with workflow.editing(issue, by=by) as locked:
        exchange.to_rows(manuscript, locked)
    return Issue.objects.select_related("digest").get(pk=issue.pk)


def people() -> tuple[User, ...]:
    return tuple(User.objects.get(username=name) for name in ("writer", "reviewer", "editor"))


def archive(digest: Digest, manuscript: Manuscript) -> Issue:
    """Bring an issue to readers as of its own day."""

    issue = write(digest, manuscript)
    at = datetime.combine(manuscript.date, time(8), digest.zone)
    workflow.perform(Action.ARCHIVE, issue, by=None, at=at)
    return issue


def publish(digest: Digest, manuscript: Manuscript, **facts: Any) -> Issue:
    """Bring an issue to readers by the demo's three people."""

    writer, reviewer, editor = people()
    issue = write(digest, manuscript, by=writer)
    workflow.perform(Action.SUBMIT, issue, by=writer)
    workflow.perform(Action.APPROVE, issue, by=reviewer, attests_read_all=True)
    workflow.perform(Action.PUBLISH, issue, by=editor, **facts)
    return issue


def fill() -> None:

    daily = Digest.objects.get(slug="ai-daily")
    daily.subscribe_card = '<p>每天早上八点，寄到你的信箱。<a href="https://letters.harbour.test/">订阅</a></p>'
    daily.save()
    evening = Digest.objects.create(
        name="The Evening Brief", slug="evening-brief", language="en", time_zone="Europe/London",
        description="Ten minutes at the end of the day, every link checked.",
        policies="We link to what we report. Corrections stay on the page, with their time.",
    )  # fmt: skip
    weekly = Digest.objects.create(name="城市周记", slug="city-weekly", description="一周一次，写一座城市。")
    Digest.objects.create(name="季风", slug="quarterly", description="还没有第一期。")

    die = Die(ZH, 1)
    for ago in range(ARCHIVE, 0, -1):
        issue = words(die, DAY - timedelta(days=ago), stories=3)
        if ago in (20, 6):
            earlier, uid = ("", THREAD[0]) if ago == 20 else (THREAD[0], THREAD[1])
            telling = Section("连续报道", items=(story(die, uid=uid, follows=earlier),))
            issue = replace(issue, sections=(telling, *issue.sections))
        archive(daily, issue)
    whole = publish(daily, everything(die))
    publish(
        daily,
        corrected(exchange.from_rows(whole), die),
        correction=Correction.CORRECTION,
        note="初版把北港的读数写成了 2.1 米，应为 3.1 米。",
    )
    writer, _reviewer, editor = people()
    workflow.perform(Action.RETRACT, whole, by=editor, story=RETRACTED, note="照片系摆拍，我们没有核实。")
    publish(daily, words(die, DAY + timedelta(days=1), stories=4))
    archive(weekly, words(die, DAY - timedelta(days=2), stories=4))
    withdrawn = archive(daily, words(die, WITHDRAWN, stories=2))
    workflow.perform(Action.WITHDRAW, withdrawn, by=editor, note="整期有误")

    die = Die(EN, 2)
    for ago in range(5, 0, -1):
        archive(evening, words(die, DAY - timedelta(days=ago), stories=5, editor="Ada Marsh"))
    said = words(die, DAY, stories=6)
    late = tuple(story(die, uid=uid) for uid in (RETRACTED_IN_ENGLISH, IN_ENGLISH))
    latest = write(evening, replace(said, sections=(*said.sections, Section("Late", items=late))))
    workflow.perform(Action.FORCE_PUBLISH, latest, by=editor, note="The bridge is closed.")
    said = exchange.from_rows(latest)
    added = Section("Added", briefs=(Brief(die.sentence()),))
    publish(evening, replace(said, sections=(*said.sections, added)), correction=Correction.TYPO)
    workflow.perform(Action.RETRACT, latest, by=editor, story=RETRACTED_IN_ENGLISH, note="The photograph was staged.")

    for domain, name, kind in (
        ("data.observatory.test", "海洋观测站", "data"), ("arxiv.mirror.test", "预印本库", "preprint"),
        ("journal.society.test", "学会会刊", "peer_reviewed"), ("dailycourier.test", "The Daily Courier", "media"),
        ("office.weather.test", "气象局", "official"), ("blog.foundry.test", "", "trade"),
        ("press.harbour.test", "港务局", "press_release"), ("notes.workshop.test", "", "ai"),
    ):  # fmt: skip
        Source.objects.filter(domain=domain).update(name=name, kind=kind)

    Tag.objects.filter(name__in=["推理模型", "芯片"]).update(kind=Tag.Kind.MODEL)
    Tag.objects.filter(name__in=["气象", "交通", "医疗", "Weather"]).update(kind=Tag.Kind.TOPIC)
    for name, address in (("Telegram", "https://t.me/evening"), ("Letters", "mailto:evening@letters.test")):
        Channel.objects.create(digest=evening, name=name, address=address)
    invite(write(daily, words(die, DAY + timedelta(days=2), stories=3), by=writer), by=editor)


def corrected(said: Manuscript, die: Die) -> Manuscript:
    """Return the issue that has everything, with one story told in other words and one left out."""

    sections = tuple(
        replace(
            section,
            items=tuple(
                replace(item, body=item.body + die.sentence()) if item.uid == CORRECTED else item
                for item in section.items
                if item.uid != DROPPED
            ),
        )
        for section in said.sections
    )
    return replace(said, intro=said.intro + die.sentence(), sections=sections)


def invite(issue: Issue, *, by: User) -> None:
    """Show a draft to two guests: one whose remark was answered, and one whose link was taken back."""

    revision = issue.revisions.latest("number")
    first = next(revision.manuscript.items)
    guest = preview_links.make(revision, by=by, whom="王林", may_comment=True)
    said = preview_links.remark(guest, "这里的数字与来源不符。", name="王林", uid=first.uid)
    comments.say(issue, "谢谢，已经改了。", by=by, thread=said)
    preview_links.revoke(preview_links.make(revision, by=by, whom="赵雨"), by=by)


def addresses() -> Iterator[tuple[str, str]]:
    """Give an address of each name in digests/pages.py, none where nothing has one, and what has one by a secret."""

    first: dict[str, str] = {}
    for page in public_addresses.every():
        first.setdefault(page.kind, page.path)
    yield from ((name, first.get(name, "")) for names in public_addresses.KINDS for name in names)
    for name, link in zip(("preview", "preview that has ended"), PreviewLink.objects.order_by("pk"), strict=True):
        yield name, urlsplit(preview_links.address(link)).path
