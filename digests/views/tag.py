"""Tags, and what has them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from digests.models import Edition, Story, Tag
from digests.views.answers import answer, feed_links, readable
from digests.views.dressed import shared
from digests.views.listing import listed, place_of

PAGE = 20  # issues
TAGS = 200
MOST_USED = 30  # tags


@readable
def tags(request: HttpRequest) -> HttpResponse:
    """List the tags that live issues have, by name."""
    used = Tag.objects.filter(editions__in=Edition.objects.live()).annotate(issues=Count("editions", distinct=True))
    after = request.GET.get("after", "")
    entries = list(used.filter(key__gt=after).order_by("key")[: TAGS + 1])
    if after and not entries:
        raise Http404(_("No tags after this one."))
    more = len(entries) > TAGS
    context = {
        "tags": entries[:TAGS],
        "after": entries[TAGS - 1].key if more else "",
        "most_used": used.order_by("-issues", "key")[:MOST_USED] if more and not after else [],
        "is_first": not after,
        "feeds": feed_links("front"),
    }
    return answer(request, "digests/tags.html", context)


@readable
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """List the issues that have a tag; where only some stories have it, those stories."""
    found = get_object_or_404(Tag, slug=slug)
    editions = Edition.objects.live().filter(tags=found)
    if before := request.GET.get("before", ""):
        day, pk = place_of(before)
        editions = editions.filter(Q(date__lt=day) | Q(date=day, pk__lt=pk))
    entries = list(listed(editions).annotate(own_tags=F("page__tags"))[: PAGE + 1])
    if not entries:
        raise Http404(_("No live issue has this tag."))
    last = entries[PAGE - 1] if len(entries) > PAGE else None
    entries = entries[:PAGE]
    tagged: dict[int, list[Story]] = {}
    for story in Story.objects.live().filter(edition__in=entries, tags=found).defer("page"):
        tagged.setdefault(story.edition_id, []).append(story)
    context = {
        "tag": found,
        "entries": [
            (edition, [] if _has(edition.own_tags, found) else tagged.get(edition.pk, [])) for edition in entries
        ],
        "before": f"{last.date}-{last.pk}" if last else "",
        "is_first": not before,
        "shared": shared(entries[0]),
        "feeds": feed_links("tag", found.slug),
    }
    return answer(request, "digests/tag.html", context)


def _has(names: Iterable[str], tag: Tag) -> bool:
    return tag.key in map(Tag.key_of, names)
