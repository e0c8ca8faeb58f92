"""What a person may do with an issue next, and a forged or real wish for it read from a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digests.admin.issue.checklist import Checklist
from digests.editorial import workflow
from digests.editorial.permissions import may, wrote
from digests.editorial.preflight import Blocker, Place, Problem, blockers, examine
from digests.models import Edition, Issue, Review, Revision
from digests.models.states import TABLE, Action, Correction, State, sources
from digests.text.numbers import whole_number

# Editing is the form itself, and archives are imported: neither has a button.
OFFERED = [action for action in Action if action not in (Action.EDIT, Action.ARCHIVE)]
# These take something from readers, or pass by a rule: they stand apart.
GRAVE = frozenset({Action.FORCE_PUBLISH, Action.ROLL_BACK, Action.RETRACT, Action.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it does, what it asks for, and why it cannot be pressed, if it cannot."""

    action: Action
    why_not: str = ""
    corrects: bool = False
    note_prompt: str = ""
    waits_for_reading: bool = False  # the review screen is where that is done

    @property
    def label(self) -> str:
        return str(self.action.label)

    @property
    def is_grave(self) -> bool:
        return self.action in GRAVE

    @property
    def needs_note(self) -> bool:
        return TABLE[self.action].note

    @property
    def is_main(self) -> bool:
        """Say whether this is the step that usually comes next."""
        return self.action in (Action.SUBMIT, Action.APPROVE, Action.PUBLISH, Action.ENDORSE)

    @property
    def is_plain(self) -> bool:
        """Say whether the button asks for nothing."""
        return not (self.needs_note or self.corrects or self.action == Action.SCHEDULE)


class Desk:
    """An issue as someone looks at it: where it stands, and what they may do."""

    def __init__(self, issue: Issue, user: Any) -> None:
        self.issue = issue
        self.user = user
        self.now = timezone.now()

    @cached_property
    def head(self) -> Revision | None:
        head: Revision | None = self.issue.head
        return head

    @cached_property
    def problems(self) -> list[Problem]:
        return examine(self.head.manuscript) if self.head else []

    @cached_property
    def editions(self) -> list[Edition]:
        editions = list(self.issue.editions.defer("page").select_related("revision"))
        for edition in editions:
            edition.issue = self.issue
        return editions

    @cached_property
    def live(self) -> Edition | None:
        return next((one for one in self.editions if one.is_live(self.now)), None)

    @cached_property
    def scheduled(self) -> Edition | None:
        return next((one for one in self.editions if one.live_from > self.now), None)

    @cached_property
    def begun(self) -> list[Edition]:
        return [one for one in self.editions if one.live_from <= self.now]

    @cached_property
    def flagged(self) -> list[Edition]:
        return [one for one in self.begun if one.forced_reason and not one.endorsed_at]

    @cached_property
    def reviews(self) -> list[Review]:
        return list(self.head.reviews.all()) if self.head else []

    @property
    def approvals(self) -> int:
        return sum(review.verdict == Review.Verdict.APPROVED for review in self.reviews)

    @property
    def approvals_needed(self) -> int:
        return int(settings.NEWSROOM_APPROVALS)

    @cached_property
    def is_own(self) -> bool:
        return bool(self.head and wrote(self.user, self.issue, until=self.head))

    @cached_property
    def stories(self) -> list[Any]:
        return list(self.live.stories.filter(retracted=False).only("uid", "headline")) if self.live else []

    @property
    def is_ahead(self) -> bool:
        """Say whether the words here are newer than what readers see."""
        return bool(self.head and self.live and self.live.revision_id != self.head.pk)

    @property
    def live_from(self) -> str:
        return self._shown(self.live.live_from) if self.live else ""

    @property
    def scheduled_from(self) -> str:
        return self._shown(self.scheduled.live_from) if self.scheduled else ""

    def _shown(self, at: datetime) -> str:
        return f"{self.issue.local(at):%Y-%m-%d %H:%M} {self.zone}"

    @property
    def zone(self) -> str:
        return self.issue.digest.time_zone

    @property
    def suggested(self) -> str:
        """The digest's next deadline, as a field for date and time wants it."""
        zone, deadline = self.issue.digest.zone, self.issue.digest.deadline
        now = self.now.astimezone(zone)
        at = datetime.combine(max(self.issue.date, now.date()), deadline, zone)
        return f"{at if at > now else at + timedelta(days=1):%Y-%m-%dT%H:%M}"

    @property
    def checklist(self) -> Checklist:
        return Checklist(self.problems)

    @property
    def grave(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.is_grave]

    @property
    def earlier(self) -> list[Edition]:
        live = self.live
        return [one for one in self.begun if live is None or one.revision_id != live.revision_id]

    @property
    def corrections(self) -> list[tuple[str, str]]:
        return [(kind.value, str(kind.label)) for kind in Correction if kind != Correction.RETRACTION]

    @cached_property
    def choices(self) -> list[Choice]:
        return [choice for action in OFFERED if (choice := self._choice(action))]

    def _choice(self, action: Action) -> Choice | None:
        if not (self.head and may(self.user, action) and self._is_about_something(action)):
            return None
        reaches_readers = action in (Action.PUBLISH, Action.SCHEDULE, Action.FORCE_PUBLISH, Action.ROLL_BACK)
        return Choice(
            action,
            self._why_not(action),
            corrects=reaches_readers and bool(self.begun),
            note_prompt=str(TABLE[action].note_prompt or ""),
            waits_for_reading=action == Action.APPROVE and not self._why_not_judge() and bool(self.unread),
        )

    def _is_about_something(self, action: Action) -> bool:
        assert self.head
        says_new = not (self.live and self.live.revision_id == self.head.pk)
        match action:
            case Action.APPROVE:
                enough = self.issue.state == State.APPROVED and self.approvals >= self.approvals_needed
                return self._is_possible(action) and not enough
            case Action.PUBLISH | Action.SCHEDULE:
                return says_new and not self.scheduled
            case Action.UNSCHEDULE:
                return bool(self.scheduled)
            case Action.FORCE_PUBLISH:
                return says_new and not self.scheduled and not workflow.is_approved(self.issue, self.head)
            case Action.ENDORSE:
                return bool(self.flagged)
            case Action.ROLL_BACK:
                return bool(self.earlier) and not self.scheduled
            case Action.RETRACT:
                return bool(self.stories)
            case Action.WITHDRAW:
                return bool(self.live) and not self.scheduled
        return self._is_possible(action)

    def _is_possible(self, action: Action) -> bool:
        return self.issue.state in sources(action, approvals_needed=self.approvals_needed)

    def _why_not(self, action: Action) -> str:
        match action:
            case Action.APPROVE:
                return self._why_not_judge() or " ".join(str(problem) for problem in self.unread)
            case Action.ENDORSE if all(wrote(self.user, self.issue, until=one.revision) for one in self.flagged):
                return _("You wrote part of this issue, and nobody approves their own words.")
            case Action.PUBLISH | Action.SCHEDULE if not workflow.is_approved(self.issue, self.head):
                return _("It waits for an approval of exactly these words.")
            case Action.PUBLISH | Action.SCHEDULE | Action.FORCE_PUBLISH if blockers(self.problems):
                return _("Something has to be mended first: see the problems.")
        return ""

    def _why_not_judge(self) -> str:
        """Say why this person cannot approve these words, however well they read them."""
        if self.is_own:
            return _("You wrote part of this issue, and nobody approves their own words.")
        if any(one.reviewer_id == self.user.pk and one.verdict == Review.Verdict.APPROVED for one in self.reviews):
            return _("You approved these words already.")
        return ""

    @cached_property
    def unread(self) -> list[Problem]:
        """What an approval by this person still waits for."""
        return list(workflow.unread(self.head, self.user)) if self.head else []


def next_page(request: HttpRequest, otherwise: str) -> str:
    """Return where a form says to go on, if that is on this site."""
    wanted = str(request.POST.get("next") or "")
    here = {request.get_host()}
    is_here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=here, require_https=request.is_secure())
    return wanted if is_here and wanted.startswith("/") else otherwise


def wish(data: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return the arguments of `workflow.perform` that a form sent. Raises Refused on what cannot be read."""
    found = {name: str(data.get(name) or "").replace("\0", "").strip() for name in ("note", "correction", "story")}
    return {
        **found,
        "at": instant(str(data.get("at") or ""), zone),
        "edition": _edition(str(data.get("edition") or "")),
        "version": version(data),
    }


def version(data: Mapping[str, Any], name: str = "version") -> int:
    """Return the version that a form was made from; one that no issue has if the form does not say."""
    number = whole_number(str(data.get(name) or ""))
    return -1 if number is None else number


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise workflow.Refused(
            Blocker(
                "not_a_time",
                _("“%(text)s” is not a date and time.") % {"text": text[:40]},
                Place("at"),
                _("Write it as 2026-01-31 08:00."),
            )
        ) from error
    return at


def _edition(text: str) -> int | None:
    if not text:
        return None
    number = whole_number(text)
    if number is None:
        raise workflow.Refused(
            Blocker("no_such_edition", _("“%(text)s” is not an edition.") % {"text": text[:40]}, Place("edition"))
        )
    return number


def done(outcome: workflow.Outcome) -> str:
    """Say in a sentence what an action did."""
    issue, edition = outcome.issue, outcome.edition
    said = _("Done: %(what)s.") % {"what": outcome.entry.get_action_display()}
    if edition and edition.pk and outcome.entry.action in (Action.PUBLISH, Action.FORCE_PUBLISH, Action.ROLL_BACK):
        said = _("Readers see edition %(number)s now.") % {"number": edition.number}
    elif edition and outcome.entry.action == Action.SCHEDULE:
        when = issue.local(edition.live_from).strftime("%Y-%m-%d %H:%M %Z")
        said = _("Edition %(number)s goes live at %(when)s.") % {"number": edition.number, "when": when}
    elif outcome.entry.action == Action.APPROVE and issue.state != State.APPROVED:
        said = _("Your approval counts; another one is needed.")
    warnings = sum(problem.severity == "warning" for problem in outcome.problems)
    if warnings:
        said += " " + ngettext("%(count)s warning stands.", "%(count)s warnings stand.", warnings) % {"count": warnings}
    return said
