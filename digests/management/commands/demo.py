from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from digests.editorial.workflow import Refused
from digests.management.demo import full, small


class Command(BaseCommand):
    help = (
        "Make a demo: three people and a published issue, or something of everything (--full). Safe to run twice;"
        " refuses in a newsroom that has people or issues of its own."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--full", action="store_true", help="some fifteen issues in two digests; takes some seconds"
        )
        parser.add_argument("--force", action="store_true", help="make what is missing in any newsroom")
        parser.add_argument(
            "--if-untouched",
            action="store_true",
            help="for starts: only where nobody did anything yet, and not with NEWSROOM_DEMO=off",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = settings.NEWSROOM_DEMO_PASSWORD or secrets.token_urlsafe(9)
        is_start, made = options["if_untouched"], set[str]()
        reason = self.why_not_at_a_start() if is_start else self.why_not(options["full"], options["force"])
        if reason:
            self.stdout.write(reason)
        else:
            try:
                made = self.make_full(password) if options["full"] else self.make_small(password)
            except Refused as refused:
                if not is_start:
                    raise CommandError(str(refused)) from None
                self.stdout.write(_("No demo was made: %(reason)s") % {"reason": refused})
        self.name_people(made, password, only_known=is_start)

    def why_not_at_a_start(self) -> str:
        """Return why a start makes no demo; nothing if it does."""
        if not small.is_untouched():
            return _("This newsroom was used before, so no demo was made.")
        if not settings.NEWSROOM_DEMO:
            return _(
                "NEWSROOM_DEMO is off, so no demo was made. Make the first administrator: manage.py createsuperuser"
            )
        return ""

    def why_not(self, wants_full: bool, force: bool) -> str:
        """Return why there is nothing to make; nothing if there is. Raises CommandError among other people's work."""
        here = _("The demo is here already. Nothing was made.")
        if full.is_here() and not full.is_whole():
            raise CommandError(_("A full demo was begun here and not finished. Begin again with an empty database."))
        if full.is_here() and (wants_full or not force):
            return here
        if force or small.is_alone():
            return ""
        if small.is_here() and not wants_full:
            return here
        raise CommandError(
            _("This newsroom has people or issues of its own, so no demo was made. --force makes it among them.")
        )

    def make_small(self, password: str) -> set[str]:
        with transaction.atomic():
            people, made = small.make_people(small.PEOPLE, password)
            small.make(people)
        return made

    def make_full(self, password: str) -> set[str]:
        people, made = small.make_people(full.PEOPLE, password)
        full.make(people)
        return made

    def name_people(self, made: set[str], password: str, *, only_known: bool) -> None:
        """Say who can log in and how. A password is printed when it was set just now; later, where it stands."""
        lines = []
        names = [role.username for role in full.PEOPLE]
        people = {one.username: one for one in get_user_model().objects.filter(username__in=names, is_active=True)}
        for name in filter(people.get, names):
            if name in made:
                lines.append((name, password))
            elif settings.NEWSROOM_DEMO_PASSWORD and people[name].check_password(settings.NEWSROOM_DEMO_PASSWORD):
                lines.append((name, _("(the password in NEWSROOM_DEMO_PASSWORD)")))
            elif not only_known:
                lines.append((name, _("(the password that was set before)")))
        if lines:
            address = f"{settings.SITE_URL}/admin/"
            self.stdout.write(_("People of the demo, to log in at %(address)s:") % {"address": address})
        for name, known in lines:
            self.stdout.write(f"  {name:10} {known}")
