"""What every request goes through besides Django's own."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

Respond = Callable[[HttpRequest], HttpResponse]


def refuse_nul(get_response: Respond) -> Respond:
    """Answer 400 to an address with a NUL: PostgreSQL cannot look one up, and nothing here is named by one."""

    def respond(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address contains a NUL.")
        return get_response(request)

    return respond


def compress_text(get_response: Respond) -> Respond:
    """Send words by gzip to whoever takes it: a page is a fifth of itself. Pictures are as small as they get."""
    gzip = GZipMiddleware(get_response)

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.streaming or response.headers.get("Content-Type", "").startswith("image/"):
            return response
        return gzip.process_response(request, response)  # type: ignore[return-value]

    return respond
