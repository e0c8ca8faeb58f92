"""Measure the desk with an issue of 60 stories. Run by hand: .venv/bin/python -m tests.bench.desk

Machines are noisy, so each time is also given as a ratio to the plainest page of the desk (a list of tags),
measured in the same run. The number of queries is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from tests.bench.newsroom import newsroom  # isort: split

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from digests.editorial import exchange, workflow
from digests.manuscript.writer import write
from digests.models import Digest, Issue
from digests.models.states import Action
from tests.conftest import manuscript
from tests.desk import filled

STORIES, TIMES = 60, 7


def in_review() -> tuple[Issue, User, User]:
    """Return an issue in review, its writer and its reviewer."""
    writer, reviewer = (User.objects.create_superuser(each, password="x") for each in ("writer", "reviewer"))
    words = manuscript(STORIES)
    digest = Digest.objects.create(name="晨报", slug="morning")
    issue = Issue.objects.create(digest=digest, date=words.date, title=words.title)
    with workflow.editing(issue, by=writer) as locked:
        exchange.to_rows(words, locked)
    workflow.perform(Action.SUBMIT, issue, by=writer)
    return Issue.objects.get(pk=issue.pk), writer, reviewer


def main() -> None:
    with newsroom():
        issue, writer, reviewer = in_review()

        def client(person: Any) -> Client:
            found = Client(raise_request_exception=True)
            found.force_login(person)
            return found

        def at(word: str) -> str:
            return reverse(f"admin:digests_issue_{word}", args=[issue.pk])

        writing, reviewing = client(writer), client(reviewer)
        text = write(issue.head.manuscript, uids=True)
        number = iter(range(10_000))

        def saved() -> dict[str, Any]:
            return {**filled(writing.get(at("change"))), "title": f"今天的要闻 {next(number)}"}

        def checked() -> dict[str, Any]:
            return {"text": f"{text}\n\n{next(number)}"}

        acts: list[tuple[str, Callable[[], Any], Callable[[Any], Any]]] = [
            ("list of tags", dict, lambda _: writing.get(reverse("admin:digests_tag_changelist"))),
            ("open, structure", dict, lambda _: writing.get(at("change"))),
            ("open, text", dict, lambda _: writing.get(at("text"))),
            ("save, structure", saved, lambda data: writing.post(at("change"), data)),
            ("check and preview while writing text", checked, lambda data: writing.post(at("check_text"), data)),
            ("preview as readers see it", dict, lambda _: reviewing.get(at("review_page"))),
            ("review", dict, lambda _: reviewing.get(at("review"))),
        ]
        plain = 0.0
        print(f"{STORIES} stories, {connection.vendor}; median of {TIMES}")
        print(f"{'':40} {'ms':>6} {'ratio':>7} {'queries':>8}")
        for name, prepare, act in acts:
            taken, queries = [], 0
            for _ in range(TIMES + 1):
                data = prepare()
                with CaptureQueriesContext(connection) as captured:
                    began = perf_counter()
                    response = act(data)
                    taken.append(perf_counter() - began)
                assert response.status_code in (200, 302), (name, response.status_code)
                queries = len(captured)
            milliseconds = median(taken[1:]) * 1000  # the first run fills caches
            plain = plain or milliseconds
            print(f"{name:40} {milliseconds:6.0f} {milliseconds / plain:7.1f} {queries:8}")


if __name__ == "__main__":
    main()
