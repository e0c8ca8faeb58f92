"""A real Chromium on the real newsroom: its own process, database and files. All in here is marked `browser`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from digests.manuscript.writer import write
from tests.conftest import manuscript

ROOT = Path(__file__).parents[2]
PASSWORD = "tell it as it was"

# Chromium as root in a machine without a GPU; the rest keeps it from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Newsroom:
    """A running newsroom with the demo's people and issue."""

    url: str
    environment: dict[str, str]

    def manage(self, *args: str) -> str:
        """Run a command on it, as someone in a shell would."""
        command = [sys.executable, "manage.py", *args]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with running(tmp_path_factory.mktemp("newsroom")) as here:
        yield here


@contextmanager
def running(data: Path, settings: str = "newsroom.settings") -> Iterator[Newsroom]:
    """Run a newsroom as in production, with all it writes in a folder. Nothing in its logs may be a traceback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings,
        "NEWSROOM_DATA": str(data),
        "NEWSROOM_DEMO_PASSWORD": PASSWORD,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    here = Newsroom(environment["SITE_URL"], environment)
    for command in ("migrate", "collectstatic --noinput", "demo"):
        here.manage(*command.split())
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "newsroom/gunicorn.conf.py", "newsroom.wsgi"]
    worker = [sys.executable, "manage.py", "worker"]
    logs = []
    with (
        subprocess.Popen(gunicorn, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as server,
        subprocess.Popen(worker, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as behind,
    ):
        try:
            wait_for(f"{here.url}/readyz")
            yield here
        finally:
            for process in (server, behind):
                process.terminate()
                logs.append(process.communicate()[1])
    assert "Traceback" not in "".join(logs), logs


def wait_for(url: str) -> None:
    """Return once an address answers. Gives up after 30 seconds."""
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, newsroom: Newsroom) -> Iterator[Callable[..., Page]]:
    """Open a page as someone of their own: `visit("writer")` is logged in, `visit()` reads.

    At the end, none of them may have met an error, a CSP violation or another host.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # A refusal answered by 4xx is said in the console too; what matters is on the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(message.text)

    def on_request(request: Request) -> None:
        host = urlsplit(request.url).netloc
        if host and host != urlsplit(newsroom.url).netloc:
            problems.append(f"asked another host: {request.url}")

    def open_as(
        name: str = "", *, language: str = "zh-CN", width: int = 1440, dark: bool = False, **options: Any
    ) -> Page:
        context = chromium.new_context(
            base_url=newsroom.url,
            locale=language,
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", on_console)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", on_request)
        if name:
            page.goto("/admin/")
            page.fill("[name=username]", name)
            page.fill("[name=password]", PASSWORD)
            page.click("[type=submit]")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert problems == []


DAYS = count(1)


@pytest.fixture
def day(newsroom: Newsroom, tmp_path: Path) -> date:
    """Import an issue of its own for a test: two sections of three stories, and two briefs."""
    day = date(2026, 3, 1) + timedelta(days=next(DAYS))
    path = tmp_path / f"{day}.md"
    path.write_text(write(manuscript(6, date=day)), encoding="utf-8")
    newsroom.manage("import_digest", str(path), "--digest", "ai-daily", "--user", "writer")
    return day
