"""The real issues beside the repository: read, counted, written again. Skipped where they are not.

None of their text stands here; NEWSROOM_SAMPLES names their folder.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

import pytest

from digests.manuscript.reader import Reading, Refusal, read
from digests.manuscript.writer import write
from tests.samples import SAMPLES

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample issues are not beside the repository")

# sections, stories, insights, briefs, notes of the reader
COUNTS = {
    "seed/2026-02-01.md": (4, 8, 29, 11, 0),
    "aicode-ai-daily/2025-12-12-*.md": (2, 4, 16, 9, 16),
    "aicode-ai-daily/2026-01-13-*.md": (5, 9, 9, 11, 12),
    "aicode-ai-daily/2026-02-01-*.md": (5, 18, 45, 0, 0),
    "aicode-ai-daily/2026-02-06-*.md": (8, 0, 0, 13, 18),
    "aicode-ai-daily/2026-03-04-*.md": (8, 15, 0, 9, 0),
    "aicode-ai-daily/2026-08-19-*.md": (7, 21, 33, 27, 0),
    "aicode-ai-daily/withdrawn/*.md": (0, 0, 0, 0, 0),
    "aicode-economy-daily/*.md": (6, 9, 11, 17, 11),
    "aivora-ai-daily/*.md": (7, 13, 10, 0, 39),
    "hextra-insight-daily/*.md": (2, 4, 0, 0, 11),
    "juya-ai-morning/*.md": (3, 37, 0, 0, 93),
    "smol-ainews/*.md": (5, 3, 0, 5, 13),
    "this-week-in-rust/*.md": (8, 19, 0, 0, 7),
}


def sample(pattern: str) -> tuple[bytes, Reading]:
    (path,) = SAMPLES.glob(pattern)
    text = path.read_bytes()
    named = re.search(r"\d{4}-\d\d-\d\d", path.name)
    return text, read(text, date=datetime.date.fromisoformat(named[0]) if named else None)


def test_the_seed_keeps_its_bytes() -> None:
    text, reading = sample("seed/2026-02-01.md")
    assert write(reading.manuscript).encode() == text
    assert len(text) == 8018
    assert reading.notes == ()
    manuscript = reading.manuscript
    assert [len(section.items) for section in manuscript.sections] == [3, 3, 2, 0]
    assert (len(manuscript.tags), len(manuscript.seo)) == (2, 7)
    assert all(insight.bullet for insight in manuscript.insights)


@pytest.mark.parametrize("pattern", COUNTS)
def test_every_sample_is_read_and_counted(pattern: str) -> None:
    _, reading = sample(pattern)
    manuscript = reading.manuscript
    counts = [
        len(list(each)) for each in (manuscript.sections, manuscript.items, manuscript.insights, manuscript.briefs)
    ]
    assert (*counts, len(reading.notes)) == COUNTS[pattern], [f"{note.line}: {note}" for note in reading.notes]


@pytest.mark.parametrize("pattern", COUNTS)
def test_a_second_write_changes_nothing(pattern: str) -> None:
    _, reading = sample(pattern)
    text = write(reading.manuscript, uids=True)
    assert read(text).manuscript == reading.manuscript
    assert read(text).notes == ()


@pytest.mark.parametrize("pattern", COUNTS)
def test_no_words_are_lost_unsaid(pattern: str) -> None:
    text, reading = sample(pattern)
    written = plain(write(reading.manuscript))
    said = plain("\n".join(str(note) for note in reading.notes))
    for number, words in enumerate(body_lines(text.decode()), 1):
        if plain(words) in written:
            continue
        for piece in re.split(r"[\[\]()]", plain(words)):  # a heading's link may be gone, and said to be
            assert piece in written or piece in said, f"body line {number}: {words}"


def body_lines(text: str) -> Iterator[str]:
    text = re.sub("\r\n|\r", "\n", text)
    text = re.sub(r"\A---\n.*?\n---\n|\A(?:\w+: .*\n)+", "", text, flags=re.S)
    return (words for words in text.split("\n") if re.search(r"\w", words))


def plain(text: str) -> str:
    """Return a text without what marks its structure."""
    text = re.sub(r"^(?:#+|[*+-])\s+|`#\d+`\s*$", "", text, flags=re.M)
    text = re.sub(r"^\*\*\d+\. ", "", text, flags=re.M)
    return re.sub(r"[*\\：:\s]", "", text)


def test_a_date_that_no_one_gives_is_refused() -> None:
    (path,) = SAMPLES.glob("hextra-insight-daily/*.md")
    with pytest.raises(Refusal, match="line 1, date: There is none"):
        read(path.read_bytes())
