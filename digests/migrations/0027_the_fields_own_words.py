"""Rename models, fields and constraints to the terms of the field."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Queued tasks name their functions by module, and these modules have moved.
MOVED = {
    "digests.feeds.hub.tell": "digests.delivery.websub.tell",
    "digests.notices.mail.deliver": "digests.editorial.notices.mail.deliver",
    "digests.pictures.make": "digests.publishing.pictures.make",
}


def rename_queued(apps, moved):
    tasks = apps.get_model("django_tasks_database", "DBTaskResult")
    for old, new in moved.items():
        tasks.objects.filter(task_path=old).update(task_path=new)


def forwards(apps, editor):
    rename_queued(apps, MOVED)


def backwards(apps, editor):
    rename_queued(apps, {new: old for old, new in MOVED.items()})


class Migration(migrations.Migration):
    dependencies = [
        ("digests", "0026_roles_can_grow"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel("Tick", "StorySignOff"),
        migrations.RenameModel("Look", "LastReviewed"),
        migrations.RenameModel("Told", "NotificationPreference"),
        migrations.RenameModel("Filing", "EditionTag"),
        migrations.RenameField("edition", "printed_at", "rendered_at"),
        migrations.RenameField("story", "thread", "storyline"),
        migrations.RenameField("review", "ticks", "signed_off"),
        # A field in a constraint can only be renamed while the constraint is removed.
        migrations.RemoveConstraint("comment", "only_a_whole_thread_is_resolved"),
        migrations.RemoveConstraint("comment", "who_resolved_a_thread_is_kept"),
        migrations.RenameField("comment", "thread", "parent"),
        migrations.AddConstraint(
            "comment",
            models.CheckConstraint(
                condition=models.Q(parent=None) | models.Q(resolved_at=None), name="a_reply_is_not_resolved_alone"
            ),
        ),
        migrations.AddConstraint(
            "comment",
            models.CheckConstraint(
                condition=models.Q(resolved_at=None, resolved_by_name="")
                | (models.Q(resolved_at__isnull=False) & ~models.Q(resolved_by_name="")),
                name="who_resolved_a_comment_is_kept",
            ),
        ),
        migrations.AlterField(
            "comment",
            "preview_link",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="comments",
                to="digests.previewlink",
            ),
        ),
        migrations.RemoveConstraint("lastreviewed", "one_look_a_person_and_issue"),
        migrations.RemoveConstraint("storysignoff", "one_tick_a_person_and_story"),
        migrations.AddConstraint(
            "lastreviewed",
            models.UniqueConstraint(fields=["issue", "person"], name="one_last_review_a_person_and_issue"),
        ),
        migrations.AddConstraint(
            "storysignoff",
            models.UniqueConstraint(fields=["issue", "person", "uid"], name="one_sign_off_a_person_and_story"),
        ),
        migrations.AlterField(
            "lastreviewed",
            "issue",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="last_reviews", to="digests.issue"
            ),
        ),
        migrations.AlterField(
            "notificationpreference",
            "person",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notification_preference",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "storysignoff",
            "issue",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sign_offs", to="digests.issue"
            ),
        ),
        migrations.AlterModelOptions(
            "lastreviewed", {"verbose_name": "last review", "verbose_name_plural": "last reviews"}
        ),
        migrations.AlterModelOptions(
            "notificationpreference",
            {"verbose_name": "notification preference", "verbose_name_plural": "notification preferences"},
        ),
        migrations.AlterModelOptions(
            "storysignoff", {"verbose_name": "story sign-off", "verbose_name_plural": "story sign-offs"}
        ),
        migrations.RunPython(forwards, backwards),
    ]
