import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery


def keep_words(apps, schema_editor):
    """Write down by which word each row has its tags: the name of the tag, which was the only one."""
    names = apps.get_model("digests", "Tag").objects.filter(pk=OuterRef("tag")).values("name")
    for model in ("TaggedIssue", "TaggedNewsItem"):
        apps.get_model("digests", model).objects.update(word=Subquery(names[:1]))


class Migration(migrations.Migration):
    dependencies = [("digests", "0016_tags_have_kinds")]

    operations = [
        migrations.AddField(
            model_name="tag",
            name="renamed_to",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="former",
                to="digests.tag",
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=Q(renamed_to=None) | ~Q(renamed_to=F("id")), name="tag_is_not_renamed_to_itself"
            ),
        ),
        *(
            migrations.AddField(
                model_name=model,
                name="word",
                field=models.CharField(default="", max_length=100),
                preserve_default=False,
            )
            for model in ("taggedissue", "taggednewsitem")
        ),
        migrations.RunPython(keep_words, migrations.RunPython.noop),
    ]
