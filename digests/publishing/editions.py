"""Editions: makes revisions public, and takes them back.

Called by the workflow, inside its transaction and under its lock. Nothing here asks who may.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max

from digests.models import Edition, Issue, Retraction, Revision
from digests.publishing.projection import project
from digests.publishing.rendering import render_edition


def publish(issue: Issue, revision: Revision, *, at: datetime, **facts: Any) -> Edition:
    """Make a revision live from an instant on, until the next edition that is scheduled, if any.

    `facts` are the edition's own: by, by_name, approvals, correction, note, forced_reason.
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
    """Take back an edition whose hour has not come; what was live before it stays so."""
    edition.delete()  # before the other grows into its span: two are never live at once, not even in between
    edition.issue.editions.filter(live_until=edition.live_from).update(live_until=edition.live_until)


def withdraw(edition: Edition, *, at: datetime) -> None:
    """End a live edition with nothing after it."""
    Edition.objects.filter(pk=edition.pk).update(live_until=at)


def retract(edition: Edition, uid: str, reason: str, *, at: datetime, **facts: Any) -> Edition:
    """Put a tombstone in a story's place from an instant on, in what is live and what is scheduled."""
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
    """Render and project an edition anew from its revision, in place."""
    render_edition(edition)
    edition.save(update_fields=["page", "date", "title", "summary", "cover", "rendered_at"])
    edition.stories.only("pk").delete()
    project(edition)
