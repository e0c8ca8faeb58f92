"""The editions of an issue: which there are, what an earlier one said, and what changed since."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from digests.models import Edition, Retraction
from digests.models.states import Correction
from digests.publishing import changes, pictures
from digests.publishing.changes import Changed
from digests.publishing.editions import as_it_was, printed, public_manuscript
from digests.text.markup import without

_NUMBER = re.compile("[1-9][0-9]{0,8}")


def editions_of(issue: Any) -> Any:
    """Return the editions of an issue that readers may have, the first of them first."""
    return (
        Edition.objects.readable_history()
        .filter(issue=issue)
        .select_related("revision")
        .only("number", "live_from", "live_until", "correction", "note", "forced_reason", "revision__sha256")
        .order_by("live_from")
    )


def listed(editions: Iterable[Any], live: Edition) -> list[Any]:
    """Return the editions of an issue for a list: each with the one before it, and the one whose words it repeats."""
    first_with: dict[str, int] = {}
    before, found = 0, []
    for edition in editions:
        edition.before, before = before, edition.number
        edition.is_live = edition.number == live.number
        # A retraction takes words away and gives none: it has its own name.
        again = first_with.setdefault(edition.revision.sha256, edition.number)
        edition.again = again if again != edition.number and edition.correction != Correction.RETRACTION else 0
        found.append(edition)
    return found if len(found) > 1 else []


def earlier(live: Any, wanted: str) -> Any:
    """Return an edition of an issue by its number, with what readers may still have of it. Raises Http404.

    What was retracted is a tombstone here too, and pictures that the live edition has no more are left out.
    """
    found: Any = _by_number(live, wanted)
    found.digest, found.current = live.digest, live
    found.retractions = list(Retraction.objects.filter(issue=live.issue_id).order_by("at", "pk"))
    words = as_it_was(found, live, {one.uid: one.reason for one in found.retractions})
    found.revision.manuscript = words
    found.title = words.title
    page = printed(found, words)
    gone = pictures.named(page) - pictures.named(live.page)
    found.page = without(page, gone)
    if words.cover_file in gone:
        found.page["cover"] = {"file": "", "alt": ""}
    found.cover = found.page["cover"]["file"]
    return found


def _by_number(live: Any, wanted: str) -> Edition:
    kept = Edition.objects.readable_history().filter(issue=live.issue_id).select_related("revision").dated()
    found = kept.filter(number=int(wanted)).defer("page").first() if _NUMBER.fullmatch(wanted) else None
    if found is None:
        raise Http404(_("There is no such edition of this issue."))
    return found


def changed_since(edition: Any, until: str) -> tuple[Any, list[Changed]]:
    """Return what changed from an earlier edition to the live one, or to the one that `until` names."""
    other = earlier(edition.current, until) if until else edition.current
    if other.live_from <= edition.live_from:
        raise Http404(_("That edition came no later."))
    with translation.override(edition.digest.language):
        differences = changes.seen(edition.revision.manuscript, public_manuscript(other))
        return other, changes.told_to_readers(differences, changes.followed(differences))
