"""Notices by mail: what is in one, when it goes, and that none goes twice; a real SMTP server takes them."""

from __future__ import annotations

import email
import logging
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from bs4 import BeautifulSoup
from django.core import mail as box
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoCaptureOnCommitCallbacks

from digests.editorial import comments, workflow
from digests.editorial.notices import mail, telling
from digests.models import Digest, Issue, Notice, NotificationPreference
from digests.models.states import Action
from tests.conftest import person

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


@pytest.fixture(autouse=True)
def english(settings: Any) -> Iterator[None]:
    settings.LANGUAGE_CODE = "en"
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    """Return people with addresses, but for `silent`, who reviews and has none."""
    found = SimpleNamespace(
        writer=person("writer", "writer"),
        reviewer=person("reviewer", "reviewer"),
        editor=person("editor", "editor"),
        silent=person("silent", "reviewer"),
    )
    for one in (found.writer, found.reviewer, found.editor):
        one.email = f"{one.username}@desk.test"
        one.save(update_fields=["email"])
    return found


@pytest.fixture
def do(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Callable[..., Issue]:
    def do(action: Action, issue: Issue, by: Any, **arguments: Any) -> Issue:
        with django_capture_on_commit_callbacks(execute=True):
            arguments = {"attests_read_all": True, **arguments} if action == Action.APPROVE else arguments
            workflow.perform(action, issue, by=by, **arguments)
        return Issue.objects.get(pk=issue.pk)

    return do


@pytest.fixture
def submitted(draft: Make, people: SimpleNamespace, do: Callable[..., Issue]) -> Callable[..., Issue]:
    """Submit drafts, one a day back from a day."""
    days = iter(range(1, 28))
    return lambda **fields: do(
        Action.SUBMIT, draft(date=datetime(2026, 3, next(days), tzinfo=UTC).date(), **fields), people.writer
    )


def later(**span: float) -> datetime:
    return timezone.now() + timedelta(**span)


def text(message: Any) -> str:
    return str(message.body)


# --- When it goes -----------------------------------------------------------------


def test_what_happens_within_minutes_is_one_mail(submitted: Callable[..., Issue]) -> None:
    submitted()
    assert mail.send(later(minutes=2)) == 0
    submitted()
    assert mail.send(later(minutes=4)) == 1
    assert [message.to for message in box.outbox] == [["reviewer@desk.test"]]
    assert box.outbox[0].subject == "[晨报] 2 issues wait for you"
    assert mail.send(later(hours=1)) == 0


def test_what_is_done_by_others_meanwhile_is_not_mailed(
    submitted: Callable[..., Issue], people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    issue = submitted()
    workflow.perform(Action.APPROVE, issue, by=people.silent, attests_read_all=True)  # nobody heard of it
    mail.send(later(minutes=4))
    assert [message.to for message in box.outbox] == [["editor@desk.test"]]  # whose turn it is now


def test_what_was_read_at_the_desk_is_not_mailed(submitted: Callable[..., Issue]) -> None:
    submitted()
    Notice.objects.mark_read()
    assert mail.send(later(minutes=4)) == 0


def test_a_daily_mail_goes_at_its_hour_in_the_newsrooms_zone(
    submitted: Callable[..., Issue], people: SimpleNamespace
) -> None:
    told = NotificationPreference(person=people.reviewer, blocking="daily", hour=18)
    before, after = datetime(2026, 3, 1, 9, 59, tzinfo=UTC), datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    assert told.mail_at("blocking", before) == after  # 18:00 in Shanghai
    assert told.mail_at("blocking", after) == after + timedelta(days=1)
    told.hour = (timezone.localtime().hour + 12) % 24
    told.save()
    submitted()
    submitted()
    assert mail.send(later(minutes=4)) == 0
    assert mail.send(later(hours=24)) == 1
    assert box.outbox[0].subject == "[晨报] 2 issues wait for you"


def test_who_wants_no_mail_has_no_address_or_muted_the_digest_gets_none(
    submitted: Callable[..., Issue], people: SimpleNamespace, digest: Digest
) -> None:
    NotificationPreference.objects.create(person=people.reviewer).muted.add(digest)
    submitted()
    NotificationPreference.objects.update(blocking="none")
    NotificationPreference.objects.get().muted.clear()
    submitted()
    assert set(Notice.objects.values_list("mail_at", flat=True)) == {None}
    assert Notice.objects.filter(person=people.reviewer).count() == 2
    assert mail.send(later(days=2)) == 0


def test_a_new_choice_holds_for_what_was_not_mailed_yet(
    submitted: Callable[..., Issue], people: SimpleNamespace
) -> None:
    submitted()
    told = NotificationPreference.objects.create(person=people.reviewer, blocking="daily")
    assert telling.reschedule(told) == {told.mail_at("blocking", timezone.now())}
    told.blocking = "none"
    assert telling.reschedule(told) == set()
    assert mail.send(later(days=2)) == 0


def test_without_a_way_for_mail_nothing_is_ever_sent_of_that_time(
    submitted: Callable[..., Issue], settings: Any
) -> None:
    works, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, telling.NO_MAIL
    submitted()
    out = StringIO()
    call_command("send_notices", stdout=out)
    assert out.getvalue() == "This newsroom sends no mail: EMAIL_URL is not set.\n"
    settings.EMAIL_BACKEND = works
    assert mail.send(later(days=2)) == 0


def test_who_lost_access_gets_no_mail(submitted: Callable[..., Issue], people: SimpleNamespace) -> None:
    submitted()
    people.reviewer.groups.clear()
    assert mail.send(later(minutes=4)) == 0


# --- What is in it ----------------------------------------------------------------


def test_a_mail_has_both_groups_whole_links_and_what_robots_need(
    submitted: Callable[..., Issue],
    people: SimpleNamespace,
    do: Callable[..., Issue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: Any,
) -> None:
    settings.SITE_URL = "https://news.example.org"
    NotificationPreference.objects.create(person=people.writer, fyi="soon")
    issue = do(Action.REQUEST_CHANGES, submitted(), people.reviewer, note="来源<b>不足</b>")
    with django_capture_on_commit_callbacks(execute=True):
        comments.say(submitted(), "写得好", by=people.editor)
    other = Issue.objects.exclude(pk=issue.pk).get()
    fine = do(Action.APPROVE, submitted(), people.reviewer)
    mail.send(later(minutes=4))
    message = next(one for one in box.outbox if one.to == ["writer@desk.test"])
    assert message.subject == "[晨报] 2 issues wait for you"
    desk = "https://news.example.org/admin/digests"
    assert text(message) == (
        "You are blocking\n"
        "\n"
        f"- editor commented on {other}. It cannot be approved while that comment is open.\n"
        "  今天的要闻\n"
        "  “写得好”\n"
        f"  {desk}/issue/{other.pk}/review/\n"
        "\n"
        f"- reviewer asked for changes to {issue}.\n"
        "  今天的要闻\n"
        "  “来源<b>不足</b>”\n"
        f"  {desk}/issue/{issue.pk}/change/\n"
        "\n"
        "For your information\n"
        "\n"
        f"- reviewer approved {fine}.\n"
        "  今天的要闻\n"
        f"  {desk}/issue/{fine.pk}/change/\n"
        "\n"
        "-- \n"
        f"All notices: {desk}/notice/\n"
        f"Change what you get by mail: {desk}/notice/settings/\n"
    )
    sent = message.message()
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Unsubscribe"] == f"<{desk}/notice/settings/>"
    assert sent["Message-ID"].endswith("@news.example.org>")
    assert sent["References"] == " ".join(f"<issue-{one.pk}@news.example.org>" for one in (issue, other, fine))
    html = str(cast(Any, message).alternatives[0][0])
    page = BeautifulSoup(html, "html.parser")
    assert [link["href"] for link in page.select("li a")] == [
        f"{desk}/issue/{other.pk}/review/",
        f"{desk}/issue/{issue.pk}/change/",
        f"{desk}/issue/{fine.pk}/change/",
    ]
    assert page.select("img, link, script, style, b") == []
    assert "来源<b>不足</b>" in page.get_text()


def test_a_mail_only_to_know_says_so_and_several_digests_are_the_newsrooms(
    submitted: Callable[..., Issue], people: SimpleNamespace, do: Callable[..., Issue]
) -> None:
    NotificationPreference.objects.create(person=people.writer, fyi="soon")
    do(Action.APPROVE, submitted(), people.reviewer)
    other = do(Action.APPROVE, submitted(), people.reviewer)
    Issue.objects.filter(pk=other.pk).update(digest=Digest.objects.create(name="晚报", slug="evening"))
    mail.send(later(minutes=4))
    subjects = {one.to[0]: one.subject for one in box.outbox}
    assert subjects == {
        "writer@desk.test": "[Newsroom] News of 2 issues",
        "editor@desk.test": "[Newsroom] 2 issues wait for you",
    }


@pytest.mark.parametrize(
    ("newsroom", "own", "subject"),
    [
        ("en", "", "[晨报] 1 issue waits for you"),
        ("zh-hans", "", "[晨报] 1 期等你处理"),
        ("zh-hans", "en", "[晨报] 1 issue waits for you"),
        ("en", "zh-hans", "[晨报] 1 期等你处理"),
    ],
)
def test_a_mail_is_in_the_language_of_its_reader_else_the_newsrooms(
    submitted: Callable[..., Issue], people: SimpleNamespace, settings: Any, newsroom: str, own: str, subject: str
) -> None:
    settings.LANGUAGE_CODE = newsroom
    NotificationPreference.objects.create(person=people.reviewer, language=own)
    submitted()
    mail.send(later(minutes=4))
    assert box.outbox[0].subject == subject
    assert ("审稿" in text(box.outbox[0])) == (subject[-1] == "理")


def test_no_name_or_title_reaches_the_headers_with_a_line_break(
    submitted: Callable[..., Issue], digest: Digest
) -> None:
    issue = submitted()
    Digest.objects.update(name="晨报\r\nBcc: all@evil.test")
    Issue.objects.filter(pk=issue.pk).update(title="要闻\nBcc: all@evil.test")
    assert mail.send(later(minutes=4)) == 1
    sent = box.outbox[0].message()
    assert sent["Bcc"] is None
    assert box.outbox[0].subject == "[晨报 Bcc: all@evil.test] 1 issue waits for you"
    assert "\n  要闻 Bcc: all@evil.test\n" in text(box.outbox[0])


# --- By a real server -----------------------------------------------------------------


class Sink(socketserver.ThreadingTCPServer):
    """A mail server of a few lines. `answers` has what it says to RCPT and after DATA, if not that all is well."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        self.taken: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        super().__init__(("127.0.0.1", port), Session)


class Session(socketserver.StreamRequestHandler):
    server: Sink

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 sink")
        while command := self.rfile.readline().decode().strip().upper():
            word = command[:4]
            if word == "DATA":
                self.say("354 go on")
                lines = iter(lambda: self.rfile.readline(), b".\r\n")
                data = b"".join(line[1:] if line.startswith(b"..") else line for line in lines)
                self.server.taken.append(email.message_from_bytes(data, policy=default))
                if self.server.answers.get("DATA") == "hang up":
                    return
                self.say("250 taken")
            elif word == "RCPT":
                self.say(next((said for who, said in self.server.answers.items() if who.upper() in command), "250 ok"))
            else:
                self.say("221 bye" if word == "QUIT" else "250 ok")


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with Sink() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        settings.EMAIL_TIMEOUT = 5
        yield server
        server.shutdown()


def recipients(sink: Sink) -> list[str]:
    return sorted(str(message["To"]) for message in sink.taken)


def test_a_server_gets_the_mail_as_it_was_written(submitted: Callable[..., Issue], sink: Sink) -> None:
    issue = submitted()
    assert mail.send(later(minutes=4)) == 1
    [message] = sink.taken
    assert message["Subject"] == "[晨报] 1 issue waits for you"
    assert message["From"] == "newsroom@127.0.0.1"
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and html is not None
    assert f"{issue} waits for your review" in plain.get_content()
    assert f"{issue} waits for your review" in html.get_content()


def test_while_the_server_is_down_all_stays_due_and_it_is_logged_once(
    submitted: Callable[..., Issue], sink: Sink, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    works = settings.EMAIL_PORT
    with socket.socket() as nobody:  # bound, and nobody listens
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = nobody.getsockname()[1]
        submitted()
        now = later(minutes=4)
        with caplog.at_level(logging.ERROR, logger="digests.editorial.notices.mail"):
            for _again in range(3):
                assert mail.send(now) == 0
                now += mail.RETRY
        assert len(caplog.records) == 1
        assert "Mail cannot be sent" in caplog.text
    notice = Notice.objects.exclude(mail_at=None).get()
    assert (notice.mailed_at, notice.mail_at) == (None, now)
    settings.EMAIL_PORT = works
    assert mail.send(now - timedelta(seconds=1)) == 0
    assert mail.send(now) == 1
    assert mail.send(now + mail.RETRY) == 0
    assert recipients(sink) == ["reviewer@desk.test"]


def both(submitted: Callable[..., Issue], people: SimpleNamespace) -> datetime:
    """Have mail due to two reviewers; return when."""
    people.silent.email = "second@desk.test"
    people.silent.save(update_fields=["email"])
    submitted()
    return later(minutes=4)


def test_a_mail_that_is_refused_for_now_goes_later_and_the_others_go(
    submitted: Callable[..., Issue], people: SimpleNamespace, sink: Sink
) -> None:
    now = both(submitted, people)
    sink.answers["reviewer@"] = "451 come back later"
    assert mail.send(now) == 1
    assert recipients(sink) == ["second@desk.test"]
    sink.answers.clear()
    assert mail.send(now + mail.RETRY) == 1
    assert recipients(sink) == ["reviewer@desk.test", "second@desk.test"]


def test_a_mail_that_is_refused_for_good_is_not_tried_again(
    submitted: Callable[..., Issue], people: SimpleNamespace, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    now = both(submitted, people)
    sink.answers["reviewer@"] = "550 nobody here"
    assert mail.send(now) == 1
    assert "refuses mail to reviewer for good" in caplog.text
    sink.answers.clear()
    assert mail.send(now + mail.RETRY) == 0
    assert recipients(sink) == ["second@desk.test"]


def test_a_mail_that_may_have_been_taken_is_not_sent_again(
    submitted: Callable[..., Issue], people: SimpleNamespace, sink: Sink
) -> None:
    now = both(submitted, people)
    sink.answers["DATA"] = "hang up"
    assert mail.send(now) == 0
    sink.answers.clear()
    assert mail.send(now + mail.RETRY) == 0
    assert recipients(sink) == ["reviewer@desk.test", "second@desk.test"]  # each once


# --- By the worker, and by two at once ---------------------------------------------------


DATABASE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
commits = pytest.mark.skipif(connection.vendor != "postgresql", reason="commits, and only there the log can be emptied")


def test_the_worker_is_told_when_mail_is_due(
    draft: Make, people: SimpleNamespace, do: Callable[..., Issue], settings: Any
) -> None:
    settings.TASKS = DATABASE
    do(Action.SUBMIT, draft(), people.writer)
    assert DBTaskResult.objects.get().run_after == Notice.objects.get(person=people.reviewer).mail_at


def test_the_command_sends_what_is_due_and_says_how_much(submitted: Callable[..., Issue]) -> None:
    submitted()
    Notice.objects.exclude(mail_at=None).update(mail_at=timezone.now())
    out = StringIO()
    call_command("send_notices", stdout=out)
    call_command("send_notices", stdout=out)
    assert out.getvalue() == "1 mail sent.\n0 mails sent.\n"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@commits
def test_the_worker_sends_it(draft: Make, people: SimpleNamespace, settings: Any) -> None:
    settings.TASKS = DATABASE
    workflow.perform(Action.SUBMIT, draft(), by=people.writer)
    call_command("db_worker", batch=True, interval=0, verbosity=0)
    assert box.outbox == []
    DBTaskResult.objects.update(run_after=timezone.now())
    Notice.objects.exclude(mail_at=None).update(mail_at=timezone.now())
    call_command("db_worker", batch=True, interval=0, verbosity=0)
    assert [message.to for message in box.outbox] == [["reviewer@desk.test"]]
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@commits
def test_two_workers_at_once_send_one_mail(draft: Make, people: SimpleNamespace, sink: Sink) -> None:
    workflow.perform(Action.SUBMIT, draft(), by=people.writer)
    now, barrier = later(minutes=4), threading.Barrier(4)

    def work(_number: int) -> int:
        barrier.wait()
        try:
            return mail.send(now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        assert sorted(workers.map(work, range(4))) == [0, 0, 0, 1]
    assert recipients(sink) == ["reviewer@desk.test"]
