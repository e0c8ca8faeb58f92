"""For any value, read(write(m)) == m; for any text the reader takes, a second write changes nothing."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digests.manuscript.diff import diff, words
from digests.manuscript.reader import Reading, Refusal, read
from digests.manuscript.values import (
    LABELS,
    Brief,
    Insight,
    Manuscript,
    NewsItem,
    Section,
    block,
    line,
    tag_name,
)
from digests.manuscript.writer import write
from tests.strategies import (
    FRAGMENTS,
    manuscripts,
    some_text,
    some_words,
)

DATE = datetime.date(2026, 2, 1)
thorough = settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))


# Whole lines, since what a line is depends on those around it: generated often, and in every place at once.
LINES = [
    "", "", "a", "- a", "- b", "-", "* a", "* * *", "  a", "  - a", "---", "----", "<b>", "\\", "\\a", "\\---", "\\- a",
    "```", "```x", "````", "~~~", "   ```", "\\```", "# a", "## a", "### a", "#### a", "\\## a", "\\\\## a", "##",
    "> a", "**影响：**", "**影响：** a", "\\**影响：**", "**x：** {.note}", "- a {#b7k2m9qx}", "{basis=ai}",
    "[a](b)", "| a |",
]  # fmt: skip
hostile = st.lists(st.sampled_from(LINES), max_size=5).map("\n".join)


@settings(thorough, max_examples=500)
@given(hostile, hostile, hostile, st.booleans(), st.booleans(), st.booleans())
def test_any_text_in_any_place_comes_back(
    one: str, other: str, third: str, bullet: bool, short: bool, footer: bool
) -> None:
    items = (
        NewsItem("A", body=one, insights=(Insight(other, bullet=bullet), Insight(third, "影响", bullet=not bullet))),
        NewsItem("B", body=other, insights=(Insight(one, bullet=bullet), Insight(third, bullet=bullet))),
    )
    first = Section("S", lead=third, briefs=() if short else (Brief("x"),), items=items[:1] if short else items)
    last = Section("R", lead=other if short else one, briefs=(Brief("y"),) if bullet else ())
    sections = (first,) if short and bullet else (first, last)
    manuscript = Manuscript("T", DATE, intro=other, sections=sections, footer=one if footer else "")
    reading = read(write(manuscript))
    assert reading.manuscript == manuscript
    assert reading.notes == ()


@settings(thorough, max_examples=100)
@given(manuscripts)
def test_any_value_comes_back(manuscript: Manuscript) -> None:
    text = write(manuscript, uids=True)
    reading = read(text)
    assert reading.manuscript == manuscript
    everything_has_a_line(reading)
    assert not reading.notes or not manuscript.title, "what was written is read without a note"
    assert "\r" not in text and not text.endswith("\n")
    assert read(write(manuscript)).manuscript == manuscript.without_uids()
    assert Manuscript.from_json(manuscript.to_json()) == manuscript
    assert diff(manuscript, manuscript) == ()


@settings(thorough, max_examples=100)
@given(manuscripts, st.sampled_from([LABELS[:2], ("新的", "x", "Why it matters"), ()]))
def test_a_digest_may_have_labels_of_its_own(manuscript: Manuscript, own: tuple[str, ...]) -> None:
    assert read(write(manuscript, uids=True, labels=own), labels=own).manuscript == manuscript


HEADS = [
    "",
    "---\ntitle: T\ndate: 2026-02-01\n---\n",
    "---\ntitle: T\n---\n# T\n\n",
    "Title: T\nDate: 2026-02-01\n\n",
    "# T\n\n",
]
loose = st.tuples(
    st.sampled_from(HEADS),
    st.lists(
        some_words
        | st.sampled_from(
            [*FRAGMENTS, "", "## Section", "### Item", "### [Item](link)", "#### Deep", "## [Story](link)", "# Other"]
        ),
        max_size=25,
    ).map("\n".join),
).map("".join)


def everything_has_a_line(reading: Reading) -> None:
    for kind in ("sections", "items", "insights", "briefs"):
        spots = getattr(reading.spots, kind)
        assert len(spots) == len(tuple(getattr(reading.manuscript, kind))), kind
        assert [spot.line for spot in spots] == sorted(spot.line for spot in spots), kind
    named = reading.manuscript.with_uids()
    values: tuple[Any, ...] = (*named.items, *named.insights, *named.briefs)
    uids = [value.uid for value in values]
    assert all(uids) and len(set(uids)) == len(uids)
    assert named.without_uids() == reading.manuscript.without_uids()


def second_write_changes_nothing(text: str | bytes) -> None:
    try:
        reading = read(text, date=DATE)
    except Refusal as refusal:
        assert str(refusal)
        return
    assert all(str(note) and note.line > 0 for note in reading.notes)
    everything_has_a_line(reading)
    again = write(reading.manuscript, uids=True)
    assert read(again).manuscript == reading.manuscript
    assert write(read(again).manuscript, uids=True) == again


@settings(thorough, max_examples=400)
@given(loose)
def test_any_structured_text_is_read_or_refused(text: str) -> None:
    second_write_changes_nothing(text)


@thorough
@given(st.text() | st.binary() | loose.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_text_or_bytes_is_read_or_refused(text: str | bytes) -> None:
    second_write_changes_nothing(text)


YAML = [
    "title: ", "date: ", "tags: ", "- a", "  - b", "[", "]", "{", "}", "&a ", "*a", "!!python/object:os.system ", "!x ",
    "|", ">", "? ", ": ", "'", '"', "\\x", "%YAML 9.9", "...", "--- ", "# c", "2026-02-01", "\t", "x", "<<: ", "title",
]  # fmt: skip
yaml_lines = st.lists(st.sampled_from(YAML) | st.text(max_size=3), max_size=4).map("".join)


@thorough
@given(st.lists(yaml_lines, max_size=8).map("\n".join))
def test_any_front_matter_is_read_or_refused(text: str) -> None:
    second_write_changes_nothing(f"---\n{text}\n---\n# T\n")


@thorough
@given(st.text() | some_text)
def test_values_have_one_spelling(text: str) -> None:
    assert block(block(text)) == block(text)
    assert line(line(text)) == line(text) == line(block(line(text)))
    assert tag_name(tag_name(text)) == tag_name(text)
    label = Insight("x", text).label
    assert Insight("x", label).label == label


@settings(thorough, max_examples=50)
@given(manuscripts, manuscripts)
def test_a_diff_of_any_two_is_empty_only_if_they_are_equal(one: Manuscript, other: Manuscript) -> None:
    assert (diff(one, other) == ()) == (one == other)


@thorough
@given(some_text, some_text)
def test_words_make_both_texts(old: str, new: str) -> None:
    marked = words(old, new)
    assert "".join(text for op, text in marked if op != "added") == old
    assert "".join(text for op, text in marked if op != "removed") == new
