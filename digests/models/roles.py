"""Which permissions the groups of the roles were given by us, and not by staff."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.Model):
    """A role, by the name of its group, with the permissions that the table of roles has given to it so far."""

    name = models.CharField(_("name"), max_length=150, unique=True)
    granted = models.JSONField(default=list)  # by their full names: "digests.view_issue"

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name
