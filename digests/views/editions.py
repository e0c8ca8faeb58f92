"""The editions of an issue: which there are, what an earlier one said, and what changed since."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digests import pictures, press
from digests.changes import Changed, readable, told
from digests.manuscript import diff
from digests.manuscript.values import Manuscript
from digests.markup import plain, without
from digests.models import Edition, Retraction, Story
from digests.states import Correction

_NUMBER = re.compile("[1-9][0-9]{0,8}")
_UNSEEN = {"cover_image", "footer", "bullet", "seo"}  # fields that no page shows
_MARKDOWN = {"summary", "intro", "lead", "body", "text"}


def editions_of(issue: Any) -> Any:
    """Return the editions of an issue that readers see or have seen, the first of them first."""
    return (
        Edition.objects.begun()
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

    What was retracted is a tombstone here too. Its headline may stand in the issue's own title, summary and intro as
    they were, so those are the live edition's then. Pictures that the live edition has no more are left out.
    """
    found: Any = _by_number(live, wanted)
    found.digest, found.current = live.digest, live
    words = press.public_manuscript(found)
    found.retractions = list(Retraction.objects.filter(issue=live.issue_id).order_by("at", "pk"))
    if found.retractions:
        now = press.public_manuscript(live)
        words = replace(words, title=now.title, summary=now.summary, intro=now.intro, seo=now.seo)
    found.revision.manuscript = words
    found.title = words.title
    page = press.printed(found, words)
    gone = pictures.named(page) - pictures.named(live.page)
    found.page = without(page, gone)
    if words.cover_file in gone:
        found.page["cover"] = {"file": "", "alt": ""}
    found.cover = found.page["cover"]["file"]
    return found


def _by_number(live: Any, wanted: str) -> Edition:
    begun = Edition.objects.begun().filter(issue=live.issue_id).select_related("revision").dated()
    found = begun.filter(number=int(wanted)).defer("page").first() if _NUMBER.fullmatch(wanted) else None
    if found is None:
        raise Http404(_("There is no such edition of this issue."))
    return found


def changed_since(edition: Any, until: str) -> tuple[Any, list[Changed]]:
    """Return what changed from an earlier edition to the live one, or to the one that `until` names."""
    other = earlier(edition.current, until) if until else edition.current
    if other.live_from <= edition.live_from:
        raise Http404(_("That edition came no later."))
    with translation.override(edition.digest.language):
        return other, compare(edition.revision.manuscript, press.public_manuscript(other))


def compare(old: Manuscript, new: Manuscript) -> list[Changed]:
    """Return what changed between two editions, as readers read it."""
    differences = [one for one in diff.diff(old, new) if one.place.field not in _UNSEEN]
    follows = {uid for one in differences if one.place.field == "follows" for uid in (one.old, one.new) if uid}
    stories = Story.objects.live().filter(uid__in=follows) if follows else ()
    headlines = {story.uid: story.headline for story in stories}

    def text(place: diff.Place, text: str) -> str:
        match place.field:
            case "":  # a thing as a whole, whose parts stand on lines of their own
                return "\n".join(map(plain, text.split("\n")))
            case "follows":
                return headlines.get(text, "")
            case "cover_file":
                return gettext("a picture") if text else ""
        return plain(text) if place.field in _MARKDOWN else readable(place, text)

    return told(differences, text)
