"""The full demo: two digests over some days, with something of everything that a newsroom has.

Days are counted from today in each digest's own time zone. Everything goes through the one door, at the hour at which
people would have done it.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from digests.editorial import comments, day_status, exchange, preview_links, sign_offs, workflow
from digests.management.demo import drawings, small
from digests.management.demo.clock import clock
from digests.manuscript.reader import read
from digests.manuscript.values import Manuscript
from digests.models import Channel, Digest, Issue, LogEntry, Notice, Revision, Source, Tag
from digests.models.states import Action, Correction
from digests.publishing import pictures

PEOPLE = (
    *small.PEOPLE,
    small.Role("ada", "Ada Marsh", "writer"),
    small.Role("admin", "管理员", "admin", is_superuser=True),
)
EVENING = "evening-brief"

# Stories and what became of them, by the uids that they have in the manuscripts.
RETRACTED, DROPPED = "rtrctd23", "drppd234"  # in yesterday's issue of the Chinese digest
RETRACTED_IN_ENGLISH = "rtrctd45"

SOURCES = (
    ("yanhu.test", "砚湖智能", Source.Kind.PRESS_RELEASE),
    ("tieque.test", "铁鹊", Source.Kind.PRESS_RELEASE),
    ("pennant.test", "Pennant Labs", Source.Kind.PRESS_RELEASE),
    ("status.halyard.test", "Halyard", Source.Kind.OFFICIAL),
    ("standards.test", "标准组", Source.Kind.OFFICIAL),
    ("weather.test", "气象局", Source.Kind.OFFICIAL),
    ("bus.xicheng.test", "汐城公交", Source.Kind.OFFICIAL),
    ("data.xicheng.test", "汐城城市数据中心", Source.Kind.DATA),
    ("code.test", "代码港", Source.Kind.DATA),
    ("journal.test", "可复现计算", Source.Kind.PEER_REVIEWED),
    ("papers.test", "预印本库", Source.Kind.PREPRINT),
    ("courier.test", "The Courier", Source.Kind.MEDIA),
    ("chuanbo.test", "传播时报", Source.Kind.MEDIA),
    ("daybook.test", "日课", Source.Kind.TRADE),
    ("quillon.test", "Quillon", Source.Kind.TRADE),
    ("square.test", "广场", Source.Kind.SOCIAL),
    ("autowire.test", "Autowire", Source.Kind.AI),
)
TAGS = {
    Tag.Kind.COMPANY: ("砚湖智能", "Halyard"),
    Tag.Kind.MODEL: ("砚湖-3", "Pilot"),
    Tag.Kind.TOPIC: ("推理模型", "开源", "数据", "无障碍", "气象", "数据库", "Open source", "Cloud", "Accessibility"),
}


@dataclass(frozen=True)
class Desk:
    """A digest on the days around today."""

    digest: Digest
    today: date
    now: datetime
    people: small.People
    pictures: dict[str, str]  # the file of each drawing

    def at(self, ago: int, hour: str) -> AbstractContextManager[None]:
        """Let it be an hour some days ago; now, where that is still to come."""
        return clock(min(self.instant(ago, hour), self.now))

    def instant(self, ago: int, hour: str) -> datetime:
        return datetime.combine(self.today - timedelta(days=ago), time.fromisoformat(hour), self.digest.zone)

    def words(self, ago: int, *edits: tuple[str, str]) -> Manuscript:
        """Return the words of a day's issue, with some of them put otherwise."""
        match ago:
            case -1 | 0 | 1:
                name = {-1: "tomorrow", 0: "today", 1: "yesterday"}[ago]
            case _:
                name = f"{ago}-days-ago" if ago > 0 else f"in-{-ago}-days"
        text = (small.WORDS / self.digest.slug / f"{name}.md").read_text(encoding="utf-8")
        for before, after in edits:
            if before not in text:
                raise ValueError(f"{name} does not say {before!r}")
            text = text.replace(before, after)
        text = re.sub(r"picture:(\w+)", lambda found: self.pictures[found[1]], text)
        return read(text.encode(), date=self.today - timedelta(days=ago)).manuscript

    def write(self, words: Manuscript, *, by: str) -> Issue:
        issue, _created = Issue.objects.get_or_create(
            digest=self.digest, date=words.date, defaults={"title": words.title}
        )
        with workflow.editing(issue, by=self.people[by]) as locked:
            exchange.to_rows(words, locked)
        return Issue.objects.select_related("digest").get(pk=issue.pk)

    def do(self, action: Action, issue: Issue, *, by: str, **details: Any) -> None:
        workflow.perform(action, issue, by=self.people[by], **details)

    def review(self, issue: Issue, *, by: str = "reviewer") -> None:
        """Read every story and sign it off, then approve the issue."""
        for item in _head(issue).manuscript.items:
            sign_offs.sign_off(issue, item.uid, item.sha256, by=self.people[by])
        self.do(Action.APPROVE, issue, by=by)

    def approved(self, words: Manuscript, ago: int, hours: tuple[str, str, str], *, by: str) -> Issue:
        """Write, submit and review an issue on one day."""
        written, submitted, reviewed = hours
        with self.at(ago, written):
            issue = self.write(words, by=by)
        with self.at(ago, submitted):
            self.do(Action.SUBMIT, issue, by=by)
        with self.at(ago, reviewed):
            self.review(issue)
        return issue

    def correct(
        self, words: Manuscript, ago: int, hours: tuple[str, str, str], kind: Correction, note: str = "", *, by: str
    ) -> None:
        """Publish other words of an issue that readers have, after a review of half an hour."""
        issue = self.approved(words, ago, hours, by=by)
        with self.at(ago, hours[-1]):
            self.do(Action.PUBLISH, issue, by="editor", correction=kind, note=note)


def is_here() -> bool:
    return Digest.objects.filter(slug=EVENING).exists()


def is_whole() -> bool:
    """Say whether the full demo was made to its end, which is the emergency. The log keeps it whatever is deleted."""
    return LogEntry.objects.filter(digest_slug=EVENING, action=Action.FORCE_PUBLISH).exists()


def make(people: small.People) -> None:
    """Make the full demo, in some seconds. Each step has a transaction of its own, so that notices have their hours."""
    now = timezone.now()
    drawn = {name: _draw(name, people["writer"]) for name in drawings.DRAWINGS}
    daily, evening = _daily(), _evening()
    _chinese(Desk(daily, day_status.today(daily, now), now, people, drawn))
    english = Desk(evening, day_status.today(evening, now), now, people, drawn)
    _english(english)
    for domain, name, kind in SOURCES:
        Source.objects.filter(domain=domain).update(name=name, kind=kind)
    for kind_of_tag, names in TAGS.items():
        Tag.objects.filter(name__in=names).update(kind=kind_of_tag)
    for position, (name, address) in enumerate(
        (("Letters", "mailto:evening@letters.test"), ("The Square", "https://square.test/@evening-brief"))
    ):
        Channel.objects.create(digest=evening, name=name, address=address, position=position)
    Notice.objects.filter(created_at__lt=now - timedelta(days=2)).mark_read()
    _emergency(english)


def _head(issue: Issue) -> Revision:
    """Return the newest revision of an issue that has one."""
    return issue.revisions.latest("number")


def _draw(name: str, by: Any) -> str:
    return str(pictures.take(SimpleUploadedFile(f"{name}.jpg", drawings.jpeg(name)), by=by).file.name)


def _daily() -> Digest:
    digest = small.make_digest()
    digest.policies = (
        "- **来源**：每条新闻附原始链接；没有链接的，在正文写明出处。\n"
        "- **解读**：与报道分开排印，并注明依据是来源、编辑还是 AI。\n"
        "- **更正**：改过什么、什么时候改的，都留在页面上；弄错的报道撤回，不删除地址。"
    )
    digest.subscribe_card = (
        '<p>每天早上八点，寄到你的信箱。<a href="https://letters.test/ai-daily">订阅 AI 日报</a>，随时可以退订。</p>'
    )
    digest.standing_editor = "林见秋"
    digest.save()
    return digest


def _evening() -> Digest:
    return Digest.objects.create(
        name="The Evening Brief",
        slug=EVENING,
        language="en",
        time_zone="Europe/London",
        deadline=time(17, 30),
        description="Ten minutes at the end of the day, every link checked.",
        policies=(
            "- **We link to what we report.** If we could not see it for ourselves, we say so.\n"
            "- **Analysis is set apart** from reporting, with what it rests on.\n"
            "- **Corrections stay on the page**, with their time. What was wrong from the ground up is retracted."
        ),
        standing_title="The Evening Brief, {date}",
        standing_category="The Evening Brief",
        standing_editor="Ada Marsh",
        standing_sections="Infrastructure\nModels\nTown\nIn brief",
    )


NIGHT = ("20:10", "20:40", "21:15")  # before the morning on which an issue goes out


def _chinese(desk: Desk) -> None:
    with desk.at(5, "09:30"):
        oldest = desk.write(desk.words(6), by="editor")
        desk.do(Action.ARCHIVE, oldest, by="editor", at=desk.instant(6, "07:40"))
    first = {
        4: desk.words(4, ("各自通过接口复跑了", "各自通过接口复泡了")),
        2: desk.words(2, ("上线首日有 412 人使用，", "首日有 412 人使用，")),
    }
    issues = {}
    for ago in (5, 4, 3, 2, 1):
        issues[ago] = desk.approved(first.get(ago) or desk.words(ago), ago + 1, NIGHT, by="writer")
        with desk.at(ago, "07:40"):
            desk.do(Action.PUBLISH, issues[ago], by="editor")
        match ago:
            case 5:
                with desk.at(4, "11:20"):
                    desk.do(Action.WITHDRAW, issues[5], by="editor", note="头条依据的跑分表系伪造，整期撤下。")
            case 4:
                desk.correct(desk.words(4), 4, ("11:40", "11:45", "12:05"), Correction.TYPO, by="writer")
            case 2:
                note = "原文没有写明“首日”从何时算起：指上线之后的二十四小时。"
                words = desk.words(2, ("上线首日有", "上线后的二十四小时里有"))
                desk.correct(words, 2, ("14:30", "14:40", "15:10"), Correction.CLARIFICATION, note, by="writer")
    _correct_yesterday(desk, issues[1])
    _publish_today(desk)
    _schedule_tomorrow(desk)
    _discuss(desk)
    _send_back(desk)


def _correct_yesterday(desk: Desk, issue: Issue) -> None:
    words = desk.words(1, ("2.1 米", "3.1 米"))
    sections = tuple(
        replace(section, items=tuple(item for item in section.items if item.uid != DROPPED))
        for section in words.sections
    )
    desk.correct(
        replace(words, sections=sections),
        1,
        ("15:20", "15:30", "16:00"),
        Correction.CORRECTION,
        "北港站的最高潮位应为 3.1 米，初版误作 2.1 米。另删去一条与正在核实的说法有关的消息。",
        by="writer",
    )
    with desk.at(1, "19:15"):
        note = "拍摄者承认机械臂由镜头外的人遥控。我们刊出之前没有核实。"
        desk.do(Action.RETRACT, issue, by="editor", story=RETRACTED, note=note)


def _publish_today(desk: Desk) -> None:
    """Publish today's issue, which a guest had seen and a second person had worked on."""
    with desk.at(1, "20:10"):
        issue = desk.write(desk.words(0, ("，许可证只有一页", "")), by="writer")
        preview_links.make(_head(issue), by=desk.people["writer"], whom="周岚（律师）", days=3)
    with desk.at(1, "20:50"):
        desk.write(desk.words(0), by="editor")
    with desk.at(1, "21:10"):
        desk.do(Action.SUBMIT, issue, by="writer")
    with desk.at(1, "21:50"):
        desk.review(Issue.objects.get(pk=issue.pk))
    with desk.at(0, "07:40"):
        desk.do(Action.PUBLISH, issue, by="editor")


def _schedule_tomorrow(desk: Desk) -> None:
    issue = desk.approved(desk.words(-1), 0, ("10:10", "10:40", "11:20"), by="writer")
    with desk.at(0, "11:30"):
        desk.do(Action.SCHEDULE, issue, by="editor", at=desk.instant(-1, "08:00"))


def _discuss(desk: Desk) -> None:
    """Leave an issue in the middle of its review: comments open and resolved, stories signed off, guests' comments."""
    writer, reviewer, editor = (desk.people[name] for name in ("writer", "reviewer", "editor"))
    with desk.at(2, "17:00"):
        issue = desk.write(desk.words(-2, ("已读完四成", "已读完一半"), ("读完四成", "读完一半")), by="writer")
        preview_links.make(_head(issue), by=writer, whom="试读小组", days=1)
        preview_links.revoke(preview_links.make(_head(issue), by=writer, whom="赵雨"), by=editor)
    first = next(_head(issue).manuscript.items)
    with desk.at(1, "09:10"):
        guest = preview_links.make(_head(issue), by=editor, whom="王林（“广场”小组）", may_comment=True, days=30)
    with desk.at(1, "10:00"):
        asked = preview_links.comment(guest, "我们只读完四成，不是一半。", name="王林", uid=first.uid)
    with desk.at(1, "10:30"):
        comments.say(issue, "谢谢，这就改。", by=writer, parent=asked)
    with desk.at(1, "10:40"):
        issue = desk.write(desk.words(-2), by="writer")
        comments.resolve(asked, by=writer)
        preview_links.opened(
            preview_links.make(_head(issue), by=editor, whom="王林（改后再看）", may_comment=True, days=30)
        )
    with desk.at(1, "10:45"):
        desk.do(Action.SUBMIT, issue, by="writer")
    first, second, _third = _head(issue).manuscript.items
    with desk.at(1, "17:20"):
        sign_offs.sign_off(issue, first.uid, first.sha256, by=reviewer)
        asked = comments.say(issue, "“多数是笔误”有出处吗？@writer", by=reviewer, uid=first.uid, field="body")
        comments.say(issue, "118 条属实，是谁核实的？@writer 请补一句。", by=reviewer, uid=second.uid, field="body")
    with desk.at(1, "17:45"):
        comments.say(issue, "有，小组的周报里写的，链接在新闻标题上。", by=writer, parent=asked)
    with desk.at(1, "18:00"):
        comments.resolve(asked, by=reviewer)
    with desk.at(0, "09:00"):
        comments.say(issue, "标题能不能再短一点？头版放不下。", by=editor, field="title")


def _send_back(desk: Desk) -> None:
    with desk.at(1, "14:00"):
        issue = desk.write(desk.words(-3), by="writer")
    with desk.at(1, "14:10"):
        desk.do(Action.SUBMIT, issue, by="writer")
    first = next(_head(issue).manuscript.items)
    with desk.at(1, "16:30"):
        reviewer = desk.people["reviewer"]
        comments.say(issue, "报告里写的是三倍，不是五倍。@writer", by=reviewer, uid=first.uid, field="body")
        note = "药名错误率的数字与原报告不符，改过再交。"
        desk.do(Action.REQUEST_CHANGES, issue, by="reviewer", note=note)


AFTERNOON = ("15:10", "15:50", "16:40")


def _english(desk: Desk) -> None:
    for ago in (3, 2, 1):
        issue = desk.approved(desk.words(ago), ago, AFTERNOON, by="ada")
        with desk.at(ago, "17:20"):
            desk.do(Action.PUBLISH, issue, by="editor")
    words = desk.words(1, ("9.0: 41 ns", "9.0: 44 ns"))
    note = "The loop took 44 ns in version 9.0. We first printed 41, which was the figure for another machine."
    desk.correct(words, 1, ("18:10", "18:15", "18:30"), Correction.CORRECTION, note, by="ada")
    with desk.at(1, "20:00"):
        note = "The picture is of a model railway. We had not asked where it was taken."
        desk.do(Action.RETRACT, issue, by="editor", story=RETRACTED_IN_ENGLISH, note=note)
    desk.approved(desk.words(-1), 0, AFTERNOON, by="ada")
    with desk.at(0, "16:50"):
        issue = desk.write(desk.words(-2), by="ada")
        note = "Two more examples and this can go to review. @ada"
        comments.say(issue, note, by=desk.people["editor"], uid=next(_head(issue).manuscript.items).uid)


def _emergency(desk: Desk) -> None:
    """Publish today's issue without a review, which waits for somebody to approve it afterwards."""
    with desk.at(0, "12:00"):
        issue = desk.write(desk.words(0), by="ada")
    with desk.at(0, "12:10"):
        note = "Readers are losing uploads now, and nobody who may review is at the desk."
        desk.do(Action.FORCE_PUBLISH, issue, by="editor", note=note)
