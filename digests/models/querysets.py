"""Visibility, defined once: what readers may see, and what staff may see."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.utils import timezone

if TYPE_CHECKING:
    from digests.models import Digest, Edition, Issue, Story  # noqa: F401 - the bases below name them
    from digests.models.person import Visitor


def _span(at: datetime, prefix: str = "") -> Q:
    """Return the condition that an edition is live at an instant; `prefix` leads to the edition."""
    begun = Q(**{f"{prefix}live_from__lte": at})
    return begun & (Q(**{f"{prefix}live_until": None}) | Q(**{f"{prefix}live_until__gt": at}))


class EditionQuerySet(models.QuerySet["Edition"]):
    def live(self, at: datetime | None = None) -> Self:
        """Return the editions that readers see at an instant, at most one for each issue."""
        return self.filter(_span(at or timezone.now()))

    def pending(self, at: datetime | None = None) -> Self:
        """Return the editions that are scheduled for later."""
        return self.filter(live_from__gt=at or timezone.now())

    def hidden(self, at: datetime | None = None) -> Self:
        """Return the editions that readers do not see at an instant: all but the live ones.

        They are few and found by an index. A query that counts many live rows leaves them out instead of looking up the
        edition of each row, which costs ten times as much.
        """
        at = at or timezone.now()
        return self.filter(Q(live_from__gt=at) | Q(live_until__lte=at))

    def ever_live(self, at: datetime | None = None) -> Self:
        """Return the editions that readers see or have seen."""
        return self.filter(live_from__lte=at or timezone.now())

    def dated(self) -> Self:
        """Add `first_published`: when readers first saw the issue, whatever was corrected since."""
        first = self.model._default_manager.filter(issue=OuterRef("issue")).order_by("live_from").values("live_from")
        return self.annotate(first_published=Subquery(first[:1]))

    def readable_history(self, at: datetime | None = None) -> Self:
        """Return the editions that readers may look at: the live ones, and earlier ones that were not withdrawn.

        What was withdrawn stays so when its issue is published again.
        """
        withdrawn = self.model._default_manager.withdrawn(at).filter(issue=OuterRef("issue"))
        return self.ever_live(at).exclude(Exists(withdrawn.filter(live_until__gt=OuterRef("live_from"))))

    def corrections(self, at: datetime | None = None) -> Self:
        """Return the readable editions that announced a correction, newest first."""
        return self.readable_history(at).exclude(correction="").order_by("-live_from", "-pk")

    def withdrawn(self, at: datetime | None = None) -> Self:
        """Return the editions that ended without another one following directly, the last to end first."""
        following = self.model._default_manager.filter(issue=OuterRef("issue"), live_from=OuterRef("live_until"))
        ended = self.filter(live_until__lte=at or timezone.now())
        return ended.exclude(Exists(following)).order_by("-live_until", "-pk")

    def corrections_log(self, at: datetime | None = None) -> Self:
        """Return the editions of the log of corrections: each with a correction, and the last one of a withdrawn issue.

        Each has `is_withdrawal`, and `told_at`, when readers were told.
        """
        at = at or timezone.now()
        itself = self.model._default_manager.filter(pk=OuterRef("pk"))
        return self.annotate(
            is_withdrawal=Exists(itself.withdrawn(at)),
            told_at=Case(When(is_withdrawal=True, then="live_until"), default="live_from"),
        ).filter(Q(is_withdrawal=True) | Exists(itself.corrections(at)))

    def flagged(self) -> Self:
        """Return the editions that were published without approval and still need one."""
        return self.exclude(forced_reason="").filter(endorsed_at=None)


class StoryQuerySet(models.QuerySet["Story"]):
    def live(self, at: datetime | None = None) -> Self:
        """Return the stories of live editions, without tombstones."""
        return self.filter(_span(at or timezone.now(), "edition__"), retracted=False)

    def countable(self, at: datetime | None = None) -> Self:
        """Return the same as `live`, in a form that is fast to count when there are many."""
        edition: Any = self.model._meta.get_field("edition").related_model
        return self.filter(retracted=False).exclude(edition__in=edition.objects.hidden(at))

    def with_public_page(self, at: datetime | None = None) -> Self:
        """Return the stories with a page at an instant: live stories and tombstones."""
        return self.filter(_span(at or timezone.now(), "edition__"))

    def once(self, at: datetime | None = None) -> Self:
        """Leave out stories that another live edition has too and had later, since that one is at their address.

        A story that moved to another issue is in two editions when its former issue is rolled back.
        """
        later = self.model._default_manager.with_public_page(at).filter(
            uid=OuterRef("uid"), edition__live_from__gt=OuterRef("edition__live_from")
        )
        return self.exclude(Exists(later))

    def dated(self) -> Self:
        """Add `first_published`: when readers first saw the story, in whichever edition."""
        first = self.model._default_manager.filter(uid=OuterRef("uid")).order_by("edition__live_from")
        return self.annotate(first_published=Subquery(first.values("edition__live_from")[:1]))


class DigestQuerySet(models.QuerySet["Digest"]):
    def live(self, at: datetime | None = None) -> Self:
        """Return the digests that have a live edition at an instant."""
        edition: Any = self.model._meta.get_field("editions").related_model
        return self.filter(Exists(edition.objects.live(at).filter(digest=OuterRef("pk"))))


class IssueQuerySet(models.QuerySet["Issue"]):
    def for_desk(self, user: Visitor) -> Self:
        """Return the issues that a person may see at the desk: all for staff who may view issues, none for others."""
        if user.is_active and user.is_staff and user.has_perm("digests.view_issue"):
            return self
        return self.none()
