"""Find whom an issue waits for now.

This is read from the issue as it stands, by the rules of the workflow, and not from what happened. So it cannot go
stale, and the next event makes up for one that was missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from digests.editorial.comments import mentioned, named_in
from digests.editorial.notices import News
from digests.editorial.permissions import at_the_desk, people_who_may, who_mends
from digests.editorial.workflow import READING, Facts, Request, awaits, obstacles
from digests.models import Comment, Issue, Review, Revision
from digests.models.states import Action, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_NOTE = 300


def waits(issue: Issue) -> list[News]:
    """Return what an issue waits for, and for whom. Nobody is asked to act on their own action."""
    facts = Facts.of(issue)
    if facts.head is None:
        return []
    found = chain(
        _review(facts),
        _changes(issue),
        _publication(facts, facts.head),
        _endorsement(facts),
        _words(facts, facts.head),
    )
    return [news for news in found if news.people]


def _review(facts: Facts) -> Iterator[News]:
    """In review: ask everyone who may approve it once they have read it."""
    submitted = facts.issue.log.filter(action=Action.SUBMIT).first() if awaits(facts) == Action.APPROVE else None
    if submitted is None:
        return
    able = _able(facts, Action.APPROVE) - {submitted.actor_id}
    before = set(Review.objects.filter(revision__issue=facts.issue).values_list("reviewer_id", flat=True))
    key = f"review:{submitted.pk}"
    yield News.of(key, "review_again", able & before, who=submitted.actor_name)
    yield News.of(key, "review", able - before, who=submitted.actor_name)


def _changes(issue: Issue) -> Iterator[News]:
    """Changes requested: ask the people who should make them."""
    if issue.state != State.CHANGES_REQUESTED:
        return
    asked = issue.log.filter(action=Action.REQUEST_CHANGES).first()
    if asked is None:
        return
    people = who_mends([issue.pk])[issue.pk] - {asked.actor_id}
    yield News.of(f"changes:{asked.pk}", "changes", people, who=asked.actor_name, note=asked.note[:LONGEST_NOTE])


def _publication(facts: Facts, head: Revision) -> Iterator[News]:
    """Approved, but neither public nor scheduled: ask who may publish it, or who should fix its blockers."""
    if facts.issue.state != State.APPROVED:
        return
    cause = facts.issue.log.filter(action__in=[Action.APPROVE, Action.UNSCHEDULE]).first()
    if cause is None:
        return
    match awaits(facts):
        case Action.PUBLISH:
            kind = "publish" if cause.action == Action.APPROVE else "schedule_again"
            people = _able(facts, Action.PUBLISH) - {cause.actor_id}
            yield News.of(f"publish:{head.pk}", kind, people, who=cause.actor_name)
        case Action.EDIT:
            yield News.of(f"unfit:{head.pk}", "unfit", who_mends([facts.issue.pk])[facts.issue.pk])


def _endorsement(facts: Facts) -> Iterator[News]:
    """Published without approval: ask who may approve it afterwards, once for all editions of one revision."""
    for edition in {edition.revision_id: edition for edition in reversed(facts.flagged)}.values():
        yield News.of(
            f"endorse:{edition.revision_id}",
            "endorse",
            _able(facts, Action.ENDORSE, edition=edition.number),
            who=edition.by_name,
            note=edition.forced_reason[:LONGEST_NOTE],
        )


def _able(facts: Facts, action: Action, edition: int | None = None) -> set[int]:
    """Return whom the workflow would let perform an action, apart from what they still have to read."""

    def codes(person: User) -> set[str]:
        request = Request.filled_in(action, person, at=facts.at, edition=edition, attests_read_all=True)
        return {reason.code for reason in obstacles(facts, request)}

    return {person.pk for person in people_who_may(action) if codes(person) <= READING}


def _words(facts: Facts, head: Revision) -> Iterator[News]:
    """Open comments: ask those mentioned who have not replied, and in review the authors too."""
    found: dict[int, list[Comment]] = {}
    for comment in facts.issue.comments.order_by("created_at", "pk"):
        found.setdefault(comment.parent_id or comment.pk, []).append(comment)
    still_open = [texts for texts in found.values() if texts[0].resolved_at is None]
    if not still_open:
        return
    here, writers = at_the_desk(), facts.authors(head)
    is_out = any(one.revision_id == head.pk and not one.is_over(facts.at) for one in facts.editions)
    people = {} if is_out else named_in(*(comment.text for texts in still_open for comment in texts))
    for texts in still_open:
        for place, comment in enumerate(texts):
            answered = {later.author_id for later in texts[place:]}
            named = {one.pk for one in mentioned(comment.text, people)} & here
            yield News.of(f"said:{comment.pk}", "mention", named - answered, **quoted(comment))
        last = texts[-1]
        if facts.issue.state == State.IN_REVIEW and last.author_id not in writers:
            yield News.of(f"said:{last.pk}", "open_comment", writers & here, **quoted(last))


def quoted(comment: Comment) -> dict[str, str]:
    """Return the details that a notice about a comment stores."""
    return {"who": comment.author_name, "note": comment.text[:LONGEST_NOTE], "about": comment.about}
