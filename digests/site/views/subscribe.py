"""All feeds in one place: as a page, and as an OPML file for feed readers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from digests.models import Digest
from digests.site.views.responses import answer, document, feed_links, readable


@readable
def subscribe(request: HttpRequest) -> HttpResponse:
    """Show what people can subscribe to, and how."""
    context = {
        "digests": [
            (digest, feed_links("digest", digest.slug), feed_links("stories", digest.slug))
            for digest in _digests().prefetch_related("channels")
        ],
        "sources": feed_links("sources"),
        "corrections": feed_links("corrections"),
        "feeds": feed_links("front"),
    }
    return answer(request, "site/subscribe.html", context)


@readable
def opml(request: HttpRequest) -> HttpResponse:
    """Serve the feeds of the newsroom and its digests as OPML 2.0."""
    response = document(
        request, "site/discovery/subscriptions.opml", {"digests": _digests()}, "text/x-opml; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="subscriptions.opml"'
    return response


def _digests() -> Any:
    return Digest.objects.live().order_by("name")
