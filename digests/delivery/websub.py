"""Tell a WebSub hub which feeds have changed, so that its subscribers hear of it at once.

Without NEWSROOM_HUB nothing here does anything. While a hub is down, its subscribers only hear later.
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
# Not ARCHIVE: what an archive publishes is old.
NEWS = frozenset({Action.PUBLISH, Action.FORCE_PUBLISH, Action.ROLL_BACK, Action.RETRACT, Action.WITHDRAW})

log = logging.getLogger(__name__)


@receiver(announced)
def tell_of_action(entry: LogEntry, **kwargs: Any) -> None:
    """Plan to tell the hub, now or when a schedule comes due, once an action has changed what feeds say."""
    if not settings.NEWSROOM_HUB or entry.issue is None:
        return
    if entry.action in NEWS:
        plan(entry.digest_slug)
    elif entry.action == Action.SCHEDULE:
        for edition in entry.issue.editions.pending():
            plan(entry.digest_slug, at=edition.live_from)


def plan(slug: str, *, at: datetime | None = None) -> None:
    """Queue a task that tells the hub, now or at an instant; a task backend that cannot defer skips the latter."""
    if at is None:
        tell.enqueue(slug)
    elif tell.get_backend().supports_defer:
        tell.using(run_after=at).enqueue(slug)


@task()
def tell(slug: str) -> bool:
    """Tell the hub that the feeds of a digest and of the newsroom changed; return whether it accepted that."""
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
    """Return the absolute addresses of the feeds that name the hub."""
    names: list[tuple[str, list[str]]] = [("front", []), ("corrections", []), ("digest", [slug]), ("stories", [slug])]
    return [absolute(reverse(f"{name}-{kind.name}", args=args)) for name, args in names for kind in FORMATS]
