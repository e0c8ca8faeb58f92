"""Tells a WebSub hub which feeds have something new, so that whoever subscribed there hears at once.

Where NEWSROOM_HUB is empty, nothing here does anything. A hub that is down costs its readers nothing but time.
"""

from __future__ import annotations

import logging
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from django.dispatch import receiver
from django.urls import reverse
from django_tasks import task

from digests.editorial.workflow import announced
from digests.models import LogEntry
from digests.models.states import Action
from digests.publishing.addresses import FORMATS, absolute

TIMEOUT = 10  # seconds
# An archive is no news.
NEWS = frozenset({Action.PUBLISH, Action.FORCE_PUBLISH, Action.ROLL_BACK, Action.RETRACT, Action.WITHDRAW})

log = logging.getLogger(__name__)


@receiver(announced)
def tell_of_action(entry: LogEntry, **kwargs: Any) -> None:
    if not settings.NEWSROOM_HUB or entry.issue is None:
        return
    if entry.action in NEWS:
        plan(entry.digest_slug)
    elif entry.action == Action.SCHEDULE:
        for edition in entry.issue.editions.pending():
            plan(entry.digest_slug, at=edition.live_from)


def plan(slug: str, *, at: datetime | None = None) -> None:
    """Have the hub told, now or at an instant. A backend that cannot wait leaves it to the next news."""
    if at is None:
        tell.enqueue(slug)
    elif tell.get_backend().supports_defer:
        tell.using(run_after=at).enqueue(slug)


@task()
def tell(slug: str) -> bool:
    """Tell the hub of the feeds of a digest and the newsroom; return whether it took that."""
    if not settings.NEWSROOM_HUB:
        return False
    fields = [("hub.mode", "publish"), *(("hub.url", address) for address in topics(slug))]
    try:
        with urlopen(Request(settings.NEWSROOM_HUB, urlencode(fields).encode()), timeout=TIMEOUT):
            return True
    except (OSError, HTTPException) as error:
        log.warning("The WebSub hub was not told of %s: %s", slug, error)
        return False


def topics(slug: str) -> list[str]:
    """Return the addresses of the feeds that name the hub."""
    names: list[tuple[str, list[str]]] = [("front", []), ("corrections", []), ("digest", [slug]), ("stories", [slug])]
    return [absolute(reverse(f"{name}-{kind.name}", args=args)) for name, args in names for kind in FORMATS]
