from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from digests.editorial import workflow
from digests.management.issues import add_issue_arguments, find_issue, find_person, number
from digests.models import Issue
from digests.models.states import Action, Correction

# Not these two: import_digest does them.
ACTIONS = [action for action in Action if action not in (Action.EDIT, Action.ARCHIVE)]


class Command(BaseCommand):
    help = "Do a workflow action on an issue, with the same checks as at the desk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=ACTIONS, type=lambda text: text.replace("-", "_"))
        add_issue_arguments(parser)
        parser.add_argument("--user", required=True, metavar="NAME", help="who does it")
        parser.add_argument("--at", metavar="ISO", help="schedule: an instant; without an offset, in the digest's zone")
        parser.add_argument("--note", default="", metavar="TEXT", help="the reason, or the note to readers")
        parser.add_argument(
            "--type",
            default="",
            dest="correction",
            choices=[kind for kind in Correction if kind != Correction.RETRACTION],
            help="publish, schedule, roll_back: what kind of correction it is",
        )
        parser.add_argument("--story", default="", metavar="UID", help="retract: the story")
        parser.add_argument("--edition", type=number, metavar="N", help="roll_back, endorse: the edition's number")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find_issue(options)
        try:
            outcome = workflow.perform(
                Action(options["action"]),
                issue,
                by=find_person(options["user"]),
                note=options["note"],
                at=instant(options["at"], issue),
                correction=options["correction"],
                story=options["story"],
                edition=options["edition"],
                attests_read_all=True,
            )
        except workflow.Refused as refused:
            raise CommandError(str(refused)) from None
        entry = outcome.entry
        self.stdout.write(
            f"{issue}: {entry.get_action_display()} · {entry.get_from_state_display()} → {entry.get_to_state_display()}"
        )
        if outcome.edition:
            begins = issue.local(outcome.edition.live_from)
            self.stdout.write(
                _("Edition %(number)s, from %(when)s")
                % {"number": outcome.edition.number, "when": f"{begins:%Y-%m-%d %H:%M:%S %Z}"}
            )
        for problem in outcome.problems:
            self.stderr.write(f"{problem.severity}: {problem}")


def instant(text: str | None, issue: Issue) -> datetime | None:
    """Return an instant from ISO 8601 text, in the digest's time zone if it has no offset. Raises CommandError."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            _("“%(text)s” is not an instant. Write it as 2026-02-01T08:00 or 2026-02-01T08:00+08:00.") % {"text": text}
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=issue.digest.zone)
