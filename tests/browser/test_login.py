from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_staff_come_in_and_go_out(visit: Callable[..., Page]) -> None:
    page = visit("writer")
    expect(page.locator("#logout-form")).to_be_visible()
    page.click("#logout-form button")
    expect(page.locator("#logout-form")).to_have_count(0)
