import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("digests", "0007_review_keeps_what_was_seen"),
    ]

    operations = [
        migrations.CreateModel(
            name="Shingle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.IntegerField()),
                ("day", models.DateField()),
                ("uid", models.CharField(max_length=8)),
            ],
            options={
                "verbose_name": "shingle",
                "verbose_name_plural": "shingles",
            },
        ),
        migrations.AddField(
            model_name="newsitem",
            name="canonical",
            field=models.CharField(blank=True, editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="tag",
            name="letters",
            field=models.GeneratedField(
                db_index=True,
                db_persist=True,
                expression=django.db.models.functions.text.Replace("key", models.Value(" "), models.Value("")),
                output_field=models.CharField(max_length=400),
            ),
        ),
        migrations.AlterField(
            model_name="story",
            name="canonical",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(fields=["-date"], name="issue_by_date"),
        ),
        migrations.AddIndex(
            model_name="newsitem",
            index=models.Index(fields=["canonical"], name="news_item_by_canonical"),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("follows", ""), _negated=True), fields=["follows"], name="story_by_what_it_follows"
            ),
        ),
        migrations.AddField(
            model_name="shingle",
            name="issue",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="digests.issue"),
        ),
        migrations.AddConstraint(
            model_name="shingle",
            constraint=models.UniqueConstraint(fields=("hash", "day", "uid"), name="a_shingle_once_a_story_and_day"),
        ),
    ]
