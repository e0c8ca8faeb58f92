"""What the desk's first page says: what waits for a person, what today lacks, what goes out next and went out last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from digests.editorial.comments import named_in, runs
from digests.editorial.day_status import DayStatus, days, today, with_heads
from digests.editorial.permissions import has_words_of, may, who_mends
from digests.editorial.preflight import Known, blockers, check, known
from digests.models import Comment, Digest, Edition, Issue, LogEntry, Review, Revision, StorySignOff
from digests.models.states import Action, State

MOST = 12  # lines of a list on the page; the lists of the admin have the rest
MOST_READ = 200  # issues that are looked at for them


class Task(TextChoices):
    """What somebody is asked to do, what is nearest to readers first."""

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
    """An issue that waits for a person, and since when. Without an issue: today's, not begun, and its deadline."""

    task: Task
    digest: Digest
    date: date
    since: datetime
    issue: Any = None
    unticked: int = 0
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """What waits for one thing to be done."""

    task: Task
    waits: list[Wait]
    has_more: bool = False

    @property
    def state(self) -> State:
        return STATE_OF[self.task]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a day's issue has come, and what it lacks."""

    day: DayStatus
    blockers: int = 0
    warnings: int = 0
    approvals: int = 0

    @property
    def approvals_needed(self) -> int:
        return int(settings.NEWSROOM_APPROVALS)


@dataclass(frozen=True, slots=True)
class Thread:
    """An open thread, with what was said last."""

    comment: Comment
    last_at: datetime
    replies: int
    mentions_me: bool


def unpublished(issues: QuerySet[Issue]) -> Any:
    """Return the issues whose newest words never went out and are not about to, with `head_id`."""
    return with_heads(issues).exclude(Exists(Edition.objects.filter(revision=OuterRef("head_id"))))


def coming(user: Any, *, at: datetime) -> list[DayStatus]:
    """Return today and tomorrow of each digest, by its own clock."""
    digests = list(Digest.objects.all()) if user.has_perm("digests.view_digest") else []
    todays = {digest.pk: today(digest, at) for digest in digests}
    if not todays:
        return []
    last = max(todays.values()) + timedelta(days=1)
    found = days(Issue.objects.for_desk(user), digests, min(todays.values()), last, at=at)
    return [found[pk, day + timedelta(days=number)] for pk, day in todays.items() for number in (0, 1)]


def for_person(user: Any, coming: Iterable[DayStatus]) -> list[Group]:
    """Return what waits for a person. Costs as many queries for one issue as for many."""
    waits = [*_not_begun(user, coming), *_in_work(user)]
    by_task = {task: [wait for wait in waits if wait.task == task] for task in Task}
    return [Group(task, found[:MOST], len(found) > MOST) for task, found in by_task.items() if found]


def _not_begun(user: Any, coming: Iterable[DayStatus]) -> Iterable[Wait]:
    """Yield today's issue of each digest that has none, for those who may begin one."""
    if user.has_perm("digests.add_issue"):
        for day in coming:
            if day.is_today and day.issue is None:
                yield Wait(Task.WRITE, day.digest, day.date, since=day.deadline)


def _in_work(user: Any) -> list[Wait]:
    issues: list[Any] = list(_waiting(user).select_related("digest").order_by("-date", "digest__name")[:MOST_READ])
    in_review = [issue for issue in issues if issue.state == State.IN_REVIEW][:MOST]
    unticked = _unticked(in_review, user)
    threads = _open_threads(issues)
    return [
        Wait(
            task=_task(issue),
            digest=issue.digest,
            date=issue.date,
            since=issue.updated_at if issue.state == State.DRAFT else issue.entered_at,
            issue=issue,
            unticked=unticked.get(issue.pk, 0),
            threads=threads[issue.pk],
        )
        for issue in issues
    ]


def _task(issue: Issue) -> Task:
    return next(task for task, state in STATE_OF.items() if state == issue.state)


def _waiting(user: Any) -> Any:
    """Return the issues that wait for a person by their roles; `entered_at` is when each came into its state."""
    entries = LogEntry.objects.filter(issue=OuterRef("pk"), to_state=OuterRef("state")).exclude(
        from_state=F("to_state")
    )
    issues = unpublished(Issue.objects.for_desk(user)).alias(
        has_mine=has_words_of(user),
        has_my_approval=Exists(
            Review.objects.filter(revision=OuterRef("head_id"), reviewer_id=user.pk, verdict=Review.Verdict.APPROVED)
        ),
    )
    wanted = Q(pk=None)
    if may(user, Action.EDIT):
        wanted |= Q(state=State.DRAFT, has_mine=True) | Q(pk__in=_to_mend(user))
    if may(user, Action.APPROVE):
        wanted |= Q(state=State.IN_REVIEW, has_mine=False, has_my_approval=False)
    if may(user, Action.PUBLISH):
        wanted |= Q(state=State.APPROVED)
    entered = Subquery(entries.order_by("-pk").values("at")[:1])
    return issues.filter(wanted, head_id__isnull=False).annotate(entered_at=Coalesce(entered, F("updated_at")))


def _to_mend(user: Any) -> list[int]:
    asked = Issue.objects.for_desk(user).filter(state=State.CHANGES_REQUESTED).values_list("pk", flat=True)
    return [pk for pk, people in who_mends(asked).items() if user.pk in people]


def _unticked(issues: Iterable[Any], user: Any) -> dict[int, int]:
    """Return how many stories of each issue a person has not ticked in their words."""
    heads = {head.issue_id: head for head in Revision.objects.filter(pk__in=[issue.head_id for issue in issues])}
    ticked = set(StorySignOff.objects.filter(issue__in=heads, person=user.pk).values_list("issue", "uid", "sha256"))
    return {
        pk: sum((pk, item.uid, item.sha256) not in ticked for item in head.manuscript.items)
        for pk, head in heads.items()
    }


def _open_threads(issues: Iterable[Issue]) -> Counter[int]:
    threads = Comment.objects.open_comments().filter(issue__in=[issue.pk for issue in issues])
    return Counter(threads.order_by().values_list("issue", flat=True))


def standings(coming: Iterable[DayStatus]) -> list[Standing]:
    """Return how far the issues of some days have come. Reads the words of those that are not out."""
    coming = list(coming)
    waiting = [day.issue.head_id for day in coming if day.is_ahead]
    approvals = Count("reviews", filter=Q(reviews__verdict=Review.Verdict.APPROVED))
    heads = {head.pk: head for head in Revision.objects.filter(pk__in=waiting).annotate(approvals=approvals)}
    newsroom = known(*(head.manuscript for head in heads.values()))
    return [_standing(day, heads.get(day.issue.head_id) if day.issue else None, newsroom) for day in coming]


def _standing(day: DayStatus, head: Any, newsroom: Known) -> Standing:
    if head is None:
        return Standing(day)
    problems = check(head.manuscript, newsroom)
    stopping = len(blockers(problems))
    return Standing(day, stopping, len(problems) - stopping, head.approvals)


def flagged(user: Any, *, at: datetime) -> QuerySet[Edition]:
    """Return what went out without approval and still waits for one."""
    return _editions(user).ever_live(at).flagged().order_by("-live_from")


def scheduled(user: Any, *, at: datetime) -> QuerySet[Edition]:
    """Return the editions whose hour is to come, the next first."""
    return _editions(user).pending(at).order_by("live_from")[:MOST]


def published(user: Any, *, at: datetime) -> QuerySet[Edition]:
    """Return what went out last."""
    return _editions(user).ever_live(at).order_by("-live_from", "-pk")[: MOST // 2]


def _editions(user: Any) -> Any:
    editions = Edition.objects.filter(issue__in=Issue.objects.for_desk(user))
    return editions.select_related("issue__digest", "digest").defer("page")


def open_comments(user: Any) -> list[Thread]:
    """Return the open threads on words that are not out yet, those with the newest remark first."""
    found: Any = (
        Comment.objects.open_comments()
        .filter(issue__in=unpublished(Issue.objects.for_desk(user)).values("pk"))
        .annotate(last_at=Coalesce(Max("replies__created_at"), F("created_at")))
        .select_related("issue__digest")
        .prefetch_related("replies")
        .order_by("-last_at", "-pk")[:MOST]
    )
    talk = [(thread, list(thread.replies.all())) for thread in found]
    names = named_in(*(one.text for thread, replies in talk for one in (thread, *replies)))
    return [
        Thread(thread, thread.last_at, len(replies), _mentions(user, [thread, *replies], names))
        for thread, replies in talk
    ]


def _mentions(user: Any, remarks: Iterable[Comment], names: Iterable[str]) -> bool:
    """Say whether remarks name a person, by the same reading of an @ that tells them."""
    return any(name == user.get_username() for one in remarks for _run, name in runs(one.text, names))
