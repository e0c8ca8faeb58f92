"""The small demo: three people, and one issue that they wrote, reviewed and published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from digests.editorial import exchange, workflow
from digests.manuscript.reader import read
from digests.models import Digest, Issue, LogEntry
from digests.models.states import Action

WORDS = Path(__file__).parent
DIGEST, DAY = "ai-daily", date(2026, 1, 30)


@dataclass(frozen=True)
class Role:
    """Somebody of the demo, by the name that they log in with."""

    username: str
    name: str
    group: str
    is_superuser: bool = False


PEOPLE = (Role("writer", "写稿人", "writer"), Role("reviewer", "审稿人", "reviewer"), Role("editor", "编辑", "editor"))
People = dict[str, Any]


def is_untouched() -> bool:
    """Say whether nobody ever did anything in this newsroom. The log is kept when issues and people are deleted."""
    return not any(model.objects.exists() for model in (get_user_model(), Digest, Issue, LogEntry))


def is_alone() -> bool:
    """Say whether this newsroom has no people and no issues but those of the small demo."""
    others = get_user_model().objects.exclude(username__in=[role.username for role in PEOPLE])
    return not others.exists() and not Issue.objects.exclude(digest__slug=DIGEST, date=DAY).exists()


def is_here() -> bool:
    return Issue.objects.filter(digest__slug=DIGEST, date=DAY).exists()


def make_people(roles: tuple[Role, ...], password: str) -> tuple[People, set[str]]:
    """Return the people by their names, making those who are missing, and the names of those who were."""
    people: Any = get_user_model().objects
    found = {one.username: one for one in people.filter(username__in=[role.username for role in roles])}
    missing = [role for role in roles if role.username not in found]
    for role in missing:
        found[role.username] = people.create_user(
            role.username,
            password=password,
            first_name=role.name,
            is_staff=True,
            is_superuser=role.is_superuser,
        )
        found[role.username].groups.add(Group.objects.get(name=role.group))
    return found, {role.username for role in missing}


def make(people: People) -> None:
    """Take the issue from manuscript to readers by the real workflow, unless it is there already."""
    if is_here():
        return
    manuscript = read((WORDS / DIGEST / f"{DAY}.md").read_bytes()).manuscript
    issue = Issue.objects.create(digest=make_digest(), date=DAY, title=manuscript.title)
    with workflow.editing(issue, by=people["writer"]) as locked:
        exchange.to_rows(manuscript, locked)
    workflow.perform(Action.SUBMIT, issue, by=people["writer"])
    workflow.perform(Action.APPROVE, issue, by=people["reviewer"], attests_read_all=True)
    workflow.perform(Action.PUBLISH, issue, by=people["editor"])


def make_digest() -> Digest:
    digest, _created = Digest.objects.get_or_create(
        slug=DIGEST,
        defaults={
            "name": "AI 日报",
            "description": "每天早上八点，读完人工智能与开源世界里值得知道的事。",
            "policies": "每条新闻附原始链接；解读与报道分开；更正公开留痕。",
            "standing_title": "AI 日报 {date}",
            "standing_tags": "AI, AI 日报",
            "standing_sections": "模型与研究\n工程与工具\n文字与网页\n更多动态",
        },
    )
    return digest
