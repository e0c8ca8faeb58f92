"""Hypothesis strategies for manuscripts with text that looks like structure in every place."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import strategies as st

from digests.manuscript.values import (
    AI_ROLES,
    BASES,
    LABELS,
    UID_ALPHABET,
    UID_LENGTH,
    Brief,
    Insight,
    Manuscript,
    NewsItem,
    Section,
)

# Words that look like structure at the beginning of a line, at its end, or anywhere.
FRAGMENTS = [
    "# ", "## ", "### ", "#### ", "##### ", "#", "##", "#tag", "- ", "-", "* ", "+ ", "* * *", "1. ", "10. [",
    "---", "----", "-- -", "===", "```", "````", "~~~", "```python", "~~~ `", "   ```", "  ", "    ", "\t", "> ", "|",
    "**深度解读 & 洞察：**", "**影响**：", "**影响:** ", "**Impact:**", "### 影响", "影响", "点评：",
    "**新的：** {.note}", "**影响：** {basis=ai}", "**x：** {.note basis=source}", "**", "\\", "\\\\", "\\#",
    "\\- ", "{", "}", "{}",
    "{#b7k2m9qx}", "{ai=drafted}", ' {tags="a,b"}', " {#b7k2m9qx ai=none}", "[", "]", "(", ")", "[x](y)", "[x](<y z>)",
    "**1. [x](y)**", "[x](y) `#2`", "https://example.org/a_(b)", "<", ">", "<div>", "</div>", "<!--", "-->", "<br/>",
    '"', "'", ": ", " #", ":", "&a", "*a", "!", "@", "%", "yes", "null", "~", "12:30", "2026-02-01", "0x1F", "1e3", "=",
    "快手可灵", "，", "“营养”", "🚀", "e\u0301", "\u200b", "\ufeff", "\u2028", "\x00", "\x85", "\x1c", "\r", "\u3000",
    " ", "word", "Title", "title: x",
]  # fmt: skip
some_words = st.lists(st.sampled_from(FRAGMENTS), max_size=4).map("".join) | st.text(max_size=12)
some_text = st.lists(some_words | st.sampled_from([*FRAGMENTS, "", ""]), max_size=8).map("\n".join)
labels = st.sampled_from(LABELS) | some_words
basis = st.sampled_from(BASES)
links = st.just("") | some_words | st.just("https://example.org/1")
insights = st.builds(
    Insight, text=some_text, label=labels, basis=basis, bullet=st.booleans(), uid=st.sampled_from(["", "?"])
)
of_a_story: dict[str, st.SearchStrategy[Any]] = {
    "headline": some_words,
    "link": links,
    "body": some_text,
    "insights": st.lists(insights, max_size=4).map(tuple),
    "tags": st.lists(some_words, max_size=3).map(tuple),
    "ai_role": st.sampled_from(AI_ROLES),
    "follows": st.sampled_from(["", "b7k2m9qx"]),
    "uid": st.sampled_from(["", "?"]),
}
items = st.builds(NewsItem, **of_a_story)
briefs = st.builds(Brief, text=some_words, uid=st.sampled_from(["", "?"]))
sections = st.builds(
    Section,
    title=some_words,
    lead=some_text,
    briefs=st.lists(briefs, max_size=3).map(tuple),
    items=st.lists(items, max_size=3).map(tuple),
)


def named(manuscript: Manuscript) -> Manuscript:
    """Give each text that asks for one a uid of its own."""
    numbers = count()

    def name(value: Any) -> Any:
        if not value.uid:
            return value
        number = next(numbers)
        digits = [UID_ALPHABET[number // 27**place % 27] for place in range(UID_LENGTH)]
        return replace(value, uid="".join(digits))

    return replace(
        manuscript,
        sections=tuple(
            replace(
                section,
                briefs=tuple(name(brief) for brief in section.briefs),
                items=tuple(
                    replace(name(item), insights=tuple(name(insight) for insight in item.insights))
                    for item in section.items
                ),
            )
            for section in manuscript.sections
        ),
    )


manuscripts = st.builds(
    Manuscript,
    title=some_words,
    date=st.dates(),
    category=some_words,
    tags=st.lists(some_words, max_size=3).map(tuple),
    seo=st.lists(some_words, max_size=3).map(tuple),
    cover_image=some_words,
    cover_file=some_words,
    cover_alt=some_words,
    summary=some_text,
    editor=some_words,
    intro=some_text,
    sections=st.lists(sections, max_size=3).map(tuple),
    footer=some_text | st.just("<div>\n  card\n</div>"),
).map(named)
