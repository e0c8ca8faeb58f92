"""Deleting an issue: only a draft that nobody outside has seen, and only from its own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from digests.admin.issue.rows import by_kind
from digests.editorial import workflow
from digests.editorial.exchange import Rows
from digests.editorial.preflight import Blocker
from digests.models import Issue
from digests.models.states import State


class IssueDeleting(admin.ModelAdmin[Issue]):
    """The part of the issue admin that deletes issues."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether an issue may be deleted. Without an issue, as the list asks, the answer is no."""
        return obj is not None and super().has_delete_permission(request, obj) and not _why_kept(obj)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        issue = self.get_object(request, object_id)
        if issue and (reason := _why_kept(issue)):
            self.message_user(request, reason, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:digests_issue_change", args=[issue.pk]))
        try:
            return super().delete_view(request, object_id, extra_context)
        except workflow.Refused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:digests_issue_changelist"))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """List how many rows of each kind are deleted with a draft, without asking for permissions on its history."""
        lines = []
        for issue in objs:
            rows = by_kind(Rows.of(issue))
            counted = {row._meta.verbose_name_plural: len(found) for row, found in rows.items()}
            lines += [str(issue), [f"{name}: {count}" for name, count in counted.items() if count]]
        return lines, {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Issue) -> None:
        """Delete an issue while holding its lock. Raises Refused if it may no longer be deleted."""
        with transaction.atomic():
            issue = workflow.lock(obj.pk)
            if reason := _why_kept(issue):
                raise workflow.Refused(Blocker("kept", reason))
            issue.delete()


def _why_kept(issue: Issue) -> str:
    """Return why an issue may not be deleted; nothing if it may."""
    if issue.editions.exists():
        return _("This issue has been public or is scheduled, so it is kept. Withdraw it instead.")
    if issue.state not in (State.DRAFT, State.CHANGES_REQUESTED):
        return _("Only a draft is deleted. Take it back from review first.")
    return ""
