"""The editions of an issue: which there are, what an earlier one said, and what changed since."""

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
    """An edition with what readers have of it: the live one, an earlier one, or one that is only imagined."""

    row: Edition  # of the last kind, it is not saved
    page: Page
    first_published: datetime
    live: Edition | None = None  # what readers see now, where this is an earlier edition
    retractions: tuple[Retraction, ...] = ()  # of the issue, where this is an earlier edition
    known_words: Manuscript | None = None  # where they have been read already

    @property
    def words(self) -> Manuscript:
        """The words that the page was made from. Two queries, unless they are known."""
        return public_manuscript(self.row) if self.known_words is None else self.known_words


@dataclass(frozen=True, slots=True)
class ListedEdition:
    """An edition in the list of those of its issue."""

    row: Edition
    before: int  # the number of the one before it; 0 for the first
    is_live: bool
    again: int  # the number of an earlier one with the same words; 0 if there is none


def editions_of(issue: int) -> QuerySet[Edition]:
    """Return the editions of an issue that readers may have, the first of them first."""
    return (
        Edition.objects.readable_history()
        .filter(issue=issue)
        .select_related("revision")
        .only("number", "live_from", "live_until", "correction", "note", "forced_reason", "revision__sha256")
        .order_by("live_from")
    )


def listed(editions: Iterable[Edition], live: Edition) -> list[ListedEdition]:
    """Return the editions of an issue for a list, in the order that they came in: the first of them first."""
    first_with: dict[str, int] = {}
    before, found = 0, []
    for edition in editions:
        # A retraction takes words away and gives none: it has its own name.
        again = first_with.setdefault(edition.revision.sha256, edition.number)
        repeats = again != edition.number and edition.correction != Correction.RETRACTION
        found.append(ListedEdition(edition, before, edition.number == live.number, again if repeats else 0))
        before = edition.number
    return found


def earlier(live: Edition, wanted: str) -> ShownEdition:
    """Return an edition of an issue by its number, with what readers may still have of it. Raises Http404.

    What was retracted is a tombstone here too, and pictures that the live edition has no more are left out.
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
    """Return the edition with its `first_published`, which its type does not say."""
    kept = Edition.objects.readable_history().filter(issue=live.issue_id).select_related("revision").dated()
    number = whole_number(wanted)
    found = kept.filter(number=number).defer("page").first() if number else None
    if found is None:
        raise Http404(_("There is no such edition of this issue."))
    return found


def changed_since(edition: ShownEdition, live: Edition, until: str) -> tuple[Edition, list[Changed]]:
    """Return what changed from an earlier edition to the live one, or to the one that `until` names."""
    other, words = live, None
    if until:
        later = earlier(live, until)
        other, words = later.row, later.words
    if other.live_from <= edition.row.live_from:
        raise Http404(_("That edition came no later."))
    with translation.override(edition.row.digest.language):
        differences = changes.visible_differences(edition.words, public_manuscript(other) if words is None else words)
        return other, changes.describe_for_readers(differences, changes.followed_headlines(differences))
