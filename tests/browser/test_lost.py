"""Nothing typed is lost: a crash, a login that is gone, a colleague who was quicker."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD
from tests.browser.desk import Visit, headlines, issue_address, save, sections

STORY = ".item:not(.djn-empty-form)"


def kept(page: Page) -> int:
    """Return how many unsaved texts this browser keeps."""
    count: int = page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('kept:')).length")
    return count


def written(page: Page) -> str:
    """Return what stands in the editor: it draws only the lines in sight."""
    text: str = page.locator(".CodeMirror").evaluate("it => it.CodeMirror.getValue()")
    return text


def open_issue(page: Page, day: date) -> None:
    """Open an issue in whatever language."""
    page.goto(f"/admin/digests/issue/?date__year={day.year}&date__month={day.month}&date__day={day.day}")
    page.locator("#result_list tbody").get_by_role("link").first.click()
    expect(page.locator("#issue_form")).to_be_visible()


def log_in(page: Page, name: str) -> None:
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")


def test_after_a_crash_everything_comes_back(visit: Visit, day: date) -> None:
    page = visit("writer")
    open_issue(page, day)
    address = page.url.partition("?")[0]
    first, second = sections(page).nth(0), sections(page).nth(1)
    before = headlines(first)
    page.fill("[name=title]", "没有保存的标题")
    first.locator(f"{STORY} > .line .down").first.click()
    first.locator(f"{STORY} > .line .delete").last.click()
    first.locator(".items > .djn-add-item button").last.click()
    added = first.locator(STORY).last
    added.locator("[name$=-headline]").fill("没有保存的一条")
    added.locator(".djn-add-item button").last.click()
    added.locator(".insight:not(.djn-empty-form) [name$=-text]").last.fill("没有保存的看法")
    moving = second.locator(f"{STORY} > .line select.to").first
    moving.focus()
    moving.select_option(index=1)
    expect(page.locator("[data-local-copy-note]")).to_contain_text(re.compile(r"\d\d:\d\d"))
    page.wait_for_timeout(1000)
    context = page.context
    page.close()

    page = context.new_page()
    page.goto(address)
    banner = page.locator(".local-copy")
    expect(banner).to_contain_text("修订版 1")
    banner.locator("button.primary").click()
    expect(page.locator(".restored")).to_be_visible()
    expect(page.locator("[name=title]")).to_have_value("没有保存的标题")
    expect(page.locator("#issue_form")).to_have_class(re.compile("is-unsaved"))
    expect(page.locator(".local-copy")).to_have_count(0)
    assert len(page.locator(".grp-predelete.item").all()) == 1
    save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    expect(page).to_have_url(address)
    after = headlines(sections(page).nth(0))
    assert after[:2] == [before[1], before[0]]
    assert "没有保存的一条" in after and before[2] not in after and len(after) == 4
    assert page.locator("[name$=-text]", has_text="没有保存的看法").count() == 1
    assert kept(page) == 0


def test_a_new_issue_is_kept_and_what_is_thrown_away_can_be_had_back(visit: Visit) -> None:
    page = visit("writer", language="en-US")
    page.goto("/admin/digests/issue/add/")
    page.fill("[name=title]", "An issue not saved yet")
    expect(page.locator("[data-local-copy-note]")).to_contain_text("kept in this browser at")
    context = page.context
    page.close()
    page = context.new_page()
    page.goto("/admin/digests/issue/add/")
    expect(page.locator(".local-copy")).to_contain_text("Unsaved text of")
    page.get_by_role("button", name="Throw away").click()
    assert kept(page) == 0
    page.get_by_role("button", name="Undo").click()
    assert kept(page) == 1
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator("[name=title]")).to_have_value("An issue not saved yet")
    # Another person at the same browser is not shown it.
    context.clear_cookies()
    page.goto("/admin/", wait_until="commit")
    log_in(page, "editor")
    page.goto("/admin/digests/issue/add/")
    expect(page.locator("#issue_form")).to_be_visible()
    page.wait_for_timeout(300)
    assert (page.locator(".local-copy").count(), kept(page)) == (0, 1)


def test_a_save_without_a_login_loses_nothing(visit: Visit, day: date) -> None:
    page = visit("writer", language="en-US")
    open_issue(page, day)
    page.fill("[name=title]", "Written while logged out")
    page.context.clear_cookies(name="sessionid")
    save(page)
    log_in(page, "writer")
    expect(page.locator(".local-copy")).to_contain_text("It was started on revision 1.")
    page.get_by_role("button", name="Bring back").click()
    save(page)
    expect(page.locator(".messagelist .success")).to_have_text("Saved as revision 2.")
    expect(page.locator("[name=title]")).to_have_value("Written while logged out")


def test_one_logs_in_again_in_another_tab_and_goes_on(visit: Visit, day: date) -> None:
    page = visit("writer", language="en-US")
    open_issue(page, day)
    page.fill("[name=title]", "Written over a new login")
    page.context.clear_cookies(name="sessionid")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#presence")).to_contain_text("You are logged out. Your text is kept in this browser.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in in another tab").click()
    log_in(opened.value, "writer")  # which changes the token of each form
    expect(opened.value.locator("#user-tools")).to_be_visible()
    opened.value.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#presence")).not_to_contain_text("logged out")
    save(page)
    expect(page.locator(".messagelist .success")).to_have_text("Saved as revision 2.")
    assert kept(page) == 0


def test_two_people_see_each_other_and_put_together_what_both_changed(visit: Visit, day: date) -> None:
    writer, editor = visit("writer", language="en-US"), visit("editor")
    open_issue(writer, day)
    open_issue(editor, day)
    story = sections(writer).nth(0).locator(STORY).first
    story.locator(".opener").first.click()
    story.locator("[name$=-body]").fill("Written by the writer.")
    writer.fill("[name=title]", "写稿人的标题")
    story.locator("[name$=-link]").click()
    expect(writer.locator("#issue_form")).to_have_class(re.compile("is-unsaved"))
    writer.evaluate("window.dispatchEvent(new Event('focus'))")
    writer.wait_for_timeout(300)
    editor.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(editor.locator("#presence li.is-unsaved")).to_contain_text("写稿人")
    expect(sections(editor).nth(0).locator(f"{STORY} > .line > .here").first).to_have_text("写稿人")

    body = sections(editor).nth(0).locator(f"{STORY} [name$=-body]").first
    sections(editor).nth(0).locator(f"{STORY} .opener").first.click()
    body.fill("编辑写的正文。")
    editor.fill("[name=title]", "编辑的标题")
    editor.fill("[name=summary]", "编辑的摘要。")
    save(writer)
    editor.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(editor.locator("#presence .news")).to_contain_text("2")

    save(editor)
    assert editor.locator(".clash").count() == 2
    title, text = editor.locator(".clash").all()
    expect(title.locator(".side").first.locator("ins").first).to_be_visible()
    title.get_by_label("写稿人").check()
    text.get_by_label("合并两者").check()
    combined = text.locator("textarea")
    assert "Written by the writer." in combined.input_value() and "编辑写的正文。" in combined.input_value()
    combined.fill("两个人写的正文。")
    editor.locator("#choices_form button.primary").click()
    expect(editor.locator(".messagelist .success")).to_contain_text("3")
    expect(editor.locator("[name=title]")).to_have_value("写稿人的标题")
    expect(editor.locator("[name=summary]")).to_have_value("编辑的摘要。")
    expect(body).to_have_value("两个人写的正文。")
    assert kept(editor) == 0


def test_text_of_the_text_view_comes_back_after_a_crash_and_saves(visit: Visit, day: date) -> None:
    page = visit("writer", language="en-US")
    address = f"{issue_address(page, day)}text/"
    page.goto(address)
    page.locator(".CodeMirror").evaluate("it => { it.CodeMirror.focus(); it.CodeMirror.execCommand('goDocEnd') }")
    page.keyboard.type(" and what the crash took")
    expect(page.locator("[data-local-copy-note]")).to_contain_text(re.compile(r"\d\d:\d\d"))
    assert kept(page) == 1
    context = page.context
    page.close()

    page = context.new_page()
    page.goto(address)
    assert "what the crash took" not in page.locator("#text").input_value()
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator("#text_form")).to_have_class(re.compile("is-unsaved"))
    assert " and what the crash took" in written(page)
    page.locator("[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert "what the crash took" in page.locator("#text").input_value()
    assert kept(page) == 0


def test_a_text_saved_without_a_login_comes_back(visit: Visit, day: date) -> None:
    page = visit("writer", language="en-US")
    address = f"{issue_address(page, day)}text/"
    page.goto(address)
    page.locator(".CodeMirror").evaluate("it => { it.CodeMirror.focus(); it.CodeMirror.execCommand('goDocEnd') }")
    page.keyboard.type(" typed while nobody was logged in")
    page.context.clear_cookies(name="sessionid")
    page.locator("[name=_save]").click()
    log_in(page, "writer")
    page.goto(address)
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator("#text_form")).to_have_class(re.compile("is-unsaved"))
    assert " typed while nobody was logged in" in written(page)


def test_a_comment_outlives_a_login_that_is_gone(visit: Visit, day: date) -> None:
    page = visit("reviewer")
    open_issue(page, day)
    page.locator(".ways a[href$='/review/']").click()
    say = page.locator(".entry.is-item > .say").first
    say.locator("summary").click()
    say.locator("textarea").fill("这个数字从哪里来？")
    expect(say.locator("form")).to_have_class(re.compile("is-unsaved"))
    page.context.clear_cookies(name="sessionid")
    say.get_by_role("button").click()
    log_in(page, "reviewer")
    say.locator(".local-copy button.primary").click()
    expect(say.locator("textarea")).to_have_value("这个数字从哪里来？")
    say.locator("[type=submit]").click()
    expect(page.locator(".entry.is-item .comment-text .words").first).to_have_text("这个数字从哪里来？")
    assert kept(page) == 0
