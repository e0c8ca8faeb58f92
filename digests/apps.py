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
        # Importing these modules connects their receivers.
        from digests.delivery import websub  # noqa: F401
        from digests.editorial.notices import receivers  # noqa: F401

        post_migrate.connect(catch_up, sender=self)


def catch_up(verbosity: int = 1, plan: Any = None, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Update roles and the search text of old stories after `migrate`."""
    from django.contrib.auth.management import create_permissions

    from digests.editorial import permissions
    from digests.publishing import projection

    executor = MigrationExecutor(connections[using])
    if executor.migration_plan(
        executor.loader.graph.leaf_nodes()
    ):  # migrated back to tables that this code does not know
        return
    # The permissions of both apps have to exist here, and Django creates them app by app, ours first.
    for name in ("auth", "digests"):
        create_permissions(apps.get_app_config(name), verbosity=0, using=using)
    permissions.hand_over_renamed(using)
    permissions.keep_roles(using)
    if plan is None:  # `flush` sends the signal too
        return
    count = projection.catch_up()
    if count and verbosity:
        print(f"Stories of {count} editions can be searched now.")  # in English, as all output of migrate
