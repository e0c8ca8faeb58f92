"""Pictures: the originals that staff uploaded, and the files made from them for readers."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digests.models import fields
from digests.models.desk import refuse_unfit_picture
from digests.models.person import PERSON


def picture_path(picture: Picture, name: str) -> str:
    """Return a random name, so that nobody can guess the address of a draft's picture."""
    return f"pictures/{secrets.token_hex(16)}{Path(name).suffix.lower()}"


class Picture(models.Model):
    """A stored picture, without metadata. Covers and texts refer to it by the name of its file."""

    file = fields.ImageField(_("file"), upload_to=picture_path, unique=True, validators=[refuse_unfit_picture])
    sha256 = models.CharField(max_length=64)  # of what was uploaded
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt = models.CharField(_("what it shows"), max_length=300, blank=True)
    # The point that stays visible when it is cropped, as fractions of width and height.
    focal_x = models.FloatField(default=0.5)
    focal_y = models.FloatField(default=0.5)
    renditions = models.JSONField(default=list, blank=True)  # [{"file", "format", "width", "height"}], smallest first
    made_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)
    by = models.ForeignKey(**PERSON)
    by_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    uploaded_at = models.DateTimeField(default=timezone.now)  # the last time: how long it has waited to be named

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(focal_x__gte=0, focal_x__lte=1, focal_y__gte=0, focal_y__lte=1),
                name="focal_point_is_inside",
            ),
            # Covers that are older than this table have none; the same one may have been uploaded twice.
            models.UniqueConstraint(
                fields=["sha256"], condition=~models.Q(sha256=""), name="the_same_picture_is_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return self.alt or self.file.name or ""
