"""What people are told, and how they want to be told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digests.models.desk import Digest, Issue
from digests.models.person import PERSON

SOON = timedelta(minutes=3)  # from the first notice on: what follows within it is in the same mail
MAILS = ["none", "soon", "daily"]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def held(self) -> Self:
        """Return these, held until the transaction ends; always in one order, so that no two wait for each other."""
        return self.order_by("pk").select_for_update(of=("self",))

    def update(self, **values: Any) -> int:
        """Change these, held in that order first: an UPDATE of its own accord takes rows as it comes upon them."""
        with transaction.atomic(savepoint=False):
            return models.QuerySet.update(Notice.objects.filter(pk__in=self.held()), **values)

    def blocking(self) -> Self:
        """Return what somebody waits for now."""
        return self.filter(BLOCKING)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def counted(self) -> dict[str, int]:
        """Return how many block somebody, and how many others are unread: what the bell says, in one query."""
        return self.aggregate(
            blocking=Count("pk", filter=BLOCKING), unread=Count("pk", filter=Q(weight="fyi", read_at=None))
        )

    def mark_read(self) -> int:
        return self.unread().update(read_at=timezone.now())

    def settle(self, how: str, by: int | None = None, by_name: str = "") -> int:
        """Say of blocking notices that nobody waits any more, and what put an end to it."""
        now = timezone.now()
        self.unread().update(read_at=now)
        return self.filter(BLOCKING).update(settled_at=now, settled_how=how, settled_by_id=by, settled_by_name=by_name)

    def to_know(self) -> Self:
        """Return what nobody waits for: news, and what others did meanwhile. What people did themselves they know."""
        return self.exclude(BLOCKING).exclude(settled_by=F("person"))

    def unsent(self) -> Self:
        """Return what is still to be mailed: not what was read at the desk, or is settled."""
        return self.filter(read_at=None, mailed_at=None).exclude(mail_at=None)


class Notice(models.Model):
    """One event that somebody should know of: once a person, whatever ways it reaches them."""

    class Weight(models.TextChoices):
        BLOCKING = "blocking", _("You are blocking")
        FYI = "fyi", _("For your information")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    weight = models.CharField(max_length=10, choices=Weight.choices)
    kind = models.CharField(max_length=30)  # what happened; its sentence is made when it is shown, in any language
    key = models.CharField(max_length=100)  # which event: one notice of it for each person
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="notices")
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_how = models.CharField(max_length=30, blank=True)
    settled_by = models.ForeignKey(**PERSON)
    settled_by_name = models.CharField(max_length=150, blank=True)
    mail_at = models.DateTimeField(null=True, blank=True, db_index=True)  # when a mail is due; never if empty
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["person", "read_at"], name="notice_by_person")]
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="one_notice_a_person_and_event"),
            models.CheckConstraint(condition=Q(weight__in=["blocking", "fyi"]), name="notice_weight_is_known"),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(weight="blocking", read_at__isnull=False),
                name="only_what_blocked_is_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind}"

    @property
    def is_blocking(self) -> bool:
        return self.weight == self.Weight.BLOCKING and self.settled_at is None


BLOCKING = Q(weight="blocking", settled_at=None)


class NotificationPreference(models.Model):
    """How a person wants to be notified. Without a row, the defaults hold."""

    class Mail(models.TextChoices):
        NONE = "none", _("Never")
        SOON = "soon", _("Within minutes")
        DAILY = "daily", _("Once a day")

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preference")
    blocking = models.CharField(
        _("when somebody waits for you"),
        max_length=10,
        choices=Mail.choices,
        default=Mail.SOON,
        help_text=_("A review, a change, a publication or an answer that only goes on with you."),
    )
    fyi = models.CharField(
        _("for your information"),
        max_length=10,
        choices=Mail.choices,
        default=Mail.DAILY,
        help_text=_("What became of issues and threads that you had a hand in. Nothing waits for you."),
    )
    hour = models.PositiveSmallIntegerField(
        _("hour of the daily mail"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        default=9,
    )
    language = models.CharField(
        _("language of the mails"),
        max_length=10,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("The desk itself follows your browser, or the switch at the top."),
    )
    muted = models.ManyToManyField(
        Digest,
        blank=True,
        related_name="+",
        verbose_name=_("no mail about"),
        help_text=_("What happens there still stands in the list at the desk."),
    )

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [
            models.CheckConstraint(condition=Q(blocking__in=MAILS, fyi__in=MAILS), name="mail_is_a_known_choice"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="hour_is_of_a_day"),
        ]

    def __str__(self) -> str:
        return str(self.person)

    def mail_at(self, weight: str, now: datetime) -> datetime | None:
        """Return when a notice of now is to be mailed, in the newsroom's time zone; None is never."""
        match self.blocking if weight == Notice.Weight.BLOCKING else self.fyi:
            case self.Mail.SOON:
                return now + SOON
            case self.Mail.DAILY:
                local = timezone.localtime(now, timezone.get_default_timezone())
                today = local.replace(hour=self.hour, minute=0, second=0, microsecond=0)
                return today if today > local else today + timedelta(days=1)
        return None

    @classmethod
    def of(cls, person: Any) -> NotificationPreference:
        """Return how someone wants to be notified; the defaults if they never said."""
        return cls.objects.filter(person=person).first() or cls(person=person)
