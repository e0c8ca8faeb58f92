from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("digests", "0019_archives_are_found")]

    operations = [
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(
                fields=["-live_until", "-id"],
                name="edition_by_its_end",
                condition=models.Q(("live_until__isnull", False)),
            ),
        ),
    ]
