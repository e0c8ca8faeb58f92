"""The states of an issue, the actions on it, and the table of what each action needs and does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class State(TextChoices):
    """Where the working copy is between draft and approval; whether it is public, its editions say."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")


class Action(TextChoices):
    """What can be done to an issue. These names are stored in the log for good."""

    EDIT = "edit", _("Edit")
    SUBMIT = "submit", _("Submit for review")
    RECALL = "recall", _("Take back from review")
    APPROVE = "approve", _("Approve")
    REQUEST_CHANGES = "request_changes", _("Request changes")
    PUBLISH = "publish", _("Publish")
    SCHEDULE = "schedule", _("Schedule")
    UNSCHEDULE = "unschedule", _("Cancel the schedule")
    FORCE_PUBLISH = "force_publish", _("Publish without approval")
    ENDORSE = "endorse", _("Approve afterwards")
    ROLL_BACK = "roll_back", _("Bring back an earlier edition")
    RETRACT = "retract", _("Retract a story")
    WITHDRAW = "withdraw", _("Withdraw the issue")
    ARCHIVE = "archive", _("Publish from an archive")


class Correction(TextChoices):
    """What an edition corrected for readers, from the lightest to the gravest."""

    TYPO = "typo", _("Typo")
    CLARIFICATION = "clarification", _("Clarification")
    CORRECTION = "correction", _("Correction")
    RETRACTION = "retraction", _("Retraction")


ANY = frozenset(State)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: from which states an action may be done, where it leads, and what it asks for."""

    action: Action
    sources: frozenset[State]
    target: State | None  # None: it stays as it is
    permission: str
    note: bool = False  # a reason is required
    preflight: bool = False  # the words are checked, because they are about to reach readers
    note_prompt: _StrPromise | None = None


TABLE: dict[Action, Transition] = {
    row.action: row
    for row in (
        Transition(Action.EDIT, ANY, None, "digests.change_issue"),
        Transition(
            Action.SUBMIT,
            frozenset({State.DRAFT, State.CHANGES_REQUESTED}),
            State.IN_REVIEW,
            "digests.submit_issue",
        ),
        Transition(Action.RECALL, frozenset({State.IN_REVIEW}), State.DRAFT, "digests.submit_issue"),
        Transition(
            Action.APPROVE,
            frozenset({State.IN_REVIEW, State.APPROVED}),
            State.APPROVED,
            "digests.review_issue",
        ),
        Transition(
            Action.REQUEST_CHANGES,
            frozenset({State.IN_REVIEW, State.APPROVED}),
            State.CHANGES_REQUESTED,
            "digests.review_issue",
            note=True,
            note_prompt=_("What should the writer change?"),
        ),
        Transition(Action.PUBLISH, frozenset({State.APPROVED}), None, "digests.publish_issue", preflight=True),
        Transition(Action.SCHEDULE, frozenset({State.APPROVED}), None, "digests.publish_issue", preflight=True),
        Transition(Action.UNSCHEDULE, ANY, None, "digests.publish_issue"),
        Transition(
            Action.FORCE_PUBLISH,
            ANY,
            None,
            "digests.force_publish_issue",
            note=True,
            preflight=True,
            note_prompt=_("Why can this not wait for a review? If the issue is public already, readers see this."),
        ),
        Transition(Action.ENDORSE, ANY, None, "digests.review_issue"),
        Transition(
            Action.ROLL_BACK,
            ANY,
            None,
            "digests.publish_issue",
            note=True,
            note_prompt=_("What will readers be told about this change?"),
        ),
        Transition(
            Action.RETRACT,
            ANY,
            None,
            "digests.retract_story",
            note=True,
            note_prompt=_("Why is the story retracted? Readers see this."),
        ),
        Transition(
            Action.WITHDRAW,
            ANY,
            None,
            "digests.withdraw_issue",
            note=True,
            note_prompt=_("Why is the whole issue taken down?"),
        ),
        Transition(Action.ARCHIVE, frozenset({State.DRAFT}), None, "digests.import_archive", preflight=True),
    )
}

# A one-person newsroom (NEWSROOM_APPROVALS=0) publishes directly from any state.
UNREVIEWED_ACTIONS = frozenset({Action.PUBLISH, Action.SCHEDULE})


def sources(action: Action, *, approvals_needed: int) -> frozenset[State]:
    """Return the states from which an action is possible in a newsroom that needs so many approvals."""
    if approvals_needed == 0 and action in UNREVIEWED_ACTIONS:
        return ANY
    return TABLE[action].sources
