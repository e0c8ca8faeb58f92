"""Ways through the readers' pages by the keyboard alone. Each page is gone `through`; some have a walk of their own."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

# What has the focus, whether a ring shows it, and whether it lies in sight and on top; remembers where it was.
FOCUSED = """() => {
  const here = document.activeElement;
  if (here === document.body) return null;
  const style = getComputedStyle(here), box = here.getClientRects()[0] ?? here.getBoundingClientRect();
  const onTop = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const ring = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  const last = window.stops?.at(-1);
  (window.stops ??= []).push(here);
  return {
    what: `${here.tagName.toLowerCase()} ${(here.textContent.trim() || here.name || "").slice(0, 40)}`,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && style.outlineColor !== ground(here),
    shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    cut: [...around(here)].some(it => it.left > box.left - ring + 1 || it.right < box.right + ring - 1),
    covered: onTop !== null && !here.contains(onTop) && !onTop.contains(here),
    inOrder: !last || last === here || Boolean(last.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
  function ground(element) {
    for (let it = element.parentElement; it; it = it.parentElement) {
      const colour = getComputedStyle(it).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
  }
  function* around(element) {
    for (let it = element.parentElement; it; it = it.parentElement)
      if (getComputedStyle(it).overflowX !== "visible") yield it.getBoundingClientRect();
  }
}"""
PASSED_BY = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && one.type !== "hidden" && !stops.includes(one))
  .map(one => one.outerHTML.slice(0, 100))"""
MOST_STOPS = 600


class Lost(Exception):
    """The way does not go on by the keyboard."""


def expect(true: object, otherwise: str) -> None:
    if not true:
        raise Lost(otherwise)


def tab(page: Page) -> str:
    """Go one stop on, and return what it is; nothing at the end of the page."""
    page.keyboard.press("Tab")
    stop = page.evaluate(FOCUSED)
    if stop is None:
        return ""
    expect(stop["ring"], f"no ring shows that the focus is on: {stop['what']}")
    expect(stop["shown"], f"out of sight while it has the focus: {stop['what']}")
    expect(not stop["cut"], f"the ring is cut off at the side of: {stop['what']}")
    expect(not stop["covered"], f"under something else while it has the focus: {stop['what']}")
    expect(stop["inOrder"], f"out of order: {stop['what']}")
    return str(stop["what"])


def tab_to(page: Page, selector: str) -> None:
    for _ in range(MOST_STOPS):
        if not tab(page):
            break
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise Lost(f"no {selector} within reach on {page.url}")


def enter(page: Page) -> str:
    """Follow or send what has the focus, and return the path it leads to."""
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_function("before => location.href !== before && document.readyState === 'complete'", arg=before)
    return urlsplit(page.url).path


def total(page: Page) -> int:
    return int(page.get_attribute("[data-total]", "data-total") or 0)


def tour(page: Page) -> int:
    """Go through all of a page and back; every link, field and button is a stop, and seen."""
    stops = 0
    while tab(page):
        stops += 1
        expect(stops < MOST_STOPS, "the page has no end")
    passed_by = page.evaluate(PASSED_BY) if stops else ["all of it"]
    expect(not passed_by, f"never gets the focus: {passed_by[:3]}")
    for _ in range(stops):
        page.keyboard.press("Shift+Tab")
    expect(page.evaluate("document.activeElement === stops[0]"), "the way back ends elsewhere")
    return stops


def through(page: Page, address: str) -> str:
    """Go through any page, then begin with its skip link."""
    page.goto(address)
    stops = tour(page)

    page.goto(address)
    tab(page)
    expect(page.evaluate("document.activeElement.matches('.skip')"), "the first stop is no skip link")
    page.keyboard.press("Enter")
    expect(page.evaluate("document.activeElement.id") == "main", "the skip link does not lead to the text")
    expect(not tab(page) or page.evaluate("document.activeElement.closest('main, footer') !== null"),
           "the skip link leads back")  # fmt: skip
    return f"{stops} stops, each link, field and button among them"


def issue(page: Page, address: str) -> str:
    page.goto(address)
    tab_to(page, ".contents li li a")
    expect(enter(page) == page.evaluate("location.pathname"), "the contents lead off the page")
    tab_to(page, ".story h3 a, .story .permalink")
    expect(page.evaluate("'#' + document.activeElement.closest('.story').id === location.hash"),
           "the contents lead past their story")  # fmt: skip
    tab_to(page, "a[href^='/stories/']")
    expect(enter(page).startswith("/stories/"), "a story's link leads elsewhere")
    tab_to(page, ".beside a")
    expect(enter(page).startswith("/stories/"), "no way to the story beside")

    page.goto(address)
    tab_to(page, ".contents summary")
    page.keyboard.press("Space")
    expect(page.locator(".contents li a:visible").count() == 0, "the contents do not fold")

    page.goto(address)
    tab_to(page, ".editions .what-changed")
    enter(page)
    expect(page.locator(".as-it-was .changed").count(), "no way to what changed")
    for way in ("prev", "next"):
        page.goto(address)
        tab_to(page, f".beside a[rel={way}]")
        expect(enter(page) not in (urlsplit(address).path, "/"), f"no way to the {way} issue")
    return "contents, story, its neighbour, what changed, issues before and after"


def search(page: Page, address: str) -> str:
    page.goto("/subscribe/")
    tab_to(page, ".masthead [name=q]")
    page.keyboard.type("无此一词")
    enter(page)
    expect(total(page) == 0, "the masthead's search finds what is nowhere")

    page.goto(urlsplit(address).path)
    tab_to(page, "main [name=q]")
    page.keyboard.type(parse_qs(urlsplit(address).query)["q"][0])
    enter(page)
    found = total(page)
    expect(found > 0, "nothing is found")
    tab_to(page, ".pager [rel~=next]")
    enter(page)
    expect(page.locator(".hits .entry").count(), "no next page")
    tab_to(page, ".hits a[href^='/stories/']")
    expect(enter(page).startswith("/stories/"), "a result leads elsewhere")

    page.goto(address)
    tab_to(page, ".look-filters summary")
    page.keyboard.press("Enter")
    tab_to(page, "[name=digest]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[name=tag]")
    page.keyboard.type("开源")
    enter(page)
    narrowed = total(page)
    expect(0 < narrowed < found, f"the filters leave {narrowed} of {found}")
    tab_to(page, ".count a")
    enter(page)
    expect(total(page) == found, "no way back from the filters")
    return f"words, {found} results, the next page, a result; {narrowed} by filters, and back"


def subscribe(page: Page, address: str) -> str:
    page.goto(address)
    tab_to(page, "a[href$='.opml']")
    with page.expect_download() as opml:
        page.keyboard.press("Enter")
    name = opml.value.suggested_filename
    feeds = set()
    while tab(page):
        feeds |= set(page.evaluate("[...document.querySelectorAll('.feeds a:focus')].map(link => link.href)"))
    for feed in feeds:
        expect(page.request.get(feed).ok, f"{feed} does not answer")
    expect(len(feeds) > 5, f"only {len(feeds)} feeds within reach")
    return f"{name} fetched, {len(feeds)} feeds within reach, each answers"


# By the names of the pages that they begin at.
WALKS: tuple[Callable[[Page, str], str], ...] = (issue, search, subscribe)
