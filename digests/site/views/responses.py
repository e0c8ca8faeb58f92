"""Responses for readers: language, caching, canonical address, and 410 for what is gone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.encoding import escape_uri_path
from django.utils.http import parse_http_date_safe, urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from digests.models import Digest
from digests.publishing.addresses import FORMATS
from digests.site.views.listing import links_onward

MAX_AGE = 60  # seconds
PLACES = ("before", "after")  # query parameters that say where a page of a list begins
LOCALES = {"zh-hans": "zh_CN", "en": "en_US"}  # in Open Graph

View = Callable[..., HttpResponse]


class Gone(Exception):
    """The content of an address was public and no longer is. `context` goes to the 410 page."""

    def __init__(self, digest: Digest, **context: Any) -> None:
        super().__init__()
        self.digest = digest
        self.context = context


def readable(view: View) -> View:
    """Make a view one for readers: GET and HEAD only, cached for a minute, then revalidated by ETag."""

    @csrf_exempt  # so that other methods get 405 and not 403
    @require_safe
    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = asked_language(request)
        with translation.override(asked) if asked else nullcontext():
            try:
                response = view(request, *args, **kwargs)
            except Gone as gone:
                context = {**links_onward(gone.digest), **gone.context}
                response = answer(request, "410.html", context, digest=gone.digest, status=410)
        # A response in a language that was chosen by cookie is private: `Vary: Cookie` would disable shared caches.
        # A language in the address is the same for everyone.
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES and not asked
        patch_cache_control(response, max_age=MAX_AGE, **({"private": True} if chosen else {"public": True}))
        if response.status_code != 200:
            return response
        # Not ConditionalGetMiddleware, which only handles GET.
        set_response_etag(response)
        modified = parse_http_date_safe(response.headers.get("Last-Modified", ""))
        return get_conditional_response(request, response.headers["ETag"], modified, response) or response

    return respond


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], *, digest: Digest | None = None, status: int = 200
) -> HttpResponse:
    """Render a page in the language and time zone of its digest, or in the reader's language if it has no digest."""
    asked = asked_language(request)
    language = digest.language if digest else asked or translation.get_language()
    common: dict[str, Any] = {
        "digest": digest,
        "site": settings.SITE_URL,
        "here": place(request, context),
        "following": _following(context),
        "locale": LOCALES.get(language or ""),
    }
    if digest is None:
        common |= {"lang": asked, "languages": _others(request, language)}
    with translation.override(language), timezone.override(digest.zone if digest else None):
        response = render(request, template, {**common, **context}, status=status)
    response.headers["Content-Language"] = language or settings.LANGUAGE_CODE
    return response


def place(request: HttpRequest, context: dict[str, Any]) -> str:
    """Return the canonical address of a page: its path, the filters `chosen`, and where its list begins.

    Any other query parameters are dropped.
    """
    goes_on = context.get("is_first") is False
    begins = {name: request.GET[name] for name in PLACES if goes_on and request.GET.get(name)}
    query = urlencode(context.get("chosen", {}) | begins)
    path = escape_uri_path(request.path)
    return f"{path}?{query}" if query else path


def _following(context: dict[str, Any]) -> str:
    """Return the query of the next page of a list, with the filters `chosen`; empty on the last page."""
    begins = {name: context[name] for name in PLACES if context.get(name)}
    return f"?{urlencode(context.get('chosen', {}) | begins)}" if begins else ""


def document(request: HttpRequest, template: str, context: dict[str, Any], content_type: str) -> HttpResponse:
    """Render a document for programs in the language of the newsroom, the same for everyone."""
    with translation.override(settings.LANGUAGE_CODE):
        response = render(request, template, {"site": settings.SITE_URL, **context}, content_type=content_type)
    response.headers["Content-Language"] = settings.LANGUAGE_CODE
    return response


def asked_language(request: HttpRequest) -> str:
    """Return the language in `?lang=`, or "" if it is not one of ours."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else ""


def asked_again(request: HttpRequest) -> dict[str, str]:
    """Return the query parameters that keep the next page in the language of this address."""
    asked = asked_language(request)
    return {"lang": asked} if asked else {}


def _others(request: HttpRequest, language: str | None) -> list[tuple[str, str, str]]:
    """Return (code, name, address) of the other languages of a page."""
    query = request.GET.copy()
    found = []
    for code, name in settings.LANGUAGES:
        query["lang"] = code
        found.append((code, name, f"?{query.urlencode()}"))
    return [one for one in found if one[0] != language]


def as_json(data: dict[str, Any]) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link to a feed of a listing."""

    of: str  # the name of the listing in urls.py
    name: str
    type: str
    url: str


def feed_links(name: str, *args: Any, query: str = "") -> list[FeedLink]:
    """Return links to the feeds of a listing. `query` is added to the addresses and includes the question mark."""
    return [
        FeedLink(name, kind.title, kind.content_type, reverse(f"{name}-{kind.name}", args=args) + query)
        for kind in FORMATS
    ]
