"""Verdicts, comments, sign-offs, who is at the desk, and the log that nothing erases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from digests.manuscript.values import UID_LENGTH
from digests.models.desk import Issue
from digests.models.editions import Revision
from digests.models.person import PERSON
from digests.models.states import Action, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Review(models.Model):
    """A person's verdict on one revision."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("Approved")
        CHANGES_REQUESTED = "changes_requested", _("Changes requested")

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="reviews")
    sha256 = models.CharField(max_length=64)
    reviewer = models.ForeignKey(**PERSON)
    reviewer_name = models.CharField(max_length=150)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    note = models.TextField(blank=True)
    signed_off = models.JSONField(default=list, blank=True)  # uids of the stories that the reviewer signed off
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "reviewer"], name="one_verdict_a_person_and_revision"),
            models.CheckConstraint(
                condition=~Q(verdict="changes_requested") | ~Q(note=""), name="request_for_changes_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_name}: {self.get_verdict_display()}"


class CommentQuerySet(models.QuerySet["Comment"]):
    def open_comments(self) -> Self:
        """Return the comments, not replies, that nobody has resolved."""
        return self.filter(parent=None, resolved_at=None)


class Comment(models.Model):
    """A comment on a story, insight or brief (by its uid) or on the issue (no uid), or a reply to one (`parent`)."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="comments")
    uid = models.CharField(max_length=UID_LENGTH, blank=True)
    field = models.CharField(max_length=30, blank=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    revision = models.ForeignKey(Revision, models.CASCADE, null=True, related_name="+")  # the words that they saw
    author = models.ForeignKey(**PERSON)
    author_name = models.CharField(max_length=150)
    text = models.TextField(_("text"))
    about = models.TextField(blank=True)  # the words it was about when it was written, which may be gone
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(**PERSON)
    resolved_by_name = models.CharField(max_length=150, blank=True)
    # Set if the author is a guest without an account, who came by this link.
    preview_link = models.ForeignKey(
        "digests.PreviewLink", models.SET_NULL, null=True, blank=True, related_name="comments"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(resolved_at=None), name="a_reply_is_not_resolved_alone"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by_name="")
                | (Q(resolved_at__isnull=False) & ~Q(resolved_by_name="")),
                name="who_resolved_a_comment_is_kept",
            ),
            models.CheckConstraint(condition=Q(preview_link=None) | Q(author=None), name="a_guest_has_no_account"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_guests(self) -> bool:
        """Whether a guest without an account wrote it."""
        return self.preview_link_id is not None


class StorySignOff(models.Model):
    """A person has read a story in exactly these words; other words have no sign-off."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="sign_offs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    uid = models.CharField(max_length=UID_LENGTH)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("story sign-off")
        verbose_name_plural = _("story sign-offs")
        constraints = [
            models.UniqueConstraint(fields=["issue", "person", "uid"], name="one_sign_off_a_person_and_story"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.uid}"


class LastReviewedQuerySet(models.QuerySet["LastReviewed"]):
    def record(self, person: User, revision: Revision) -> None:
        """Record that a person signed off, commented on or judged a revision. Call it under the issue's lock."""
        seen = self.filter(issue=revision.issue_id, person=person).values("revision", "revision__number").first()
        if seen and seen["revision__number"] >= revision.number:
            return
        live = revision.issue.editions.live().values_list("revision", flat=True)
        before = seen["revision"] if seen else live.first()
        self.bulk_create(
            [LastReviewed(issue=revision.issue, person=person, revision=revision, before_id=before)],
            update_conflicts=True,
            unique_fields=["issue", "person"],
            update_fields=["revision", "before", "at"],
        )


class LastReviewed(models.Model):
    """The revision of an issue that a person last reviewed; they are shown what changed since."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="last_reviews")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    # What they had seen before that revision: it stays the base of comparison until the words change again.
    before = models.ForeignKey(Revision, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    objects = LastReviewedQuerySet.as_manager()

    class Meta:
        verbose_name = _("last review")
        verbose_name_plural = _("last reviews")
        constraints = [
            models.UniqueConstraint(fields=["issue", "person"], name="one_last_review_a_person_and_issue"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.revision}"

    def base(self, head: Revision) -> Revision | None:
        """Return the revision that `head` is compared with for this person, who may be reviewing it already."""
        return self.before if self.revision_id == head.pk else self.revision


class Presence(models.Model):
    """A person who has an issue open at the desk, or had it a moment ago."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    where = models.CharField(max_length=20, blank=True)  # write, text, review or read
    uid = models.CharField(max_length=UID_LENGTH, blank=True)  # of the story, insight or brief that their cursor is in
    is_unsaved = models.BooleanField(default=False)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [
            models.UniqueConstraint(fields=["issue", "person"], name="one_presence_a_person_and_issue"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.issue}"


class LogEntryQuerySet(models.QuerySet["LogEntry"]):
    """A queryset that refuses changes with a clear error, before the database does."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionDenied("The log is only ever added to.")

    def delete(self) -> NoReturn:
        raise PermissionDenied("The log is only ever added to.")


class LogEntry(models.Model):
    """Who did what, from which state to which, and why. Triggers of the database refuse changes and deletion."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(**PERSON)
    actor_name = models.CharField(_("who"), max_length=150)
    action = models.CharField(_("what"), max_length=20, choices=Action.choices)
    # No constraint, because entries outlive the issue; its digest and date are kept below.
    issue = models.ForeignKey(
        Issue, models.DO_NOTHING, null=True, db_constraint=False, related_name="log", verbose_name=_("issue")
    )
    digest_slug = models.CharField(max_length=60)
    date = models.DateField()
    revision_sha256 = models.CharField(max_length=64, blank=True)
    from_state = models.CharField(max_length=20, choices=State.choices)
    to_state = models.CharField(max_length=20, choices=State.choices)
    note = models.TextField(_("why"), blank=True)

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name}: {self.get_action_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise PermissionDenied("The log is only ever added to.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied("The log is only ever added to.")
