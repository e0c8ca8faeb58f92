"""Find who should be informed of an action or a comment, without having to act."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from digests.editorial.notices import News
from digests.editorial.notices.blocking import LONGEST_NOTE, quoted
from digests.editorial.permissions import authors, who_may
from digests.models import Comment, Issue, LogEntry, Review, Revision
from digests.models.person import name_of
from digests.models.states import Action, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The kind of notice for people who wrote, submitted, approved or published what an action is about.
KINDS = {
    Action.SUBMIT: "submitted",
    Action.RECALL: "recalled",
    Action.APPROVE: "approved",
    Action.REQUEST_CHANGES: "changes_requested",
    Action.PUBLISH: "published",
    Action.SCHEDULE: "scheduled",
    Action.UNSCHEDULE: "unscheduled",
    Action.FORCE_PUBLISH: "forced",
    Action.ENDORSE: "endorsed",
    Action.ROLL_BACK: "rolled_back",
    Action.RETRACT: "retracted",
    Action.WITHDRAW: "withdrawn",
}
EARLY = frozenset({Action.SUBMIT, Action.RECALL, Action.APPROVE})  # only the authors are told
# These take something from readers or bypass a rule, so everyone who may publish is told too.
GRAVE = frozenset({Action.FORCE_PUBLISH, Action.ROLL_BACK, Action.RETRACT, Action.WITHDRAW})


def of_entry(entry: LogEntry) -> Iterator[News]:
    """Yield the news of an action. The import of an archive is no news: it adds old issues by the hundred."""
    issue = entry.issue
    revision = issue.revisions.defer("content").filter(sha256=entry.revision_sha256).first() if issue else None
    if issue is None or revision is None:
        return
    action = Action(entry.action)
    if action == Action.EDIT:
        yield from _edit(issue, entry, revision)
    elif action in KINDS:
        people = writers(issue, revision) if action in EARLY else hands(issue, revision)
        people |= who_may(Action.PUBLISH) if action in GRAVE else set()
        kind, details = _said(entry, revision)
        yield News.of(f"entry:{entry.pk}", kind, people - {entry.actor_id}, **details)


def _said(entry: LogEntry, revision: Revision) -> tuple[str, dict[str, str]]:
    """Return the kind of an action's news, and what its sentence needs."""
    action = Action(entry.action)
    kind, details = KINDS[action], {"who": entry.actor_name, "note": entry.note[:LONGEST_NOTE]}
    edition = revision.editions.defer("page").first()
    if action == Action.APPROVE and entry.to_state != State.APPROVED:
        kind = "approved_so_far"
    elif action == Action.SCHEDULE and edition:
        details["when"] = edition.live_from.isoformat()
    elif action == Action.PUBLISH and edition and edition.correction:
        kind = "corrected"
    elif action == Action.RETRACT:
        uid, _colon, reason = entry.note.partition(": ")
        headlines = {item.uid: item.headline for item in revision.manuscript.items}
        details |= {"about": headlines.get(uid, ""), "note": reason[:LONGEST_NOTE]}
    return kind, details


def hands(issue: Issue, revision: Revision) -> set[int]:
    """Return who wrote, submitted, approved, scheduled or published the words of a revision."""
    approved = revision.reviews.filter(verdict=Review.Verdict.APPROVED).values_list("reviewer_id", flat=True)
    sent = _who_did(revision, Action.SCHEDULE, Action.PUBLISH, Action.FORCE_PUBLISH)
    return writers(issue, revision) | set(approved) | sent


def writers(issue: Issue, revision: Revision) -> set[int]:
    """Return who wrote or submitted the words of a revision."""
    return authors(issue, until=revision) | _who_did(revision, Action.SUBMIT)


def _who_did(revision: Revision, *actions: Action) -> set[int]:
    done = LogEntry.objects.filter(issue=revision.issue_id, revision_sha256=revision.sha256, action__in=actions)
    return set(done.exclude(actor=None).order_by().values_list("actor_id", flat=True))


def _edit(issue: Issue, entry: LogEntry, revision: Revision) -> Iterator[News]:
    """Tell those whose approval an edit voids, and the other authors. Consecutive edits by one person are one event."""
    details = {"who": entry.actor_name}
    before = issue.revisions.defer("content").filter(number=revision.number - 1).first()
    if before is None:
        return
    voided = before.reviews.filter(verdict=Review.Verdict.APPROVED).values_list("reviewer_id", flat=True)
    yield News.of(f"voided:{before.pk}", "voided", set(voided) - {entry.actor_id}, **details)
    other = issue.log.exclude(action=Action.EDIT, actor_id=entry.actor_id).filter(pk__lt=entry.pk).first()
    run = issue.log.filter(pk__gt=other.pk if other else 0, pk__lte=entry.pk).order_by("pk").values_list("pk")[0]
    yield News.of(f"edited:{run[0]}", "edited", authors(issue, until=before) - {entry.actor_id}, **details)


def of_comment(comment: Comment, named: list[User]) -> Iterator[News]:
    """Yield the news of a comment: to those it mentions, those it replies to, and the authors."""
    key, details, by = f"said:{comment.pk}", quoted(comment), {comment.author_id}
    yield News.of(key, "mentioned", {one.pk for one in named} - by, **details)
    if comment.parent:
        yield News.of(key, "answered", _talkers(comment.parent) - by, **details)
    if head := comment.issue.head:
        yield News.of(key, "comment", authors(comment.issue, until=head) - by, **details)


def of_resolution(comment: Comment, by: User) -> Iterator[News]:
    """Yield the news that a comment is resolved, to its author and those who replied. It can be resolved repeatedly."""
    resolved = int(comment.resolved_at.timestamp()) if comment.resolved_at else 0
    details = {**quoted(comment), "who": name_of(by)}
    yield News.of(f"resolved:{comment.pk}:{resolved}", "resolved", _talkers(comment) - {by.pk}, **details)


def _talkers(comment: Comment) -> set[int | None]:
    return {comment.author_id, *comment.replies.values_list("author_id", flat=True)}
