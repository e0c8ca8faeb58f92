"""The nutrition label: computed from what is stored."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from digests.editorial import workflow
from digests.manuscript.values import Brief, Insight, NewsItem, Section
from digests.models import Edition, Issue, Source
from digests.models.states import Action
from digests.publishing import provenance

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]

SECTIONS = (
    Section(
        "甲",
        items=(
            NewsItem(
                "有来源",
                link="https://www.nature.com/articles/1",
                body="另见 [预印本](https://arxiv.org/abs/1) 与 https://unheard.test/x",
                ai_role="drafted",
                insights=(Insight("一"), Insight("二", basis="ai"), Insight("三", basis="source")),
            ),
            NewsItem("没有来源", body="正文"),
        ),
    ),
    Section("更多动态", briefs=(Brief("见 [代码](https://github.com/a/b)"),)),
)


def label(edition: Edition) -> dict[str, object]:
    return provenance.label(edition, edition.page, dict(Source.objects.values_list("domain", "kind"))).to_json()


def test_a_label_counts_what_is_there(published: Make) -> None:
    edition = published(0, sections=SECTIONS).editions.get()
    assert label(edition) == {
        "stories": 2,
        "briefs": 1,
        "sources": {"data": 1, "peer_reviewed": 1, "preprint": 1, "unknown": 1},
        "unsourced": 1,
        "ai": {"none": 1, "drafted": 1},
        "insights": {"source": 1, "editor": 1, "ai": 1},
        "approvals": 1,
        "independently_reviewed": True,
        "emergency": False,
    }


def test_a_retracted_story_counts_for_nothing(published: Make, people: SimpleNamespace) -> None:
    issue = published(0, sections=SECTIONS)
    uid = issue.editions.get().stories.order_by("position")[0].uid
    workflow.perform(Action.RETRACT, issue, by=people.editor, story=uid, note="来源造假")
    after = label(issue.editions.live().get())
    assert (after["stories"], after["unsourced"], after["sources"]) == (1, 1, {"data": 1})


def test_an_emergency_says_so_until_approved_and_after(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    workflow.perform(Action.FORCE_PUBLISH, issue, by=people.editor, note="地震")
    before = label(issue.editions.get())
    assert (before["independently_reviewed"], before["emergency"]) == (False, True)
    workflow.perform(Action.ENDORSE, issue, by=people.reviewer)
    after = label(issue.editions.get())
    assert (after["independently_reviewed"], after["emergency"]) == (True, True)


def test_classifying_a_source_changes_the_label_at_once(published: Make) -> None:
    edition = published(0, sections=SECTIONS).editions.get()
    Source.objects.filter(domain="unheard.test").update(kind=Source.Kind.MEDIA)
    assert label(edition)["sources"] == {"data": 1, "peer_reviewed": 1, "preprint": 1, "media": 1}
