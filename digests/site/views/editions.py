"""The editions of an issue: the list, an earlier one, and what changed since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from digests.manuscript.values import Manuscript
from digests.models import Cover, Edition, Page, Retraction
from digests.models.states import Correction
from digests.publishing import changes, pictures
from digests.publishing.changes import Changed
from digests.publishing.rendering import as_it_was, page_of, public_manuscript
from digests.text.markup import without
from digests.text.numbers import whole_number


@dataclass(frozen=True, slots=True)
class ShownEdition:
    """An edition as it is shown: the live one, an earlier one, or a draft as if it were published."""

    row: Edition  # not saved, for a draft
    page: Page
    first_published: datetime
    live: Edition | None = None  # the live edition, if this is an earlier one
    retractions: tuple[Retraction, ...] = ()  # of the issue, if this is an earlier edition
    known_words: Manuscript | None = None  # if it was read already

    @property
    def words(self) -> Manuscript:
        """The manuscript that the page was made from. Two queries, unless it is known."""
        return public_manuscript(self.row) if self.known_words is None else self.known_words


@dataclass(frozen=True, slots=True)
class ListedEdition:
    """An edition in the list of an issue's editions."""

    row: Edition
    before: int  # the number of the edition before it; 0 for the first
    is_live: bool
    again: int  # the number of an earlier edition with the same words; 0 if there is none


def editions_of(issue: int) -> QuerySet[Edition]:
    """Return the editions of an issue that readers may see, oldest first."""
    return (
        Edition.objects.readable_history()
        .filter(issue=issue)
        .select_related("revision")
        .only("number", "live_from", "live_until", "correction", "note", "forced_reason", "revision__sha256")
        .order_by("live_from")
    )


def listed(editions: Iterable[Edition], live: Edition) -> list[ListedEdition]:
    """Return the editions of an issue for a list, in the given order, which is oldest first."""
    first_with: dict[str, int] = {}
    before, found = 0, []
    for edition in editions:
        # An edition made by a retraction has an old revision too, but is listed as a retraction.
        again = first_with.setdefault(edition.revision.sha256, edition.number)
        repeats = again != edition.number and edition.correction != Correction.RETRACTION
        found.append(ListedEdition(edition, before, edition.number == live.number, again if repeats else 0))
        before = edition.number
    return found


def earlier(live: Edition, wanted: str) -> ShownEdition:
    """Return an edition of an issue by its number, with what readers may still see of it. Raises Http404.

    Retracted stories are tombstones, and pictures that the live edition no longer has are left out.
    """
    found = _by_number(live, wanted)
    found.digest = live.digest
    retractions = tuple(Retraction.objects.filter(issue=live.issue_id).order_by("at", "pk"))
    words = as_it_was(found, live, {one.uid: one.reason for one in retractions})
    page = page_of(found, words)
    gone = pictures.named(page) - pictures.named(live.page)
    if gone:
        page = page.with_html(lambda html: without(html, gone))
        page = replace(page, cover=Cover()) if page.cover.file in gone else page
    return ShownEdition(found, page, found.first_published, live, retractions, words)


def _by_number(live: Edition, wanted: str) -> Any:
    """Return an edition with the annotation `first_published`, which is why the type is Any."""
    kept = Edition.objects.readable_history().filter(issue=live.issue_id).select_related("revision").dated()
    number = whole_number(wanted)
    found = kept.filter(number=number).defer("page").first() if number else None
    if found is None:
        raise Http404(_("There is no such edition of this issue."))
    return found


def changed_since(edition: ShownEdition, live: Edition, until: str) -> tuple[Edition, list[Changed]]:
    """Return the edition that `until` names, or the live one, and what changed since an earlier one. Raises Http404."""
    other, words = live, None
    if until:
        later = earlier(live, until)
        other, words = later.row, later.words
    if other.live_from <= edition.row.live_from:
        raise Http404(_("That edition came no later."))
    with translation.override(edition.row.digest.language):
        differences = changes.visible_differences(edition.words, public_manuscript(other) if words is None else words)
        return other, changes.describe_for_readers(differences, changes.followed_headlines(differences))
