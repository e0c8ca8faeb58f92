"""The public log of corrections.

The corrections of a withdrawn issue are withdrawn with it, since their notes may repeat what had to go. The withdrawal
itself stays in the log, without any words of the issue, even if the issue is published again. An approval after an
emergency changes no word, so it is not a correction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from digests.models import Digest, Edition, Retraction
from digests.models.states import Correction
from digests.site.views.responses import answer, asked_again, feed_links, readable

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 30
WITHDRAWAL = "withdrawal"
KINDS = {**dict(Correction.choices), WITHDRAWAL: _("Withdrawal")}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@readable
def corrections(request: HttpRequest) -> HttpResponse:
    """List corrections, retractions and withdrawals, newest first."""
    slug, kind, before = (request.GET.get(name, "") for name in ("digest", "type", "before"))
    publication = get_object_or_404(Digest, slug=slug) if slug else None
    if kind and kind not in KINDS:
        raise Http404(_("There is no such type of correction."))
    entries = _entries(publication, kind, _place(before) if before else None)
    if before and not entries:
        raise Http404(_("No corrections before this one."))
    chosen = {name: value for name, value in (("digest", slug), ("type", kind)) if value}
    last = entries[PAGE - 1] if len(entries) > PAGE else None
    kept = {**chosen, **asked_again(request)}
    context = {
        "entries": entries[:PAGE],
        "digests": _choices(
            "digest", kept, _("All digests"), Digest.objects.live().order_by("name").values_list("slug", "name")
        ),
        "kinds": _choices("type", kept, _("All types"), KINDS.items()),
        "canonical": reverse("corrections") + _query({**chosen, "before": before} if before else chosen),
        "newest": _query(kept),
        "older": _query({**kept, "before": _key(last)}) if last else "",
        "is_first": not before,
        "feeds": feed_links("corrections", query=_query({"digest": slug} if slug else {})),
    }
    return answer(request, "site/corrections.html", context, digest=publication)


@dataclass(frozen=True, slots=True)
class Entry:
    """A correction or a withdrawal in the log."""

    row: Edition
    told_at: datetime
    is_withdrawal: bool = False
    is_back: bool = False  # the withdrawn issue was published again since
    title_now: str = ""  # of the live edition
    before: int = 0  # the number of the edition that was corrected
    story: str = ""  # the uid of a retracted story


def _entries(publication: Digest | None, kind: str, before: tuple[datetime, int] | None) -> list[Entry]:
    """Return the newest entries before a place, one more than fits on a page."""
    found: list[Entry] = []
    if kind != WITHDRAWAL:
        told = Edition.objects.corrections().annotate(told_at=F("live_from"), **_of_correction())
        found += (
            Entry(one, one.told_at, title_now=one.title_now, before=one.before, story=one.story)
            for one in _part(told.filter(correction=kind) if kind else told, publication, before)
        )
    if kind in ("", WITHDRAWAL):
        back = Edition.objects.live().filter(issue=OuterRef("issue"))
        gone = Edition.objects.withdrawn().annotate(told_at=F("live_until"), is_back=Exists(back))
        found += (
            Entry(one, one.told_at, is_withdrawal=True, is_back=one.is_back) for one in _part(gone, publication, before)
        )
    return sorted(found, key=lambda entry: (entry.told_at, entry.row.pk), reverse=True)[: PAGE + 1]


def _part(editions: Any, publication: Digest | None, before: tuple[datetime, int] | None) -> Any:
    if publication:
        editions = editions.filter(digest=publication)
    if before:
        instant, pk = before
        editions = editions.filter(Q(told_at__lt=instant) | Q(told_at=instant, pk__lt=pk))
    return editions.select_related("digest").defer("page", "summary", "digest__policies", "digest__subscribe_card")[
        : PAGE + 1
    ]


def _of_correction() -> dict[str, Any]:
    """Return annotations for what an entry links to: the live edition, the one before, the retracted story."""
    live = Edition.objects.live().filter(issue=OuterRef("issue"))
    before = Edition.objects.filter(issue=OuterRef("issue"), live_until=OuterRef("live_from"))
    retraction = Retraction.objects.filter(issue=OuterRef("issue"), at=OuterRef("live_from"))
    return {
        "title_now": Subquery(live.values("title")[:1]),
        "before": Subquery(before.values("number")[:1]),
        "story": Coalesce(Subquery(retraction.values("uid")[:1]), Value("")),
    }


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that sets a filter."""

    label: StrOrPromise
    url: str
    chosen: bool


def _choices(
    name: str, chosen: dict[str, str], every: StrOrPromise, values: Iterable[tuple[str, StrOrPromise]]
) -> list[Choice]:
    """Return the links that set one filter and keep the others."""
    rest = {other: value for other, value in chosen.items() if other != name}
    return [
        Choice(label, _query({**rest, name: value} if value else rest), chosen.get(name, "") == value)
        for value, label in [("", every), *values]
    ]


def _query(values: dict[str, str]) -> str:
    return f"?{urlencode(values)}" if values else ""


def _key(entry: Entry) -> str:
    """Return the place of an entry in the log: microseconds since 1970, then the primary key of its edition."""
    return f"{(entry.told_at - _EPOCH) // timedelta(microseconds=1)}-{entry.row.pk}"


def _place(text: str) -> tuple[datetime, int]:
    found = re.fullmatch(r"([0-9]{1,16})-([0-9]{1,18})", text, re.ASCII)
    if found is None:
        raise Http404(_("That is no place in this list."))
    return _EPOCH + timedelta(microseconds=int(found[1])), int(found[2])
