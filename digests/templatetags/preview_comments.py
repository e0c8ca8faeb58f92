"""Comments of a preview's guest on one place, and the form for another one."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("site/_comments.html", takes_context=True)
def guest_comments(context: dict[str, Any], uid: str) -> dict[str, Any]:
    guest = context["guest"]
    sent = guest.sent
    return {
        "guest": guest,
        "uid": uid,
        "comments": [comment for comment in guest.comments if comment.uid == uid],
        # Where a comment was refused, its form stands open with what was sent.
        "refused_new": bool(guest.refused) and not sent["parent"] and sent["uid"] == uid,
        "refused_in": sent["parent"] if guest.refused else "",
    }
