"""The one way from a manuscript that somebody sent to the rows of its issue."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from digests.editorial import exchange, workflow
from digests.editorial.preflight import Blocker, Place
from digests.manuscript.values import Manuscript
from digests.models import Issue
from digests.models.person import Actor
from digests.models.states import State


def save(manuscript: Manuscript, issue: Issue, *, by: Actor, version: int | None = None) -> Issue:
    """Make an issue say what a manuscript says, and return it as it is then. Raises Refused, and then wrote nothing."""
    try:
        with workflow.editing(issue, by=by, version=version) as locked:
            if exchange.from_rows(locked) != manuscript:
                _keep_day(manuscript, locked)
                exchange.to_rows(manuscript, locked)
    except exchange.DoesNotFit as error:
        raise workflow.Refused(Blocker("does_not_fit", str(error))) from error
    except IntegrityError as error:
        if "one_issue_a_day" not in str(error) and "digests_issue.date" not in str(error):
            raise
        taken = Blocker("date_taken", _("This digest has an issue of that date already."), Place("date"))
        raise workflow.Refused(taken) from error
    return locked


def _keep_day(manuscript: Manuscript, issue: Issue) -> None:
    """Refuse another date for an issue that readers have, or will have by the clock: its address is for ever."""
    if manuscript.date != issue.date and issue.editions.exists():
        raise workflow.Refused(
            Blocker(
                "date_fixed",
                _("This issue has been public or is scheduled, so its date stays %(date)s.") % {"date": issue.date},
                Place("date"),
                _("Set it back, or start another issue."),
            )
        )


def tell(request: HttpRequest, issue: Issue, *, was: State, before: int) -> None:
    """Say what a save did to an issue, by its state and version before it."""
    if issue.version == before:
        note = _("Nothing was changed, so nothing was written.")
        if was == State.APPROVED:
            note += " " + _("The approval stands.")
        messages.info(request, note)
        return
    messages.success(request, _("Saved as revision %(number)s.") % {"number": issue.head.number})
    if was == State.APPROVED:
        messages.warning(request, _("The approval no longer holds: these words are new. Submit them for review again."))
