"""The desk for everybody: no serious violation that axe can find, on any of its own pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.test_day import day, issue_address  # noqa: F401 - a fixture

Visit = Callable[..., Page]

# As `pages.py` does for readers: every page of the desk, with what stands for an issue's own address.
PAGES = [
    "/admin/",
    "/admin/digests/issue/",
    "/admin/digests/issue/add/",
    "{issue}change/",
    "{issue}history/",
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_axe_finds_nothing_serious_on_the_desk(visit: Visit, day: Any, language: str, dark: bool) -> None:  # noqa: F811
    page = visit("writer", language=language, dark=dark, bypass_csp=True)  # axe styles what it measures
    address = issue_address(page, day)
    found = {}
    for pattern in PAGES:
        page.goto(pattern.format(issue=address))
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        serious = [
            (one["id"], [node["target"] for node in one["nodes"]][:4])
            for one in result.response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        if serious:
            found[pattern] = serious
    assert found == {}
