"""What the desk's first page shows: the inbox of a person, today and tomorrow, schedules, and what went out last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from digests.editorial.comments import named_in, runs
from digests.editorial.day_status import DayStatus, days, today, with_heads
from digests.editorial.permissions import has_words_of, may, who_mends
from digests.editorial.preflight import Known, blockers, check, known
from digests.editorial.workflow import READING, Facts, Request, next_step, refusals
from digests.models import Comment, Digest, Edition, Issue, LogEntry, Review, Revision
from digests.models.person import Visitor
from digests.models.states import TABLE, Action, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST = 12  # lines of a list on the page; the admin's own lists have the rest
MOST_READ = 200  # issues that are read to find these lines


class Task(TextChoices):
    """What somebody is asked to do; the work closest to publication comes first."""

    PUBLISH = "publish", _("To publish")
    REVIEW = "review", _("To review")
    FIX = "fix", _("To change")
    WRITE = "write", _("To write")


STATE_OF = {
    Task.PUBLISH: State.APPROVED,
    Task.REVIEW: State.IN_REVIEW,
    Task.FIX: State.CHANGES_REQUESTED,
    Task.WRITE: State.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Wait:
    """An issue that waits for a person. If today's issue is not begun, `issue` is None and `since` is the deadline."""

    task: Task
    digest: Digest
    date: date
    since: datetime
    issue: Issue | None = None
    not_signed_off: int = 0
    open_comments: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The issues that wait for the same task."""

    task: Task
    waits: list[Wait]
    has_more: bool = False

    @property
    def state(self) -> State:
        return STATE_OF[self.task]


@dataclass(frozen=True, slots=True)
class Standing:
    """The progress of a day's issue: its problems and approvals."""

    day: DayStatus
    blockers: int = 0
    warnings: int = 0
    approvals: int = 0

    @property
    def approvals_needed(self) -> int:
        return int(settings.NEWSROOM_APPROVALS)


@dataclass(frozen=True, slots=True)
class OpenComment:
    """An open comment, and its newest reply."""

    comment: Comment
    last_at: datetime
    replies: int
    mentions_me: bool


def unpublished(issues: QuerySet[Issue]) -> QuerySet[Any]:
    """Return the issues whose newest revision is neither published nor scheduled, with `head_id`."""
    return with_heads(issues).exclude(Exists(Edition.objects.filter(revision=OuterRef("head_id"))))


def coming(user: Visitor, *, at: datetime) -> list[DayStatus]:
    """Return today and tomorrow of each digest, in its own time zone."""
    digests = list(Digest.objects.all()) if user.has_perm("digests.view_digest") else []
    todays = {digest.pk: today(digest, at) for digest in digests}
    if not todays:
        return []
    last = max(todays.values()) + timedelta(days=1)
    found = days(Issue.objects.for_desk(user), digests, min(todays.values()), last, at=at)
    return [found[pk, day + timedelta(days=number)] for pk, day in todays.items() for number in (0, 1)]


def for_person(user: Visitor, coming: Iterable[DayStatus]) -> list[Group]:
    """Return the tasks of a person: what the workflow would let them do next. The number of queries does not grow."""
    waits = [*_not_begun(user, coming), *_in_work(user)]
    by_task = {task: [wait for wait in waits if wait.task == task] for task in Task}
    return [Group(task, found[:MOST], len(found) > MOST) for task, found in by_task.items() if found]


def _not_begun(user: Visitor, coming: Iterable[DayStatus]) -> Iterable[Wait]:
    """Yield today's issue of each digest that has none, for those who may begin one."""
    if user.has_perm("digests.add_issue"):
        for day in coming:
            if day.is_today and day.issue is None:
                yield Wait(Task.WRITE, day.digest, day.date, since=day.deadline)


def _in_work(user: Visitor) -> list[Wait]:
    if not user.is_authenticated:
        return []
    mends = _to_mend(user)
    all_facts = Facts.of_all(_shown(_candidates(user, mends)))
    found = ((facts, _task(facts, user, mends)) for facts in all_facts)
    return [_wait(facts, task, user) for facts, task in found if task]


def _candidates(user: User, mends: set[int]) -> QuerySet[Any]:
    """Return the issues that may wait for a person; `entered_at` is when each came into its state.

    What the door would refuse for certain is left out here, so that few issues are read. The door has the last word.
    """
    entries = LogEntry.objects.filter(issue=OuterRef("pk"), to_state=OuterRef("state")).exclude(
        from_state=F("to_state")
    )
    approved = Review.objects.filter(revision=OuterRef("head_id"), reviewer=user.pk, verdict=Review.Verdict.APPROVED)
    issues = unpublished(Issue.objects.for_desk(user)).alias(
        has_mine=has_words_of(user), has_my_approval=Exists(approved)
    )
    wanted = Q(pk__in=mends)
    if may(user, Action.EDIT):
        wanted |= Q(state=State.DRAFT, has_mine=True)
    if may(user, Action.APPROVE):
        wanted |= Q(state__in=TABLE[Action.APPROVE].sources, has_mine=False) & (
            Q(has_my_approval=False) | Q(state=State.IN_REVIEW)
        )
    if may(user, Action.PUBLISH):
        wanted |= Q(state=State.APPROVED)
    entered = Subquery(entries.order_by("-pk").values("at")[:1])
    found = issues.filter(wanted, head_id__isnull=False).annotate(entered_at=Coalesce(entered, F("updated_at")))
    return found.select_related("digest").order_by("-date", "digest__name")[:MOST_READ]


def _shown(issues: Iterable[Issue]) -> list[Issue]:
    """Return up to MOST + 1 issues of each state; the extra one shows that there are more."""
    issues = list(issues)
    return [issue for state in State for issue in [one for one in issues if one.state == state][: MOST + 1]]


def _to_mend(user: User) -> set[int]:
    """Return the keys of issues that this person should fix: sent back, or approved and perhaps with a blocker."""
    if not may(user, Action.EDIT):
        return set()
    issues = unpublished(Issue.objects.for_desk(user)).filter(state__in=[State.CHANGES_REQUESTED, State.APPROVED])
    return {pk for pk, people in who_mends(issues.values_list("pk", flat=True)).items() if user.pk in people}


def _task(facts: Facts, user: User, mends: set[int]) -> Task | None:
    """Return the task that an issue is for a person, if the workflow would let them do it."""
    match next_step(facts):
        case Action.EDIT if facts.issue.state == State.DRAFT:
            return Task.WRITE
        case Action.EDIT if facts.issue.pk in mends:
            return Task.FIX
        case Action.APPROVE if _refusals(facts, Action.APPROVE, user) <= READING:
            return Task.REVIEW
        case Action.PUBLISH if not _refusals(facts, Action.PUBLISH, user):
            return Task.PUBLISH
    return None


def _refusals(facts: Facts, action: Action, user: User) -> set[str]:
    request = Request.filled_in(action, user, at=facts.at, attests_read_all=True)
    return {reason.code for reason in refusals(facts, request)}


def _wait(facts: Facts, task: Task, user: User) -> Wait:
    issue: Any = facts.issue
    return Wait(
        task=task,
        digest=issue.digest,
        date=issue.date,
        since=issue.updated_at if issue.state == State.DRAFT else issue.entered_at,
        issue=issue,
        not_signed_off=len(facts.not_signed_off(user)) if task == Task.REVIEW else 0,
        open_comments=facts.open_comments,
    )


def standings(coming: Iterable[DayStatus]) -> list[Standing]:
    """Return the progress of the issues of some days. Reads the revisions that are not out."""
    coming = list(coming)
    waiting = [day.head_id for day in coming if day.is_ahead and day.head_id]
    approvals = Count("reviews", filter=Q(reviews__verdict=Review.Verdict.APPROVED))
    heads = {head.pk: head for head in Revision.objects.filter(pk__in=waiting).annotate(approvals=approvals)}
    newsroom = known(*(head.manuscript for head in heads.values()))
    return [_standing(day, heads.get(day.head_id or 0), newsroom) for day in coming]


def _standing(day: DayStatus, head: Any, newsroom: Known) -> Standing:
    if head is None:
        return Standing(day)
    problems = check(head.manuscript, newsroom)
    stopping = len(blockers(problems))
    return Standing(day, stopping, len(problems) - stopping, head.approvals)


def unusual(user: Visitor, *, at: datetime) -> tuple[list[Edition], list[Edition]]:
    """Return the editions published without approval, newest first, and the scheduled ones, next first."""
    editions: list[Edition] = list(
        _editions(user)
        .filter(pk__in=Edition.objects.ever_live(at).flagged() | Edition.objects.pending(at))
        .order_by("live_from")
    )
    flagged = [edition for edition in reversed(editions) if edition.live_from <= at]
    return flagged, [edition for edition in editions if edition.live_from > at][:MOST]


def flagged(user: Visitor, *, at: datetime) -> list[Edition]:
    """Return the editions that were published without approval and still wait for one."""
    return unusual(user, at=at)[0]


def scheduled(user: Visitor, *, at: datetime) -> list[Edition]:
    """Return the scheduled editions, next first."""
    return unusual(user, at=at)[1]


def published(user: Visitor, *, at: datetime) -> QuerySet[Edition]:
    """Return the editions published last, newest first."""
    return _editions(user).ever_live(at).order_by("-live_from", "-pk")[: MOST // 2]


def _editions(user: Visitor) -> Any:
    editions = Edition.objects.filter(issue__in=Issue.objects.for_desk(user))
    return editions.select_related("issue__digest", "digest").defer("page")


def open_comments(user: Visitor) -> list[OpenComment]:
    """Return the open comments on unpublished revisions, sorted by the newest reply."""
    found: Any = (
        Comment.objects.open_comments()
        .filter(issue__in=unpublished(Issue.objects.for_desk(user)).values("pk"))
        .annotate(last_at=Coalesce(Max("replies__created_at"), F("created_at")))
        .select_related("issue__digest")
        .prefetch_related("replies")
        .order_by("-last_at", "-pk")[:MOST]
    )
    talk = [(comment, list(comment.replies.all())) for comment in found]
    names = named_in(*(one.text for comment, replies in talk for one in (comment, *replies)))
    return [
        OpenComment(comment, comment.last_at, len(replies), _mentions(user, [comment, *replies], names))
        for comment, replies in talk
    ]


def _mentions(user: Visitor, said: Iterable[Comment], names: Iterable[str]) -> bool:
    """Say whether comments mention a person, by the same rule as notices."""
    return any(name == user.get_username() for one in said for _run, name in runs(one.text, names))
