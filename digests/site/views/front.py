"""The newsroom's front page."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from digests.models import Digest, Edition
from digests.site.views import jsonld
from digests.site.views.listing import leads, listed, page_of
from digests.site.views.presenters import shared
from digests.site.views.responses import answer, feed_links, readable

RECENT = 10  # issues


@readable
def front(request: HttpRequest) -> HttpResponse:
    """Show the latest issue of each digest, and recent issues before those."""
    of_digest = Edition.objects.live().filter(digest=OuterRef("pk")).order_by("-date")
    latest = Digest.objects.annotate(latest=Subquery(of_digest.values("pk")[:1])).values("latest")
    editions = list(listed(Edition.objects.live().filter(pk__in=latest)).order_by("-date", "digest__name"))
    only = editions[0].digest if len(editions) == 1 else None
    before = Edition.objects.live().exclude(pk__in=[edition.pk for edition in editions])
    context = {
        "leads": leads(editions),
        "digest": only,
        "shared": shared(editions[0]) if editions else None,
        "structured": jsonld.of_site(only.name if only else _("Newsroom"), reverse("search")),
        "recent": page_of(before, "", size=RECENT).entries,
        "feeds": feed_links("front"),
    }
    return answer(request, "site/front.html", context)
