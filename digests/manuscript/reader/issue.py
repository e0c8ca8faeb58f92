"""Read a whole text: its head, then its body."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date

from .. import grammar
from ..values import LABELS, Manuscript, line
from .body import Body
from .head import Head
from .lines import Lines
from .results import Reading, Refusal, Spots


def read(text: str | bytes, *, date: Date | None = None, labels: Iterable[str] = LABELS) -> Reading:
    """Return the issue that a text holds. Raises Refusal, and nothing else.

    `date` is used if the text gives none; it may come from the name of the file. `labels` are those that begin a note.
    """
    spots = Spots()
    lines = Lines(text, grammar.keys(labels))
    head = Head(lines, spots.issue)
    body = Body(lines, head.end, spots)
    given = line(head.words("title"))
    h1 = body.first_heading(given)
    title, day = head.title(given, h1), head.date(h1, date)
    category = line(head.words("category"))
    body.read(category)
    if lines.problems:
        raise Refusal(*lines.problems)
    manuscript = Manuscript(
        title=title,
        date=day or Date.min,
        category=category,
        tags=head.word_list("tags"),
        seo=head.word_list("seo"),
        cover_image=head.words("coverImage"),
        cover_file=head.words("coverFile"),
        cover_alt=head.words("coverAlt"),
        summary=head.words("summary"),
        editor=head.words("editor"),
        intro="\n\n".join(filter(None, body.intro)),
        sections=tuple(section.value() for section in body.sections),
        footer=body.footer,
    )
    return Reading(manuscript, tuple(sorted(lines.notes, key=lambda note: note.line)), spots)
