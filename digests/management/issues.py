"""How commands look up a digest, an issue and a person. Each raises CommandError for one that does not exist."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from digests.models import Digest, Issue
from digests.text.numbers import whole_number

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def number(text: str) -> int:
    """Read a number of an argument, such as an edition's. A ValueError is what argparse tells of in words."""
    if (found := whole_number(text)) is None:
        raise ValueError(text)
    return found


def add_issue_arguments(parser: ArgumentParser) -> None:
    """Add the two arguments that `find_issue` reads."""
    parser.add_argument("digest", metavar="SLUG", help="the digest's address, such as ai-daily")
    parser.add_argument("date", metavar="DATE", help="the issue's date, as 2026-02-01")


def find_digest(slug: str) -> Digest:
    try:
        return Digest.objects.get(slug=slug)
    except Digest.DoesNotExist:
        known = ", ".join(Digest.objects.values_list("slug", flat=True)) or "—"
        raise CommandError(
            _("There is no digest “%(slug)s”. There are: %(known)s.") % {"slug": slug, "known": known}
        ) from None


def find_issue(options: dict[str, Any]) -> Issue:
    digest = find_digest(options["digest"])
    try:
        day = date.fromisoformat(options["date"])
    except ValueError:
        raise CommandError(_("“%(text)s” is not a date. Write it as 2026-02-01.") % {"text": options["date"]}) from None
    issue = Issue.objects.select_related("digest").filter(digest=digest, date=day).first()
    if issue is None:
        raise CommandError(_("%(digest)s has no issue of %(date)s.") % {"digest": digest, "date": day})
    return issue


def find_person(name: str) -> User:
    person = get_user_model().objects.filter(username=name).first()
    if person is None:
        raise CommandError(_("There is nobody by the name “%(name)s”.") % {"name": name})
    return person
