"""What a guest of a preview said of one of its places, and the form to say more."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("site/_remarks.html", takes_context=True)
def remarks(context: dict[str, Any], uid: str) -> dict[str, Any]:
    guest = context["guest"]
    sent = guest.sent
    return {
        "guest": guest,
        "uid": uid,
        "threads": [thread for thread in guest.threads if thread.uid == uid],
        # Where a remark was refused, its form stands open with what was sent.
        "refused_new": bool(guest.refused) and not sent["thread"] and sent["uid"] == uid,
        "refused_in": sent["thread"] if guest.refused else "",
    }
