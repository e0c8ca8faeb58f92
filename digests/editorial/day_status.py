"""The status of each day of a digest: its issue, what readers see of it, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Min, OuterRef, Prefetch, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from digests.models import Digest, Edition, Issue, Revision


class Gap(TextChoices):
    """What a day lacks."""

    NOT_PUBLIC = "not_public", _("Nothing was published")
    NOT_BEGUN = "not_begun", _("Not begun")


@dataclass(frozen=True, slots=True)
class DayStatus:
    """A day of a digest, as it stands at an instant."""

    digest: Digest
    date: date
    at: datetime
    issue: Issue | None = None
    head_id: int | None = None  # the issue's newest revision
    editions: tuple[Edition, ...] = ()  # all of the issue's, the newest first, without their pages
    is_before_all: bool = False  # before the digest's first issue: so none is missing

    @property
    def live(self) -> Edition | None:
        """What readers see."""
        return next((one for one in self.editions if one.is_live(self.at)), None)

    @property
    def scheduled(self) -> Edition | None:
        """What readers will see when its time comes."""
        return next((one for one in self.editions if one.live_from > self.at), None)

    @property
    def is_withdrawn(self) -> bool:
        """Say whether the issue was public and no longer is."""
        return self.live is None and any(one.live_from <= self.at for one in self.editions)

    @property
    def is_ahead(self) -> bool:
        """Say whether the newest revision is neither published nor scheduled."""
        return bool(self.issue) and self.head_id not in {one.revision_id for one in self.editions}

    @property
    def is_today(self) -> bool:
        return self.date == today(self.digest, self.at)

    @property
    def is_past(self) -> bool:
        return self.date < today(self.digest, self.at)

    @property
    def deadline(self) -> datetime:
        """The instant at which the issue should be out, in UTC."""
        # In UTC, because Python subtracts two times of one zone by wall clock, across a change to summer time too.
        return datetime.combine(self.date, self.digest.deadline, self.digest.zone).astimezone(UTC)

    @property
    def is_overdue(self) -> bool:
        """Say whether the deadline has passed and readers do not have the issue."""
        return self.live is None and self.deadline <= self.at

    @property
    def is_scheduled_late(self) -> bool:
        """Say whether readers get the issue for the first time after its deadline."""
        return bool(self.scheduled and self.live is None and self.scheduled.live_from > self.deadline)

    @property
    def gap(self) -> Gap | None:
        """What the day lacks, if anything."""
        if self.is_past:
            return None if self.live or self.is_before_all else Gap.NOT_PUBLIC
        return None if self.issue else Gap.NOT_BEGUN


def today(digest: Digest, at: datetime) -> date:
    """Return the date in a digest's time zone."""
    return at.astimezone(digest.zone).date()


def with_heads(issues: QuerySet[Issue]) -> QuerySet[Any]:
    """Add `head_id`, the newest revision of each issue."""
    newest = Revision.objects.filter(issue=OuterRef("pk")).order_by("-number")
    return issues.annotate(head_id=Subquery(newest.values("pk")[:1]))


def days(
    issues: QuerySet[Issue], digests: Iterable[Digest], first: date, last: date, *, at: datetime
) -> dict[tuple[int, date], DayStatus]:
    """Return each day of each digest from the first to the last, by the digest's key and the date.

    Costs three queries however many there are, and two if no day of them is past.
    """
    digests = list(digests)
    editions = Prefetch("editions", Edition.objects.defer("page"))
    of_span = with_heads(issues.filter(date__range=(first, last), digest__in=digests)).prefetch_related(editions)
    known = {(issue.digest_id, issue.date): issue for issue in of_span}
    begun: dict[int, date] = {}
    if any(first < today(digest, at) for digest in digests):
        begun = dict(issues.filter(digest__in=digests).order_by().values_list("digest").annotate(Min("date")))
    found = {}
    for digest in digests:
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            issue = known.get((digest.pk, day))
            status = DayStatus(digest, day, at, is_before_all=day < begun.get(digest.pk, date.max))
            if issue:
                issue.digest = digest
                all_editions = tuple(issue.editions.all())
                status = replace(status, issue=issue, head_id=issue.head_id, editions=all_editions)
            found[digest.pk, day] = status
    return found
