"""The buttons of an issue for a person, and reading what their forms send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digests.admin.issue.checklist import Checklist
from digests.editorial import workflow
from digests.editorial.permissions import may
from digests.editorial.preflight import Blocker, Place, Problem
from digests.editorial.workflow import READING, Facts, Request, is_approved, obstacles
from digests.models import Edition, Issue, Review, Revision, Story
from digests.models.states import TABLE, UNREVIEWED_ACTIONS, Action, Correction, State
from digests.text.numbers import whole_number

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Editing is the form itself, and archives are imported by a command: neither has a button.
OFFERED = [action for action in Action if action not in (Action.EDIT, Action.ARCHIVE)]
# These take something from readers or bypass a rule, so they are shown apart.
GRAVE = frozenset({Action.FORCE_PUBLISH, Action.ROLL_BACK, Action.RETRACT, Action.WITHDRAW})
# These ask for the type of correction once the issue has been public.
CORRECTS = frozenset({Action.PUBLISH, Action.SCHEDULE, Action.FORCE_PUBLISH, Action.ROLL_BACK})


# Reasons for which an action gets no button at all: it has nothing to act on, or is not this person's.
NOTHING_TO_DO = frozenset(
    {
        *("not_permitted", "nothing_saved", "wrong_state", "is_approved", "already_live", "not_live"),
        *("already_scheduled", "nothing_scheduled", "nothing_flagged", "no_such_edition"),
        *("no_such_story", "already_retracted"),
    }
)
# Except for publishing and scheduling: their buttons stay in any state, and say what is missing.
IN_SIGHT = frozenset({"wrong_state"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: its action, what it asks for, and why it is disabled, if it is."""

    action: Action
    why_not: str = ""
    corrects: bool = False
    note_prompt: str = ""
    waits_for_reading: bool = False  # only sign-offs and comments are missing: the review screen has them
    editions: tuple[Edition, ...] = ()  # for endorse and roll_back: the editions to choose from
    stories: tuple[Story, ...] = ()  # for retract: the stories to choose from

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
        asks = self.needs_note or self.corrects or self.action == Action.SCHEDULE or len(self.editions) > 1
        return not asks


class Desk:
    """An issue as one person sees it: its status and the buttons they have, both from the workflow."""

    def __init__(self, issue: Issue, user: User) -> None:
        self.issue = issue
        self.user = user
        self.facts = Facts.of(issue)

    @property
    def now(self) -> datetime:
        return self.facts.at

    @property
    def head(self) -> Revision | None:
        return self.facts.head

    @property
    def problems(self) -> list[Problem]:
        return self.facts.problems

    @property
    def live(self) -> Edition | None:
        return self.facts.live

    @property
    def scheduled(self) -> Edition | None:
        return self.facts.pending

    @property
    def flagged(self) -> list[Edition]:
        return self.facts.flagged

    @property
    def reviews(self) -> list[Review]:
        return self.facts.reviews

    @property
    def approvals(self) -> int:
        return self.facts.approvals

    @property
    def approvals_needed(self) -> int:
        return int(settings.NEWSROOM_APPROVALS)

    @cached_property
    def is_own(self) -> bool:
        """Say whether this person wrote some of what an approval would be for."""
        return bool(self.head and self.user.pk in self.facts.authors(self.head))

    @property
    def is_ahead(self) -> bool:
        """Say whether the newest revision is newer than the one readers see."""
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
        """The next deadline of the digest, as the value of a datetime-local field."""
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
    def corrections(self) -> list[tuple[str, str]]:
        return [(kind.value, str(kind.label)) for kind in Correction if kind != Correction.RETRACTION]

    @cached_property
    def choices(self) -> list[Choice]:
        """The buttons of this person, including disabled ones with the reason."""
        return [choice for action in OFFERED if may(self.user, action) and (choice := self._choice(action))]

    def _choice(self, action: Action) -> Choice | None:
        """Return the button of an action, as the workflow would answer its form; None if there is nothing to do."""
        if action == Action.APPROVE and self.issue.state == State.APPROVED and is_approved(self.facts):
            return None  # the workflow accepts more approvals than are needed, but nobody is asked for them
        editions: tuple[Edition, ...] = ()
        stories: tuple[Story, ...] = ()
        if action in (Action.ENDORSE, Action.ROLL_BACK):
            of = self.facts.flagged if action == Action.ENDORSE else self.facts.begun
            editions = tuple(one for one in of if not self._refusals(action, edition=one.number))
        elif action == Action.RETRACT:
            stories = tuple(one for one in self.facts.stories if not self._refusals(action, story=one.uid))
        reasons = () if editions or stories else self._refusals(action)
        codes = {reason.code for reason in reasons}
        if codes & (NOTHING_TO_DO - IN_SIGHT if action in UNREVIEWED_ACTIONS else NOTHING_TO_DO):
            return None
        return Choice(
            action,
            self._said(reasons),
            corrects=action in CORRECTS and bool(self.facts.begun),
            note_prompt=str(TABLE[action].note_prompt or ""),
            waits_for_reading=bool(codes) and codes <= READING,
            editions=editions,
            stories=stories,
        )

    def _refusals(self, action: Action, **chosen: Any) -> tuple[Problem, ...]:
        return obstacles(self.facts, Request.filled_in(action, self.user, at=self.now, **chosen))

    def _said(self, reasons: tuple[Problem, ...]) -> str:
        """Return the reasons as text. Of preflight's problems it only says that there are some: the page lists them."""
        if any(reason in self.problems for reason in reasons):
            return _("Something has to be mended first: see the problems.")
        return " ".join(str(reason) for reason in reasons)


def next_page(request: HttpRequest, otherwise: str) -> str:
    """Return the page that a form wants to be shown next, if it is on this site."""
    wanted = str(request.POST.get("next") or "")
    here = {request.get_host()}
    is_here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=here, require_https=request.is_secure())
    return wanted if is_here and wanted.startswith("/") else otherwise


def arguments(data: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return the arguments of `workflow.perform` that a form sent. Raises Refused for unreadable ones."""
    found = {name: str(data.get(name) or "").replace("\0", "").strip() for name in ("note", "correction", "story")}
    return {
        **found,
        "at": instant(str(data.get("at") or ""), zone),
        "edition": _edition(str(data.get("edition") or "")),
        "version": version(data),
    }


def version(data: Mapping[str, Any], name: str = "version") -> int:
    """Return the version that a form was made from, or -1, which no issue has."""
    number = whole_number(str(data.get(name) or ""))
    return -1 if number is None else number


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    """Parse a time from a form, in `zone` unless the text has its own. Raises Refused if it is not a time."""
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
