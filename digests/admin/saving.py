"""The one way from a manuscript that somebody sent to the rows of its issue."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from digests import exchange, workflow
from digests.manuscript.values import Manuscript
from digests.models import Issue
from digests.preflight import Blocker, Place


def save(manuscript: Manuscript, issue: Issue, *, by: Any, version: int | None = None) -> Issue:
    """Make an issue say what a manuscript says, and return it as it is then. Raises Refused, and then wrote nothing."""
    try:
        with workflow.editing(issue, by=by, version=version) as locked:
            if exchange.from_rows(locked) != manuscript:
                exchange.to_rows(manuscript, locked)
    except exchange.DoesNotFit as error:
        raise workflow.Refused(Blocker("does_not_fit", str(error))) from error
    except IntegrityError as error:
        if "one_issue_a_day" not in str(error) and "digests_issue.date" not in str(error):
            raise
        taken = Blocker("date_taken", _("This digest has an issue of that date already."), Place("date"))
        raise workflow.Refused(taken) from error
    return locked
