"""Presence: who else has an issue open, judged by whose page has asked in the last half minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digests.admin.issue.actions import version
from digests.admin.signed_in import signed_in
from digests.editorial.workflow import person
from digests.manuscript.values import UID
from digests.models import Issue, NewsItem, Presence
from digests.models.states import Action

HERE = timedelta(seconds=30)  # pages ask every ten
FORGOTTEN = timedelta(hours=1)

# The pages that ask, and what people do on them.
WHERES = {
    "write": gettext_lazy("writing"),
    "text": gettext_lazy("writing it as text"),
    "review": gettext_lazy("reviewing"),
    "read": gettext_lazy("reading the review"),
}


def answer(request: HttpRequest, issue: Issue) -> JsonResponse:
    """Record that somebody is here, and respond with who else is, and whether the issue was saved meanwhile."""
    note(issue, request)
    return JsonResponse(
        {
            "person": str(request.user.pk),
            "others": others(issue, signed_in(request)),
            "version": issue.version,
            "news": news(issue) if version(request.POST) != issue.version else "",
        }
    )


def note(issue: Issue, request: HttpRequest) -> None:
    """Record where a person is. Invalid values are dropped, since they would only be shown."""
    now = timezone.now()
    where, uid = (str(request.POST.get(name) or "") for name in ("where", "uid"))
    row = Presence(
        issue=issue,
        person=signed_in(request),
        where=where if where in WHERES else "",
        uid=uid if UID.fullmatch(uid) else "",
        is_unsaved=request.POST.get("unsaved") == "1",
        at=now,
    )
    Presence.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["issue", "person"],
        update_fields=["where", "uid", "is_unsaved", "at"],
    )
    Presence.objects.filter(at__lt=now - FORGOTTEN).delete()


def others(issue: Issue, user: User) -> list[dict[str, Any]]:
    """Return who else is here, each with a sentence to show."""
    here = issue.presences.exclude(person=user).filter(at__gte=timezone.now() - HERE)
    rows = list(here.select_related("person").order_by("person__username"))
    uids = {row.uid for row in rows if row.uid}
    stories = NewsItem.objects.filter(section__issue=issue, uid__in=uids) if uids else NewsItem.objects.none()
    headlines = dict(stories.values_list("uid", "headline"))
    return [_said(row, headlines.get(row.uid, "")) for row in rows]


def _said(row: Presence, headline: str) -> dict[str, Any]:
    name = person(row.person)
    said = f"{name} · {WHERES[row.where]}" if row.where else name
    if headline:
        said += " · " + _("in “%(headline)s”") % {"headline": headline}
    if row.is_unsaved:
        said += " · " + _("with unsaved text")
    return {
        "name": name,
        "where": row.where,
        "uid": row.uid,
        "headline": headline,
        "unsaved": row.is_unsaved,
        "said": said,
    }


def news(issue: Issue) -> str:
    """Return who changed the issue last, for somebody whose page is older than that change."""
    last = issue.log.first()
    if last is None:
        return ""
    what = {"who": last.actor_name, "when": issue.local(last.at).strftime("%H:%M")}
    if last.action == Action.EDIT and (head := issue.head):
        return _("%(who)s saved revision %(number)s at %(when)s.") % {**what, "number": head.number}
    return _("%(who)s, at %(when)s: %(what)s.") % {**what, "what": last.get_action_display()}
