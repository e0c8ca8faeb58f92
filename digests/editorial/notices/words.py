"""What a notice says, in the reader's language, and where it leads."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digests.manuscript.values import line
from digests.models import Notice

# Each may use who, issue, about and when. A `note` that somebody wrote is shown below it.
SENTENCES = {
    # Blocking.
    "review": gettext_lazy("%(issue)s waits for your review: %(who)s submitted it."),
    "review_again": gettext_lazy("%(issue)s waits for you to review it again: it was submitted or changed since."),
    "changes": gettext_lazy("%(who)s asked for changes to %(issue)s."),
    "publish": gettext_lazy("%(issue)s may go out: %(who)s approved it."),
    "schedule_again": gettext_lazy("%(issue)s is approved and has no schedule any more: %(who)s cancelled it."),
    "unfit": gettext_lazy("%(issue)s is approved, and something in it has to be mended before it can go out."),
    "endorse": gettext_lazy("%(issue)s went out without approval, and waits for one: %(who)s published it."),
    "mention": gettext_lazy("%(who)s asks you about %(issue)s."),
    "open_comment": gettext_lazy("%(who)s commented on %(issue)s. It cannot be approved while that comment is open."),
    # For information.
    "submitted": gettext_lazy("%(who)s submitted %(issue)s for review."),
    "recalled": gettext_lazy("%(who)s took %(issue)s back from review."),
    "approved": gettext_lazy("%(who)s approved %(issue)s."),
    "approved_so_far": gettext_lazy("%(who)s approved %(issue)s; another approval is needed."),
    "changes_requested": gettext_lazy("%(who)s asked for changes to %(issue)s. It does not go out as it is."),
    "voided": gettext_lazy("%(who)s changed %(issue)s after you approved it. Your approval does not hold for that."),
    "edited": gettext_lazy("%(who)s changed %(issue)s, which you wrote part of."),
    "published": gettext_lazy("%(who)s published %(issue)s."),
    "corrected": gettext_lazy("%(who)s published a correction of %(issue)s."),
    "scheduled": gettext_lazy("%(who)s scheduled %(issue)s for %(when)s."),
    "unscheduled": gettext_lazy("%(who)s cancelled the schedule of %(issue)s."),
    "forced": gettext_lazy("%(who)s published %(issue)s without approval."),
    "endorsed": gettext_lazy("%(who)s approved %(issue)s afterwards."),
    "rolled_back": gettext_lazy("%(who)s brought back an earlier edition of %(issue)s."),
    "retracted": gettext_lazy("%(who)s retracted “%(about)s” from %(issue)s."),
    "withdrawn": gettext_lazy("%(who)s withdrew %(issue)s."),
    "mentioned": gettext_lazy("%(who)s mentioned you on %(issue)s."),
    "answered": gettext_lazy("%(who)s replied to your comment on %(issue)s."),
    "comment": gettext_lazy("%(who)s commented on %(issue)s, which you wrote part of."),
    "resolved": gettext_lazy("%(who)s resolved your comment on %(issue)s."),
}

# How a notice was settled, by action.
ENDINGS = {
    "edit": gettext_lazy("changed by %(who)s"),
    "submit": gettext_lazy("submitted by %(who)s"),
    "recall": gettext_lazy("taken back by %(who)s"),
    "approve": gettext_lazy("approved by %(who)s"),
    "request_changes": gettext_lazy("sent back by %(who)s"),
    "publish": gettext_lazy("published by %(who)s"),
    "force_publish": gettext_lazy("published by %(who)s"),
    "schedule": gettext_lazy("scheduled by %(who)s"),
    "endorse": gettext_lazy("approved by %(who)s"),
    "said": gettext_lazy("answered by %(who)s"),
    "resolved": gettext_lazy("resolved by %(who)s"),
    "done": gettext_lazy("marked as done by you"),
}

# The page where the change is seen. All others lead to the issue itself.
PAGES = {
    **dict.fromkeys(("voided", "edited"), "admin:digests_issue_history"),
    **dict.fromkeys(
        ("review", "review_again", "open_comment", "mention", "answered", "comment", "resolved", "mentioned"),
        "admin:digests_issue_review",
    ),
}


def sentence(notice: Notice) -> str:
    """Say what happened, in one line."""
    details = {name: line(str(text)) for name, text in notice.details.items()}
    values = {"who": "", "about": "", **details, "issue": str(notice.issue), "when": _when(notice)}
    return line(str(SENTENCES[notice.kind]) % values)


def _when(notice: Notice) -> str:
    at = notice.details.get("when")
    return f"{notice.issue.local(datetime.fromisoformat(at)):%Y-%m-%d %H:%M %Z}" if at else ""


def note(notice: Notice) -> str:
    """Return the note that somebody wrote, on one line."""
    return line(str(notice.details.get("note", "")))


def ending(notice: Notice) -> str:
    """Say why nobody waits any more; empty if somebody does, or nobody ever did."""
    if notice.settled_at is None:
        return ""
    return str(ENDINGS.get(notice.settled_how, _("no longer needed"))) % {"who": notice.settled_by_name}


def path(notice: Notice) -> str:
    """Return the address where a notice leads."""
    return reverse(PAGES.get(notice.kind, "admin:digests_issue_change"), args=[notice.issue_id])
