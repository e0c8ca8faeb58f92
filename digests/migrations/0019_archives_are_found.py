from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("digests", "0018_rows_keep_the_words_of_tags")]

    operations = [
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(fields=["-date", "-id"], name="edition_by_date"),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("retracted", False)), fields=["source", "edition"], name="story_by_source"
            ),
        ),
    ]
