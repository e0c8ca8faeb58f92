from django.db import migrations, models

KINDS = {"thread": "open_comment", "remark": "comment", "look_again": "review_again"}


def rename_kinds(apps, kinds):
    notices = apps.get_model("digests", "Notice")
    for old, new in kinds.items():
        notices.objects.filter(kind=old).update(kind=new)


def forwards(apps, editor):
    rename_kinds(apps, KINDS)


def backwards(apps, editor):
    rename_kinds(apps, {new: old for old, new in KINDS.items()})


class Migration(migrations.Migration):
    dependencies = [
        ("digests", "0027_the_fields_own_words"),
    ]

    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.AlterField(
            model_name="digest",
            name="slug",
            field=models.SlugField(
                help_text="The first part of each address, such as ai-daily. Readers keep these addresses: never change it.",
                max_length=60,
                unique=True,
                verbose_name="address",
            ),
        ),
        migrations.AlterField(
            model_name="notificationpreference",
            name="blocking",
            field=models.CharField(
                choices=[("none", "Never"), ("soon", "Within minutes"), ("daily", "Once a day")],
                default="soon",
                help_text="A review, a change, a publication or a reply that needs you.",
                max_length=10,
                verbose_name="when somebody waits for you",
            ),
        ),
        migrations.AlterField(
            model_name="notificationpreference",
            name="fyi",
            field=models.CharField(
                choices=[("none", "Never"), ("soon", "Within minutes"), ("daily", "Once a day")],
                default="daily",
                help_text="What became of issues that you worked on and of comments that you wrote. Nothing waits for you.",
                max_length=10,
                verbose_name="for your information",
            ),
        ),
        migrations.AlterField(
            model_name="notificationpreference",
            name="muted",
            field=models.ManyToManyField(
                blank=True,
                help_text="The list at the desk still shows what happens there.",
                related_name="+",
                to="digests.digest",
                verbose_name="no mail about",
            ),
        ),
        migrations.AlterField(
            model_name="previewlink",
            name="may_comment",
            field=models.BooleanField(default=False, verbose_name="may comment"),
        ),
    ]
