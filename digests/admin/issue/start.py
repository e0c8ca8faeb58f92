"""Start a new issue from its digest's standing title, sections and tags."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from digests.admin.issue import saving
from digests.admin.issue.wordlist import split
from digests.admin.signed_in import signed_in
from digests.editorial import workflow
from digests.editorial.preflight import Blocker, Place
from digests.manuscript.values import Manuscript, Section
from digests.models import Digest, Issue
from digests.models.desk import FIRST_DAY, LAST_DAY
from digests.models.person import Actor

DATE = "{date}"  # in a standing title: where the issue's date stands


def start(request: HttpRequest) -> HttpResponse:
    """Start the issue of a posted digest and day, or show the existing one."""
    if not request.user.has_perm("digests.add_issue"):
        raise PermissionDenied
    try:
        digest, day = _wanted(request)
        issue, is_new = begin(digest, day, by=signed_in(request))
    except workflow.Refused as refused:
        for reason in refused.reasons:
            messages.error(request, str(reason))
        return HttpResponseRedirect(reverse("admin:index"))
    if is_new:
        messages.success(request, _("%(issue)s was created. Only the newsroom can see it.") % {"issue": issue})
    else:
        messages.info(request, _("%(issue)s exists already: here it is.") % {"issue": issue})
    return HttpResponseRedirect(reverse("admin:digests_issue_change", args=[issue.pk]))


def begin(digest: Digest, day: date, *, by: Actor) -> tuple[Issue, bool]:
    """Return the issue of a day and whether this call created it. Safe if two do so at once. Raises Refused."""
    with transaction.atomic():
        issue, is_new = Issue.objects.get_or_create(digest=digest, date=day)
        if is_new:
            issue = saving.save(standing_words(digest, day), issue, by=by).issue
    return issue, is_new


def standing_words(digest: Digest, day: date) -> Manuscript:
    """Return what a digest's new issue says before anybody wrote a word."""
    return Manuscript(
        title=digest.standing_title.replace(DATE, day.isoformat()),
        date=day,
        category=digest.standing_category,
        editor=digest.standing_editor,
        tags=split(digest.standing_tags),
        sections=tuple(Section(title) for title in section_titles(digest.standing_sections)),
    )


def section_titles(text: str) -> list[str]:
    """Return the titles of a text that has one a line."""
    return [title for title in (" ".join(line.split()) for line in text.splitlines()) if title]


def _wanted(request: HttpRequest) -> tuple[Digest, date]:
    digest = Digest.objects.filter(slug=str(request.POST.get("digest") or "").replace("\0", "")).first()
    if digest is None:
        raise workflow.Refused(
            Blocker("no_such_digest", _("There is no such digest."), Place("digest"), _("Choose one of the list."))
        )
    return digest, _day(str(request.POST.get("date") or ""))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        said = _("“%(text)s” is not a date.") % {"text": text[:40]}
        raise workflow.Refused(Blocker("not_a_date", said, Place("date"), _("Write it as 2026-01-31."))) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        said = _("Choose a date between the years 1900 and 2999.")
        raise workflow.Refused(Blocker("no_address", said, Place("date")))
    return day
