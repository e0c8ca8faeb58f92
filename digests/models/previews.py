"""Preview links, which show one revision to people without an account."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digests.models import fields
from digests.models.desk import Issue
from digests.models.editions import Edition, Revision
from digests.models.person import PERSON


def new_key() -> str:
    """Return a new random key, of 32 hexadecimal digits."""
    return secrets.token_hex(16)


class PreviewLinkStatus(models.TextChoices):
    """Whether a link still works, and if not, why."""

    OPEN = "open", _("Open")
    REVOKED = "revoked", _("Revoked")
    PUBLISHED = "published", _("Ended by publication")
    EXPIRED = "expired", _("Expired")


class PreviewLinkQuerySet(models.QuerySet["PreviewLink"]):
    def with_status(self, at: datetime | None = None) -> Self:
        """Add each link's `status` at an instant, computed from the clock and the editions rather than set by a job."""
        at = at or timezone.now()
        # An edition of an archive is live from before it was made, a scheduled one from later: either ends the link.
        since = Q(created_at__gte=OuterRef("created_at")) | Q(live_from__gte=OuterRef("created_at"))
        return self.annotate(
            status=models.Case(
                models.When(revoked_at__isnull=False, then=models.Value(PreviewLinkStatus.REVOKED.value)),
                models.When(
                    Exists(Edition.objects.ever_live(at).filter(since, issue=OuterRef("issue"))),
                    then=models.Value(PreviewLinkStatus.PUBLISHED.value),
                ),
                models.When(expires_at__lte=at, then=models.Value(PreviewLinkStatus.EXPIRED.value)),
                default=models.Value(PreviewLinkStatus.OPEN.value),
            )
        )


class PreviewLink(models.Model):
    """A link to one revision, until it expires, is revoked, or the issue is published."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="preview_links")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="preview_links")
    # Half of the link. The other half is a signature by SECRET_KEY, so a copy of the database is not enough.
    key = fields.CharField(max_length=32, unique=True, default=new_key, editable=False)
    whom = models.CharField(_("for whom"), max_length=100)
    may_comment = models.BooleanField(_("may comment"), default=False)
    expires_at = models.DateTimeField(_("expires"))
    by = models.ForeignKey(**PERSON)
    by_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    first_opened_at = models.DateTimeField(null=True, blank=True)
    last_opened_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(**PERSON)
    revoked_by_name = models.CharField(max_length=150, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="preview_link_ends_after_it_begins"
            ),
            models.CheckConstraint(
                # Both or neither, as a comparison with NULL would pass.
                condition=Q(first_opened_at=None, last_opened_at=None)
                | Q(
                    first_opened_at__isnull=False,
                    last_opened_at__isnull=False,
                    last_opened_at__gte=F("first_opened_at"),
                ),
                name="preview_link_is_opened_first_before_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue} · {self.whom}"
