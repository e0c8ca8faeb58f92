"""Ways through the readers' pages by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page

FOCUSED = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  return {
    what: here === document.body ? "" : `${here.tagName.toLowerCase()} ${here.textContent.trim().slice(0, 40)}`,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
    shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
MOST_STOPS = 400


class Lost(Exception):
    """The way does not go on by the keyboard."""


def expect(true: object, otherwise: str) -> None:
    if not true:
        raise Lost(otherwise)


def tab(page: Page) -> str:
    """Go one stop on, and return what it is; nothing at the end of the page."""
    page.keyboard.press("Tab")
    stop = page.evaluate(FOCUSED)
    expect(not stop["what"] or stop["ring"], f"no ring shows that the focus is on: {stop['what']}")
    expect(not stop["what"] or stop["shown"], f"out of sight while it has the focus: {stop['what']}")
    return str(stop["what"])


def tab_to(page: Page, selector: str) -> None:
    for _ in range(MOST_STOPS):
        if not tab(page):
            break
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise Lost(f"no {selector} within reach on {page.url}")


def enter(page: Page) -> str:
    """Follow what has the focus, and return the path it leads to."""
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_function("before => location.href !== before && document.readyState === 'complete'", arg=before)
    return urlsplit(page.url).path


def tour(page: Page) -> int:
    """Go through all of a page; every link, field and button is a stop, once, and seen."""
    page.evaluate("document.activeElement.blur()")
    stops = 0
    while tab(page):
        stops += 1
        expect(stops < MOST_STOPS, "the page has no end")
    there = page.locator("a[href], button, input:not([type=hidden]), select, textarea, summary").filter(visible=True)
    expect(stops >= there.count(), f"{there.count()} links, fields and buttons, {stops} stops")
    return stops


def issue(page: Page, address: str) -> str:
    page.goto(address)
    stops = tour(page)

    page.goto(address)
    expect(
        "skip" in str(tab(page) and page.evaluate("document.activeElement.className")), "the first stop is no skip link"
    )
    page.keyboard.press("Enter")
    expect(page.evaluate("document.activeElement.id") == "main", "the skip link does not lead to the text")

    tab_to(page, ".contents li li a")
    expect(enter(page) == page.evaluate("location.pathname"), "the contents lead off the page")
    tab_to(page, ".story h3 a, .story .permalink")
    expect(page.evaluate("'#' + document.activeElement.closest('.story').id === location.hash"),
           "the contents lead past their story")  # fmt: skip
    tab_to(page, "a[href^='/stories/']")
    expect(enter(page).startswith("/stories/"), "a story's link leads elsewhere")
    tab_to(page, ".beside a")
    expect(enter(page).startswith("/stories/"), "no way to the story beside")

    for way in ("prev", "next"):
        page.goto(address)
        tab_to(page, f".beside a[rel={way}]")
        expect(enter(page) not in (urlsplit(address).path, "/"), f"no way to the {way} issue")
    return f"{stops} stops: skip link, contents, story, its neighbour, issues before and after"


def search(page: Page, address: str) -> str:
    page.goto(urlsplit(address).path)
    expect(page.evaluate("document.activeElement.matches('main input[name=q]')"), "one cannot type at once")
    page.keyboard.type("潮汐")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-total]")
    total = page.get_attribute("[data-total]", "data-total")
    expect(int(total or 0) > 0, f"{total} results")
    stops = tour(page)
    tab_to(page, "[data-total] a")
    expect(enter(page), "a result leads nowhere")
    return f"{stops} stops: words, {total} results, a result opened"


def subscribe(page: Page, address: str) -> str:
    page.goto(address)
    stops = tour(page)
    return f"{stops} stops, each link, field and button among them"


WALKS: dict[str, Callable[[Page, str], str]] = {"issue": issue, "search": search, "subscribe": subscribe}
