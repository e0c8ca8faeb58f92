"""Stored images. Their names are random and their bytes never change, so they may be kept for ever."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

# Named here, because Python 3.11 does not know AVIF by itself.
CONTENT_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}

# One dot, before a known ending: no way up the tree, and nothing a browser could run.
PATTERN = rf"^media/(?P<path>[0-9A-Za-z_/-]+\.(?:{'|'.join(CONTENT_TYPES)}))$"


@require_safe
def image(request: HttpRequest, path: str) -> HttpResponseBase:
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if response.status_code == 200:
        response.headers["Content-Type"] = CONTENT_TYPES[path.rpartition(".")[2]]
    return response
