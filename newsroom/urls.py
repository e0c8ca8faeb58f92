from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from newsroom import health, media


def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect to the icon; browsers ask for this address on pages that name none, such as the admin's."""
    return redirect(static("icon.svg"))


# There is no handler500: Django renders 500.html alone, because the database may be what failed.
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
    # Last, because its /<digest>/ matches any first word.
    path("", include("digests.urls")),
]
