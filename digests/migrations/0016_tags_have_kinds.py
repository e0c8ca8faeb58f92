from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("digests", "0015_channels")]

    operations = [
        migrations.AddField(
            model_name="tag",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[("company", "Company"), ("model", "Model"), ("person", "Person"), ("topic", "Topic")],
                default="",
                max_length=10,
                verbose_name="kind",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["", "company", "model", "person", "topic"])), name="tag_kind_is_known"
            ),
        ),
    ]
