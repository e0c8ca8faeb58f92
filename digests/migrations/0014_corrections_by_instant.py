from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("digests", "0013_pictures_are_kept_once")]

    operations = [
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(
                fields=["-live_from", "-id"],
                name="correction_by_instant",
                condition=models.Q(("correction", ""), _negated=True),
            ),
        ),
    ]
