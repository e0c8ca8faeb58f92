"""While one writes: what is still to do, and duplicates."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from tests.browser.desk import Visit, open_issue, save, sections


def test_the_list_follows_what_is_typed_and_leads_to_it(visit: Visit, day: date) -> None:
    writer = visit("writer")
    open_issue(writer, day)
    problems = writer.locator(".problems")
    expect(problems.locator(".is-blocker")).to_have_count(0)
    expect(problems.locator(".passed summary")).to_contain_text("项检查通过")
    sections(writer).nth(0).locator(":scope > .lists .items > .djn-add-item .add").click()
    item = sections(writer).nth(0).locator(".item:not(.djn-empty-form)").last
    item.locator("[name$=-headline]").fill("新写的一条")
    item.locator("[name$=-body]").fill("TODO")
    expect(problems.locator(".is-blocker")).to_have_count(1)
    expect(item.locator(":scope > .line .dot")).to_have_class("dot is-blocker")
    item.locator(".opener").click()
    problems.locator(".is-blocker a").click()
    expect(item.locator("[name$=-body]")).to_be_focused()
    item.locator("[name$=-body]").fill("写好了。")
    expect(problems.locator(".is-blocker")).to_have_count(0)


def test_a_story_told_before_is_shown_and_made_an_update(visit: Visit, day: date) -> None:
    writer = visit("writer", language="en-US")
    open_issue(writer, day)
    item = sections(writer).nth(0).locator(".item:not(.djn-empty-form)").first
    item.locator(".opener").click()
    item.locator("[name$=-link]").fill("http://www.source2.test/news/2/?utm_source=x#top")
    offered = item.locator(".duplicates li").first
    expect(offered).to_contain_text("same link")
    offered.get_by_role("button").click()
    expect(item.locator(".following")).to_contain_text("Update to:")
    expect(item.locator(".unfollow")).to_be_focused()
    save(writer)
    item = sections(writer).nth(0).locator(".item:not(.djn-empty-form)").first
    item.locator(".opener").click()
    expect(item.locator(".following")).to_contain_text("第 2 条")
    item.locator(".unfollow").click()
    expect(item.locator(".following")).to_be_hidden()
    expect(item.locator("[name$=-follows]")).to_have_value("")
