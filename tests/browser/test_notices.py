"""Three people and their notices: who is waited for, how that ends by itself, and how each wants to be told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Newsroom
from tests.browser.desk import do, open_issue

Visit = Callable[..., Page]


def bell(page: Page) -> Locator:
    return page.locator("a.bell")


def rung(page: Page) -> int:
    """Return how much the bell says waits, of all issues: the newsroom is that of every browser test."""
    found = re.search(r"(\d+) (?:件等你|waits? for you)", bell(page).inner_text())
    return int(found[1]) if found else 0


def waiting(page: Page, day: date) -> Locator:
    """Open the list, and return what waits of a day's issue."""
    page.goto("/admin/notices/")
    return page.locator("section[aria-labelledby=blocking] .notice > p > a").filter(has_text=str(day))


def test_a_submission_waits_for_the_reviewer_then_its_approval_for_the_editor(
    visit: Visit,
    day: date,
) -> None:
    writer, reviewer, editor = visit("writer"), visit("reviewer"), visit("editor")
    others, mine = rung(reviewer), rung(writer)
    open_issue(writer, day)
    do(writer, "submit")
    expect(writer.locator(".messagelist .success")).to_be_visible()

    reviewer.reload()
    assert rung(reviewer) == others + 1
    expect(waiting(reviewer, day)).to_have_text([f"AI 日报 {day} 等你审稿：写稿人 已送审。"])
    waiting(reviewer, day).click()
    expect(reviewer.locator("form.choice").first).to_be_visible()
    assert rung(reviewer) == others + 1  # seen is not done
    do(reviewer, "request_changes", note="标题太长")
    expect(reviewer.locator(".messagelist .success")).to_be_visible()
    assert rung(reviewer) == others

    expect(waiting(writer, day)).to_have_text([f"审稿人 要求修改 AI 日报 {day}。"])
    expect(writer.locator(".notice blockquote").first).to_have_text("标题太长")
    waiting(writer, day).click()
    do(writer, "submit")
    expect(writer.locator(".messagelist .success")).to_be_visible()
    assert rung(writer) == mine
    expect(waiting(reviewer, day)).to_have_text([f"AI 日报 {day} 等你再审一遍：你上次审过之后，内容有改动或重新送审。"])

    expect(waiting(editor, day)).to_have_count(0)
    assert editor.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_an_approval_elsewhere_and_an_answer_settle_what_waited_in_english(
    visit: Visit,
    day: date,
    newsroom: Newsroom,
) -> None:
    newsroom.manage("workflow", "submit", "ai-daily", str(day), "--user", "writer")
    say = (
        "from digests.editorial import comments; from digests.models import *; "
        "from django.contrib.auth.models import User; "
    )
    issue = f"Issue.objects.get(date='{day}')"
    newsroom.manage(
        "shell", "-c", f"{say}comments.say({issue}, '@editor 发吗？', by=User.objects.get(username='writer'))"
    )
    reviewer, editor = visit("reviewer", language="en-US"), visit("editor", language="en-US", width=390, dark=True)
    others = rung(editor) - 1  # but for what was just asked
    sentence = f"AI 日报 {day} waits for your review: 写稿人 submitted it."
    expect(waiting(reviewer, day)).to_have_text([sentence])
    expect(waiting(editor, day)).to_have_text([f"写稿人 asks you about AI 日报 {day}."])

    editor.get_by_role("button", name="I have dealt with it").click()
    expect(waiting(editor, day)).to_have_count(0)
    asked = f"Comment.objects.get(issue__date='{day}')"
    newsroom.manage("shell", "-c", f"{say}comments.resolve({asked}, by=User.objects.get(username='writer'))")
    newsroom.manage("workflow", "approve", "ai-daily", str(day), "--user", "reviewer")
    expect(waiting(reviewer, day)).to_have_count(0)
    expect(waiting(editor, day)).to_have_text([f"AI 日报 {day} may go out: 审稿人 approved it."])
    assert rung(editor) == others + 1


def test_a_person_says_how_they_want_to_be_told_by_keyboard(visit: Visit) -> None:
    page = visit("writer", language="en-US")
    page.goto("/admin/notices/")
    page.get_by_role("link", name="Notification settings").press("Enter")
    group = page.get_by_role("group", name="When somebody waits for you")
    group.get_by_role("radio", name="Within minutes").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("Hour of the daily mail").select_option("18:00")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator(".messagelist")).to_have_text("Saved. It applies from now on.")
    expect(group.get_by_role("radio", name="Once a day")).to_be_checked()
    expect(page.get_by_label("Hour of the daily mail")).to_have_value("18")
