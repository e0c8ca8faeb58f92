"""What the rules of the workflow need to know about issues, read once for all of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from digests.editorial.permissions import authors, newest_authors
from digests.editorial.preflight import Blocker, Known, Problem, blockers, check, known
from digests.manuscript.values import NewsItem
from digests.models import Comment, Edition, Issue, Review, Revision, Story, StorySignOff

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Facts:
    """What the rules need to know about one issue at an instant.

    Each kind of fact is read when a rule first needs it, with one query for all issues that were given together.
    """

    def __init__(self, issue: Issue, shared: _Shared) -> None:
        self.issue = issue
        self.at = shared.at
        self._shared = shared

    @classmethod
    def of(cls, issue: Issue, *, at: datetime | None = None) -> Facts:
        """Return the facts of one issue."""
        return cls.of_all([issue], at=at)[0]

    @classmethod
    def of_all(cls, issues: Iterable[Issue], *, at: datetime | None = None) -> list[Facts]:
        """Return the facts of several issues. Costly for many: it can read the whole words of each."""
        issues = list(issues)
        shared = _Shared(issues, at or timezone.now())
        return [cls(issue, shared) for issue in issues]

    # --- The words -----------------------------------------------------------------

    @property
    def head(self) -> Revision | None:
        """The newest revision, which has the words of the working copy. None before the first save."""
        return self._shared.heads.get(self.issue.pk)

    @cached_property
    def problems(self) -> list[Problem]:
        """What preflight finds in the newest words."""
        return check(self.head.manuscript, self._shared.known) if self.head else []

    @property
    def blockers(self) -> list[Blocker]:
        """What preflight finds that prevents publication."""
        return blockers(self.problems)

    def authors(self, until: Revision) -> set[int]:
        """Return the primary keys of the people who wrote words that an approval of a revision would cover."""
        if self.head and until.pk == self.head.pk:
            return self._shared.authors[self.issue.pk]
        return authors(self.issue, until=until)

    # --- What people say about them ------------------------------------------------------

    @property
    def reviews(self) -> list[Review]:
        """The verdicts on the newest revision, the oldest first."""
        return self._shared.reviews[self.issue.pk]

    @property
    def approvals(self) -> int:
        """How many people approved exactly these words."""
        return sum(review.verdict == Review.Verdict.APPROVED for review in self.reviews)

    @property
    def objections(self) -> list[str]:
        """The names of those who asked for changes to exactly these words, and have not approved them since."""
        return [one.reviewer_name for one in self.reviews if one.verdict == Review.Verdict.CHANGES_REQUESTED]

    @property
    def open_comments(self) -> int:
        """How many comments are open; replies do not count."""
        return self._shared.open_comments[self.issue.pk]

    def not_signed_off(self, person: User) -> list[NewsItem]:
        """Return the stories that a person has not signed off in exactly these words."""
        if self.head is None:
            return []
        signed_off = self._shared.signed_off(person)
        return [it for it in self.head.manuscript.items if (self.issue.pk, it.uid, it.sha256) not in signed_off]

    # --- What readers have ------------------------------------------------------------

    @property
    def editions(self) -> list[Edition]:
        """All editions, the newest first, without their pages."""
        return self._shared.editions[self.issue.pk]

    @property
    def live(self) -> Edition | None:
        """The edition that readers see."""
        return self.live_at(self.at)

    def live_at(self, at: datetime) -> Edition | None:
        """Return the edition that readers see at an instant, going by the schedules of now."""
        return next((one for one in self.editions if one.is_live(at)), None)

    @property
    def pending(self) -> Edition | None:
        """The edition that is scheduled."""
        return next((one for one in self.editions if one.live_from > self.at), None)

    @property
    def begun(self) -> list[Edition]:
        """The editions that readers see or have seen."""
        return self.begun_at(self.at)

    def begun_at(self, at: datetime) -> list[Edition]:
        """Return the editions that readers see or have seen at an instant."""
        return [one for one in self.editions if one.live_from <= at]

    @property
    def flagged(self) -> list[Edition]:
        """The editions that went out without approval and still wait for one."""
        return [one for one in self.begun if one.is_flagged]

    @property
    def stories(self) -> list[Story]:
        """The stories and tombstones that readers see, with uid, headline and `retracted` only."""
        return self._shared.stories[self.live.pk] if self.live else []


class _Shared:
    """The facts of several issues, each kind read once."""

    def __init__(self, issues: list[Issue], at: datetime) -> None:
        self.at = at
        self._issues = {issue.pk: issue for issue in issues}
        self._signed_off: dict[int, set[tuple[int, str, str]]] = {}

    @cached_property
    def heads(self) -> dict[int, Revision]:
        later = Revision.objects.filter(issue=OuterRef("issue"), number__gt=OuterRef("number"))
        heads = Revision.objects.filter(issue__in=self._issues).exclude(Exists(later))
        found = {head.issue_id: head for head in heads}
        for pk, head in found.items():
            head.issue = self._issues[pk]
        return found

    @cached_property
    def known(self) -> Known:
        return known(*(head.manuscript for head in self.heads.values()))

    @cached_property
    def authors(self) -> dict[int, set[int]]:
        return newest_authors(self._issues)

    @cached_property
    def reviews(self) -> dict[int, list[Review]]:
        issue_of = {head.pk: pk for pk, head in self.heads.items()}
        return _grouped(Review.objects.filter(revision__in=issue_of), lambda review: issue_of[review.revision_id])

    @cached_property
    def open_comments(self) -> Counter[int]:
        comments = Comment.objects.open_comments().filter(issue__in=self._issues).order_by()
        return Counter(comments.values_list("issue_id", flat=True))

    def signed_off(self, person: User) -> set[tuple[int, str, str]]:
        if person.pk not in self._signed_off:
            sign_offs = StorySignOff.objects.filter(issue__in=self._issues, person=person.pk)
            self._signed_off[person.pk] = set(sign_offs.values_list("issue_id", "uid", "sha256"))
        return self._signed_off[person.pk]

    @cached_property
    def editions(self) -> dict[int, list[Edition]]:
        editions = Edition.objects.filter(issue__in=self._issues).defer("page").order_by("-number")
        found = _grouped(editions, lambda edition: edition.issue_id)
        for pk, of_issue in found.items():
            for edition in of_issue:
                edition.issue = self._issues[pk]
        return found

    @cached_property
    def stories(self) -> dict[int, list[Story]]:
        live = [one.pk for of_issue in self.editions.values() for one in of_issue if one.is_live(self.at)]
        stories = Story.objects.filter(edition__in=live).only("edition_id", "uid", "headline", "retracted")
        return _grouped(stories, lambda story: story.edition_id)


def _grouped(rows: Iterable[Any], key: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
