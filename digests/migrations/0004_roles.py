"""Make a group for each role, with its permissions."""

from django.db import migrations

from digests.migrations.frozen.roles import ROLES

PEOPLE = {f"{verb}_{model}" for verb in ("add", "change", "delete", "view") for model in ("user", "group")}


def forwards(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for role, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*permissions(apps, "digests", codenames))
        if role == "admin":
            group.permissions.add(*permissions(apps, "auth", PEOPLE))


def permissions(apps, app_label, codenames):
    """Return permissions by codename, made where Django, which makes them after all migrations, has not yet."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    names = {
        name: (model, text)
        for model in apps.get_app_config(app_label).get_models()
        for name, text in [
            *((f"{verb}_{model._meta.model_name}", f"Can {verb} {model._meta.model_name}") for verb in VERBS),
            *model._meta.permissions,
        ]
    }
    for codename in sorted(codenames):
        model, text = names[codename]
        content_type, _ = ContentType.objects.get_or_create(app_label=app_label, model=model._meta.model_name)
        yield Permission.objects.get_or_create(content_type=content_type, codename=codename, defaults={"name": text})[0]


VERBS = ("add", "change", "delete", "view")


def backwards(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("digests", "0003_history_is_append_only"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
