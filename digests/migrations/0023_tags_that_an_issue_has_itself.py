"""Tell the tags that an issue has itself from those that only a story of it has."""

from django.db import migrations, models

from digests.manuscript.values import tag_name


def fill(apps, schema_editor):
    """Read them from the pages, where they stand by their names."""
    Edition, Tag = apps.get_model("digests", "Edition"), apps.get_model("digests", "Tag")
    tags = {key: renamed_to or pk for key, pk, renamed_to in Tag.objects.values_list("key", "pk", "renamed_to")}
    own = Edition.own_tags.through
    editions = Edition.objects.values_list("pk", "page__tags").iterator()
    found = (
        own(edition_id=edition, tag_id=tag)
        for edition, names in editions
        for tag in {tags.get(tag_name(name).casefold()) for name in names or ()} - {None}
    )
    own.objects.bulk_create(found, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("digests", "0022_when_what_feeds_say_changed")]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="own_tags",
            field=models.ManyToManyField(related_name="whole_editions", to="digests.tag"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
