"""Serve stored pictures.

Readers get those of live editions and of digests' own texts. Staff who may see drafts get all; guests with a preview
link get those of its revision.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

from digests.editorial import preview_links
from digests.models import Edition
from digests.publishing import pictures

# Listed here because Python 3.11 does not know AVIF.
CONTENT_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}

# The names of pictures, and of renditions, which end with their width. No other path is served, so no parent folder
# and no file that a browser would run.
PATTERN = rf"^media/(?P<path>(?:covers|pictures)/[0-9a-f]{{32}}(?:-[0-9]{{1,4}})?\.(?:{'|'.join(CONTENT_TYPES)}))$"


@require_safe
def image(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve a stored picture or rendition, or answer 404 to whoever may not see it."""
    # Permission is by the picture, whose file ending may differ from the rendition's.
    stem = re.sub(r"(-[0-9]+)?\.\w+$", "", path)
    names = [f"{stem}.{ending}" for ending in CONTENT_TYPES]
    is_public = shown_to_readers(names)
    if not is_public and not may_see(request, names):
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    # Only an hour, though the file never changes, so that a withdrawn picture does not stay in shared caches.
    response.headers["Cache-Control"] = "public, max-age=3600" if is_public else "private, no-store"
    if response.status_code == 200:
        response.headers["Content-Type"] = CONTENT_TYPES[path.rpartition(".")[2]]
    return response


def shown_to_readers(names: list[str]) -> bool:
    """Tell whether a picture is in a live edition, as cover or in the text, or in a digest's own texts."""
    live = Edition.objects.live()
    return (
        live.filter(cover__in=names).exists()
        or live.filter(pictures__file__in=names).exists()
        or not pictures.in_digests().isdisjoint(names)
    )


def may_see(request: HttpRequest, names: list[str]) -> bool:
    """Tell whether a user may see a picture that is not public: staff any, guests those of their preview link."""
    user = request.user
    at_the_desk = user.is_active and user.is_staff and user.has_perm("digests.view_picture")
    return at_the_desk or preview_links.shows(request.GET.get("preview", ""), names)
