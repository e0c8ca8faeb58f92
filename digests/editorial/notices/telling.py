"""Write notices, and settle those that no longer apply."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from digests.editorial.notices import Ending, News
from digests.editorial.notices.blocking import waits
from digests.editorial.permissions import at_the_desk
from digests.editorial.workflow import Refused, lock
from digests.models import Comment, Edition, Issue, Notice, NotificationPreference, Revision
from digests.models.notices import BLOCKING
from digests.models.states import State

NOBODY = Ending()
DONE = "done"  # how a person settles a mention by hand; it stays so
NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"  # as settings have it without EMAIL_URL


def tell(issue: Issue, news: Iterable[News] = (), ending: Ending = NOBODY) -> set[datetime]:
    """Bring an issue's notices up to date after an event; return when mails about it are due.

    Blocking notices are derived from the issue; those that no longer apply are settled
    with the `ending`. `news` is for information: a person gets at most one notice of an
    event, and none if the event gave them a blocking one.
    """
    with transaction.atomic():
        try:
            locked = lock(issue.pk)
        except Refused:  # it was deleted, and its notices with it
            return set()
        wanted = _by_place(waits(locked))
        fresh = _settle(locked, wanted, ending)
        busy, here = {person for person, _key in fresh}, at_the_desk()
        rest = {
            place: one
            for place, one in _by_place(news).items()
            if place not in wanted and place[0] in here and place[0] not in busy
        }
        return _write(locked, fresh, _unwritten(rest))


def tell_all() -> set[datetime]:
    """Update the notices of every issue that waits for somebody or has open notices."""
    head = Revision.objects.filter(issue=OuterRef(OuterRef("pk"))).order_by("-number").values("pk")[:1]
    restless = Issue.objects.filter(
        Q(state__in=[State.IN_REVIEW, State.CHANGES_REQUESTED])
        # Corrections too: readers see an earlier edition of these.
        | Q(~Exists(Edition.objects.filter(revision=Subquery(head))), state=State.APPROVED)
        # In any state: a comment may mention somebody who got a role only now.
        | Q(Exists(Comment.objects.open_comments().filter(issue=OuterRef("pk"))))
        | Q(pk__in=Notice.objects.blocking().values("issue"))
        | Q(pk__in=Edition.objects.ever_live().flagged().values("issue"))
    )
    return {due for issue in restless for due in tell(issue)}


# The fields to overwrite when a settled notice applies again.
ANEW = [
    "kind", "weight", "details", "created_at", "read_at", "settled_at", "settled_how", "settled_by",
    "settled_by_name", "mail_at", "mailed_at",
]  # fmt: skip
Place = tuple[int, str]  # a person, and the key of a notice


def _by_place(news: Iterable[News]) -> dict[Place, News]:
    """Return the news by person and key; the first of two with the same key counts."""
    found: dict[Place, News] = {}
    for one in news:
        for person in one.people:
            found.setdefault((person, one.key), one)
    return found


def _settle(issue: Issue, wanted: dict[Place, News], ending: Ending) -> dict[Place, News]:
    """Settle notices that no longer apply, and return those still to be written."""
    keys = {key for _person, key in wanted}
    concerned = Notice.objects.filter(BLOCKING | Q(key__in=keys), issue=issue)
    standing = {(notice.person_id, notice.key): notice for notice in concerned.held()}
    over = [notice.pk for place, notice in standing.items() if notice.is_blocking and place not in wanted]
    Notice.objects.filter(pk__in=over).settle(ending.how, ending.by, ending.by_name)
    return {
        place: news for place, news in wanted.items() if not ((notice := standing.get(place)) and _stays(notice, news))
    }


def _unwritten(news: dict[Place, News]) -> dict[Place, News]:
    """Leave out what people were told already, such as further edits by the same person."""
    if not news:
        return news
    keys = {key for _person, key in news}
    told = set(Notice.objects.filter(key__in=keys).values_list("person_id", "key"))
    return {place: one for place, one in news.items() if place not in told}


def _stays(notice: Notice, news: News) -> bool:
    """Say whether a notice stays: it already says this, or its person settled it."""
    return notice.settled_how == DONE or (notice.is_blocking and notice.kind == news.kind)


def _write(issue: Issue, blocking: dict[Place, News], rest: dict[Place, News]) -> set[datetime]:
    now = timezone.now()
    reached = _reached(issue, {person for person, _key in (*blocking, *rest)})

    def notices(told: dict[Place, News], weight: str) -> list[Notice]:
        return [
            Notice(
                person_id=person,
                issue=issue,
                key=key,
                kind=news.kind,
                weight=weight,
                details=news.details,
                created_at=now,
                mail_at=reached[person].mail_at(weight, now) if person in reached else None,
            )
            for (person, key), news in told.items()
        ]

    anew, others = notices(blocking, Notice.Weight.BLOCKING), notices(rest, Notice.Weight.FYI)
    Notice.objects.bulk_create(anew, update_conflicts=True, unique_fields=["person", "key"], update_fields=ANEW)
    Notice.objects.bulk_create(others, ignore_conflicts=True)
    return {notice.mail_at for notice in (*anew, *others) if notice.mail_at}


def _reached(issue: Issue, people: set[int]) -> dict[int, NotificationPreference]:
    """Return the preferences of those people who get mail about an issue at all."""
    if not people or settings.EMAIL_BACKEND == NO_MAIL:
        return {}
    told = {one.person_id: one for one in NotificationPreference.objects.filter(person__in=people)}
    muted = set(
        NotificationPreference.objects.filter(person__in=people, muted=issue.digest_id).values_list(
            "person_id", flat=True
        )
    )
    addressed = get_user_model().objects.filter(pk__in=people - muted).exclude(email="").values_list("pk", flat=True)
    return {person: told.get(person) or NotificationPreference(person_id=person) for person in addressed}


def reschedule(told: NotificationPreference) -> set[datetime]:
    """Apply a person's new preference to notices not mailed yet; return when mails are due."""
    now, waiting = timezone.now(), Notice.objects.filter(person=told.person).unsent()
    for weight in Notice.Weight.values:
        waiting.filter(weight=weight).update(mail_at=told.mail_at(weight, now))
    waiting.filter(issue__in=Issue.objects.filter(digest__in=told.muted.all())).update(mail_at=None)
    return {at for at in waiting.values_list("mail_at", flat=True) if at}
