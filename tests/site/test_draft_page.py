"""Words that readers do not have, as their page would show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bs4 import BeautifulSoup
from django.test import Client, RequestFactory

from digests.models import Edition, Issue, Source, Tag
from digests.site.views.draft import draft_page

Make = Callable[..., Issue]


def test_a_draft_is_shown_as_its_page_would_be_and_nothing_is_written(
    published: Make, rf: RequestFactory, client: Client
) -> None:
    issue = published()
    live = BeautifulSoup(client.get(issue.get_absolute_url()).content, "html.parser")
    counts = [model.objects.count() for model in (Edition, Source, Tag)]
    response = draft_page(rf.get("/"), issue, issue.head.manuscript)
    shown = BeautifulSoup(response.content, "html.parser")
    assert [model.objects.count() for model in (Edition, Source, Tag)] == counts
    for part in (".issue-head h1", ".summary", ".contents", ".issue-text .prose", ".tags"):
        assert [one.get_text() for one in shown.select(part)] == [one.get_text() for one in live.select(part)]
    assert shown.select("article.story .note") == live.select("article.story .note")
    # A draft's label is at no public address.
    assert (len(live.select(".label a")), shown.select(".label a")) == (1, [])


def test_a_draft_of_unsaved_words_names_tags_and_sources_that_nobody_has_entered(
    draft: Make, rf: RequestFactory
) -> None:
    issue = draft()
    words = issue.head.manuscript.without_uids()
    words = replace(words, tags=("新标签",))
    shown = BeautifulSoup(draft_page(rf.get("/"), issue, words).content, "html.parser")
    assert shown.select_one(".issue-head .tags").get_text(strip=True) == "新标签"
    assert not Tag.objects.filter(name="新标签").exists()
    assert shown.select(".permalink") == []


def test_no_cache_and_no_search_engine_keeps_a_draft_and_only_the_desk_frames_it(
    draft: Make, rf: RequestFactory
) -> None:
    issue = draft()
    response = draft_page(rf.get("/"), issue, issue.head.manuscript)
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response._csp_replace == {"frame-ancestors": ["'self'"]}  # type: ignore[attr-defined]
