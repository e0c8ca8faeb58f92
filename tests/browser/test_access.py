"""For everybody: nothing serious that axe can find on the desk's own pages, and nothing at all on the readers'.

bin/check-site does the second for more pages, of a newsroom with more in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Newsroom
from tests.browser.desk import issue_address

Visit = Callable[..., Page]

# As pages.py does for readers: every page of the desk, with what stands for an issue's own address.
PAGES = [
    "/admin/",
    "/admin/digests/issue/",
    "/admin/digests/issue/add/",
    "/admin/digests/issue/calendar/2026/03/",
    "/admin/digests/notice/",
    "/admin/digests/notice/settings/",
    "/admin/digests/picture/",
    "{issue}change/",
    "{issue}text/",
    "{issue}review/",
    "{issue}previews/",
    "{issue}history/",
]
WRITERS_ALONE = {"/admin/digests/issue/add/"}


@pytest.mark.parametrize("who", ["writer", "reviewer"])
@pytest.mark.parametrize(
    ("language", "dark", "width"),
    [("zh-CN", False, 1440), ("en-US", True, 1440), ("zh-CN", True, 390), ("en-US", False, 390)],
)
def test_axe_finds_nothing_serious_on_the_desk(
    visit: Visit,
    newsroom: Newsroom,
    day: Any,
    who: str,
    language: str,
    dark: bool,
    width: int,
) -> None:
    newsroom.manage("workflow", "submit", "ai-daily", str(day), "--user", "writer")
    # axe styles what it measures
    page = visit(who, language=language, dark=dark, width=width, bypass_csp=True)
    address = issue_address(page, day)
    found = {}
    for pattern in PAGES:
        if who != "writer" and pattern in WRITERS_ALONE:
            continue
        page.goto(pattern.format(issue=address))
        # The readers' page in a frame is none of the desk's own.
        if serious := violations(page, {"serious", "critical"}, iframes=False):
            found[pattern] = serious
    assert found == {}


@pytest.mark.parametrize(
    ("language", "dark", "width"),
    [("zh-CN", False, 1280), ("en-US", True, 1280), ("zh-CN", True, 320), ("en-US", False, 320)],
)
def test_axe_finds_nothing_on_the_readers_pages(
    visit: Visit, newsroom: Newsroom, language: str, dark: bool, width: int
) -> None:
    code = (
        "from digests.site.public_addresses import every; "
        "print(*{page.kind: page.path for page in every()}.values(), sep='\\n')"
    )
    one_of_each = newsroom.manage("shell", "--no-imports", "-c", code).split()
    page = visit(language=language, dark=dark, width=width, bypass_csp=True)
    found, seen = {}, 0
    for address in one_of_each:
        if not page.request.head(address).headers["content-type"].startswith("text/html"):
            continue
        page.goto(address)
        seen += 1
        if anything := violations(page, {"minor", "moderate", "serious", "critical"}):
            found[address] = anything
    assert found == {} and seen >= 7


def violations(page: Page, impacts: set[str], **options: Any) -> list[tuple[str, list[Any]]]:
    """Return what axe finds on a page, with where, and whether it scrolls sideways."""
    result = Axe().run(page, options={"resultTypes": ["violations"], **options})
    found = [
        (one["id"], [node["target"] for node in one["nodes"]][:4])
        for one in result.response["violations"]
        if one["impact"] in impacts
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(("scrolls sideways", []))
    return found
