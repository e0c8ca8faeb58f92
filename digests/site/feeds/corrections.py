"""The log of corrections as a feed, with the old and new words of each correction.

It contains only what readers may see: of a retracted story the reason, of a withdrawn issue no words at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from datetime import date as Date
from typing import Any

from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import translation
from django.utils.translation import gettext as _

from digests.manuscript import diff
from digests.models import Edition, Retraction
from digests.models.states import Correction
from digests.publishing import changes
from digests.publishing.addresses import absolute
from digests.publishing.changes import Changed
from digests.publishing.rendering import as_it_was
from digests.site.feeds.entries import Entries, editions_with, html_of, tag_uri
from digests.site.feeds.values import Entry


class CorrectionEntries(Entries):
    """An entry for each correction and for each withdrawn issue."""

    day = "told_at"
    days = ("live_from", "live_until")
    facts = (*Entries.facts, "issue_changed")
    order = ("-told_at", "-pk")

    def live(self, at: datetime) -> Any:
        return self.rows.corrections_log(at)

    def ever_live(self, at: datetime) -> Any:
        # An edition that ended may have been a withdrawal until the issue was published again.
        rows = self.rows.ever_live(at).filter(~Q(correction="") | Q(live_until__lte=at))
        # The entry of a correction can change whenever its issue does.
        begun, ended = Max("live_from"), Max("live_until", filter=Q(live_until__lte=at))
        of_issue = Edition.objects.ever_live(at).filter(issue=OuterRef("issue")).order_by().values("issue")
        changed = of_issue.annotate(last=Greatest(begun, Coalesce(ended, begun))).values("last")
        return rows.annotate(ended=F("live_until"), issue_changed=Subquery(changed))

    def instant(self, day: Date) -> Any:
        return datetime.combine(day, time(), UTC)

    def read(self, keys: Iterable[int], at: datetime) -> list[Entry]:
        live = Edition.objects.live(at).filter(issue=OuterRef("issue"))
        # Only an edition that ended at that instant: before a gap the issue was withdrawn, and that is shown nowhere.
        before = Edition.objects.filter(issue=OuterRef("issue"), live_until=OuterRef("live_from"))
        editions = list(
            editions_with(keys)
            .corrections_log(at)
            .annotate(live=Subquery(live.values("pk")[:1]), before=Subquery(before.values("pk")[:1]))
            .defer("page")
            .order_by(*self.order)
        )
        retractions: dict[int, list[Retraction]] = {}
        for one in Retraction.objects.filter(issue__in={edition.issue_id for edition in editions}).order_by("at", "pk"):
            retractions.setdefault(one.issue_id, []).append(one)
        titles, differences = _compared(editions, retractions)
        headlines = changes.followed_headlines(one for found in differences.values() for one in found)
        return [
            _withdrawal(edition)
            if edition.is_withdrawal
            else _correction(
                edition,
                titles[edition.live],
                retractions.get(edition.issue_id, []),
                differences.get(edition.pk, []),
                headlines,
            )
            for edition in editions
        ]


def _compared(
    editions: Iterable[Any], retractions: Mapping[int, Iterable[Retraction]]
) -> tuple[dict[int, str], dict[int, list[diff.Change]]]:
    """Return the titles of the live editions, and the visible differences of each correction, by edition. One query."""
    corrections = [edition for edition in editions if not edition.is_withdrawal]
    wanted = {pk for edition in corrections for pk in (edition.pk, edition.live, edition.before) if pk}
    found = Edition.objects.select_related("digest", "revision").defer("page").in_bulk(wanted)
    differences = {}
    for edition in corrections:
        if edition.before and edition.correction != Correction.RETRACTION:
            reasons = {one.uid: one.reason for one in retractions.get(edition.issue_id, ())}
            old, new = (as_it_was(found[pk], found[edition.live], reasons) for pk in (edition.before, edition.pk))
            differences[edition.pk] = changes.visible_differences(old, new)
    return {edition.live: found[edition.live].title for edition in corrections}, differences


def _correction(
    edition: Any,
    title: str,
    retractions: Iterable[Retraction],
    differences: Iterable[diff.Change],
    headlines: Mapping[str, str],
) -> Entry:
    digest = edition.digest
    url = absolute(edition.get_absolute_url()) + "#corrections"
    with translation.override(digest.language):
        kind = edition.get_correction_display()
        changed: list[Changed] = changes.describe_for_readers(differences, headlines)
        name = _("%(kind)s: %(title)s") % {"kind": kind, "title": title}
    given = {
        "edition": edition,
        "title": title,
        "retracted": [one for one in retractions if one.at == edition.live_from],
        "changed": changed,
    }
    return Entry(
        id=tag_uri(edition.date, f"{digest.slug}/corrections/{edition.number}"),
        url=url,
        title=name,
        summary=edition.note,
        html=html_of("site/feeds/correction.html", given, digest, url, {}),
        published=edition.live_from,
        # A later retraction removes its story from this entry.
        updated=max([edition.live_from, *(one.at for one in retractions)]),
        author=digest.name,
        language=digest.language,
        tags=(str(kind),),
    )


def _withdrawal(edition: Any) -> Entry:
    digest = edition.digest
    url = absolute(edition.get_absolute_url())
    with translation.override(digest.language):
        kind = _("Withdrawal")
        name = _("%(kind)s: %(title)s") % {"kind": kind, "title": f"{digest.name} {edition.date}"}
    return Entry(
        id=tag_uri(edition.date, f"{digest.slug}/withdrawals/{edition.number}"),
        url=url,
        title=name,
        html=html_of("site/feeds/withdrawal.html", {"is_back": edition.live is not None}, digest, url, {}),
        published=edition.told_at,
        updated=edition.told_at,
        author=digest.name,
        language=digest.language,
        tags=(kind,),
    )
