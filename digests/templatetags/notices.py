"""The numbers on the bell."""

from __future__ import annotations

from typing import Any

from django import template

from digests.models import Notice

register = template.Library()


@register.simple_tag(takes_context=True)
def notice_counts(context: dict[str, Any]) -> dict[str, int]:
    """Return how many notices of the user are blocking, and how many others are unread. Costs one query."""
    return Notice.objects.filter(person_id=context["request"].user.pk).counted()
