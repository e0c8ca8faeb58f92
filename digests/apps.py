from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DigestsConfig(AppConfig):
    name = "digests"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        # They connect themselves.
        from digests.delivery import websub  # noqa: F401
        from digests.editorial.notices import receivers  # noqa: F401

        post_migrate.connect(catch_up, sender=self)


def catch_up(verbosity: int = 1, plan: Any = None, **kwargs: Any) -> None:
    """Do after an upgrade what old editions lack, so that nobody has to remember it."""
    from digests.publishing import projection

    if plan is None:  # tables were only emptied
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):  # back to what this code does not know
        return
    count = projection.catch_up()
    if count and verbosity:
        print(f"Stories of {count} editions can be searched now.")  # in English, as all that migrate says
