"""Search: exactly the live stories that contain what was asked for, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digests import press, search, workflow
from digests.folding import fold, places
from digests.manuscript.values import Insight, NewsItem, Section
from digests.models import Digest, Edition, Issue, Story, StoryText
from digests.models.texts import ASKED
from digests.states import Action
from tests.conftest import manuscript
from tests.test_pages import rewrite

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


def sections(*bodies: str) -> dict[str, Any]:
    """Return an issue of stories that say these things, each `headline|text`."""
    items = [NewsItem(headline, body=body) for headline, _bar, body in (each.partition("|") for each in bodies)]
    return {"sections": (Section("版块", items=tuple(items)),)}


def headlines(stories: search.Stories) -> list[str]:
    return list(stories.order_by("edition__date", "position").values_list("headline", flat=True))


def having(phrase: str) -> list[str]:
    return headlines(search.containing(Story.objects.live(), phrase))


# What is found

SIGNS = "模型用芯GPTgpté①ﬁß\"'%_*\\(){}:-^|&<\u3000 🚀👍🏽\u0301한ＡＩ\u200d"


@pytest.fixture
def row(digest: Digest) -> Callable[[str, str], Story]:
    """Make a live story with a text, and nothing else that it would take."""
    issue = Issue.objects.create(digest=digest, date=date(2026, 3, 1), title="x")
    words = manuscript(0)
    revision = issue.revisions.create(number=1, sha256=words.sha256, content=words.canonical())
    edition = Edition.objects.create(
        issue=issue, digest=digest, revision=revision, number=1, date=issue.date, live_from=timezone.now()
    )

    def make(headline: str, body: str) -> Story:
        place = edition.stories.count()
        story = Story.objects.create(edition=edition, uid=f"{place:08}", position=place, headline=headline)
        StoryText.objects.keep([(story, [body])])
        return story

    return make


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.tuples(st.text(SIGNS, min_size=1, max_size=12), st.text(SIGNS, max_size=30)), max_size=4),
    cut=st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(1, 12)),
    other=st.text(SIGNS, min_size=1, max_size=3),
)
def test_what_is_found_is_what_has_it(
    row: Callable[[str, str], Story],
    texts: list[tuple[str, str]],
    cut: tuple[int, int, int],
    other: str,
) -> None:
    Story.objects.all().delete()
    for headline, body in texts:
        row(headline, body)
    which, begin, length = cut
    part = texts[which][1][begin : begin + length] if which < len(texts) else ""
    for phrase in filter(fold, (part, other)):
        expected = [text[0] for text in texts if any(fold(phrase) in fold(one) for one in text)]
        assert having(phrase) == expected
        rest = [text[0] for text in texts if not any(fold(phrase) in fold(one) for one in text)]
        assert headlines(search.without(Story.objects.live(), phrase)) == rest


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("vidi", True), ("用gpt", True), ("ＧＰＴ－５", True), ("GPT-5 做", True), ("gpt-5\n做", True), ("做", True),
        ("片。", True), ("片。没有", False), ("NVIDIA 用GPT-5做芯片的事", False), ("nvlink", False), ("片。\0", False),
        ("\ud800", False), ("'", False), ("%", False), ("_", False), ("🚀", True), ("NEAR(", False), ("*", False),
    ],
)  # fmt: skip
def test_a_phrase_is_found_by_any_part_of_it(published: Make, phrase: str, found: bool) -> None:
    published(**sections("NVIDIA 的事|**用**GPT-5  做芯片。\n\n🚀"))
    assert having(phrase) == (["NVIDIA 的事"] if found else [])


def test_a_long_phrase_is_compared_to_its_end(published: Make) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(ASKED * 3))
    published(**sections(f"长文|{text}"))
    assert having(text) == ["长文"]
    assert having(f"{text[:-1]}尾") == having(text * 50) == []


def test_insights_are_searched_and_their_labels_are_not(published: Make) -> None:
    item = NewsItem("一条", body="正文", insights=(Insight("看法甲", label="影响"), Insight("看法乙")))
    published(sections=(Section("版块", items=(item,)),))
    assert having("看法乙") == ["一条"]
    assert having("法甲看") == having("影响") == having("版块") == []


def test_narrowing_goes_on_and_turns_round(published: Make) -> None:
    published(**sections("甲|苹果 香蕉", "乙|苹果", "丙|香蕉"))
    live = Story.objects.live()
    assert headlines(search.containing(search.containing(live, "苹果"), "香蕉")) == ["甲"]
    assert headlines(search.without(search.containing(live, "苹果"), "香蕉")) == ["乙"]
    assert headlines(search.containing(live, " ")) == ["甲", "乙", "丙"]
    assert headlines(search.without(live, " ")) == []


# What readers have


def test_the_index_follows_what_readers_have(published: Make, people: SimpleNamespace, draft: Make) -> None:
    issue = published(**sections("旧题|旧文在此", "另一条|不变"))
    draft(date=date(2026, 3, 2), **sections("草稿|旧文在此"))
    assert having("旧文") == ["旧题"]
    rewrite(issue, manuscript(0, **sections("新题|新文在此", "另一条|不变")), people)
    assert (having("旧文"), having("新文")) == ([], ["新题"])
    uid = Story.objects.live().get(headline="新题").uid
    workflow.perform(Action.RETRACT, Issue.objects.get(pk=issue.pk), by=people.editor, story=uid, note="不实的消息")
    assert having("新文") == having("不实") == []
    assert having("不变") == ["另一条"]


def test_an_edition_is_found_from_its_hour_on(published: Make, people: SimpleNamespace) -> None:
    published(**sections("一条|正文在此"))
    hour = timezone.now() + timedelta(hours=1)
    Edition.objects.update(live_from=hour)
    assert having("正文") == []
    assert headlines(search.containing(Story.objects.live(hour), "正文")) == ["一条"]


def test_rebuilding_makes_the_texts_anew(published: Make) -> None:
    published(**sections("一条|正文在此"))
    StoryText.objects.all().delete()
    assert having("正文") == []
    press.rebuild(Edition.objects.get())
    assert having("正文") == ["一条"]
    StoryText.objects.update(body="别的字")
    assert (having("正文"), having("别的")) == ([], ["一条"])


def test_each_story_has_a_text_and_the_index_has_each_text(published: Make, people: SimpleNamespace) -> None:
    issue = published()
    rewrite(issue, manuscript(2), people)
    assert StoryText.objects.count() == Story.objects.count()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO digests_storyindex (digests_storyindex) VALUES ('integrity-check')")


# Where it was found


@pytest.mark.parametrize(
    ("text", "phrase", "hits"),
    [
        ("Ｎvidia  的 ﬁre　GPT", "NVIDIA 的", ["Ｎvidia  的"]),
        ("Straße, weiß", "ss", ["ß", "ß"]),
        ("e\u0301té", "é", ["e\u0301", "é"]),
        ("①ab", "1A", ["①a"]),
        ("无", "有", []),
        ("无", "", []),
    ],
)
def test_hits_are_placed_in_the_text_as_written(text: str, phrase: str, hits: list[str]) -> None:
    assert [text[begin:end] for begin, end in places(text, fold(phrase))] == hits
