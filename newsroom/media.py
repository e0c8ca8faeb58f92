"""Stored pictures. Readers get those of live editions; who may see drafts, or one by a link, gets the others too."""

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

from digests import previews
from digests.models import Edition, Issue

# Named here, because Python 3.11 does not know AVIF by itself.
CONTENT_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}

# The names that uploads are given: no way up the tree, and nothing a browser could run.
PATTERN = rf"^media/(?P<path>covers/[0-9a-f]{{32}}\.(?:{'|'.join(CONTENT_TYPES)}))$"


@require_safe
def image(request: HttpRequest, path: str) -> HttpResponseBase:
    is_public = Edition.objects.live().filter(cover=path).exists()
    if not (is_public or Issue.objects.for_desk(request.user).exists() or _previewed(request, path)):
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    # An hour, though the bytes never change: what is withdrawn must not stay in shared caches.
    response.headers["Cache-Control"] = "public, max-age=3600" if is_public else "private, no-store"
    if response.status_code == 200:
        response.headers["Content-Type"] = CONTENT_TYPES[path.rpartition(".")[2]]
    return response


def _previewed(request: HttpRequest, path: str) -> bool:
    """Say whether the address carries a preview's token, as the pictures of its page do, for this very picture."""
    return previews.shows(request.GET.get("preview", ""), path)
