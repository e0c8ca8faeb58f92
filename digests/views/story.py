"""A story, at its own address for ever."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from digests import pictures
from digests.models import Edition, Story, Tag
from digests.views.answers import Gone, answer, feed_links, readable
from digests.views.dressed import corrections_of, dressed, in_time, shared


@readable
def story(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one story of a live edition, or its tombstone."""
    found = (
        Story.objects.addressed()
        .filter(uid=uid)
        .select_related("edition__digest", "source")
        .annotate(is_corrected=Exists(corrections_of(OuterRef("edition__issue"))))
        .defer("edition__page", "edition__digest__policies")
        .order_by("-edition__live_from")
        .first()
    )
    if found is None:
        raise _gone(uid)
    edition = found.edition
    if found.retracted:
        raise Gone(edition.digest, edition=edition, reason=found.page["body"])
    thread = list(in_time(Story.objects.live().filter(thread=found.thread)))
    beside = Story.objects.live().filter(edition=edition).only("uid", "headline", "position")
    names = {Tag.key_of(name) for name in found.page["tags"]}
    item = dressed(
        found.page,
        {found.source.domain: found.source} if found.source else {},
        {tag.key: tag for tag in Tag.objects.filter(key__in=names)} if names else {},
    )
    shown = pictures.shown(pictures.named(found.page) | {edition.cover} - {""})
    context = {
        "pictures": shown,
        "shared": shared(edition, shown),
        "story": found,
        "edition": edition,
        "item": item,
        "thread": thread if len(thread) > 1 else [],
        "earlier": beside.filter(position__lt=found.position).order_by("-position").first(),
        "later": beside.filter(position__gt=found.position).order_by("position").first(),
        "feeds": feed_links("stories", edition.digest.slug),
    }
    return answer(request, "digests/story.html", context, digest=edition.digest)


def _gone(uid: str) -> Exception:
    past = (
        Story.objects.filter(uid=uid, edition__in=Edition.objects.begun())
        .select_related("edition__digest")
        .defer("page", "edition__page")
        .first()
    )
    return Gone(past.edition.digest) if past else Http404(_("There is no such story."))
