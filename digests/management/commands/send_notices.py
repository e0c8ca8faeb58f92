from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digests.editorial.notices import mail, telling


class Command(BaseCommand):
    help = (
        "Mail the notices that are due, and bring all of them up to date. The worker does it by itself; "
        "where none runs, have cron call this every few minutes. Safe beside the worker: nothing is mailed twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        mail.plan(telling.tell_all())
        if settings.EMAIL_BACKEND == telling.NO_MAIL:
            self.stdout.write(_("This newsroom sends no mail: EMAIL_URL is not set."))
            return
        count = mail.send(timezone.now())
        self.stdout.write(ngettext("%(count)d mail sent.", "%(count)d mails sent.", count) % {"count": count})
