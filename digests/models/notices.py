"""What people are told, and how they want to be told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from digests.models.desk import Issue


class Notice(models.Model):
    """One event that somebody should know of: once a person, whatever ways it reaches them."""

    class Weight(models.TextChoices):
        BLOCKING = "blocking", _("You are blocking")
        FYI = "fyi", _("For your information")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    weight = models.CharField(max_length=10, choices=Weight.choices)
    kind = models.CharField(max_length=30)  # what happened; its sentence is made when it is shown, in any language
    key = models.CharField(max_length=100)  # which event: one notice of it for each person
    issue = models.ForeignKey(Issue, models.CASCADE, null=True, blank=True, related_name="notices")
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["person", "read_at"], name="notice_by_person")]
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="one_notice_a_person_and_event"),
            models.CheckConstraint(condition=models.Q(weight__in=["blocking", "fyi"]), name="notice_weight_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind}"


class Told(models.Model):
    """How a person wants to be told. Without a row, by the defaults."""

    class Mail(models.TextChoices):
        NONE = "none", _("Never")
        SOON = "soon", _("Within minutes")
        DAILY = "daily", _("Once a day")

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="told")
    blocking = models.CharField(_("mail when I am blocking"), max_length=10, choices=Mail.choices, default=Mail.SOON)
    fyi = models.CharField(_("mail for my information"), max_length=10, choices=Mail.choices, default=Mail.DAILY)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)

    class Meta:
        verbose_name = _("how to tell")
        verbose_name_plural = _("how to tell")

    def __str__(self) -> str:
        return str(self.person)
