"""When two people saved: nothing is lost, and the second one puts it together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from digests import exchange, workflow
from digests.admin import saving
from digests.admin.actions import version
from digests.admin.history import compare, said_since
from digests.admin.merge import merge
from digests.manuscript.reader import Refusal, read
from digests.manuscript.values import Manuscript
from digests.manuscript.writer import write
from digests.models import Issue, Picture


def page(
    request: HttpRequest, issue: Issue, refused: workflow.Refused, *, mine: Manuscript, seen: Manuscript
) -> HttpResponse:
    """Say who changed what meanwhile, and give a person's own text back, merged where that is plain."""
    now = exchange.from_rows(issue)
    merged = merge(seen, now, mine)
    return _page(
        request,
        issue,
        text=write(merged or mine, uids=True),
        status=409,
        refused=refused,
        since=said_since(issue, version(request.POST)),
        theirs=compare(seen, now),
        changes=compare(now, merged or mine),
        merged=merged is not None and merged != mine,
    )


def gone(request: HttpRequest, text: str) -> HttpResponse:
    """Give back a person's text whose issue was deleted meanwhile, for importing or pasting elsewhere."""
    context = {
        **admin.site.each_context(request),
        "title": _("This issue was deleted."),
        "opts": Issue._meta,
        "text": text,
        "rows": min(text.count("\n") + 2, 40),
    }
    return TemplateResponse(request, "admin/digests/issue/gone.html", context, status=410)


def keep(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Save a merged text, unless it cannot be read or someone was quicker again: then it comes back as it was."""
    text = str(request.POST.get("text") or "").replace("\r\n", "\n")
    try:
        reading = read(text)
    except Refusal as refusal:
        problems = [(one.line, one.field, _(one.reason) % one.params) for one in refusal.problems]
        return _page(request, issue, text=text, status=400, problems=problems)
    mine = _with_known_cover(reading.manuscript, issue)
    try:
        saved = saving.save(mine, issue, by=request.user, version=version(request.POST))
    except workflow.Refused as refused:
        return _page(
            request,
            issue,
            text=text,
            status=409 if refused.stale else 400,
            refused=refused,
            since=said_since(issue, version(request.POST)) if refused.stale else (),
            changes=compare(exchange.from_rows(issue), mine),
        )
    for note in reading.notes:
        messages.warning(
            request, _("Line %(line)s: %(note)s") % {"line": note.line, "note": _(note.message) % note.params}
        )
    messages.success(request, _("Your text is saved as revision %(number)s.") % {"number": saved.head.number})
    return HttpResponseRedirect(reverse("admin:digests_issue_change", args=[issue.pk]))


def _with_known_cover(mine: Manuscript, issue: Issue) -> Manuscript:
    """Return a text with no cover file but the issue's own or a stored picture: a path that somebody typed is none."""
    name = mine.cover_file
    known = name == issue.cover.name or Picture.objects.filter(file=name).exists()
    return replace(mine, cover_file=name if known else "")


def _page(request: HttpRequest, issue: Issue, *, text: str, status: int, **context: Any) -> HttpResponse:
    issue.refresh_from_db()
    return TemplateResponse(
        request,
        "admin/digests/issue/conflict.html",
        {
            **admin.site.each_context(request),
            "title": _("Put your changes and theirs together"),
            "subtitle": str(issue),
            "opts": Issue._meta,
            "original": issue,
            "text": text,
            "rows": min(text.count("\n") + 2, 40),
            "zone": issue.digest.time_zone,
            **context,
        },
        status=status,
    )
