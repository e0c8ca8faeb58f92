"""A review at the screen, by keyboard: a writer, a reviewer and an editor, until readers have it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Newsroom
from tests.browser.desk import do, open_issue, save, sections

Visit = Callable[..., Page]


def open_review(page: Page, day: date) -> None:
    # The list names days in the language of whoever looks; an address does not.
    page.goto(f"/admin/digests/issue/?date__year={day.year}&date__month={day.month}&date__day={day.day}")
    page.locator("#result_list tbody a").first.click()
    page.locator(".ways a[href$='/review/']").click()
    expect(page.frame_locator("iframe").locator("article.story").first).to_be_visible()
    expect(page.locator(".entry.is-current")).to_have_count(1)


def stories(page: Page) -> Locator:
    return page.locator(".entry.is-item")


def signed_off(page: Page) -> list[bool]:
    return [box.is_checked() for box in stories(page).locator("[name=read]").all()]


def sign_off_every_story(page: Page) -> None:
    """Read from the top down, as a reviewer with a keyboard does."""
    total = stories(page).count()
    for number in range(total):
        page.keyboard.press("j")
        expect(stories(page).nth(number)).to_have_class(re.compile("is-current"))
        if not stories(page).nth(number).locator("[name=read]").is_checked():
            page.keyboard.press("x")
    expect(page.locator(".progress progress")).to_have_attribute("value", str(total))


def test_an_issue_is_read_questioned_answered_and_approved(
    visit: Visit,
    day: date,
    newsroom: Newsroom,
) -> None:
    newsroom.manage("workflow", "submit", "ai-daily", str(day), "--user", "writer")
    writer, reviewer, editor = visit("writer"), visit("reviewer", language="en-US"), visit("editor")

    # The reviewer signs off by keyboard; the page follows, and approval waits.
    open_review(reviewer, day)
    approve = reviewer.locator("form[action$='/do/approve/'] button")
    expect(approve).to_be_disabled()
    sign_off_every_story(reviewer)
    expect(approve).to_be_enabled()
    expect(reviewer.locator(".progress")).to_contain_text("6 of 6 signed off")
    expect(reviewer.frame_locator("iframe").locator("article.story").last).to_be_in_viewport()

    # They ask about the second story, naming the writer as they type.
    for _time in range(4):
        reviewer.keyboard.press("k")
    reviewer.keyboard.press("c")
    reviewer.keyboard.type("请@wr")
    expect(reviewer.locator(".names li")).to_have_count(1)
    reviewer.keyboard.press("Enter")
    reviewer.keyboard.type("补上出处")
    reviewer.keyboard.press("Control+Enter")
    question = stories(reviewer).nth(1).locator(".comment")
    expect(question.locator(".words")).to_have_text("请@writer 补上出处")
    expect(question.locator("mark")).to_have_text("@writer")
    expect(approve).to_be_disabled()

    # The writer finds it at the issue's form, answers there, and edits.
    issue = reviewer.url.split("/review/")[0]
    writer.goto(f"{issue}/change/")
    expect(sections(writer).nth(0).locator(".item .comments")).to_have_count(1)
    expect(writer.locator("#presence li")).to_contain_text("正在审稿")
    expect(sections(writer).nth(0).locator(".item .here")).to_have_text("审稿人")
    comment = writer.locator(".talk .comment")
    comment.locator(".say summary").click()
    comment.locator("textarea").fill("见文末")
    comment.locator(".say button").click()
    expect(writer.locator(".talk .words")).to_have_count(2)
    sections(writer).nth(0).locator(".item .opener").nth(1).click()
    body = sections(writer).nth(0).locator(".item:not(.djn-empty-form)").nth(1).locator("[name$=-body]")
    body.fill(body.input_value() + "\n\n出处见文末。")
    save(writer)

    # The reviewer sees that and nothing else; its sign-off is gone, the others stand.
    reviewer.reload()
    expect(reviewer.locator(".bases [aria-current]")).to_have_text("my last review (revision 1)")
    expect(reviewer.locator(".entry .change")).to_have_count(1)
    expect(stories(reviewer).nth(1).locator("ins")).to_contain_text("出处见文末。")
    signed_off = [box.is_checked() for box in stories(reviewer).locator("[name=read]").all()]
    assert signed_off == [True, False, True, True, True, True]

    # They resolve, sign off what changed, and approve; the comparison stays meanwhile.
    stories(reviewer).nth(1).locator("form[action$='/resolve/'] button").click()
    expect(stories(reviewer).nth(1).locator(".resolved")).to_be_visible()
    stories(reviewer).nth(1).locator("[name=read]").check()
    expect(approve).to_be_enabled()
    reviewer.reload()
    expect(stories(reviewer).nth(1).locator("ins")).to_contain_text("出处见文末。")
    approve.click()
    expect(reviewer.locator("h1 .badge.is-approved")).to_be_visible()
    expect(reviewer).to_have_url(f"{issue}/review/")

    editor.goto(f"{issue}/change/")
    do(editor, "publish")
    reader = visit()
    reader.goto(f"/ai-daily/{day}/")
    expect(reader.locator("article.story").nth(1)).to_contain_text("出处见文末。")


def test_what_is_said_outlives_what_it_is_about(visit: Visit, day: date) -> None:
    writer, reviewer = visit("writer"), visit("reviewer")
    open_review(reviewer, day)
    title = stories(reviewer).nth(0).locator(".to").inner_text()
    reviewer.keyboard.press("j")
    reviewer.keyboard.press("c")
    reviewer.keyboard.type("昨天发过了")
    stories(reviewer).nth(0).locator(".say button").first.click()
    expect(stories(reviewer).nth(0).locator(".comment")).to_be_visible()
    open_issue(writer, day)
    first = sections(writer).nth(0).locator(".item:not(.djn-empty-form)").first
    first.hover()
    first.locator(".delete").first.click()
    save(writer)
    reviewer.reload()
    orphan = reviewer.locator(".orphans .comment")
    expect(orphan.locator("blockquote")).to_have_text(title)
    expect(orphan.locator(".words")).to_have_text("昨天发过了")
    expect(reviewer.locator(".taken-out summary")).to_contain_text(title)


def test_page_and_column_keep_in_step_and_do_not_scroll_sideways(visit: Visit, day: date) -> None:
    reviewer = visit("reviewer")
    open_review(reviewer, day)
    page = reviewer.frame_locator("iframe")
    stories(reviewer).nth(3).locator(".to").click()
    expect(page.locator("article.story").nth(3)).to_be_in_viewport()
    expect(stories(reviewer).nth(3)).to_have_class(re.compile("is-current"))
    reviewer.wait_for_timeout(400)  # what is scrolled from here says nothing about the reader
    page.locator("article.story").nth(1).evaluate("it => it.scrollIntoView()")
    expect(stories(reviewer).nth(1)).to_have_class(re.compile("is-current"))
    for width in (1440, 390):
        reviewer.set_viewport_size({"width": width, "height": 900})
        assert reviewer.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_words_that_changed_meanwhile_keep_no_sign_off(visit: Visit, day: date) -> None:
    writer, reviewer = visit("writer"), visit("reviewer", language="en-US")
    open_review(reviewer, day)
    open_issue(writer, day)
    sections(writer).nth(0).locator(".item .opener").first.click()
    writer.locator(".item:not(.djn-empty-form) [name$=-headline]").first.fill("又改了")
    save(writer)
    stories(reviewer).nth(0).locator("[name=read]").click()
    expect(reviewer.locator(".status")).to_contain_text("“又改了” was changed since you opened this page.")
    expect(stories(reviewer).nth(0).locator("[name=read]")).not_to_be_checked()


def test_a_story_is_signed_off_and_questioned_without_javascript(visit: Visit, day: date) -> None:
    reviewer = visit("reviewer")
    open_review(reviewer, day)
    address, cookies = reviewer.url, reviewer.context.cookies()
    browser = reviewer.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, locale="zh-CN")
    plain.add_cookies(cookies)  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(address)
    first = page.locator(".entry.is-item").first
    first.locator("[name=read]").check()
    first.locator(".sign-off button").click()
    expect(page.locator(".entry.is-item [name=read]").first).to_be_checked()
    page.locator(".entry.is-item").nth(2).locator(".to").click()
    expect(page.frame_locator("iframe").locator("article.story").nth(2)).to_be_in_viewport()
    first.locator(".say summary").first.click()
    first.locator(".say textarea").first.fill("出处？")
    first.locator(".say button").first.click()
    expect(page.locator(".comment .words")).to_have_text("出处？")
    plain.close()
