"""Links for people without an account to one revision."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from digests.models.desk import Issue
from digests.models.editions import Revision
from digests.models.person import PERSON


def new_key() -> str:
    return secrets.token_hex(16)


class PreviewLink(models.Model):
    """A way to read one revision for whoever has it, until it expires, is revoked or the issue goes out."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="preview_links")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="preview_links")
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    whom = models.CharField(_("for whom"), max_length=100, blank=True)
    may_comment = models.BooleanField(_("may comment"), default=False)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(**PERSON)
    by_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.issue} · {self.whom}"

    def is_open(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at
