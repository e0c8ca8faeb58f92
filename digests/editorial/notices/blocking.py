"""Who an issue waits for now.

It is read from the issue as it stands, not from what happened: so it cannot go stale,
and one that was missed is made good by whatever happens to the issue next.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.utils import timezone

from digests.editorial.comments import mentioned, named_in
from digests.editorial.notices import News
from digests.editorial.permissions import at_the_desk, authors, who_may, who_mends
from digests.editorial.workflow import is_approved
from digests.models import Comment, Issue, Review, Revision
from digests.models.states import Action, State

LONGEST_NOTE = 300


def waits(issue: Issue) -> list[News]:
    """Return what an issue waits for, and for whom; never for whoever began the wait by their own act."""
    head: Revision | None = issue.head
    if head is None:
        return []
    found = chain(
        _review(issue, head), _changes(issue), _publication(issue, head), _endorsement(issue), _words(issue, head)
    )
    return [news for news in found if news.people]


def _review(issue: Issue, head: Revision) -> Iterator[News]:
    """In review: whoever may review it, wrote none of it, and did not approve these words."""
    if issue.state != State.IN_REVIEW or not (submitted := issue.log.filter(action=Action.SUBMIT).first()):
        return
    verdicts = Review.objects.filter(revision__issue=issue)
    done = set(verdicts.filter(revision=head, verdict=Review.Verdict.APPROVED).values_list("reviewer_id", flat=True))
    before = set(verdicts.values_list("reviewer_id", flat=True))
    people = who_may(Action.APPROVE) - authors(issue, until=head) - done - {submitted.actor_id}
    key = f"review:{submitted.pk}"
    yield News.of(key, "look_again", people & before, who=submitted.actor_name)
    yield News.of(key, "review", people - before, who=submitted.actor_name)


def _changes(issue: Issue) -> Iterator[News]:
    """Changes requested: whoever is to mend it."""
    if issue.state != State.CHANGES_REQUESTED:
        return
    asked = issue.log.filter(action=Action.REQUEST_CHANGES).first()
    if asked is None:
        return
    people = who_mends([issue.pk])[issue.pk] - {asked.actor_id}
    yield News.of(f"changes:{asked.pk}", "changes", people, who=asked.actor_name, note=asked.note[:LONGEST_NOTE])


def _publication(issue: Issue, head: Revision) -> Iterator[News]:
    """Approved, and neither public nor scheduled: whoever may publish."""
    if issue.state != State.APPROVED or not is_approved(issue, head) or head.editions.exists():
        return
    cause = issue.log.filter(action__in=[Action.APPROVE, Action.UNSCHEDULE]).first()
    if cause is None:
        return
    kind = "publish" if cause.action == Action.APPROVE else "schedule_again"
    yield News.of(f"publish:{head.pk}", kind, who_may(Action.PUBLISH) - {cause.actor_id}, who=cause.actor_name)


def _endorsement(issue: Issue) -> Iterator[News]:
    """Public without approval: whoever may approve it afterwards. Editions of the same words wait for one."""
    flagged = (
        issue.editions.ever_live()
        .flagged()
        .defer("page", "revision__content")
        .select_related("revision")
        .order_by("number")
    )
    for edition in {edition.revision_id: edition for edition in flagged}.values():
        yield News.of(
            f"endorse:{edition.revision_id}",
            "endorse",
            who_may(Action.ENDORSE) - authors(issue, until=edition.revision) - {edition.by_id},
            who=edition.by_name,
            note=edition.forced_reason[:LONGEST_NOTE],
        )


def _words(issue: Issue, head: Revision) -> Iterator[News]:
    """Open threads: whoever was named and has not answered, and while it is in review, its authors."""
    threads: dict[int, list[Comment]] = {}
    for comment in issue.comments.order_by("created_at", "pk"):
        threads.setdefault(comment.parent_id or comment.pk, []).append(comment)
    still_open = [thread for thread in threads.values() if thread[0].resolved_at is None]
    if not still_open:
        return
    here, writers = at_the_desk(), authors(issue, until=head)
    is_out = head.editions.exclude(live_until__lte=timezone.now()).exists()
    people = {} if is_out else named_in(*(comment.text for thread in still_open for comment in thread))
    for thread in still_open:
        for place, comment in enumerate(thread):
            answered = {later.author_id for later in thread[place:]}
            named = {one.pk for one in mentioned(comment.text, people)} & here
            yield News.of(f"said:{comment.pk}", "mention", named - answered, **remark(comment))
        last = thread[-1]
        if issue.state == State.IN_REVIEW and last.author_id not in writers:
            yield News.of(f"said:{last.pk}", "thread", writers & here, **remark(last))


def remark(comment: Comment) -> dict[str, str]:
    return {"who": comment.author_name, "note": comment.text[:LONGEST_NOTE], "about": comment.about}
