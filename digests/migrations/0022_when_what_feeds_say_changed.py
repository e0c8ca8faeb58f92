from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("digests", "0021_stories_are_searched")]

    operations = [
        migrations.AddField("edition", "printed_at", models.DateTimeField(default=timezone.now)),
        *(
            migrations.AddField(
                name, "changed_at", models.DateTimeField(auto_now=True, default=timezone.now), preserve_default=False
            )
            for name in ("digest", "source", "tag")
        ),
    ]
