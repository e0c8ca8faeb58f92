"""Pages for addresses with nothing at them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from digests.models import Digest
from digests.site.views.listing import onward
from digests.site.views.responses import answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is nowhere: under the address of a digest in its language, and with where to go on.

    It says what is missing where one of our own views knows. Their sentences are lazy, to be said in the language of
    this page; what Django raises by itself, for developers, is not.
    """
    digest = Digest.objects.filter(slug=request.path_info.split("/")[1]).first()
    said = next(iter(exception.args), None)
    context = {**onward(digest), "said": said if isinstance(said, Promise) else ""}
    return answer(request, "404.html", context, digest=digest, status=404)
