"""The desk's first page and calendar, as writer, reviewer and editor find them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Newsroom
from tests.browser.desk import do

Visit = Callable[..., Page]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def tomorrow() -> date:
    return datetime.now(SHANGHAI).date() + timedelta(days=1)


def test_tomorrows_issue_goes_from_desk_to_desk(visit: Visit) -> None:
    writer, reviewer, editor = visit("writer"), visit("reviewer", language="en-US"), visit("editor")
    title = f"AI 日报 {tomorrow()}"

    writer.goto("/admin/")
    writer.locator(".coming li", has_text="明天").get_by_role("button", name="新建").click()
    expect(writer.locator(".messagelist")).to_contain_text("已新建")
    expect(writer.locator("[name=title]")).to_have_value(title)
    sections = [field.input_value() for field in writer.locator(".section:not(.djn-empty-form) [name$=-title]").all()]
    assert sections == ["模型与研究", "工程与工具", "文字与网页", "更多动态"]
    writer.get_by_role("link", name="编辑台").click()
    expect(writer.locator(".inbox li", has_text=title)).to_contain_text("草稿")
    writer.locator(".inbox").get_by_role("link", name=title).click()
    do(writer, "submit")

    reviewer.goto("/admin/")
    expect(reviewer.locator(".coming li", has_text="Tomorrow")).to_contain_text("0 of 1 approvals")
    expect(reviewer.locator(".coming li", has_text="Tomorrow")).to_contain_text("1 blocker")
    expect(reviewer.locator(".inbox li", has_text=title)).to_contain_text("submitted just now")
    reviewer.locator(".inbox").get_by_role("link", name=title).click()
    do(reviewer, "approve")

    # Approved, and still with a blocker: it waits for whoever mends it, and not to be published.
    writer.goto("/admin/")
    expect(writer.locator("ul[aria-labelledby=to-fix] li", has_text=title)).to_contain_text("刚刚批准")
    editor.goto("/admin/")
    expect(editor.locator(".coming li", has_text="明天")).to_contain_text("已批准")
    expect(editor.locator(".inbox li", has_text=title)).to_have_count(0)


def test_a_countdown_stays_true_while_the_page_is_open(visit: Visit, day: date, newsroom: Newsroom) -> None:
    at = datetime.now(SHANGHAI) + timedelta(hours=2, minutes=13, seconds=50)
    for action, person in (("submit", "writer"), ("approve", "reviewer"), ("schedule", "editor")):
        when = ("--at", at.isoformat()) if action == "schedule" else ()
        newsroom.manage("workflow", action, "ai-daily", str(day), "--user", person, *when)
    editor = visit("editor", language="en-US")
    editor.clock.install()
    editor.goto("/admin/")
    line = editor.locator("section[aria-labelledby=scheduled] li")
    expect(line).to_contain_text(f"{at:%Y-%m-%d %H:%M} Asia/Shanghai")
    expect(line.locator("time")).to_have_text(re.compile(r"in 2 h 1[23] min"))
    editor.clock.fast_forward("01:30:00")
    expect(line.locator("time")).to_have_text(re.compile(r"in 4[23] min"))


def test_a_day_of_the_calendar_is_started_by_keyboard(visit: Visit) -> None:
    editor = visit("editor")
    first = (tomorrow() + timedelta(days=40)).replace(day=1)
    editor.get_by_role("link", name="日历").click()
    expect(editor.locator("td.is-today")).to_contain_text("今天")
    while editor.locator(f'time[datetime="{first}"]').count() == 0:
        editor.get_by_role("link", name="下个月").click()
        editor.wait_for_load_state()
    cell = editor.locator("td", has=editor.locator(f'time[datetime="{first}"]'))
    expect(cell).to_contain_text("未新建")
    cell.get_by_role("button").focus()
    editor.keyboard.press("Enter")
    expect(editor.locator("[name=title]")).to_have_value(f"AI 日报 {first}")
    editor.goto(f"/admin/digests/issue/calendar/{first.year}/{first.month:02}/")
    expect(cell).to_contain_text("草稿")


@pytest.mark.parametrize(("width", "dark", "language"), [(1440, False, "zh-CN"), (390, True, "en-US")])
def test_both_pages_fit_and_can_be_read_by_everyone(visit: Visit, width: int, dark: bool, language: str) -> None:
    writer = visit("writer", width=width, dark=dark, language=language)
    for address in ("/admin/", "/admin/digests/issue/calendar/2026/01/"):
        writer.goto(address)
        assert writer.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        found = Axe().run(writer).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
