"""Read the issue that a form holds from the data that the browser sent, and nothing else.

Saving and the conflict page both take it from here, so that what a person gets
back to merge is what would have been saved. Knows no rows: they may be gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from digests.admin.issue.wordlist import split
from digests.manuscript.values import AI_ROLES, BASES, DEFAULT_LABEL, UID, Brief, Insight, Manuscript, NewsItem, Section
from digests.text.numbers import whole_number

MOST_ROWS = 200  # of one list, so that a forged count cannot keep the server busy


def posted(data: Mapping[str, Any], before: Manuscript) -> Manuscript:
    """Return the issue as it was sent by someone who had `before` open.

    What the form leaves out stays as it was. A row keeps its uid only if `before`
    has that uid, so that a form cannot choose new ones.
    """
    return _read(_Form(data, before), data, before)


def as_typed(data: Mapping[str, Any], before: Manuscript) -> tuple[Manuscript, list[str]]:
    """Return the issue as someone is typing it, and the rows of its sections. Only to be shown, never to be saved.

    In place of a uid, a new row has the prefix of its fields, such as `sections-0-items-2`.
    """
    form = _Form(data, before, name_new_rows=True)
    return _read(form, data, before), form.section_rows


def _read(form: _Form, data: Mapping[str, Any], before: Manuscript) -> Manuscript:
    if data.get("cover-clear"):
        data = {**data, "cover_file": ""}
    texts = {
        name: data[name]
        for name in ("title", "category", "cover_image", "cover_file", "cover_alt", "summary", "editor", "intro")
        if name in data
    }
    return replace(
        before,
        **texts,
        date=_date(data.get("date", ""), before.date),
        tags=split(data["tag_names"]) if "tag_names" in data else before.tags,
        seo=split(data["seo"]) if "seo" in data else before.seo,
        sections=tuple(form.sections()) if "sections-TOTAL_FORMS" in data else before.sections,
    )


def _date(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


class _Form:
    def __init__(self, data: Mapping[str, Any], before: Manuscript, *, name_new_rows: bool = False) -> None:
        self.data = data
        self.name_new_rows = name_new_rows
        self.section_rows: list[str] = []
        # Each uid is used once. If a row was sent twice, the second one is new.
        self.items = {item.uid for item in before.items}
        self.insights = {insight.uid for insight in before.insights}
        self.briefs = {brief.uid for brief in before.briefs}

    def sections(self) -> Iterator[Section]:
        for row in self.rows("sections"):
            section = Section(
                title=self.text(row, "title"),
                lead=self.text(row, "lead"),
                briefs=tuple(self.briefs_of(row)),
                items=tuple(self.items_of(row)),
            )
            if self.stood(row) or section != Section(""):
                self.section_rows.append(row)
                yield section

    def items_of(self, section: str) -> Iterator[NewsItem]:
        for row in self.rows(f"{section}-items"):
            role, follows = self.text(row, "ai_role"), self.text(row, "follows")
            item = NewsItem(
                headline=self.text(row, "headline"),
                link=self.text(row, "link"),
                body=self.text(row, "body"),
                tags=split(self.text(row, "tag_names")),
                ai_role=role if role in AI_ROLES else "none",
                follows=follows if UID.fullmatch(follows) else "",
                insights=tuple(self.insights_of(row)),
            )
            uid = self.uid(row, self.items)
            if uid or item != NewsItem("", ai_role=item.ai_role):
                yield replace(item, uid=uid or self.name(row))

    def insights_of(self, item: str) -> Iterator[Insight]:
        for row in self.rows(f"{item}-insights"):
            basis = self.text(row, "basis")
            insight = Insight(
                text=self.text(row, "text"),
                label=self.text(row, "label") or DEFAULT_LABEL,
                basis=basis if basis in BASES else "editor",
                bullet=bool(self.text(row, "bullet")),
            )
            uid = self.uid(row, self.insights)
            if uid or insight.text or insight.label != DEFAULT_LABEL:
                yield replace(insight, uid=uid or self.name(row))

    def briefs_of(self, section: str) -> Iterator[Brief]:
        for row in self.rows(f"{section}-briefs"):
            brief = Brief(self.text(row, "text"))
            uid = self.uid(row, self.briefs)
            if uid or brief.text:
                yield replace(brief, uid=uid or self.name(row))

    def rows(self, prefix: str) -> list[str]:
        """Return the rows of a list that were not deleted, in the order that was sent."""
        total = min(self.number(f"{prefix}-TOTAL_FORMS", 0), MOST_ROWS)
        rows = [f"{prefix}-{number}" for number in range(total)]
        standing = [row for row in rows if not self.text(row, "DELETE")]
        return sorted(standing, key=lambda row: self.number(f"{row}-position", MOST_ROWS))

    def stood(self, row: str) -> bool:
        return bool(self.text(row, "id"))

    def uid(self, row: str, free: set[str]) -> str:
        uid = self.text(row, "uid")
        if uid not in free:
            return ""
        free.remove(uid)
        return uid

    def name(self, row: str) -> str:
        return row if self.name_new_rows else ""

    def text(self, row: str, name: str) -> str:
        return str(self.data.get(f"{row}-{name}") or "")

    def number(self, name: str, otherwise: int) -> int:
        number = whole_number(str(self.data.get(name) or ""))
        return otherwise if number is None else number
