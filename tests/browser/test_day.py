"""A day in the newsroom: three people, each logged in, from a manuscript to readers and a correction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Newsroom
from tests.browser.desk import Visit, do, headlines, open_issue, save, sections


def drag(page: Page, what: Locator, to: Locator) -> None:
    """Drag as a hand does: press, move over in steps, let go."""
    what.scroll_into_view_if_needed()
    start, end = what.bounding_box(), to.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    for step in range(1, 16):
        part = step / 15
        page.mouse.move(
            start["x"] + 5 + (end["x"] - start["x"]) * part,
            start["y"] + (end["y"] + end["height"] * 0.7 - start["y"]) * part,
        )
        page.wait_for_timeout(30)
    page.mouse.up()


def test_an_issue_goes_from_draft_to_readers_by_three_people(visit: Visit, day: date) -> None:
    writer, reviewer, editor, reader = visit("writer"), visit("reviewer"), visit("editor"), visit()
    assert reader.goto(f"/ai-daily/{day}/").status == 404

    open_issue(writer, day)
    writer.fill("[name=title]", "改定的标题")
    save(writer)
    do(writer, "submit")

    open_issue(reviewer, day)
    reviewer.locator("form[action$='/do/approve/'] a").click()  # to the review screen, where each story is signed off
    for box in reviewer.locator(".sign-off [name=read]").all():
        box.check()
    do(reviewer, "approve")
    open_issue(editor, day)
    do(editor, "publish")

    reader.goto(f"/ai-daily/{day}/")
    expect(reader.locator("h1")).to_have_text("改定的标题")
    assert reader.locator("article.story").count() == 6
    reader.goto("/tags/ai/")
    expect(reader.get_by_text("改定的标题").first).to_be_visible()


def test_a_story_is_dragged_to_another_section(visit: Visit, day: date) -> None:
    writer = visit("writer")
    open_issue(writer, day)
    first, second = sections(writer).nth(0), sections(writer).nth(1)
    before = headlines(first), headlines(second)
    drag(writer, first.locator(".item .grip").first, second.locator(".item:not(.djn-empty-form) > .line").nth(1))
    save(writer)
    after = headlines(sections(writer).nth(0)), headlines(sections(writer).nth(1))
    assert after[0] == before[0][1:]
    assert sorted(after[1]) == sorted([before[0][0], *before[1]])


def test_a_story_is_moved_by_keyboard(visit: Visit, day: date) -> None:
    writer = visit("writer")
    open_issue(writer, day)
    first = sections(writer).nth(0)
    before = headlines(first)
    button = first.locator(".item .down").first
    button.focus()
    writer.keyboard.press("Enter")
    save(writer)
    assert headlines(sections(writer).nth(0)) == [before[1], before[0], before[2]]


def test_a_story_an_insight_and_a_brief_are_added(visit: Visit, day: date) -> None:
    writer = visit("writer")
    open_issue(writer, day)
    section = sections(writer).nth(0)
    section.locator(".items > .djn-add-item button").last.click()
    story = section.locator(".item:not(.djn-empty-form)").last
    story.locator("[name$=-headline]").fill("补充的一条")
    story.locator("[name$=-link]").fill("https://added.test/1")
    story.locator("[name$=-body]").fill("正文")
    story.locator(".djn-add-item button").last.click()
    story.locator(".insight:not(.djn-empty-form) [name$=-text]").last.fill("新的看法")
    briefs = sections(writer).nth(2)
    briefs.locator(".briefs > .djn-add-item button").last.click()
    briefs.locator(".brief:not(.djn-empty-form) [name$=-text]").last.fill("新的一句")
    save(writer)
    # The page after a save may still be on its way: this waits for it.
    expect(sections(writer).nth(0).locator(".item:not(.djn-empty-form) .opener .headline").last).to_have_text(
        "补充的一条"
    )
    assert sections(writer).nth(2).locator(".brief:not(.djn-empty-form)").count() == 3


def test_editing_after_approval_voids_it(visit: Visit, day: date, newsroom: Newsroom) -> None:
    newsroom.manage("workflow", "submit", "ai-daily", str(day), "--user", "writer")
    newsroom.manage("workflow", "approve", "ai-daily", str(day), "--user", "reviewer")
    writer, editor = visit("writer"), visit("editor")
    open_issue(editor, day)
    expect(editor.locator('form[action$="/do/publish/"] button')).to_be_enabled()
    open_issue(writer, day)
    save(writer)  # changes nothing
    editor.reload()
    expect(editor.locator('form[action$="/do/publish/"] button')).to_be_enabled()
    writer.fill("[name=title]", "改一个字")
    save(writer)
    do(editor, "publish")  # the button of the version that was approved
    expect(editor.locator(".messagelist .error")).to_contain_text("写稿人")
    reader = visit()
    assert reader.goto(f"/ai-daily/{day}/").status == 404


def test_of_two_who_edit_the_second_loses_nothing(visit: Visit, day: date) -> None:
    writer, editor = visit("writer"), visit("editor")
    open_issue(writer, day)
    open_issue(editor, day)
    writer.fill("[name=title]", "写稿人的标题")
    save(writer)
    sections(editor).nth(0).locator(".item .opener").first.click()
    editor.locator(".item:not(.djn-empty-form) [name$=-body]").first.fill("编辑改过的正文")
    save(editor)
    expect(editor.locator("#choices_form button.primary")).to_be_visible()
    text = editor.locator("#text").input_value()
    assert "编辑改过的正文" in text and "写稿人的标题" in text  # different things: put together
    editor.locator("#choices_form button.primary").click()
    expect(editor.locator("[name=title]")).to_have_value("写稿人的标题")
    assert "编辑改过的正文" in editor.locator(".item:not(.djn-empty-form) [name$=-body]").first.input_value()


def test_the_history_shows_what_changed(visit: Visit, day: date) -> None:
    writer = visit("writer")
    open_issue(writer, day)
    writer.fill("[name=title]", "今天的大事")
    save(writer)
    writer.locator(".ways a").last.click()
    expect(writer.locator("ins").first).to_be_visible()
    expect(writer.locator("del").first).to_be_visible()


@pytest.fixture(params=[(1440, False), (390, True)], ids=["wide and light", "narrow and dark"])
def looks(request: pytest.FixtureRequest) -> Iterator[dict[str, object]]:
    width, dark = request.param
    yield {"width": width, "dark": dark}


def test_pages_do_not_scroll_sideways(visit: Visit, day: date, newsroom: Newsroom, looks: dict[str, object]) -> None:
    reader, writer = visit(**looks), visit("writer", **looks)
    open_issue(writer, day)
    reader.goto("/ai-daily/2026-01-30/")
    for page in (reader, writer):
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_readers_need_no_javascript_and_get_no_cookie(visit: Visit) -> None:
    reader = visit()
    for address in ("/", "/ai-daily/", "/ai-daily/2026/01/", "/ai-daily/2026-01-30/", "/tags/"):
        reader.goto(address)
        assert reader.locator("script:not([type='application/ld+json'])").count() == 0
    assert reader.context.cookies() == []
