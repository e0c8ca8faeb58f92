"""The newsroom's addresses, and one for each page that says that something is wrong, without anything going wrong."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import translation
from django.views import defaults

from newsroom.urls import handler404 as handler404
from newsroom.urls import urlpatterns as of_newsroom


def wrong(request: HttpRequest, status: int, language: str) -> HttpResponse:
    with translation.override(language):
        match status:
            case 400:
                return defaults.bad_request(request, BadRequest())
            case 403:
                return defaults.permission_denied(request, PermissionDenied())
            case _:
                return defaults.server_error(request)


urlpatterns = [path("wrong/<int:status>/<str:language>/", wrong), *of_newsroom]
