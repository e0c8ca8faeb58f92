"""Save a manuscript that somebody sent to the rows of its issue."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from digests.editorial import exchange, workflow
from digests.editorial.preflight import Blocker, Place
from digests.manuscript.values import Manuscript
from digests.models import Issue, Revision
from digests.models.person import Actor
from digests.models.states import State


@dataclass(frozen=True, slots=True)
class Saved:
    """An issue as a save left it, and the revision that this wrote; None if nothing was new."""

    issue: Issue
    revision: Revision | None


def save(
    manuscript: Manuscript,
    issue: Issue,
    *,
    by: Actor,
    version: int | None = None,
    rows: exchange.Rows | None = None,
) -> Saved:
    """Make an issue say what a manuscript says. Raises Refused, and then wrote nothing.

    `rows` are the issue's, for a caller who read them while holding its lock.
    """
    try:
        with transaction.atomic():
            locked = workflow.lock_for_editing(issue, by=by, version=version)
            rows = replace(rows, issue=locked) if rows else exchange.Rows.of(locked)
            if manuscript != rows.manuscript:
                _keep_day(manuscript, locked)
                exchange.to_rows(manuscript, locked, rows)
            elif (head := locked.head) and head.sha256 == manuscript.sha256:
                return Saved(locked, None)
            return Saved(locked, workflow.record(locked, by=by))
    except exchange.DoesNotFit as error:
        raise workflow.Refused(Blocker("does_not_fit", str(error))) from error
    except IntegrityError as error:
        if "one_issue_a_day" not in str(error) and "digests_issue.date" not in str(error):
            raise
        taken = Blocker("date_taken", _("This digest has an issue of that date already."), Place("date"))
        raise workflow.Refused(taken) from error


def _keep_day(manuscript: Manuscript, issue: Issue) -> None:
    """Refuse a new date for an issue that is or will be public, because its address must not change."""
    if manuscript.date != issue.date and issue.editions.exists():
        raise workflow.Refused(
            Blocker(
                "date_fixed",
                _("This issue has been public or is scheduled, so its date stays %(date)s.") % {"date": issue.date},
                Place("date"),
                _("Set it back, or start another issue."),
            )
        )


def tell(request: HttpRequest, saved: Saved, *, was: State) -> None:
    """Add a message about what a save did; `was` is the state before it."""
    if saved.revision is None:
        note = _("Nothing was changed, so nothing was written.")
        if was == State.APPROVED:
            note += " " + _("The approval stands.")
        messages.info(request, note)
        return
    messages.success(request, _("Saved as revision %(number)s.") % {"number": saved.revision.number})
    if was == State.APPROVED:
        messages.warning(request, _("The approval no longer holds: these words are new. Submit them for review again."))
