"""Tell the tags that an issue has itself from those of its stories, and count these."""

from django.db import migrations, models
from django.db.models import Count
from django.db.models.deletion import CASCADE

from digests.migrations.frozen.tags import key_of


def count(apps, schema_editor):
    """Count from the stories, and read what is an issue's own from the pages, where it stands by its name."""
    Edition, Filing, Story, Tag = (apps.get_model("digests", name) for name in ("Edition", "Filing", "Story", "Tag"))
    tagged = Story.tags.through.objects.values_list("story__edition", "tag").annotate(Count("pk"))
    stories = {(edition, tag): number for edition, tag, number in tagged.iterator()}
    tags = {key: renamed_to or pk for key, pk, renamed_to in Tag.objects.values_list("key", "pk", "renamed_to")}
    names = dict(Edition.objects.values_list("pk", "page__tags"))
    own = {edition: {tags.get(key_of(name)) for name in said or ()} for edition, said in names.items()}
    here = dict(Story.objects.filter(retracted=False).values_list("edition").annotate(Count("pk")))
    alike = {}
    for pk, edition, tag in Filing.objects.values_list("pk", "edition", "tag").iterator():
        is_own = tag in own[edition]
        number = here.get(edition, 0) if is_own else stories.get((edition, tag), 0)
        alike.setdefault((is_own, number), []).append(pk)
    for (is_own, number), pks in alike.items():
        for begin in range(0, len(pks), 500):
            Filing.objects.filter(pk__in=pks[begin : begin + 500]).update(own=is_own, stories=number)


class Migration(migrations.Migration):
    dependencies = [("digests", "0023_many_phrases_are_found_at_once")]

    operations = [
        migrations.SeparateDatabaseAndState(
            # The table is there: it was the relation's, which knew no more than the two.
            state_operations=[
                migrations.CreateModel(
                    name="Filing",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("edition", models.ForeignKey(on_delete=CASCADE, to="digests.edition")),
                        ("tag", models.ForeignKey(on_delete=CASCADE, to="digests.tag")),
                    ],
                    options={
                        "verbose_name": "tag of an edition",
                        "verbose_name_plural": "tags of editions",
                        "db_table": "digests_edition_tags",
                        "unique_together": {("edition", "tag")},
                    },
                ),
                migrations.AlterField(
                    model_name="edition",
                    name="tags",
                    field=models.ManyToManyField(related_name="editions", through="digests.Filing", to="digests.tag"),
                ),
            ]
        ),
        migrations.AddField(model_name="filing", name="own", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="filing", name="stories", field=models.PositiveIntegerField(default=0)),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
