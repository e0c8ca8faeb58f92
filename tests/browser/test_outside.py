"""What goes out by the side door, and by the dozen: previews for people without an account, and the list."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Newsroom

Visit = Callable[..., Page]


def to_links(page: Page, day: date) -> None:
    page.goto(f"/admin/digests/issue/?from={day}&to={day}")
    page.locator("#result_list .field-linked_title a").click()
    page.locator(".ways a[href$='/previews/']").click()


def make_link(page: Page, whom: str, *, may_comment: bool = False) -> str:
    page.fill("[name=whom]", whom)
    page.select_option("[name=days]", "3")
    page.set_checked("[name=may_comment]", may_comment)
    page.locator(".new-link button").click()
    return page.locator(".link .address input").first.input_value()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_guest_reads_comments_is_answered_and_is_sent_on_to_the_published_page(
    visit: Visit,
    day: date,
    newsroom: Newsroom,
) -> None:
    writer, guest = visit("writer"), visit()
    to_links(writer, day)
    address = make_link(writer, "王林", may_comment=True)
    writer.locator(".link .copy").first.click()
    expect(writer.locator(".link .copy").first).to_have_text("已复制")

    guest.goto(address)
    expect(guest.locator(".preview")).to_contain_text("王林")
    expect(guest.locator(".preview")).to_contain_text("尚未发布")
    story = guest.locator("article.story").nth(1)
    story.locator(".comments summary").click()
    story.locator("[name=text]").fill("这里的数字与来源不符。")
    story.locator(".comments button").click()
    expect(guest.locator("article.story").nth(1).locator(".comment .said")).to_have_text("这里的数字与来源不符。")
    expect(guest.locator(".comment .who")).to_contain_text("王林（访客）")

    writer.goto(f"/admin/digests/issue/?from={day}&to={day}")
    expect(writer.locator(".field-comments")).to_have_text("1 条未解决")
    for action, name in (("submit", "writer"), ("force_publish", "editor")):
        note = ["--note", "等不及"] if action == "force_publish" else []
        newsroom.manage("workflow", action, "ai-daily", str(day), "--user", name, *note)
    guest.reload()
    expect(guest.locator("h1")).to_have_text("这份预览已经结束")
    guest.get_by_role("link", name="阅读已发布的这一期").click()
    expect(guest.locator("article.story")).to_have_count(6)
    assert guest.locator(".comments, .preview").count() == 0


def test_a_mere_reader_gets_no_script_no_cookie_and_no_way_round(visit: Visit, day: date) -> None:
    editor, guest = visit("editor", language="en-US"), visit(language="en-US", width=390, dark=True)
    to_links(editor, day)
    address = make_link(editor, "Wang Lin")
    guest.goto(address)
    expect(guest.locator("article.story")).to_have_count(6)
    assert (guest.locator("script, form").count(), guest.context.cookies(), fits(guest)) == (0, [], True)
    assert guest.goto(f"/ai-daily/{day}/").status == 404
    editor.locator(".link .address .grave").click()
    response = guest.goto(address)
    assert response is not None and response.status == 410
    expect(guest.locator("main")).to_contain_text("The newsroom has revoked this link.")


def test_many_issues_are_found_marked_and_sent_on(visit: Visit, day: date, tmp_path: Path) -> None:
    writer = visit("writer", language="en-US")
    writer.goto("/admin/digests/issue/")
    writer.fill("[name=q]", "第 1 条：新闻里的新闻")
    writer.fill("[name=from]", "2026-03-01")
    writer.select_option("[name=state]", "draft")
    with writer.expect_navigation():
        writer.locator("#changelist-search button").click()
    rows = writer.locator("#result_list tbody tr")
    count = rows.count()
    assert count >= 1
    expect(writer.locator("[name=from]")).to_have_value("2026-03-01")

    writer.locator("#action-toggle").check()
    expect(writer.locator(".action-counter")).to_have_text(f"{count} of {count} selected")
    writer.locator("button[value=tag_all]").click()
    writer.fill("[name=add]", "bulk, AI")
    writer.locator("button.primary").click()
    expect(writer.locator(".outcomes .is-done")).to_have_count(count)
    expect(writer.locator("[name=from]")).to_have_value("2026-03-01")  # the filter stays

    writer.goto("/admin/digests/issue/?tag=bulk")
    expect(rows).to_have_count(count)
    writer.locator("#action-toggle").check()
    writer.locator("button[value=submit_all]").click()
    expect(writer.locator(".outcomes .is-done")).to_have_count(count)
    writer.goto("/admin/digests/issue/?from=2026-01-01")
    writer.locator("#action-toggle").check()
    writer.locator("button[value=export_all]").click()
    writer.get_by_label("The working copy, as it was saved last").check()
    with writer.expect_download() as download:
        writer.locator("button.primary").click()
    archive = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert f"ai-daily/{day}.md" in archive.namelist()


def test_the_list_is_at_hand_on_a_telephone(visit: Visit, day: date) -> None:
    editor = visit("editor", width=390, dark=True)
    editor.goto("/admin/digests/issue/")
    assert fits(editor)
    expect(editor.locator("[name=state]")).to_be_hidden()
    editor.locator(".filters > summary").click()
    expect(editor.locator("[name=state]")).to_be_visible()
    editor.locator("#result_list .action-select").first.check()
    editor.locator("button[value=schedule_all]").click()
    expect(editor.locator("[name=at]")).to_be_hidden()
    editor.get_by_label("全部在同一时刻").check()
    editor.fill("[name=at]", "2026-01-01T08:00")
    editor.locator("button.primary").click()
    expect(editor.locator(".outcomes .is-refused")).to_have_count(1)
    assert fits(editor)
