from importlib import import_module

from django.db import migrations, models
from django.utils import timezone

one_live_edition = import_module("digests.migrations.0002_one_live_edition")


def hold_again(apps, schema_editor):
    """SQLite makes a table anew to add a column, and its triggers are gone then."""
    if schema_editor.connection.vendor == "sqlite":
        one_live_edition.run("forwards")(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("digests", "0021_stories_are_searched")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, hold_again),
        migrations.AddField("edition", "printed_at", models.DateTimeField(default=timezone.now)),
        migrations.RunPython(hold_again, migrations.RunPython.noop),
        *(
            migrations.AddField(
                name, "changed_at", models.DateTimeField(auto_now=True, default=timezone.now), preserve_default=False
            )
            for name in ("digest", "source", "tag")
        ),
    ]
