"""Shingles: hashes of a few parts of each headline, by which similar headlines are found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digests.manuscript.headlines import Headline
from digests.manuscript.values import UID_LENGTH
from digests.models.desk import Issue, NewsItem
from digests.models.editions import Story

MOST = 200  # rows that are read for one part, the newest ones


class ShingleManager(models.Manager["Shingle"]):
    def index(self, issue: Issue) -> None:
        """Update the shingles of an issue from the headlines of its rows and of its live or coming editions."""
        now = timezone.now()
        public = Q(edition__live_from__gt=now) | Q(edition__live_until=None) | Q(edition__live_until__gt=now)
        rows = NewsItem.objects.filter(section__issue=issue).values_list("uid", "headline", "section__issue__date")
        stories = Story.objects.filter(public, edition__issue=issue, retracted=False)
        headlines = {*rows, *stories.order_by().values_list("uid", "headline", "edition__date")}
        wanted = {(part, day, uid) for uid, headline, day in headlines for part in Headline.of(headline).sketch}
        standing = {tuple(row): pk for pk, *row in self.filter(issue=issue).values_list("pk", "hash", "day", "uid")}
        if gone := [pk for row, pk in standing.items() if row not in wanted]:
            self.filter(pk__in=gone).delete()
        self.bulk_create(
            (Shingle(issue=issue, hash=part, day=day, uid=uid) for part, day, uid in sorted(wanted - standing.keys())),
            ignore_conflicts=True,
        )

    def uids(self, sketch: Sequence[int], since: date, most: int) -> list[str]:
        """Return the uids of up to `most` stories since a day that share most with a sketch, rare parts counting more.

        For each part only the newest rows are read, so the work is bounded however common a part is.
        """
        if not sketch:
            return []
        table = connection.ops.quote_name(self.model._meta.db_table)
        part = f"SELECT hash, uid FROM {table} WHERE hash = %s AND day >= %s ORDER BY day DESC LIMIT {MOST}"
        query = " UNION ALL ".join(f"SELECT * FROM ({part}) AS part{number}" for number in range(len(sketch)))
        day = connection.ops.adapt_datefield_value(since)
        found: dict[int, list[str]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(query, [value for hash in sketch for value in (hash, day)])
            for hash, uid in cursor:
                found[hash].append(uid)
        weights: dict[str, float] = defaultdict(float)
        for uids in found.values():
            for uid in uids:
                weights[uid] += 1 / (1 + len(uids) ** 0.5)
        return sorted(weights, key=lambda uid: -weights[uid])[:most]


class Shingle(models.Model):
    """The hash of a part of a story's headline, with the day of its issue. Updated with each save and each edition."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="+")
    hash = models.IntegerField()
    day = models.DateField()
    uid = models.CharField(max_length=UID_LENGTH)

    objects = ShingleManager()

    class Meta:
        verbose_name = _("shingle")
        verbose_name_plural = _("shingles")
        constraints = [
            # It is also the index by which the newest stories with a part are found.
            models.UniqueConstraint(fields=["hash", "day", "uid"], name="a_shingle_once_a_story_and_day"),
        ]

    def __str__(self) -> str:
        return f"{self.uid} · {self.hash:08x}"
