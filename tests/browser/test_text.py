"""An issue written as one text, and as rows that fold and move: nothing is lost between the two."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import Visit, save, sections


def open_issue(page: Page, day: date) -> None:
    """Open an issue from the list, in either language."""
    page.goto("/admin/digests/issue/")
    said = re.compile(f"{day.year}年{day.month}月{day.day}日|{day:%B} {day.day}, {day.year}")
    page.locator("#result_list tr", has_text=said).get_by_role("link").first.click()
    expect(page.locator("#issue_form")).to_be_visible()


def open_text(page: Page, day: date) -> None:
    """Open an issue's text by its tab."""
    open_issue(page, day)
    way(page, "text")


def way(page: Page, name: str) -> None:
    page.locator(f".ways a[data-way={name}]").click()
    expect(page.locator(f".ways a[data-way={name}][aria-current]")).to_be_visible()


def text_of(page: Page) -> str:
    return page.locator("#text").input_value()


def names(page: Page) -> list[str]:
    return re.findall(r"\{#\S+?[ }]", text_of(page))


def put(page: Page, before: str, after: str) -> None:
    """Put words for others in the editor, as a paste does."""
    swap = "(it, [before, after]) => it.CodeMirror.setValue(it.CodeMirror.getValue().replace(before, after))"
    page.locator(".CodeMirror").evaluate(swap, [before, after])


def at(page: Page, words: str) -> None:
    """Put the cursor at the start of the line that holds some words."""
    line = next(number for number, one in enumerate(text_of(page).split("\n")) if words in one)
    page.locator(".CodeMirror").evaluate(
        "(it, line) => { it.CodeMirror.focus(); it.CodeMirror.setCursor(line, 0) }", line
    )


def row(page: Page, kind: str) -> Locator:
    return page.locator(f".{kind}:not(.djn-empty-form)")


def test_a_text_is_typed_seen_mended_and_saved(visit: Visit, day: date) -> None:
    page = visit("writer")
    open_text(page, day)
    before = names(page)
    shown = page.frame_locator(".seen iframe")
    at(page, "第 2 条")
    for _ in "### [":
        page.keyboard.press("ArrowRight")
    page.keyboard.type("TODO 又及")
    expect(shown.locator("article.story h3").nth(1)).to_contain_text("TODO 又及")
    line = next(number for number, one in enumerate(text_of(page).split("\n"), 1) if "又及" in one)
    problem = page.locator(f".problems a[data-line='{line}']", has_text="TODO")
    expect(problem).to_contain_text(f"{line}")
    page.keyboard.press("Control+Home")
    problem.click()
    assert page.locator(".CodeMirror").evaluate("it => it.CodeMirror.getCursor().line + 1") == line
    expect(page.locator("#text_form")).to_have_class(re.compile("is-unsaved"))
    page.locator("[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    way(page, "structure")
    expect(row(page, "item").nth(1).locator(".headline")).to_contain_text("TODO 又及")
    way(page, "text")
    assert names(page) == before != []


def test_words_at_the_end_of_a_line_stay_before_its_name(visit: Visit, day: date) -> None:
    page = visit("writer")
    open_text(page, day)
    before, lines = names(page), text_of(page).split("\n")
    number = next(number for number, one in enumerate(lines) if "第 2 条" in one)
    words, name = lines[number].rsplit(" {", 1)
    at(page, "第 2 条")
    page.keyboard.press("End")
    page.keyboard.type("ab")
    assert text_of(page).split("\n")[number] == f"{words}ab {{{name}"
    page.keyboard.press("Enter")
    page.keyboard.type("c")
    assert text_of(page).split("\n")[number : number + 2] == [f"{words}ab {{{name}", "c"]
    for _ in range(2):  # the letter, then the line
        page.keyboard.press("Backspace")
    page.keyboard.type("d")
    assert text_of(page).split("\n")[number] == f"{words}abd {{{name}"
    page.keyboard.press("ArrowRight")
    assert page.locator(".CodeMirror").evaluate("it => it.CodeMirror.getCursor().line") == number + 1
    assert names(page) == before


def test_what_is_not_saved_goes_along_to_the_text_and_what_is_refused_comes_back(visit: Visit, day: date) -> None:
    page = visit("writer", language="en-US")
    open_issue(page, day)
    page.fill("[name=title]", "Not saved yet")
    way(page, "text")
    assert "title: Not saved yet" in text_of(page) or 'title: "Not saved yet"' in text_of(page)
    put(page, f"date: {day}", "date: tomorrow")
    sent = text_of(page)
    page.locator("[name=_save]").click()
    expect(page.locator(".refused")).to_contain_text("Nothing was saved.")
    assert text_of(page) == sent
    put(page, "date: tomorrow", f"date: {day}")
    page.locator("[name=_save]").click()
    expect(page.locator(".refused")).to_have_count(0)

    reader = visit("reviewer", language="en-US")
    open_text(reader, day)
    expect(reader.locator("[name=_save]")).to_have_count(0)
    at(reader, "第 2 条")
    whole = text_of(reader)
    reader.keyboard.type("x")
    assert text_of(reader) == whole


def test_sections_stay_folded_and_rows_move_and_go_with_the_focus(visit: Visit, day: date) -> None:
    page = visit("writer")
    open_issue(page, day)
    sections(page).nth(0).locator(".folder").click()
    page.reload()
    expect(sections(page).nth(0)).to_have_class(re.compile("is-folded"))
    expect(sections(page).nth(1)).not_to_have_class(re.compile("is-folded"))
    sections(page).nth(0).locator(".folder").click()

    fields = {"section": "[name$=-title]", "item": ".opener", "insight": "[name$=-text]", "brief": "[name$=-text]"}
    row(page, "item").nth(0).locator(".opener").click()
    row(page, "item").nth(0).locator(".insights > .djn-add-item button").last.click()
    for kind, selector in fields.items():
        field = row(page, kind).nth(0).locator(selector).first
        field.evaluate("it => { window.held = it; it.focus() }")
        page.keyboard.press("Alt+ArrowDown")
        assert page.evaluate("document.activeElement === window.held"), kind
        moved = (
            f"[...document.querySelectorAll('.{kind}:not(.djn-empty-form)')].indexOf(window.held.closest('.{kind}'))"
        )
        assert page.evaluate(moved) == 1, kind
        page.keyboard.press("Alt+ArrowUp")
        assert page.evaluate(moved) == 0, kind

    section = sections(page).nth(0)
    section.locator(".items > .djn-add-item button").last.click()
    section.locator(".item:not(.djn-empty-form)").last.locator("> .line .djn-remove-handler").click()
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.matches('.item .opener')")
    save(page)
    expect(page.locator("#issue_form")).to_be_visible()
