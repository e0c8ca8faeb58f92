"""The newsroom's front page."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse

from digests.models import Digest, Edition
from digests.views.answers import answer, feed_links, readable
from digests.views.listing import headlines_of, listed

RECENT = 10  # issues


@readable
def front(request: HttpRequest) -> HttpResponse:
    """Show the latest issue of each digest, and what came before."""
    of_digest = Edition.objects.live().filter(digest=OuterRef("pk")).order_by("-date")
    latest = Digest.objects.annotate(latest=Subquery(of_digest.values("pk")[:1])).values("latest")
    editions = list(listed(Edition.objects.live().filter(pk__in=latest)))
    headlines = headlines_of(editions)
    context = {
        "leads": [(edition, headlines.get(edition.pk, [])) for edition in editions],
        "digest": editions[0].digest if len(editions) == 1 else None,
        "recent": listed(Edition.objects.live().exclude(pk__in=[edition.pk for edition in editions]))[:RECENT],
        "feeds": feed_links("front"),
    }
    return answer(request, "digests/front.html", context)
