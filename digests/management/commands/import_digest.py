from __future__ import annotations

import json
import os
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from digests.editorial import exchange, workflow
from digests.management.issues import find_digest, find_person
from digests.manuscript.reader import Reading, Refusal, read
from digests.models import Digest, Issue
from digests.models.person import SYSTEM, Actor
from digests.models.states import Action


class Command(BaseCommand):
    help = "Read issues from Markdown files or folders, as drafts or as an archive that was public already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, or folders of .md files")
        parser.add_argument("--digest", required=True, metavar="SLUG")
        parser.add_argument("--user", metavar="NAME", help="whose words these are; they cannot approve them")
        parser.add_argument("--live", action="store_true", help="an archive: public as of each issue's own date")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
        parser.add_argument("--json", action="store_true", help="one line of JSON a file")

    def handle(self, *args: Any, **options: Any) -> None:
        digest = find_digest(options["digest"])
        by = find_person(options["user"]) if options["user"] else SYSTEM
        refused = 0
        taken: dict[str, Path] = {}
        for path in files(options["paths"]):
            report = import_file(path, digest, by=by, live=options["live"], dry_run=options["dry_run"], taken=taken)
            refused += report.status == "refused"
            if options["json"]:
                self.stdout.write(json.dumps(report.to_json(), ensure_ascii=False))
            else:
                for text in report.lines():
                    self.stdout.write(text)
        if refused:
            raise CommandError(_("%(count)s refused; nothing of these was written.") % {"count": refused})


def files(paths: list[Path]) -> Iterator[Path]:
    """Yield the Markdown files of paths; those in folders, at any depth, sorted by path. Raises CommandError."""
    for path in paths:
        if os.path.isdir(path):  # unlike path.is_dir(), it does not raise for a name that is too long
            yield from sorted(path.rglob("*.md"))
        elif os.path.isfile(path):
            yield path
        else:
            raise CommandError(_("There is no file or folder %(path)s.") % {"path": shown(path)})


def shown(path: Path) -> str:
    """Return a path as text, with replacement characters where a name is not UTF-8, as in old archives."""
    return os.fsencode(path).decode(errors="replace")


@dataclass(slots=True)
class Report:
    """What happened to one file."""

    path: Path
    status: str = "refused"  # created, updated, unchanged, refused
    issue: str = ""
    published: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)

    def note(self, severity: str, message: str, line: int | None = None, field: str = "") -> None:
        self.notes.append({"severity": severity, "line": line, "field": field, "message": message})

    def to_json(self) -> dict[str, Any]:
        return {
            "path": shown(self.path),
            "status": self.status,
            "issue": self.issue,
            "published": self.published,
            **self.counts,
            "notes": self.notes,
        }

    def lines(self) -> Iterator[str]:
        parts = [shown(self.path), self.status, self.issue]
        if self.published:
            parts.append(_("published"))
        parts += [f"{count} {name}" for name, count in self.counts.items()]
        yield " · ".join(part for part in parts if part)
        for note in self.notes:
            place = f":{note['line']}" if note["line"] else ""
            yield f"  {shown(Path(self.path.name))}{place}: {note['severity']}: {note['message']}"


class _DryRun(Exception):
    """Raised to roll back the transaction of a dry run."""


def import_file(path: Path, digest: Digest, *, by: Actor, live: bool, dry_run: bool, taken: dict[str, Path]) -> Report:
    """Import one file in one transaction, whole or not at all.

    `taken` maps the issues of this run to their files, because a second file of the same day would replace the first.
    """
    report = Report(path)
    try:
        reading = read(path.read_bytes(), date=date_in_name(path))
        with transaction.atomic():
            _import(reading, digest, report, by=by, live=live)
            if first := taken.get(report.issue):
                raise exchange.DoesNotFit(_("%(first)s is of the same day.") % {"first": shown(first)})
            if dry_run:
                raise _DryRun
    except OSError as error:
        report.note("blocker", error.strerror or str(error))
    except Refusal as refusal:
        for problem in refusal.problems:
            report.note("blocker", _(problem.reason) % problem.params, problem.line, problem.field)
    except exchange.DoesNotFit as error:
        report.note("blocker", str(error))
    except workflow.Refused as refused:
        for reason in refused.reasons:
            report.note("blocker", str(reason), field=reason.place.field)
    except _DryRun:
        taken[report.issue] = path
        return report
    else:
        taken[report.issue] = path
        return report
    report.status, report.issue, report.published = "refused", "", False
    return report


def _import(reading: Reading, digest: Digest, report: Report, *, by: Actor, live: bool) -> None:
    manuscript = reading.manuscript
    exchange.refuse_unfit(manuscript)
    for note in reading.notes:
        report.note("warning", _(note.message) % note.params, note.line)
    if manuscript.footer == digest.subscribe_card:
        manuscript = replace(manuscript, footer="")
    elif manuscript.footer:
        report.note("warning", _("The footer is not the digest's own subscribe card. It is kept for export."))

    issue, created = Issue.objects.get_or_create(
        digest=digest, date=manuscript.date, defaults={"title": manuscript.title}
    )
    if not manuscript.cover_file and issue.cover.name:
        # A file does not name a picture that was uploaded here.
        manuscript = replace(manuscript, cover_file=issue.cover.name, cover_alt=manuscript.cover_alt or issue.cover_alt)
    before = issue.version
    with workflow.editing(
        issue, by=by, note=_("Imported from %(name)s") % {"name": shown(Path(report.path.name))}
    ) as locked:
        exchange.to_rows(manuscript, locked)
    if live:
        at = datetime.combine(manuscript.date, digest.deadline, digest.zone)
        outcome = workflow.perform(Action.ARCHIVE, issue, by=by, at=at)
        report.published = True
        for problem in outcome.problems:
            report.note(problem.severity, str(problem), field=problem.place.field)
    report.status = "created" if created else "updated" if locked.version != before else "unchanged"
    report.issue = f"{digest.slug}/{manuscript.date}"
    report.counts = {
        "sections": len(manuscript.sections),
        "stories": sum(1 for _item in manuscript.items),
        "insights": sum(1 for _insight in manuscript.insights),
        "briefs": sum(1 for _brief in manuscript.briefs),
    }


def date_in_name(path: Path) -> date | None:
    """Return the date in the name of a file, for an issue that does not give its own; None without one."""
    found = re.search(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)", path.name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
