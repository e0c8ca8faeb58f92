"""Publish revisions as editions, and end editions.

Only the workflow calls this, inside its transaction and with the issue locked. No permissions are checked here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max

from digests.models import Edition, Issue, Retraction, Revision
from digests.publishing.projection import project
from digests.publishing.rendering import render_edition


def publish(issue: Issue, revision: Revision, *, at: datetime, **facts: Any) -> Edition:
    """Make a revision live from `at` until the next scheduled edition, if there is one.

    `facts` are fields of the edition: by, by_name, approvals, correction, note, forced_reason, endorsed_*.
    """
    following = issue.editions.pending(at).order_by("live_from").first()
    issue.editions.live(at).update(live_until=at)
    edition = Edition(
        issue=issue,
        digest=issue.digest,
        revision=revision,
        number=(issue.editions.aggregate(last=Max("number"))["last"] or 0) + 1,
        live_from=at,
        live_until=following.live_from if following else None,
        **facts,
    )
    render_edition(edition)
    edition.save(force_insert=True)
    project(edition)
    return edition


def unschedule(edition: Edition) -> None:
    """Delete a scheduled edition; the one before it stays live instead."""
    edition.delete()  # first, because the database allows no two live editions, not even inside a transaction
    edition.issue.editions.filter(live_until=edition.live_from).update(live_until=edition.live_until)


def withdraw(edition: Edition, *, at: datetime) -> None:
    """End a live edition without a successor."""
    Edition.objects.filter(pk=edition.pk).update(live_until=at)


def retract(edition: Edition, uid: str, reason: str, *, at: datetime, **facts: Any) -> Edition:
    """Replace a story by a tombstone from `at` on, in the live edition (by a new one) and in scheduled ones."""
    issue = edition.issue
    Retraction.objects.create(issue=issue, uid=uid, reason=reason, at=at)
    for scheduled in issue.editions.pending(at):
        rebuild(scheduled)
    return publish(
        issue,
        edition.revision,
        at=at,
        approvals=edition.approvals,
        forced_reason=edition.forced_reason,
        endorsed_at=edition.endorsed_at,
        endorsed_by=edition.endorsed_by,
        endorsed_by_name=edition.endorsed_by_name,
        **facts,
    )


def rebuild(edition: Edition) -> None:
    """Render and project an edition again from its revision, in place."""
    render_edition(edition)
    edition.save(update_fields=["page", "date", "title", "summary", "cover", "rendered_at"])
    edition.stories.only("pk").delete()
    project(edition)
