"""The WebSub hub: which feeds name it, and when it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from digests.delivery import websub
from digests.editorial import workflow
from digests.models import Digest, Issue
from digests.models.states import Action
from tests.feed_reading import (
    KINDS,
    LISTINGS,
    SITE,
    entries,
    get,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
Make = Callable[..., Issue]


@pytest.fixture
def heard() -> Iterator[SimpleNamespace]:
    """A hub on this machine that keeps what it is told."""
    told: list[list[tuple[str, str]]] = []

    class Hub(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/", told=told)
    server.shutdown()
    server.server_close()


def test_a_hub_is_told_after_publication_and_named_in_the_feeds_it_is_told_of(
    approved: Make,
    people: SimpleNamespace,
    client: Client,
    settings: Settings,
    heard: SimpleNamespace,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    issue = approved()
    settings.NEWSROOM_HUB = heard.url
    with django_capture_on_commit_callbacks(execute=True):
        workflow.perform(Action.PUBLISH, issue, by=people.editor)
    (fields,) = heard.told
    assert fields[0] == ("hub.mode", "publish")
    topics = {value for name, value in fields if name == "hub.url"}
    assert topics == {
        f"{SITE}{listing}{kind}"
        for listing in ("/", "/corrections/", "/morning/", "/morning/stories/")
        for kind in KINDS
    }
    for listing in LISTINGS[:-1]:
        for kind in KINDS:
            response = get(client, listing + kind)
            named = heard.url in response.content.decode()
            link = f'<{heard.url}>; rel="hub", <{SITE}{listing}{kind}>; rel="self"'
            assert (named, response.headers.get("Link")) == (
                (True, link) if SITE + listing + kind in topics else (False, None)
            )


def test_a_hub_that_is_down_harms_nothing(
    approved: Make,
    people: SimpleNamespace,
    client: Client,
    settings: Settings,
    heard: SimpleNamespace,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    issue = approved()
    settings.NEWSROOM_HUB = "http://127.0.0.1:9/"
    with django_capture_on_commit_callbacks(execute=True):
        workflow.perform(Action.PUBLISH, issue, by=people.editor)
    assert len(entries(client, "/morning/rss.xml")) == 1
    assert websub.tell.call("morning") is False
    settings.NEWSROOM_HUB = ""
    assert websub.tell.call("morning") is False
    assert heard.told == []


def test_without_a_hub_no_feed_names_one(digest: Digest, client: Client) -> None:
    assert 'rel="hub"' not in get(client, "/morning/rss.xml").content.decode()
    assert "hubs" not in json.loads(get(client, "/morning/feed.json").content)


def test_the_hub_is_told_when_the_hour_of_a_schedule_comes(
    approved: Make,
    people: SimpleNamespace,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    issue = approved()
    settings.NEWSROOM_HUB = "http://127.0.0.1:9/"
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    at = timezone.now() + timedelta(hours=5)
    with django_capture_on_commit_callbacks(execute=True):
        workflow.perform(Action.SCHEDULE, issue, by=people.editor, at=at)
    due = DBTaskResult.objects.filter(task_path="digests.delivery.websub.tell")
    assert [(task.run_after, task.args_kwargs["args"]) for task in due] == [(at, ["morning"])]
