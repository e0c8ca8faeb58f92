"""How a change is written: lock the row, record the words as a revision, add one row to the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from digests.editorial import exchange
from digests.editorial.permissions import may
from digests.editorial.preflight import Blocker, Place
from digests.editorial.workflow.request import Refused, Request
from digests.models import Issue, LogEntry, Revision, Shingle
from digests.models.person import Actor, account, name_of
from digests.models.states import Action, State

# Sent with the log entry after the commit. An exception in a receiver is logged and changes nothing.
announced = Signal()


@contextmanager
def editing(issue: Issue, *, by: Actor, version: int | None = None, note: str = "") -> Iterator[Issue]:
    """Lock an issue so that its rows can be changed; on exit, record what they say as a revision.

    Raises Refused if the person may not edit, or if the issue is no longer at `version`.
    """
    with transaction.atomic():
        locked = lock_for_editing(issue, by=by, version=version)
        yield locked
        record(locked, by=by, note=note)


def lock_for_editing(issue: Issue, *, by: Actor, version: int | None = None) -> Issue:
    """Return an issue's row, held until the transaction ends, for someone who then writes its rows and `record`s them.

    Raises Refused if the person may not edit, or saw another version than `version`.
    """
    locked = lock(issue.pk, version)
    if not may(by, Action.EDIT):
        raise Refused(not_permitted(Action.EDIT, by))
    return locked


def record(issue: Issue, *, by: Actor, note: str = "") -> Revision | None:
    """Save what the rows say as a revision, which voids an approval.

    Returns None, and writes nothing, if the words are those of the newest revision.
    """
    rows = exchange.Rows.of(issue)
    manuscript, head = rows.manuscript, issue.head
    if head and head.sha256 == manuscript.sha256:
        return None
    _refuse_new_address(issue)
    revision = Revision.objects.create(
        issue=issue,
        number=head.number + 1 if head else 1,
        sha256=manuscript.sha256,
        content=manuscript.canonical(),
        author=account(by),
        author_name=name_of(by),
    )
    exchange.cite(rows)
    Shingle.objects.index(issue)
    target = State.DRAFT if issue.state == State.APPROVED else State(issue.state)
    enter(issue, Request(Action.EDIT, by, note), target, revision)
    return revision


def _refuse_new_address(issue: Issue) -> None:
    """Refuse to change the digest or date of an issue that has editions, because they are in its address."""
    edition = issue.editions.first()
    if edition and (edition.date, edition.digest_id) != (issue.date, issue.digest_id):
        raise Refused(
            Blocker(
                "address_is_public",
                _("This issue has been public as %(edition)s, and readers keep its address.") % {"edition": edition},
                Place("date"),
                _("Leave its digest and date as they are, and start another issue."),
            )
        )


def lock(pk: int, version: int | None = None) -> Issue:
    """Lock and return the row of an issue. Raises Refused if it was deleted or is no longer at `version`."""
    issue = Issue.objects.select_for_update(of=("self",)).select_related("digest").filter(pk=pk).first()
    if issue is None:
        raise Refused(Blocker("gone", _("This issue was deleted.")))
    if version is not None and version != issue.version:
        raise Refused(_stale(issue))
    return issue


def _stale(issue: Issue) -> Blocker:
    last = issue.log.first()
    if last is None:
        return Blocker("stale", _("The issue changed since you opened it."), fix=_("Look again before you act."))
    return Blocker(
        "stale",
        _("The issue changed since you opened it: %(who)s, %(what)s, at %(when)s.")
        % {
            "who": last.actor_name,
            "what": last.get_action_display(),
            "when": issue.local(last.at).strftime("%H:%M:%S %Z"),
        },
        fix=_("Look again before you act."),
    )


def not_permitted(action: Action, by: Actor) -> Blocker:
    """Return the refusal of an action that a role does not include."""
    return Blocker(
        "not_permitted",
        _("%(who)s may not do this: %(what)s.") % {"who": name_of(by), "what": action.label},
        fix=_("Ask someone whose role includes it."),
    )


def enter(
    issue: Issue, request: Request, target: State, revision: Revision | None = None, *, note: str | None = None
) -> LogEntry:
    """Save a new state and version with one row of the log, and announce that after the commit."""
    before = issue.state
    issue.state, issue.updated_at = target, timezone.now()
    Issue.objects.filter(pk=issue.pk).update(state=target, version=F("version") + 1, updated_at=issue.updated_at)
    issue.version += 1
    entry = LogEntry.objects.create(
        actor=account(request.by),
        actor_name=request.name,
        action=request.action,
        issue=issue,
        digest_slug=issue.digest.slug,
        date=issue.date,
        revision_sha256=revision.sha256 if revision else "",
        from_state=before,
        to_state=target,
        note=request.note if note is None else note,
    )
    transaction.on_commit(lambda: announced.send_robust(sender=Issue, entry=entry))
    return entry
