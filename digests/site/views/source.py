"""Sources, and the stories that have them as their source."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from digests.models import Digest, Edition, Source, Story
from digests.site.public_addresses import moved
from digests.site.views.listing import by_edition, page_of
from digests.site.views.responses import answer, feed_links, readable

PAGE = 20  # issues
SOURCES = 100

BY = ("stories", "address")


@readable
def sources(request: HttpRequest) -> HttpResponse:
    """List the sources of live stories, all or of one class, by number of stories or by address."""
    by, kind, after = request.GET.get("by", BY[0]), request.GET.get("class", ""), request.GET.get("after", "")
    if by not in BY:
        raise Http404(_("Sources are listed by stories or by address."))
    if kind and kind not in Source.Kind.values:
        raise Http404(_("There is no such class of source."))
    stories = Story.objects.countable().exclude(source=None).order_by()
    classes = set(stories.values_list("source__kind", flat=True).distinct())
    chosen = stories.filter(source__kind=kind) if kind else stories
    listed = list(_counted(chosen, by, after)[: SOURCES + 1])
    if (after or kind) and not listed:
        raise Http404(_("No sources after this one.") if after else _("No live story is from a source of this class."))
    shown = listed[:SOURCES]
    order = "" if by == BY[0] else by
    found = Source.objects.in_bulk([row["source"] for row in shown])
    context = {
        "sources": [(found[row["source"]], row["cited"]) for row in shown],
        "by": by,
        "chosen": {name: value for name, value in (("class", kind), ("by", order)) if value},
        "order": order,
        "kind": kind,
        "label": Source.Kind(kind).label if kind else "",
        "kinds": [(value, label) for value, label in Source.Kind.choices if value in classes],
        "after": f"{shown[-1]['cited']}-{shown[-1]['source__domain']}" if len(listed) > SOURCES else "",
        "is_first": not after,
        "feeds": feed_links("sources"),
    }
    return answer(request, "site/sources.html", context)


def _counted(stories: Any, by: str, after: str) -> Any:
    """Return the sources of stories with the number of stories, in an order, beginning after a place in it."""
    cited, domain = _place(after) if after else (None, "")
    sources = stories.values("source", "source__domain").annotate(cited=Count("*"))
    if by == "address":
        return sources.filter(source__domain__gt=domain).order_by("source__domain")
    if after:
        sources = sources.filter(Q(cited__lt=cited) | Q(cited=cited, source__domain__gt=domain))
    return sources.order_by("-cited", "source__domain")


def _place(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"([0-9]{1,18})-(.+)", text, re.ASCII | re.DOTALL)
    if found is None:
        raise Http404(_("That is no place in this list."))
    return int(found[1]), found[2]


@readable
def source(request: HttpRequest, domain: str) -> HttpResponse:
    """List the live stories of a source, newest issue first."""
    found = Source.objects.at(domain)
    if found is None:
        raise Http404(_("There is no such source."))
    if found.domain != domain:
        return moved(request, domain=found.domain)
    stories = Story.objects.live().once().filter(source=found)
    with_it = Edition.objects.live().filter(Exists(stories.filter(edition=OuterRef("pk"))))
    page = page_of(with_it, request.GET.get("before", ""), size=PAGE, across=True)
    if not page.entries:  # the same message, so that nobody can find out what drafts have
        raise Http404(_("There is no such source."))
    reported = by_edition(stories.filter(edition__in=page.entries).defer("page"))
    context = {
        "source": found,
        "entries": [(edition, reported[edition.pk]) for edition in page.entries],
        "digests": Digest.objects.filter(Exists(stories.filter(edition__digest=OuterRef("pk")))),
        "before": page.before,
        "newer": page.newer,
        "is_first": page.is_first,
        "feeds": feed_links("source", found.domain),
    }
    return answer(request, "site/source.html", context)
