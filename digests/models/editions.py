"""What is fixed: revisions as they were saved, editions as they were published, and their stories."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digests.manuscript.addresses import CANONICAL_LENGTH
from digests.manuscript.values import UID_LENGTH, Manuscript
from digests.models.desk import Digest, Issue
from digests.models.page import Page, PageField, PageStory, PageStoryField
from digests.models.person import PERSON
from digests.models.pictures import Picture
from digests.models.querysets import EditionQuerySet, StoryQuerySet
from digests.models.sources import Source
from digests.models.states import Correction
from digests.models.tags import Tag


class Revision(models.Model):
    """The whole issue as it was after one save, named by the SHA-256 of its content."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    content = models.TextField()
    author = models.ForeignKey(**PERSON)
    author_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "number"], name="revision_number_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.sha256[:10]}"

    @cached_property
    def manuscript(self) -> Manuscript:
        """The issue as a value. Raises ValueError if the content does not have the hash of the row."""
        if hashlib.sha256(self.content.encode()).hexdigest() != self.sha256:
            raise ValueError(f"revision {self.pk} does not have the content that it is named by")
        return Manuscript.from_json(json.loads(self.content))


class Edition(models.Model):
    """A revision that readers see from `live_from` until `live_until`."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="editions")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    live_from = models.DateTimeField(db_index=True)
    live_until = models.DateTimeField(null=True, blank=True)
    correction = models.CharField(max_length=20, blank=True, choices=Correction.choices)
    note = models.TextField(_("note to readers"), blank=True)
    approvals = models.PositiveSmallIntegerField(default=0)
    forced_reason = models.TextField(blank=True)
    endorsed_at = models.DateTimeField(null=True, blank=True)
    endorsed_by = models.ForeignKey(**PERSON)
    endorsed_by_name = models.CharField(max_length=150, blank=True)
    by = models.ForeignKey(**PERSON)
    by_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)

    # The projection: what lists and pages need; made with the edition, and rebuildable from its revision.
    digest = models.ForeignKey(Digest, models.PROTECT, related_name="editions")
    date = models.DateField()
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    cover = models.CharField(max_length=100, blank=True, db_index=True)
    page: models.Field[Page, Page] = PageField()
    rendered_at = models.DateTimeField(default=timezone.now)
    tags = models.ManyToManyField(Tag, related_name="editions", through="EditionTag")
    pictures = models.ManyToManyField(Picture, related_name="editions")

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["digest", "-date"], name="edition_by_digest_and_date"),
            models.Index(fields=["-live_from", "-id"], name="correction_by_instant", condition=~Q(correction="")),
            models.Index(fields=["-date", "-id"], name="edition_by_date"),
            models.Index(
                fields=["-live_until", "-id"], name="edition_by_its_end", condition=Q(live_until__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["issue", "number"], name="edition_number_is_unique"),
            models.CheckConstraint(
                condition=Q(live_until=None) | Q(live_until__gt=F("live_from")), name="edition_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(correction__in=["clarification", "correction", "retraction"]) | ~Q(note=""),
                name="substantive_correction_has_a_note",
            ),
            # That spans of one issue never overlap is held by 0002_one_live_edition:
            # an exclusion constraint on PostgreSQL, triggers on SQLite.
        ]

    def __str__(self) -> str:
        return f"{self.digest.name} {self.date:%Y-%m-%d} · {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("issue", args=[self.digest.slug, self.date])

    def is_over(self, at: datetime) -> bool:
        return self.live_until is not None and self.live_until <= at

    def is_live(self, at: datetime) -> bool:
        """Tell whether readers see it at an instant."""
        return self.live_from <= at and (self.live_until is None or at < self.live_until)

    @property
    def is_flagged(self) -> bool:
        """Say whether it went out, or will, without the approval that it needs, and has none since."""
        return bool(self.forced_reason) and self.endorsed_at is None

    @property
    def independently_reviewed(self) -> bool:
        """Whether somebody approved it, before it was published or afterwards."""
        return bool(self.approvals or self.endorsed_at)


class EditionTag(models.Model):
    """A tag of an edition: of the issue itself, or of some of its stories."""

    edition = models.ForeignKey(Edition, models.CASCADE)
    tag = models.ForeignKey(Tag, models.CASCADE)
    own = models.BooleanField(default=False)  # the issue itself has it
    stories = models.PositiveIntegerField(
        default=0
    )  # how many stories it counts for: all of them, if the issue itself has it

    class Meta:
        db_table = "digests_edition_tags"  # the name of the table from when it had only the two keys
        unique_together = [("edition", "tag")]
        verbose_name = _("tag of an edition")
        verbose_name_plural = _("tags of editions")

    def __str__(self) -> str:
        return f"{self.edition_id} · {self.tag_id}"


class Retraction(models.Model):
    """A story that was retracted: every edition from then on has a tombstone in its place."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="retractions")
    uid = models.CharField(max_length=UID_LENGTH)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("retraction")
        verbose_name_plural = _("retractions")
        constraints = [
            models.UniqueConstraint(fields=["issue", "uid"], name="a_story_is_retracted_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="retraction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.uid


class Story(models.Model):
    """A story of an edition, as lists and its own page read it."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="stories")
    uid = models.CharField(max_length=UID_LENGTH)
    position = models.PositiveIntegerField()
    section = models.CharField(max_length=200)
    headline = models.CharField(max_length=300)
    link = models.CharField(max_length=2000, blank=True)
    canonical = models.CharField(max_length=CANONICAL_LENGTH, blank=True)  # of `link`: see addresses.canonical
    follows = models.CharField(max_length=UID_LENGTH, blank=True)  # the uid of the story that it is an update to
    storyline = models.CharField(max_length=UID_LENGTH, blank=True, db_index=True)  # uid of its first story
    source = models.ForeignKey(Source, models.SET_NULL, null=True, related_name="stories")
    excerpt = models.TextField(blank=True)
    retracted = models.BooleanField(default=False)
    page: models.Field[PageStory, PageStory] = PageStoryField()
    tags = models.ManyToManyField(Tag, related_name="stories")

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        ordering = ["position"]
        indexes = [
            models.Index(fields=["uid"], name="story_by_uid"),
            models.Index(fields=["canonical"], name="story_by_canonical"),
            models.Index(fields=["source", "edition"], name="story_by_source", condition=Q(retracted=False)),
            models.Index(fields=["follows"], name="story_by_what_it_follows", condition=~Q(follows="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "uid"], name="a_story_once_an_edition"),
        ]

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        return reverse("story", args=[self.uid])
