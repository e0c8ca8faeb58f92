"""How readers are answered: in the right language, kept for a minute, and told what is gone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from digests.models import Digest

MAX_AGE = 60  # seconds

View = Callable[..., HttpResponse]


class Gone(Exception):
    """What an address had was public once, and is no more."""

    def __init__(self, digest: Digest, **context: Any) -> None:
        super().__init__()
        self.digest = digest
        self.context = context


def readable(view: View) -> View:
    """Make a view one for readers: GET and HEAD alone, kept for a minute, then asked for by its ETag."""

    @require_safe
    @conditional_page
    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Gone as gone:
            response = answer(request, "410.html", gone.context, digest=gone.digest, status=410)
        # A language chosen by cookie is one reader's own; `Vary: Cookie` would cost everybody the shared copy.
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        patch_cache_control(response, max_age=MAX_AGE, **({"private": True} if chosen else {"public": True}))
        return response

    return respond


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], *, digest: Digest | None = None, status: int = 200
) -> HttpResponse:
    """Render a page in the language and time zone of its digest; a page of the newsroom, in the reader's."""
    language = digest.language if digest else translation.get_language()
    with translation.override(language), timezone.override(digest.zone if digest else None):
        response = render(request, template, {"digest": digest, "site": settings.SITE_URL, **context}, status=status)
    response.headers["Content-Language"] = language or settings.LANGUAGE_CODE
    return response


def as_json(data: dict[str, Any]) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})


FEEDS = (("rss", "RSS", "application/rss+xml"), ("atom", "Atom", "application/atom+xml"),
         ("json", "JSON Feed", "application/feed+json"))  # fmt: skip


def feed_links(name: str, *args: Any) -> list[dict[str, str]]:
    """Return the feeds of a listing, as links."""
    return [
        {"of": name, "name": title, "type": kind, "url": reverse(f"{name}-{end}", args=args)}
        for end, title, kind in FEEDS
    ]
