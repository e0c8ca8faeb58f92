"""Tags by kind, and the issues and stories that have a tag."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Subquery, Sum, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from digests.models import Edition, EditionTag, Story, Tag
from digests.site.public_addresses import moved
from digests.site.views.listing import by_edition, page_of
from digests.site.views.presenters import shared
from digests.site.views.responses import answer, feed_links, readable

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 20  # issues
OF_A_KIND = 200  # tags on a page of one kind
OVERVIEW = 60  # tags of each kind on the overview
BESIDE = 24  # tags that occur together with one
COUNT = Sum("stories")
UNSORTED = "unsorted"  # the value of `?kind=` for tags without a kind


@readable
def tags(request: HttpRequest) -> HttpResponse:
    """List the tags of live issues: the most used of each kind, or all of one kind by name."""
    kind = request.GET.get("kind", "")
    return _of_a_kind(request, kind) if kind or "after" in request.GET else _overview(request)


@dataclass(frozen=True, slots=True)
class TagGroup:
    """Tags of one kind, each with how many stories have it."""

    kind: str
    label: StrOrPromise
    tags: list[tuple[Tag, int]]
    total: int = 0  # tags of this kind


def _overview(request: HttpRequest) -> HttpResponse:
    used = list(_most_used())
    tags = Tag.objects.in_bulk([row["tag"] for row in used])
    groups = []
    for kind, of_kind in groupby(
        sorted(used, key=lambda row: _rank(row["tag__kind"])), key=lambda row: str(row["tag__kind"])
    ):
        rows = list(of_kind)
        shown = [(tags[row["tag"]], row["count"]) for row in rows]
        groups.append(TagGroup(kind or UNSORTED, _label(kind), shown, total=rows[0]["all"]))
    return answer(request, "site/tags.html", {"groups": groups, "is_first": True, "feeds": feed_links("tags")})


def _most_used() -> Any:
    """Return the most used tags of each kind, with `all`: how many tags of that kind there are."""
    return (
        _edition_tags()
        .values("tag", "tag__kind", "tag__key")
        .annotate(count=COUNT)
        .annotate(
            place=Window(RowNumber(), partition_by="tag__kind", order_by=["-count", "tag__key"]),
            all=Window(Count("*"), partition_by="tag__kind"),
        )
        .filter(place__lte=OVERVIEW)
        .order_by("tag__kind", "place")
    )


def _of_a_kind(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in (*Tag.Kind.values, UNSORTED):
        raise Http404(_("There is no such kind of tag."))
    value = "" if kind == UNSORTED else kind
    after = request.GET.get("after", "")
    count = _edition_tags().filter(tag=OuterRef("pk")).values("tag").annotate(count=COUNT).values("count")
    used = Tag.objects.annotate(count=Subquery(count)).filter(kind=value, count__isnull=False)
    found = list(used.filter(key__gt=after).order_by("key")[: OF_A_KIND + 1])
    if not found:
        raise Http404(_("No tags after this one.") if after else _("No live issue has a tag of this kind."))
    entries = found[:OF_A_KIND]
    shown = [(tag, tag.count) for tag in entries]
    context = {
        "groups": [TagGroup(kind, _label(value), shown)],
        "chosen": {"kind": kind},
        "kind": kind,
        "label": _label(value),
        "after": entries[-1].key if len(found) > OF_A_KIND else "",
        "is_first": not after,
        "feeds": feed_links("tags"),
    }
    return answer(request, "site/tags.html", context)


_LABELS = {
    "": _("Other tags"),
    Tag.Kind.COMPANY: _("Companies"),
    Tag.Kind.MODEL: _("Models"),
    Tag.Kind.PERSON: _("People"),
    Tag.Kind.TOPIC: _("Topics"),
}


def _label(kind: str) -> StrOrPromise:
    return _LABELS[kind]


def _rank(kind: str) -> int:
    """Return the position of a kind among the others; tags without a kind come last."""
    return [*Tag.Kind.values, ""].index(kind)


def _edition_tags() -> Any:
    """Return the tags of live editions."""
    return EditionTag.objects.exclude(edition__in=Edition.objects.hidden()).order_by()


@readable
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """List the issues that have a tag; of an issue in which only some stories have it, those stories."""
    found = Tag.objects.at(slug)
    if found is None:
        raise Http404(_("There is no such tag."))
    if found.slug != slug:
        return moved(request, slug=found.slug)
    filed = EditionTag.objects.filter(tag=found, edition=OuterRef("pk"))
    with_it = Edition.objects.live().filter(Exists(filed))
    page = page_of(with_it, request.GET.get("before", ""), size=PAGE, across=True)
    if not page.entries:  # the same message, so that nobody can find out what drafts have
        raise Http404(_("There is no such tag."))
    whole = set(
        EditionTag.objects.filter(tag=found, edition__in=page.entries, own=True).values_list("edition", flat=True)
    )
    tagged = by_edition(Story.objects.live().filter(edition__in=page.entries, tags=found).defer("page"))
    context = {
        "tag": found,
        "kind": _label(found.kind),
        "entries": [(entry, [] if entry.pk in whole else tagged.get(entry.pk, [])) for entry in page.entries],
        "beside": _beside(found, page.entries, tagged),
        "before": page.before,
        "newer": page.newer,
        "is_first": page.is_first,
        "shared": shared(page.entries[0]),
        "feeds": feed_links("tag", found.slug),
    }
    return answer(request, "site/tag.html", context)


def _beside(
    found: Tag, editions: list[Edition], tagged: dict[int, list[Story]]
) -> list[tuple[StrOrPromise, list[Tag]]]:
    """Return the most frequent other tags of these stories, by kind; of the issues, if no story has the tag."""
    stories = [story for of_issue in tagged.values() for story in of_issue]
    with_it = {"stories__in": stories} if stories else {"editions__in": editions}
    counted = Tag.objects.filter(**with_it).exclude(pk=found.pk).annotate(together=Count("pk"))
    tags = sorted(counted.order_by("-together", "key")[:BESIDE], key=lambda tag: _rank(tag.kind))
    return [(_label(kind), list(of_kind)) for kind, of_kind in groupby(tags, key=lambda tag: tag.kind)]
