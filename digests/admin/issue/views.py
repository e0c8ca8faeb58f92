"""The other views of an issue: its buttons, its text, its history, and what scripts ask for."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from digests.admin.conflict import resolving
from digests.admin.issue import actions, presence, text
from digests.admin.issue.checklist import checklist
from digests.admin.issue.duplicates import earlier_stories
from digests.admin.issue.form_state import state_of
from digests.admin.issue.posted import posted
from digests.admin.issue.start import start
from digests.admin.listing import calendar
from digests.admin.review import preview_links, screen
from digests.admin.review.history import history_of
from digests.admin.setup.notice import opened
from digests.admin.signed_in import signed_in
from digests.editorial import workflow
from digests.manuscript.values import Manuscript
from digests.manuscript.writer import write
from digests.models import Issue
from digests.models.states import Action
from digests.text.numbers import MOST_KEY, whole_number


class IssueViews(admin.ModelAdmin[Issue]):
    """The part of the issue admin that answers at addresses of its own."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/do/<str:action>/", view(self.do), name="digests_issue_do"),
            path("<int:pk>/keep/", view(self.keep), name="digests_issue_keep"),
            path("<int:pk>/restore/", view(self.restore), name="digests_issue_restore"),
            path("add/restore/", view(self.restore), name="digests_issue_add_restore"),
            path("<int:pk>/presence/", never_cache(require_POST(self.presence)), name="digests_issue_presence"),
            path("<int:pk>/check/", view(require_POST(self.check_typed)), name="digests_issue_check"),
            path("<int:pk>/duplicates/", view(require_GET(self.duplicates)), name="digests_issue_duplicates"),
            path("duplicates/", view(require_GET(self.duplicates)), name="digests_issue_duplicates_new"),
            path("<int:pk>/text/", view(self.text), name="digests_issue_text"),
            path("<int:pk>/text/check/", view(require_POST(self.check_text)), name="digests_issue_check_text"),
            *screen.urls(view, self._seen_by),
            *preview_links.addresses(self),
            path("calendar/", view(calendar.this_month), name="digests_issue_calendar"),
            path("calendar/<str:year>/<str:month>/", view(calendar.month), name="digests_issue_calendar_month"),
            path("start/", view(require_POST(start)), name="digests_issue_start"),
            *super().get_urls(),
        ]

    def do(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Do what a button says, and report the outcome on the issue's page."""
        issue = self._seen_by(request, pk)
        if action not in actions.OFFERED:
            raise Http404
        if request.method != "POST":  # whom a login sent here
            return HttpResponseRedirect(reverse("admin:digests_issue_change", args=[pk]))
        try:
            arguments = actions.arguments(request.POST, issue.digest.zone)
            outcome = workflow.perform(Action(action), issue, by=signed_in(request), **arguments)
        except workflow.Refused as refused:
            for reason in refused.reasons:
                self.message_user(request, str(reason), messages.ERROR)
        else:
            self.message_user(request, actions.done(outcome), messages.SUCCESS)
        return HttpResponseRedirect(actions.next_page(request, reverse("admin:digests_issue_change", args=[pk])))

    def keep(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Save what somebody chose to keep after a conflict."""
        if request.method != "POST":  # whom a login sent here
            return HttpResponseRedirect(reverse("admin:digests_issue_change", args=[pk]))
        issue = self._written_by(request, pk)
        return resolving.keep(request, issue) if issue else resolving.gone(request, text=resolving.sent_text(request))

    def text(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show an issue as one text, or save it."""
        if request.method != "POST":
            return text.page(request, self._seen_by(request, pk), editable=self.has_change_permission(request))
        issue = self._written_by(request, pk)
        return text.save(request, issue) if issue else resolving.gone(request, resolving.sent_text(request))

    def check_text(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what a text would become, without saving it."""
        return text.check(request, self._seen_by(request, pk))

    def _written_by(self, request: HttpRequest, pk: int) -> Issue | None:
        """Return an issue that a person may change, or None if it was deleted meanwhile. Raises PermissionDenied."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return Issue.objects.for_desk(request.user).select_related("digest").filter(pk=pk).first()

    def check_typed(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the problems of the form as it is typed."""
        issue = self._seen_by(request, pk)
        return checklist(request, self._sent(request, issue), resolving.seen(request, issue).words)

    def duplicates(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show earlier stories that may tell the same, for an issue that may be new."""
        if pk is not None:
            self._seen_by(request, pk)
        elif not self.has_add_permission(request):
            raise PermissionDenied
        return earlier_stories(request)

    def restore(self, request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
        """Show the form filled with what a browser kept, as not saved yet; write nothing."""
        if request.method != "POST":
            to = reverse("admin:digests_issue_change", args=[pk]) if pk else reverse("admin:digests_issue_add")
            return HttpResponseRedirect(to)
        if (
            pk
            and self.has_change_permission(request)
            and not Issue.objects.for_desk(request.user).filter(pk=pk).exists()
        ):
            return resolving.gone(request, text=given_back(request))
        state_of(request).is_restored = True
        # Past the changeform_view of IssueAdmin, which would save.
        return cast(HttpResponseBase, super().changeform_view(request, str(pk) if pk else None))

    def presence(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record that somebody has the issue open, and answer who else has. A script that lost its login gets a 401."""
        if not self.admin_site.has_permission(request):
            return JsonResponse({}, status=401)
        return presence.answer(request, self._seen_by(request, pk))

    def _seen_by(self, request: HttpRequest, pk: int) -> Issue:
        """Return an issue that a person may see. Raises PermissionDenied or Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        issue = Issue.objects.for_desk(request.user).select_related("digest").filter(pk=pk).first()
        if issue is None:
            raise Http404
        return issue

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        if not is_issue_number(object_id):
            raise Http404
        issue = self._seen_by(request, int(object_id))
        opened(request, issue)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(issue),
            "opts": self.opts,
            "original": issue,
            **history_of(issue, request.GET),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/digests/issue/history.html", context)

    def _sent(self, request: HttpRequest, issue: Issue | None) -> dict[str, Any]:
        """Return what was sent, without fields that the form did not offer."""
        fixed = self.get_readonly_fields(request, issue)
        return {name: value for name, value in request.POST.items() if name not in fixed}


def is_issue_number(text: str) -> bool:
    """Say whether text is an issue's key in canonical spelling; another spelling would bypass the lock."""
    return bool(whole_number(text, most=MOST_KEY))


def given_back(request: HttpRequest) -> str:
    """Return what was sent for an issue that has been deleted, as a text."""
    return write(posted(request.POST.dict(), Manuscript("", timezone.localdate())))
