from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from digests.editorial import exchange
from digests.management.issues import add_issue_arguments, find_issue
from digests.manuscript.writer import write
from digests.publishing.rendering import public_manuscript


class Command(BaseCommand):
    help = "Write an issue as Markdown: as readers have it, or the draft."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_issue_arguments(parser)
        parser.add_argument("--out", type=Path, metavar="FILE", help="write here instead of to the terminal")
        parser.add_argument("--draft", action="store_true", help="the working copy, not the live edition")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find_issue(options)
        if options["draft"]:
            manuscript = exchange.from_rows(issue)
        else:
            edition = issue.editions.live().select_related("revision", "digest").first()
            if edition is None:
                raise CommandError(_("%(issue)s is not public. --draft exports the draft.") % {"issue": issue})
            manuscript = public_manuscript(edition)
        text = write(manuscript, footer=issue.digest.subscribe_card)
        if options["out"]:
            _replace(options["out"], text)
        else:
            self.stdout.write(text, ending="")


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all, so that a full disk leaves the old one. Raises CommandError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise CommandError(f"{path}: {error.strerror}") from error
