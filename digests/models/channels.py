"""Channels: where readers can follow a digest besides its feeds."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from digests.manuscript.values import line
from digests.models import fields
from digests.models.desk import Digest, Positioned

SCHEMES = ("https://", "http://", "mailto:")
_SCHEME = re.compile("|".join(SCHEMES))


def refuse_no_address(address: str) -> None:
    """Raise ValidationError for anything but a complete web address or `mailto:` address."""
    scheme = _SCHEME.match(address)
    try:
        if scheme is None:
            raise ValidationError("")
        if scheme[0] == "mailto:":
            EmailValidator()(address.removeprefix("mailto:"))
        else:
            URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise ValidationError(
            _("Write the whole address, such as https://t.me/name or mailto:news@example.org.")
        ) from None


class Channel(Positioned):
    """A place elsewhere where a digest appears. Pages show it with a QR code."""

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="channels", verbose_name=_("digest"))
    name = models.CharField(_("name"), max_length=60, help_text=_("As readers know it: Telegram, 微信公众号, Email."))
    address = fields.CharField(
        _("address"),
        max_length=300,
        validators=[refuse_no_address],
        help_text=_("Where it is, from https:// or mailto: on. A short one makes a code that is easy to scan."),
    )
    position = models.PositiveIntegerField(_("position"), default=0, help_text=_("The lowest number comes first."))

    class Meta(Positioned.Meta):
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = [
            models.UniqueConstraint(fields=["digest", "address"], name="a_channel_once_a_digest"),
            models.CheckConstraint(
                condition=Q(*(("address__startswith", scheme) for scheme in SCHEMES), _connector=Q.OR),
                name="channel_address_is_for_readers",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.name, self.address = line(self.name), self.address.strip()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_code_url(self) -> str:
        """Return the address of its QR code."""
        return reverse("channel-code", args=[self.digest.slug, self.pk])

    @property
    def shown(self) -> str:
        """The address as people write it, without scheme, `www.` and last slash."""
        return _SCHEME.sub("", self.address, count=1).removeprefix("www.").rstrip("/")
