"""What a story is searched by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.backends.signals import connection_created
from django.db.models.expressions import RawSQL
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from digests.folding import PARTS, asked, fold, grams
from digests.models.editions import Story

ASKED = 64  # signs of a phrase that an index is asked for; the rest of a longer one is compared


@receiver(connection_created)
def know_grams(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Give SQLite the function that the triggers of its index call; PostgreSQL has its own from the migration."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("digests_grams", 1, grams, deterministic=True)


class StoryTextManager(models.Manager["StoryText"]):
    def keep(self, texts: Iterable[tuple[Story, Iterable[str]]]) -> None:
        """Keep what stories say: their headlines, and below those plain words, part by part."""
        self.bulk_create(StoryText.of(story, [part for part in parts if part]) for story, parts in texts)

    def holding(self, phrase: str, *, in_headline: bool = False) -> RawSQL:
        """Return the keys of the stories that have a folded phrase, of one sign or more, within one part of theirs."""
        columns = ["headline"] if in_headline else ["headline", "body"]
        is_sqlite = connection.vendor == "sqlite"
        return RawSQL(*(_of_sqlite if is_sqlite else _of_postgresql)(phrase, columns))


class StoryText(models.Model):
    """The words of a story: folded, as they are searched, and plain, as a hit is shown.

    Each database keeps an index of it in step by itself (0015_stories_are_searched).
    """

    story = models.OneToOneField(Story, models.CASCADE, primary_key=True, related_name="text")
    headline = models.TextField()  # folded
    body = models.TextField(blank=True)  # text and insights, folded, with `PARTS` between them
    plain = models.TextField(blank=True)  # the same as it was written, a line a block

    objects = StoryTextManager()

    class Meta:
        verbose_name = _("text of a story")
        verbose_name_plural = _("texts of stories")

    def __str__(self) -> str:
        return self.headline

    @classmethod
    def of(cls, story: Story, parts: Sequence[str]) -> StoryText:
        body = PARTS.join(map(fold, parts))
        return cls(story=story, headline=fold(story.headline), body=body, plain="\n".join(parts))


def _of_sqlite(phrase: str, columns: list[str]) -> tuple[str, list[str]]:
    """Ask FTS5, whose phrases are exact by themselves."""
    wanted = f"{{{' '.join(columns)}}} : {asked(phrase[:ASKED])}"
    if len(phrase) <= ASKED:
        return "SELECT rowid FROM digests_storyindex WHERE digests_storyindex MATCH %s", [wanted]
    whole = " OR ".join(f"instr(text.{column}, %s) > 0" for column in columns)
    return (
        "SELECT text.story_id FROM digests_storyindex JOIN digests_storytext AS text "
        f"ON text.story_id = digests_storyindex.rowid WHERE digests_storyindex MATCH %s AND ({whole})",
        [wanted] + [phrase] * len(columns),
    )


def _of_postgresql(phrase: str, columns: list[str]) -> tuple[str, list[str]]:
    """Ask the index for texts that have each pair of signs somewhere, and compare a phrase of more than one pair."""
    held = 'digests_grams({0}) COLLATE "C" @> digests_grams(%s)'
    wanted = [phrase[:ASKED]]
    if len(phrase) > 2:
        held, wanted = f"({held} AND strpos({{0}}, %s) > 0)", [*wanted, phrase]
    where = " OR ".join(held.format(column) for column in columns)
    return f"SELECT story_id FROM digests_storytext WHERE {where}", wanted * len(columns)
