"""The worker that runs beside the web server: background tasks, and chores each night."""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.models import DBTaskResult

from digests.text.numbers import whole_number

CHORES_AT = 4  # hour, in the newsroom's time zone
CHORES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("tidy_pictures", {}),
    ("prune_db_task_results", {"queue_name": "*", "min_age_days": 14}),
    ("clearsessions", {}),  # those that expired: Django leaves them in its table
)
LONGEST = timedelta(minutes=30)  # on another machine, a task that runs longer is taken for dead
TRIES = 3  # a task that so many workers died of is given up

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Do background work until told to stop: db_worker, with what kill -9 leaves behind and the nightly chores."

    def handle(self, **options: Any) -> None:
        me = f"{socket.gethostname()[:30]}:{os.getpid()}:{get_random_string(8)}"
        look_after(me)
        threading.Thread(target=_look_after_for_ever, args=[me], daemon=True).start()
        call_command("db_worker", queue_name="*", worker_id=me, reload=False, startup_delay=False)


def _look_after_for_ever(me: str) -> None:
    pause = threading.Event()
    while not pause.wait(60):
        try:
            look_after(me)
            do_chores(timezone.localtime())
        except Exception:  # the next minute may go better; tasks go on meanwhile
            logger.exception("The worker could not look after its tasks")
        finally:
            close_old_connections()


def look_after(me: str) -> int:
    """Queue the tasks of dead workers again, since `kill -9` leaves them marked as running; return how many."""
    given = 0
    for task in DBTaskResult.objects.running():
        worker = task.worker_ids[-1] if task.worker_ids else ""
        if worker == me or not _is_gone(worker, task.started_at):
            continue
        if len(task.worker_ids) >= TRIES:
            task.set_failed(RuntimeError(f"given up: {TRIES} workers died of it"))
            logger.error("Task %s is given up: %s workers died of it", task.task_path, TRIES)
            continue
        mine = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
        given += mine.update(status="READY", started_at=None)
    return given


def _is_gone(worker: str, since: datetime | None) -> bool:
    """Tell whether a worker (host:pid:random) that began a task at an instant is dead."""
    host, _, rest = worker.partition(":")
    pid = whole_number(rest.partition(":")[0])
    if host != socket.gethostname()[:30] or pid is None:
        return since is None or since < timezone.now() - LONGEST
    if pid == os.getpid():
        return True  # in a container, each worker gets the same process id
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def do_chores(now: datetime) -> bool:
    """Do the chores if it is their hour and no other worker has begun them; return whether this one did."""
    if now.hour != CHORES_AT or not cache.add(f"chores:{now.date()}", True, 24 * 3600):
        return False
    for name, options in CHORES:
        try:
            call_command(name, **options, verbosity=0)
        except Exception:  # a chore that fails does not stop the others
            logger.exception("The chore %s failed", name)
    return True
