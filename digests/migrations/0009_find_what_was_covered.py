"""Give the stories that are there already what they are found again by. In batches: an archive may be large."""

from django.db import migrations
from django.db.models import F

from digests.migrations.frozen.addresses import canonical
from digests.migrations.frozen.headlines import sketch

BATCH = 1000


def batches(rows):
    """Return rows in batches by their keys, each read anew: none is held for the whole of it."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def fill(apps, schema_editor):
    NewsItem, Story = apps.get_model("digests", "NewsItem"), apps.get_model("digests", "Story")
    Shingle = apps.get_model("digests", "Shingle")
    for batch in batches(NewsItem.objects.select_related("section__issue").defer("body", "section__issue__intro")):
        for item in batch:
            item.canonical = canonical(item.link)
        NewsItem.objects.bulk_update([item for item in batch if item.canonical], ["canonical"])
        keep(Shingle, ((item.section.issue_id, item.section.issue.date, item) for item in batch))
    for batch in batches(Story.objects.select_related("edition").defer("page", "excerpt", "edition__page")):
        for story in batch:
            story.canonical = canonical(story.link)
        Story.objects.bulk_update([story for story in batch if story.canonical], ["canonical"])
        keep(
            Shingle,
            (
                (story.edition.issue_id, story.edition.date, story)
                for story in batch
                if story.edition.live_until is None and not story.retracted
            ),
        )
    # Nothing followed anything before now: each story is the first of its own thread.
    Story.objects.filter(thread="").update(thread=F("uid"))


def keep(Shingle, found):
    Shingle.objects.bulk_create(
        [
            Shingle(issue_id=issue, hash=part, day=day, uid=row.uid)
            for issue, day, row in found
            for part in sketch(row.headline)
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("digests", "0008_what_was_covered")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
