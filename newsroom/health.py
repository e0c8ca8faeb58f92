"""Health checks: whether the process is up (/healthz), and whether it can do its work (/readyz)."""

import functools
import logging

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@functools.cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return (app, name) of each migration on disk; read once, because it is slow and they do not change."""
    return frozenset(MigrationLoader(None).disk_migrations)


def what_is_wrong() -> str:
    """Return a sentence on why the newsroom cannot work; empty if it can."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        # The reason may name hosts and users, so it goes to the log only.
        logger.exception("The database does not answer")
        return "The database does not answer. See the log for its reason."
    missing = sorted(known_migrations() - set(applied))
    if missing:
        first = ".".join(missing[0])
        return f"The database lacks {len(missing)} migrations, first {first}. Run: manage.py migrate"
    return ""


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8", status=status)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return _plain("ok")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    problem = what_is_wrong()
    return _plain(problem, status=503) if problem else _plain("ok")
