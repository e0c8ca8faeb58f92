"""The worker: what `kill -9` leaves behind is done by the next one, and the night's chores are done once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from digests.management.commands.worker import TRIES, do_chores, look_after

ROOT = Path(__file__).resolve().parents[2]
HERE = socket.gethostname()[:30]
ME = f"{HERE}:{os.getpid()}:me"


@pytest.fixture
def running(db: None) -> Callable[..., DBTaskResult[Any, Any]]:
    def make(*workers: str, minutes: int = 0) -> DBTaskResult[Any, Any]:
        return DBTaskResult.objects.create(
            status="RUNNING",
            worker_ids=list(workers),
            started_at=timezone.now() - timedelta(minutes=minutes),
            run_after=timezone.now(),
            args_kwargs={"args": [0], "kwargs": {}},
            task_path="digests.publishing.pictures.make",
            backend_name="default",
        )

    return make


def a_dead_process() -> int:
    gone = subprocess.Popen(["true"])
    gone.wait()
    return gone.pid


@pytest.mark.parametrize(
    ("worker", "minutes", "status"),
    [
        (ME, 60, "RUNNING"),
        (f"{HERE}:{os.getppid()}:alive", 0, "RUNNING"),
        (f"{HERE}:{os.getpid()}:the same number in an earlier container", 0, "READY"),
        ("elsewhere:1:x", 10, "RUNNING"),
        ("elsewhere:1:x", 40, "READY"),
        ("no name of ours", 40, "READY"),
    ],
    ids=["mine", "alive", "same number", "elsewhere", "elsewhere for long", "stranger"],
)
def test_tasks_are_taken_from_workers_that_are_gone(running: Any, worker: str, minutes: int, status: str) -> None:
    task = running(worker, minutes=minutes)
    look_after(ME)
    task.refresh_from_db()
    assert task.status == status


def test_a_task_that_kills_its_workers_is_given_up(running: Any) -> None:
    gone = f"{HERE}:{a_dead_process()}:x"
    again, last = running(gone), running(*[gone] * TRIES)
    assert look_after(ME) == 1
    again.refresh_from_db()
    last.refresh_from_db()
    assert (again.status, last.status) == ("READY", "FAILED")
    assert f"{TRIES} workers died of it" in last.traceback


@pytest.mark.django_db
def test_chores_are_done_once_a_night(running: Any, settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    cache.clear()
    old = running(ME)
    expired, going_on = (SessionStore(), SessionStore())
    expired.set_expiry(timezone.now() - timedelta(minutes=1))
    for session in (expired, going_on):
        session.save()
    DBTaskResult.objects.update(status="SUCCESSFUL", finished_at=timezone.now() - timedelta(days=20))
    assert not do_chores(datetime(2026, 3, 1, 12))
    assert do_chores(datetime(2026, 3, 1, 4))
    assert not do_chores(datetime(2026, 3, 1, 4, 30))
    assert do_chores(datetime(2026, 3, 2, 4))
    assert not DBTaskResult.objects.filter(pk=old.pk).exists()
    assert list(Session.objects.values_list("pk", flat=True)) == [going_on.session_key]


SHELL = """
import sys
from io import BytesIO
from PIL import Image
from django.core.files.uploadedfile import SimpleUploadedFile
from digests.publishing import pictures
made = BytesIO()
Image.effect_noise((1900, 1400), 80).save(made, "JPEG")
pictures.take(SimpleUploadedFile("noise.jpg", made.getvalue()), by=None)
"""
LOOK = """
from django_tasks_db.models import DBTaskResult
from digests.models import Picture
print(DBTaskResult.objects.get().status, len(Picture.objects.get().renditions))
"""


def test_a_worker_that_is_killed_is_succeeded(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "NEWSROOM_DATA": str(tmp_path),
        "DATABASE_URL": "",
        "CACHE_URL": "",
    }

    def manage(*args: str) -> str:
        command = [sys.executable, "manage.py", *args]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""

    def work() -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "worker"]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)

    def until(status: str) -> str:
        for _ in range(60):
            if (found := manage("shell", "-v", "0", "-c", LOOK)).startswith(status):
                return found
            time.sleep(0.1)
        raise TimeoutError(found)

    manage("migrate", "-v", "0")
    manage("shell", "-v", "0", "-c", SHELL)
    first = work()
    until("RUNNING")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert until("RUNNING") == "RUNNING 0"  # for ever, without the next one
    second = work()
    try:
        assert until("SUCCESSFUL") == "SUCCESSFUL 12"
    finally:
        second.terminate()
    assert second.wait(20) == 0
