"""The calendar: a month of issues, and what each day lacks."""

from __future__ import annotations

from calendar import Calendar
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from digests.editorial.day_status import DayStatus, days, today
from digests.models import Digest, Issue
from digests.models.desk import FIRST_DAY, LAST_DAY

Week = list[tuple[date, list[DayStatus]]]  # the list is empty for dates of other months


def this_month(request: HttpRequest) -> HttpResponse:
    """Redirect to the current month, in the time zone of the chosen digest."""
    _refuse_strangers(request)
    chosen = _chosen(request)
    return HttpResponseRedirect(_address(_today(chosen, timezone.now()), chosen))


def month(request: HttpRequest, year: str, month: str) -> HttpResponse:
    """Show the days of a month, of all digests or of one."""
    _refuse_strangers(request)
    first = _first_day(year, month)
    chosen = _chosen(request)
    digests = list(Digest.objects.all())
    shown = [chosen] if chosen else digests
    now = timezone.now()
    previous, following = first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)
    context = {
        **admin.site.each_context(request),
        "title": _("Calendar"),
        "opts": Issue._meta,
        "month": first,
        "weeks": weeks(Issue.objects.for_desk(request.user), shown, first, at=now),
        "today": _today(chosen, now),
        "todays": {today(digest, now) for digest in shown},
        "digests": digests,
        "chosen": chosen,
        "previous": _address(previous, chosen) if previous >= FIRST_DAY else "",
        "following": _address(following, chosen) if following <= LAST_DAY else "",
        "now": f"{reverse('admin:digests_issue_calendar')}{_query(chosen)}",
        "may_start": request.user.has_perm("digests.add_issue"),
    }
    return TemplateResponse(request, "admin/digests/issue/calendar.html", context)


def weeks(issues: Any, digests: list[Digest], first: date, *, at: datetime) -> list[Week]:
    """Return the weeks of a month, starting on Monday, with the status of each digest on each day."""
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    found = days(issues, digests, first, last, at=at)
    return [
        [(day, [found[digest.pk, day] for digest in digests] if day.month == first.month else []) for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]


def _refuse_strangers(request: HttpRequest) -> None:
    if not request.user.has_perm("digests.view_issue"):
        raise PermissionDenied


def _first_day(year: str, month: str) -> date:
    try:
        first = date.fromisoformat(f"{year}-{month}-01")
    except ValueError:
        raise Http404 from None
    if not FIRST_DAY <= first <= LAST_DAY:
        raise Http404
    return first


def _chosen(request: HttpRequest) -> Digest | None:
    slug = request.GET.get("digest", "")
    if not slug:
        return None
    digest = Digest.objects.filter(slug=slug).first()
    if digest is None:
        raise Http404
    return digest


def _today(digest: Digest | None, at: datetime) -> date:
    return today(digest, at) if digest else timezone.localdate(at)


def _query(digest: Digest | None) -> str:
    return f"?digest={digest.slug}" if digest else ""


def _address(day: date, digest: Digest | None) -> str:
    address = reverse("admin:digests_issue_calendar_month", args=[f"{day.year}", f"{day.month:02}"])
    return address + _query(digest)
