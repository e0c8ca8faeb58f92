"""The page for 404."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from digests.models import Digest
from digests.site.views.listing import links_onward
from digests.site.views.responses import answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Respond with 404 and links to go on. Below the address of a digest, the page is in its language.

    The message of an Http404 is shown only if it is a lazy string: those are ours and are translated here. Django's own
    messages are for developers.
    """
    digest = Digest.objects.filter(slug=request.path_info.split("/")[1]).first()
    said = next(iter(exception.args), None)
    context = {**links_onward(digest), "said": said if isinstance(said, Promise) else ""}
    return answer(request, "404.html", context, digest=digest, status=404)
