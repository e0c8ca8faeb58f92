"""Pages for addresses with nothing at them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from digests.models import Digest
from digests.views.answers import answer
from digests.views.listing import onward


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is nowhere: under the address of a digest in its language, and with where to go on."""
    digest = Digest.objects.filter(slug=request.path_info.split("/")[1]).first()
    return answer(request, "404.html", onward(digest), digest=digest, status=404)
