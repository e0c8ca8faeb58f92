from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DigestsConfig(AppConfig):
    name = "digests"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        # They connect themselves.
        from digests.feeds import hub  # noqa: F401
        from digests.notices import receivers  # noqa: F401
