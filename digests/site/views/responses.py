"""How readers are answered: in the right language, kept for a minute, and told what is gone."""

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
from digests.site.views.listing import onward

MAX_AGE = 60  # seconds
BEGINS = ("before", "after")  # what in a query says where a list goes on
LOCALES = {"zh-hans": "zh_CN", "en": "en_US"}  # as Open Graph names them

View = Callable[..., HttpResponse]


class Gone(Exception):
    """What an address had was public once, and is no more."""

    def __init__(self, digest: Digest, **context: Any) -> None:
        super().__init__()
        self.digest = digest
        self.context = context


def readable(view: View) -> View:
    """Make a view one for readers: GET and HEAD alone, kept for a minute, then asked for by its ETag."""

    @csrf_exempt  # whatever else is asked with is refused, and not for want of a token
    @require_safe
    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = asked_language(request)
        with translation.override(asked) if asked else nullcontext():
            try:
                response = view(request, *args, **kwargs)
            except Gone as gone:
                context = {**onward(gone.digest), **gone.context}
                response = answer(request, "410.html", context, digest=gone.digest, status=410)
        # A language chosen by cookie is one reader's own; `Vary: Cookie` would cost everybody the shared copy.
        # One that the address asks for is the same for all who have the address.
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES and not asked
        patch_cache_control(response, max_age=MAX_AGE, **({"private": True} if chosen else {"public": True}))
        if response.status_code != 200:
            return response
        # By hand, as Django's own is for GET alone.
        set_response_etag(response)
        modified = parse_http_date_safe(response.headers.get("Last-Modified", ""))
        return get_conditional_response(request, response.headers["ETag"], modified, response) or response

    return respond


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], *, digest: Digest | None = None, status: int = 200
) -> HttpResponse:
    """Render a page in the language and time zone of its digest; a page of the newsroom, in the reader's."""
    asked = asked_language(request)
    language = digest.language if digest else asked or translation.get_language()
    said: dict[str, Any] = {
        "digest": digest,
        "site": settings.SITE_URL,
        "here": place(request, context),
        "following": _following(context),
        "locale": LOCALES.get(language or ""),
    }
    if digest is None:
        said |= {"lang": asked, "languages": _others(request, language)}
    with translation.override(language), timezone.override(digest.zone if digest else None):
        response = render(request, template, {**said, **context}, status=status)
    response.headers["Content-Language"] = language or settings.LANGUAGE_CODE
    return response


def place(request: HttpRequest, context: dict[str, Any]) -> str:
    """Return the one address of a page: its path, what was `chosen` of it, and where its list goes on.

    What others added to it means nothing.
    """
    goes_on = context.get("is_first") is False
    begins = {name: request.GET[name] for name in BEGINS if goes_on and request.GET.get(name)}
    query = urlencode(context.get("chosen", {}) | begins)
    path = escape_uri_path(request.path)
    return f"{path}?{query}" if query else path


def _following(context: dict[str, Any]) -> str:
    """Return the query of the next page of a list, of what was `chosen` of it; nothing if it is the last."""
    begins = {name: context[name] for name in BEGINS if context.get(name)}
    return f"?{urlencode(context.get('chosen', {}) | begins)}" if begins else ""


def document(request: HttpRequest, template: str, context: dict[str, Any], content_type: str) -> HttpResponse:
    """Render what programs read: in the language and time zone of the newsroom, the same for all who ask."""
    with translation.override(settings.LANGUAGE_CODE):
        response = render(request, template, {"site": settings.SITE_URL, **context}, content_type=content_type)
    response.headers["Content-Language"] = settings.LANGUAGE_CODE
    return response


def asked_language(request: HttpRequest) -> str:
    """Return the language that the address asks for by `?lang=`; nothing if that is none of ours."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else ""


def asked_again(request: HttpRequest) -> dict[str, str]:
    """Return what in a query keeps the next page in the language that this one was asked for."""
    asked = asked_language(request)
    return {"lang": asked} if asked else {}


def _others(request: HttpRequest, language: str | None) -> list[tuple[str, str, str]]:
    """Return the languages that a page is not in: code, name and address."""
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
    """A feed of a listing, as a link."""

    of: str  # the listing, by its name in urls.py
    name: str
    type: str
    url: str


def feed_links(name: str, *args: Any, query: str = "") -> list[FeedLink]:
    """Return the feeds of a listing. `query`, with its question mark, belongs to their addresses."""
    return [
        FeedLink(name, kind.title, kind.content_type, reverse(f"{name}-{kind.name}", args=args) + query)
        for kind in FORMATS
    ]
