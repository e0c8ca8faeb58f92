"""Notices to people, and how they want to be notified."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digests.models.desk import Digest, Issue
from digests.models.person import PERSON

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SOON = timedelta(minutes=3)  # after the first notice: those that follow until then are in the same mail
MAILS = ["none", "soon", "daily"]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def held(self) -> Self:
        """Lock these rows until the transaction ends, always in the same order, so that there is no deadlock."""
        return self.order_by("pk").select_for_update(of=("self",))

    def update(self, **values: Any) -> int:
        """Update these rows, locked in that order first: an UPDATE alone locks them in any order."""
        with transaction.atomic(savepoint=False):
            return models.QuerySet.update(Notice.objects.filter(pk__in=self.held()), **values)

    def blocking(self) -> Self:
        """Return the notices of people whom somebody is waiting for now."""
        return self.filter(BLOCKING)

    def unread(self) -> Self:
        """Return the notices that their people have not read."""
        return self.filter(read_at=None)

    def counted(self) -> dict[str, int]:
        """Count the blocking ones and the other unread ones, for the bell. One query."""
        return self.aggregate(
            blocking=Count("pk", filter=BLOCKING), unread=Count("pk", filter=Q(weight="fyi", read_at=None))
        )

    def mark_read(self) -> int:
        """Mark the unread ones as read now; return how many there were."""
        return self.unread().update(read_at=timezone.now())

    def settle(self, how: str, by: int | None = None, by_name: str = "") -> int:
        """Mark blocking notices as settled, by what (`how`) and by whom; return how many there were."""
        now = timezone.now()
        self.unread().update(read_at=now)
        return self.filter(BLOCKING).update(settled_at=now, settled_how=how, settled_by_id=by, settled_by_name=by_name)

    def to_know(self) -> Self:
        """Return the notices for information, and blocking ones that somebody else settled for the person."""
        return self.exclude(BLOCKING).exclude(settled_by=F("person"))

    def unsent(self) -> Self:
        """Return the notices that are still to be mailed; those that were read or settled are not."""
        return self.filter(read_at=None, mailed_at=None).exclude(mail_at=None)


class Notice(models.Model):
    """One event for one person, whether they see it at the desk, by mail, or both."""

    class Weight(models.TextChoices):
        BLOCKING = "blocking", _("You are blocking")
        FYI = "fyi", _("For your information")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    weight = models.CharField(max_length=10, choices=Weight.choices)
    kind = models.CharField(
        max_length=30
    )  # what happened; its sentence is made when it is shown, in the reader's language
    key = models.CharField(max_length=100)  # names the event; each person has one notice of it
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
        """Whether somebody is still waiting for its person."""
        return self.weight == self.Weight.BLOCKING and self.settled_at is None


BLOCKING = Q(weight="blocking", settled_at=None)


class NotificationPreference(models.Model):
    """How a person wants to be notified. Without a row, the defaults apply."""

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
        help_text=_("A review, a change, a publication or a reply that needs you."),
    )
    fyi = models.CharField(
        _("for your information"),
        max_length=10,
        choices=Mail.choices,
        default=Mail.DAILY,
        help_text=_("What became of issues that you worked on and of comments that you wrote. Nothing waits for you."),
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
        help_text=_("The list at the desk still shows what happens there."),
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
        """Return when a notice that is made now is to be mailed; None for never."""
        match self.blocking if weight == Notice.Weight.BLOCKING else self.fyi:
            case self.Mail.SOON:
                return now + SOON
            case self.Mail.DAILY:
                local = timezone.localtime(now, timezone.get_default_timezone())
                today = local.replace(hour=self.hour, minute=0, second=0, microsecond=0)
                return today if today > local else today + timedelta(days=1)
        return None

    @classmethod
    def of(cls, person: User) -> NotificationPreference:
        """Return how a person wants to be notified; the defaults, not saved, if they never chose."""
        return cls.objects.filter(person=person).first() or cls(person=person)
