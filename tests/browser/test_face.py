"""The readers' pages as browsers show them: at every width, in both lights, and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Newsroom

Visit = Callable[..., Page]
ISSUE = "/ai-daily/2026-01-30/"
PAGES = ["/", "/?lang=en", "/ai-daily/", "/ai-daily/2026/01/", ISSUE, "/stories/", "/tags/", "/tags/ai/", "/nowhere/"]


def addresses(page: Page) -> Iterator[str]:
    """Give the address of a page of each kind."""
    page.goto(ISSUE)
    story = page.locator(".permalink").first.get_attribute("href")
    assert story
    yield from (story if address == "/stories/" else address for address in PAGES)


@pytest.mark.parametrize(("width", "dark"), [(320, False), (320, True), (1280, False), (1280, True)])
def test_no_page_scrolls_sideways_and_axe_finds_nothing(visit: Visit, width: int, dark: bool) -> None:
    page = visit(width=width, dark=dark, bypass_csp=True)  # axe styles what it measures
    found: dict[str, Any] = {}
    for address in addresses(page):
        page.goto(address)
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        problems = [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in violations]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            problems.append(("scrolls sideways", []))
        if problems:
            found[address] = problems
    assert found == {}


def test_paper_has_the_words_and_addresses_and_nothing_to_click(visit: Visit) -> None:
    page = visit(width=642)  # what an A4 sheet leaves between its margins
    page.goto(ISSUE)
    page.emulate_media(media="print")
    for place in (".masthead nav", ".contents", ".beside", ".permalink", ".feeds", ".skip"):
        expect(page.locator(place).first).to_be_hidden()
    for place in (".masthead-name", ".day", "h1", ".summary", ".story .note", ".briefs", ".label", ".colophon-key"):
        expect(page.locator(place).first).to_be_visible()
    link = page.locator(".domain").first
    assert link.evaluate("it => getComputedStyle(it, '::after').content") == f'"{link.get_attribute("href")}"'
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_line_of_chinese_holds_whole_characters(visit: Visit) -> None:
    for width in (320, 390, 768, 1280):
        page = visit(width=width)
        page.goto(ISSUE)
        ratios = page.locator(".story > .prose").evaluate_all(
            "all => all.map(it => it.clientWidth / parseFloat(getComputedStyle(it).fontSize))"
        )
        assert all(abs(ratio - round(ratio)) < 0.07 for ratio in ratios) and max(ratios) <= 38.05, (width, ratios[0])


def test_the_contents_stay_beside_the_stories_and_lead_to_them(visit: Visit) -> None:
    page = visit(width=1280)
    page.goto(ISSUE)
    last = page.locator(".contents li li a").last
    last.click()
    target = page.locator("article.story").last
    expect(target).to_be_in_viewport()
    expect(last).to_be_in_viewport()
    page.locator(".colophon").scroll_into_view_if_needed()
    contents, foot = (page.locator(place).bounding_box() for place in (".contents", ".issue-foot"))
    assert contents and foot and contents["y"] + contents["height"] <= foot["y"]


def test_channels_are_shown_with_codes_that_are_black_on_white_at_night_too(visit: Visit, newsroom: Newsroom) -> None:
    newsroom.manage(
        "shell",
        "-c",
        "from digests.models import Channel, Digest; "
        "Channel.objects.create(digest=Digest.objects.get(slug='ai-daily'), name='Telegram', address='https://t.me/a')",
    )
    try:
        page = visit(dark=True)
        page.goto(f"{ISSUE}#subscribe")
        code = page.locator(".channels img")
        code.scroll_into_view_if_needed()
        expect(code).to_have_js_property("complete", True)
        pixels = code.evaluate(
            """it => {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 290;
                const pen = canvas.getContext("2d");
                pen.drawImage(it, 0, 0, 290, 290);
                return [[5, 5], [45, 45]].map(([x, y]) => [...pen.getImageData(x, y, 1, 1).data]);
            }"""
        )
        assert pixels == [[255, 255, 255, 255], [0, 0, 0, 255]]
    finally:
        newsroom.manage("shell", "-c", "from digests.models import Channel; Channel.objects.all().delete()")
