from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from digests.models import Edition
from digests.publishing import editions


class Command(BaseCommand):
    help = "Render and project every edition anew from its revision. Safe while the site is up."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for pk in Edition.objects.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                edition = (
                    Edition.objects.select_for_update(of=("self",))
                    .select_related("revision", "digest")
                    .defer("page")  # it may be of a form that this code does not read
                    .filter(pk=pk)
                    .first()
                )
                if edition:  # a schedule may have been cancelled meanwhile
                    editions.rebuild(edition)
                    count += 1
        self.stdout.write(_("%(count)s editions rebuilt.") % {"count": count})
