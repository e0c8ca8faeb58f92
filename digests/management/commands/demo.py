from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from digests.editorial import exchange, workflow
from digests.manuscript.reader import read
from digests.models import Digest, Issue
from digests.models.states import Action

ISSUE = Path(__file__).parent.parent / "demo" / "2026-01-30.md"
PEOPLE = {"writer": "写稿人", "reviewer": "审稿人", "editor": "编辑"}


class Command(BaseCommand):
    help = "Make three people and a published demo issue, where missing. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        password = settings.NEWSROOM_DEMO_PASSWORD or secrets.token_urlsafe(9)
        with transaction.atomic():
            people = {name: self.person(name, password) for name in PEOPLE}
            self.issue(people)
        self.stdout.write(
            _("People of the demo, to log in at %(address)s:") % {"address": f"{settings.SITE_URL}/admin/"}
        )
        for name, person in people.items():
            known = password if person.check_password(password) else _("(the password that was set before)")
            self.stdout.write(f"  {name:10} {known}")

    def person(self, name: str, password: str) -> Any:
        people = get_user_model()
        person = people.objects.filter(username=name).first()
        if person is None:
            person = people.objects.create_user(name, password=password, first_name=PEOPLE[name], is_staff=True)
            person.groups.add(Group.objects.get(name=name))
        return person

    def issue(self, people: dict[str, Any]) -> None:
        """Take the demo issue from manuscript to readers by the real workflow, unless there is one already."""
        digest, _created = Digest.objects.get_or_create(
            slug="ai-daily",
            defaults={
                "name": "AI 日报",
                "description": "每天早上八点，读完人工智能与开源世界里值得知道的事。",
                "policies": "每条新闻附原始链接；解读与报道分开；更正公开留痕。",
                "standing_title": "AI 日报 {date}",
                "standing_tags": "AI, AI 日报",
                "standing_sections": "模型与研究\n工程与工具\n文字与网页\n更多动态",
            },
        )
        manuscript = read(ISSUE.read_bytes()).manuscript
        issue, created = Issue.objects.get_or_create(
            digest=digest, date=manuscript.date, defaults={"title": manuscript.title}
        )
        if not created:
            return
        with workflow.editing(issue, by=people["writer"]) as locked:
            exchange.to_rows(manuscript, locked)
        workflow.perform(Action.SUBMIT, issue, by=people["writer"])
        workflow.perform(Action.APPROVE, issue, by=people["reviewer"], attests_read_all=True)
        workflow.perform(Action.PUBLISH, issue, by=people["editor"])
