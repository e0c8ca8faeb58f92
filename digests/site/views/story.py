"""A story at its permanent address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from digests.models import Edition, Retraction, Story, Tag
from digests.publishing import pictures
from digests.publishing.changes import rewordings
from digests.site import related
from digests.site.views import jsonld
from digests.site.views.presenters import for_own_page, in_time, shared, shown_story
from digests.site.views.responses import Gone, answer, feed_links, readable
from digests.text.markup import render


@readable
def story(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a story of a live edition, or its tombstone; 410 if readers had it and no longer do."""
    corrections = Edition.objects.corrections().filter(issue=OuterRef("edition__issue"))
    # Any, because of the annotations.
    found: Any = (
        Story.objects.with_public_page()
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
    row: Story = found
    edition, page = row.edition, for_own_page(row.page)
    if row.retracted:
        raise Gone(edition.digest, edition=edition, reason=page.body)
    first_published: datetime = found.first_published
    versions = [] if first_published == edition.live_from else rewordings([uid]).get(uid, [])
    changed_at = versions[-1][1].edition.live_from if versions else first_published
    corrected = _corrections(versions, row)
    storyline = list(in_time(Story.objects.live().filter(storyline=row.storyline))) if row.storyline else []
    beside = Story.objects.live().filter(edition=edition).only("uid", "headline", "position")
    tags = Tag.objects.known(page.tags)
    shown = pictures.shown(pictures.named(page) | {edition.cover} - {""})
    image = shared(edition, shown, found.cover_alt)
    context = {
        "pictures": shown,
        "shared": image,
        "structured": jsonld.of_story(
            row,
            image,
            editor=found.editor,
            dates=(first_published, changed_at),
            is_corrected=bool(corrected),
        ),
        "story": row,
        "first_published": first_published,
        "changed_at": changed_at,
        "corrections": corrected,
        "issue_is_corrected": found.is_corrected,
        "edition": edition,
        "item": shown_story(page, {row.source.domain: row.source} if row.source else {}, tags),
        "storyline": storyline if len(storyline) > 1 else [],
        "latest": storyline[-1] if storyline and storyline[-1].uid != uid else None,
        "related": related.find(row, [tag.pk for tag in tags.values()]),
        "earlier": beside.filter(position__lt=row.position).order_by("-position").first(),
        "later": beside.filter(position__gt=row.position).order_by("position").first(),
        "feeds": feed_links("stories", edition.digest.slug),
    }
    return answer(request, "site/story.html", context, digest=edition.digest)


@dataclass(frozen=True, slots=True)
class StoryCorrection:
    """An edition in which the words of a story changed."""

    edition: Edition
    before: int  # the number of the edition with the old words


def _corrections(versions: list[tuple[Story, Story]], story: Story) -> list[StoryCorrection]:
    """Return the editions of a story's issue in which its words changed."""
    return [
        StoryCorrection(new.edition, old.edition.number)
        for old, new in versions
        if old.edition.issue_id == new.edition.issue_id == story.edition.issue_id
    ]


def _gone(uid: str) -> Exception:
    """Return Http404 for a story that was never published, or Gone for one that was dropped or withdrawn.

    The page shows none of its words. If the story was retracted before it was dropped, it shows the reason.
    """
    past = Story.objects.filter(uid=uid, edition__in=Edition.objects.ever_live()).order_by("-edition__live_from")
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
