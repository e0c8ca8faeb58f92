"""A story, at its own address for ever."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from digests import pictures, related
from digests.markup import render
from digests.models import Edition, Retraction, Story, Tag
from digests.views import jsonld
from digests.views.answers import Gone, answer, feed_links, readable
from digests.views.dressed import alone, dressed, in_time, shared

_WORDS = ("headline", "link", "body", "notes", "tags", "ai_role")  # of a story's page: what a correction corrects


@readable
def story(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one story of a live edition, or its tombstone."""
    corrections = Edition.objects.corrections().filter(issue=OuterRef("edition__issue"))
    found: Any = (
        Story.objects.addressed()
        .filter(uid=uid)
        .select_related("edition__digest", "source")
        .dated()
        .annotate(
            is_corrected=Exists(corrections),
            editor=F("edition__page__editor"),
            cover_alt=F("edition__page__cover__alt"),
        )
        .defer("edition__page")
        .order_by("-edition__live_from")
        .first()
    )
    if found is None:
        raise _gone(uid)
    edition = found.edition
    if found.retracted:
        raise Gone(edition.digest, edition=edition, reason=alone(found.page)["body"])
    thread = list(in_time(Story.objects.live().filter(thread=found.thread))) if found.thread else []
    beside = Story.objects.live().filter(edition=edition).only("uid", "headline", "position")
    tags = Tag.objects.known(found.page["tags"])
    item = dressed(alone(found.page), {found.source.domain: found.source} if found.source else {}, tags)
    shown = pictures.shown(pictures.named(found.page) | {edition.cover} - {""})
    image = shared(edition, shown, found.cover_alt)
    context = {
        "pictures": shown,
        "shared": image,
        "structured": jsonld.of_story(found, image),
        "story": found,
        "edition": edition,
        "item": item,
        "corrections": _corrections(found) if found.is_corrected else [],
        "thread": thread if len(thread) > 1 else [],
        "latest": thread[-1] if thread and thread[-1].uid != uid else None,
        "related": related.find(found, [tag.pk for tag in tags.values()]),
        "earlier": beside.filter(position__lt=found.position).order_by("-position").first(),
        "later": beside.filter(position__gt=found.position).order_by("position").first(),
        "feeds": feed_links("stories", edition.digest.slug),
    }
    return answer(request, "digests/story.html", context, digest=edition.digest)


def _corrections(story: Story) -> list[Any]:
    """Return the editions in which the words of a story became others, each with the one `before` it. One query.

    An edition corrects an issue; whether it touched this story is seen by comparing what was printed of it.
    """
    printed = (
        Story.objects.filter(uid=story.uid, edition__issue=story.edition.issue_id, edition__in=Edition.objects.kept())
        .select_related("edition")
        .only("page", *(f"edition__{name}" for name in ("number", "live_from", "correction", "note")))
        .order_by("edition__live_from")
    )
    found: list[Any] = []
    for old, new in pairwise(printed):
        if any(old.page.get(name) != new.page.get(name) for name in _WORDS):
            corrected: Any = new.edition
            corrected.before = old.edition.number
            found.append(corrected)
    return found


def _gone(uid: str) -> Exception:
    """Return what to answer for a story that readers have no more: dropped from an issue that stands, or gone with it.

    Nothing of its words is said; if it was retracted before it was dropped, its reason still is.
    """
    past = Story.objects.filter(uid=uid, edition__in=Edition.objects.begun()).order_by("-edition__live_from")
    last = past.select_related("edition__digest").defer("page", "edition__page").first()
    if last is None:
        return Http404(_("There is no such story."))
    digest, issue = last.edition.digest, last.edition.issue_id
    live = Edition.objects.live().filter(issue=issue).defer("page").first()
    retraction = Retraction.objects.filter(issue=issue, uid=uid).first()
    if live and retraction:
        with translation.override(digest.language):
            return Gone(digest, edition=live, reason=render(retraction.reason))
    return Gone(digest, dropped_from=live, story_of=last.edition.date)
