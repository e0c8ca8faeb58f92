"""Measure feeds, in full and answered with 304. Run by hand: .venv/bin/python -m tests.bench.feeds

Machines are noisy, so what a 304 costs is also given as a part of the whole, measured in the same run.
The number of queries is exact.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from tests.bench.newsroom import measured, newsroom  # isort: split

from django.test import Client

from digests.models import Digest
from tests.feed_reading import out

ISSUES, STORIES, TIMES = 120, 30, 7
LISTINGS = (
    "/",
    "/morning/",
    "/morning/2026/02/",
    "/morning/stories/",
    "/tags/ai/",
    "/sources/",
    "/sources/source1.test/",
    "/corrections/",
)


def main() -> None:
    with newsroom():
        digest = Digest.objects.create(name="晨报", slug="morning")
        for day in range(ISSUES):
            out(digest, date(2026, 1, 1) + timedelta(days=day), at=datetime(2026, 6, 1, tzinfo=UTC), stories=STORIES)
        client = Client()

        def timed(address: str, **headers: str) -> tuple[float, int, Any]:
            took, queries = measured(partial(client.get, address, headers=headers), TIMES)
            return took, len(queries), client.get(address, headers=headers)

        print(f"{ISSUES} issues of {STORIES} stories")
        print(f"{'':34}{'KB':>6}{'whole ms':>10}{'queries':>9}{'304 ms':>8}{'queries':>9}{'part':>7}")
        for listing in LISTINGS:
            for kind in ("rss.xml", "atom.xml", "feed.json"):
                whole, many, response = timed(listing + kind)
                known, few, again = timed(listing + kind, **{"If-None-Match": response.headers["ETag"]})
                assert again.status_code == 304
                size = len(response.content) / 1000
                print(f"{listing + kind:34}{size:6.0f}{whole:10.1f}{many:9}{known:8.1f}{few:9}{known / whole:7.0%}")


if __name__ == "__main__":
    main()
