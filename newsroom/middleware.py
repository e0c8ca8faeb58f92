"""The newsroom's own middleware."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

Respond = Callable[[HttpRequest], HttpResponse]


def refuse_nul(get_response: Respond) -> Respond:
    """Respond with 400 to an address with a NUL character, which PostgreSQL cannot store or compare."""

    def respond(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address contains a NUL.")
        return get_response(request)

    return respond


def compress_text(get_response: Respond) -> Respond:
    """Compress responses with gzip, which makes a page five times smaller; pictures are compressed already."""
    gzip = GZipMiddleware(get_response)

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.streaming or response.headers.get("Content-Type", "").startswith("image/"):
            return response
        return gzip.process_response(request, response)  # type: ignore[return-value]

    return respond


def send_back_after_login(get_response: Respond) -> Respond:
    """After a POST without a login, say that nothing was done, and return to the page of the form after the login.

    Django would return to the address of the POST, which may not be a page.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        login = reverse("admin:login")
        asks = urlsplit(response.get("Location", "")).path == login and request.path != login
        by_hand = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"  # a script handles it itself
        if not (request.method == "POST" and asks and by_hand):
            return response
        messages.warning(request, _("You were logged out, so nothing was done. Log in, and do it again."))
        came_from = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
            return response
        return redirect_to_login(urlsplit(came_from)._replace(scheme="", netloc="", fragment="").geturl(), login)

    return respond
