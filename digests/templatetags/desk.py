"""What the desk's first page says waits for somebody."""

from __future__ import annotations

from typing import Any

from django import template

from digests.models import Edition, Issue
from digests.permissions import may_invite
from digests.states import State

register = template.Library()
register.filter(may_invite)
MOST = 20


@register.simple_tag(takes_context=True)
def waiting(context: dict[str, Any]) -> dict[str, Any]:
    """Return what went out unapproved, what waits for a review or a writer, and what may go out."""
    issues = Issue.objects.for_desk(context["request"].user).select_related("digest").order_by("date")
    return {
        "flagged": Edition.objects.begun().flagged().filter(issue__in=issues).select_related("digest").defer("page"),
        "lists": [
            (State.IN_REVIEW, issues.filter(state=State.IN_REVIEW)[:MOST]),
            (State.CHANGES_REQUESTED, issues.filter(state=State.CHANGES_REQUESTED)[:MOST]),
            (State.APPROVED, issues.filter(state=State.APPROVED, editions=None)[:MOST]),
        ],
    }
