from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from newsroom import health, media


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it by themselves wherever a page names no icon, as the admin's do not."""
    return redirect(static("icon.svg"))


# What breaks is answered by Django from 500.html alone: the database may be what broke.
handler404 = "digests.site.views.errors.not_found"

urlpatterns = [
    path("admin/notices/", RedirectView.as_view(pattern_name="admin:digests_notice_changelist")),
    path("admin/notices/settings/", RedirectView.as_view(pattern_name="admin:digests_notice_settings")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", favicon),
    re_path(media.PATTERN, media.image, name="media"),
    # Last: its /<digest>/ takes any first word that is left.
    path("", include("digests.urls")),
]
