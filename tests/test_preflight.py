"""Why an issue cannot go out yet."""

from __future__ import annotations

from typing import Any

import pytest

from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section
from digests.preflight import Place, Warning, blockers, check
from tests.conftest import manuscript


def story(**fields: Any) -> Manuscript:
    """Return an issue with one good story, but for what is given."""
    values: dict[str, Any] = {
        "headline": "标题",
        "link": "https://a.test/1",
        "body": "正文",
        "uid": "bbbbbbbb",
        **fields,
    }
    return manuscript(0, sections=(Section("版块", items=(NewsItem(**values),)),))


def test_a_whole_issue_has_no_problem() -> None:
    assert check(manuscript()) == []


@pytest.mark.parametrize(
    ("words", "code", "place"),
    [
        (manuscript(title=""), "title_missing", Place("title")),
        (manuscript(title="Report Title"), "placeholder", Place("title")),
        (manuscript(summary="{{ summary }}"), "placeholder", Place("summary")),
        (manuscript(intro="TODO"), "placeholder", Place("intro")),
        (manuscript(sections=()), "issue_empty", Place("sections")),
        (manuscript(cover_file="covers/a.png"), "cover_alt_missing", Place("cover_alt")),
        (
            manuscript(sections=(Section("", lead="有话"),)),
            "section_title_missing",
            Place("title", section=0),
        ),
        (
            manuscript(sections=(Section("动态", briefs=(Brief("", uid="cccccccc"),)),)),
            "brief_empty",
            Place("text", "cccccccc"),
        ),
        (story(headline=""), "headline_missing", Place("headline", "bbbbbbbb")),
        (story(link="javascript:alert(1)"), "link_unusable", Place("link", "bbbbbbbb")),
        (story(link="https://"), "link_unusable", Place("link", "bbbbbbbb")),
        (story(link="https://[bad"), "link_unusable", Place("link", "bbbbbbbb")),
        (story(body="见 lorem ipsum"), "placeholder", Place("body", "bbbbbbbb")),
        (story(body="长" * 100_001), "text_too_long", Place("body", "bbbbbbbb")),
        (story(insights=(Insight("{{ x }}"),)), "placeholder", Place("insights", "bbbbbbbb")),
    ],
)
def test_a_blocker_says_what_and_where(words: Manuscript, code: str, place: Place) -> None:
    (problem,) = blockers(check(words))
    assert (problem.code, problem.place) == (code, place)
    assert str(problem.message) and str(problem.fix)


@pytest.mark.parametrize(
    ("words", "code", "place"),
    [
        (manuscript(summary=""), "summary_missing", Place("summary")),
        (story(link=""), "link_missing", Place("link", "bbbbbbbb")),
        (story(body=""), "story_empty", Place("body", "bbbbbbbb")),
        (story(insights=(Insight(""),)), "insight_empty", Place("insights", "bbbbbbbb")),
        (
            manuscript(0, sections=(Section("空"), Section("动态", briefs=(Brief("一条"),)))),
            "section_empty",
            Place("title", section=0),
        ),
    ],
)
def test_a_warning_stops_nobody(words: Manuscript, code: str, place: Place) -> None:
    (problem,) = check(words)
    assert isinstance(problem, Warning)
    assert (problem.code, problem.place) == (code, place)


def test_the_same_link_twice_is_named_by_the_first_story() -> None:
    items = tuple(
        NewsItem(title, "https://a.test/1", "正文", uid=uid) for title, uid in [("甲", "b" * 8), ("乙", "c" * 8)]
    )
    (problem,) = check(manuscript(0, sections=(Section("版块", items=items),)))
    assert (problem.code, problem.place) == ("link_twice", Place("link", "c" * 8))
    assert "甲" in str(problem)


def test_words_that_only_contain_a_placeholder_are_no_problem() -> None:
    assert check(story(headline="谷歌推出 TODOist 竞品", body="mastodon 与 report titles")) == []
