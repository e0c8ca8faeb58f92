"""Store when a picture was last uploaded, apart from when it was first."""

from django.db import migrations, models
from django.db.models import F
from django.utils import timezone


def fill(apps, schema_editor):
    apps.get_model("digests", "Picture").objects.update(uploaded_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("digests", "0024_tags_that_an_issue_has_itself")]

    operations = [
        migrations.AddField("picture", "uploaded_at", models.DateTimeField(default=timezone.now)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
