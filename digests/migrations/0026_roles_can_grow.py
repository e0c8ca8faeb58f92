"""Record what roles were granted, and grant the new permissions of pictures, channels and notices."""

from importlib import import_module

from django.db import migrations, models

from digests.migrations.frozen.roles import ROLES

before = import_module("digests.migrations.0004_roles")

# Until now the permission on the left decided; everyone who has it gets those on the right.
INSTEAD = {
    "view_issue": {"view_picture", "view_notice"},
    "change_issue": {"add_picture", "change_picture"},
    "view_digest": {"view_channel"},
    "change_digest": {"add_channel", "change_channel", "delete_channel"},
}


def give(apps, schema_editor):
    Group, User = apps.get_model("auth", "Group"), apps.get_model("auth", "User")
    for had, codenames in INSTEAD.items():
        rows = list(before.permissions(apps, "digests", codenames))
        for group in Group.objects.filter(permissions__codename=had, permissions__content_type__app_label="digests"):
            group.permissions.add(*rows)
        for user in User.objects.filter(
            user_permissions__codename=had, user_permissions__content_type__app_label="digests"
        ):
            user.user_permissions.add(*rows)


def remember(apps, schema_editor):
    """Record what 0004 granted to each role and what `give` adds, whatever staff have changed in its group since."""
    Role = apps.get_model("digests", "Role")
    for name, codenames in ROLES.items():
        all_of_it = codenames.union(*(INSTEAD[had] for had in INSTEAD if had in codenames))
        people = {f"auth.{codename}" for codename in before.PEOPLE} if name == "admin" else set()
        Role.objects.create(name=name, granted=sorted({f"digests.{one}" for one in all_of_it} | people))


class Migration(migrations.Migration):
    dependencies = [
        ("digests", "0025_pictures_are_uploaded_again"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, unique=True, verbose_name="name")),
                ("granted", models.JSONField(default=list)),
            ],
            options={"verbose_name": "role", "verbose_name_plural": "roles"},
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
