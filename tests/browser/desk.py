"""The desk in a browser: how an issue is found, and what is pressed on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]


def open_issue(page: Page, day: date) -> None:
    page.goto(f"{issue_address(page, day)}change/")
    expect(page.locator("#issue_form")).to_be_visible()


def issue_address(page: Page, day: date) -> str:
    """Return where the pages of an issue begin at the desk."""
    page.goto(f"/admin/digests/issue/?date__year={day.year}&date__month={day.month}&date__day={day.day}")
    address = page.locator("#result_list .field-linked_title a").first.get_attribute("href")
    assert address
    return address.split("change/")[0]


def do(page: Page, action: str, **fields: str) -> None:
    """Press an action's button, filling what it asks for."""
    form = page.locator(f'form[action$="/do/{action}/"]')
    if form.locator("summary").count() and not form.locator("button").is_visible():
        if page.locator("details.more").count() and not form.is_visible():
            page.locator("details.more > summary").click()
        form.locator("summary").click()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        field.select_option(value) if field.evaluate("it => it.tagName") == "SELECT" else field.fill(value)
    form.locator("button").click()


def save(page: Page) -> None:
    page.locator("[name=_save]").click()


def sections(page: Page) -> Locator:
    return page.locator(".section:not(.djn-empty-form)")


def headlines(section: Locator) -> list[str]:
    return section.locator(".item:not(.djn-empty-form) .opener .headline").all_inner_texts()
