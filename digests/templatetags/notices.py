"""The bell."""

from __future__ import annotations

from typing import Any

from django import template

from digests.models import Notice

register = template.Library()


@register.simple_tag(takes_context=True)
def notice_counts(context: dict[str, Any]) -> dict[str, int]:
    """Return how many notices block somebody, and how many others are unread: one query on every page."""
    return Notice.objects.filter(person_id=context["request"].user.pk).counted()
