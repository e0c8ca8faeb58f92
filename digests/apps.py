from typing import Any

from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS, connections
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


def catch_up(verbosity: int = 1, plan: Any = None, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Do after an upgrade what roles and old editions lack, so that nobody has to remember it."""
    from django.contrib.auth.management import create_permissions

    from digests.editorial import permissions
    from digests.publishing import projection

    executor = MigrationExecutor(connections[using])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):  # back to what this code does not know
        return
    # Django makes permissions app by app, ours first; what is there stays.
    for name in ("auth", "digests"):
        create_permissions(apps.get_app_config(name), verbosity=0, using=using)
    permissions.hand_over_renamed(using)
    permissions.keep_roles(using)
    if plan is None:  # tables were only emptied
        return
    count = projection.catch_up()
    if count and verbosity:
        print(f"Stories of {count} editions can be searched now.")  # in English, as all that migrate says
