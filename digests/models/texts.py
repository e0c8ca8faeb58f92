"""The text of each story, as it is searched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.backends.signals import connection_created
from django.db.models.expressions import RawSQL
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from digests.models.editions import Story
from digests.text.folding import PARTS, fold, fts_query, grams

ASKED = 64  # characters of a phrase that FTS5 is asked for; a longer one is also compared with the text
MANY = 5_000  # stories: more of them take too long to sort


@receiver(connection_created)
def know_grams(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Give SQLite the function that the triggers of its index call; on PostgreSQL a migration defines it."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("digests_grams", 1, grams, deterministic=True)


class StoryTextManager(models.Manager["StoryText"]):
    def keep(self, texts: Iterable[tuple[Story, Iterable[str]]]) -> None:
        """Store the texts of stories, given with each story as plain text, part by part."""
        self.bulk_create(StoryText.of(story, [part for part in parts if part]) for story, parts in texts)

    def holding(self, *phrases: str, in_headline: bool = False) -> RawSQL:
        """Return SQL for the ids of the stories that have all of these folded phrases, each within one part."""
        if connection.vendor == "postgresql":
            longest_first = sorted(phrases, key=len, reverse=True)
            return RawSQL("SELECT digests_holding(%s, %s, NULL)", [longest_first, in_headline])
        columns = ["headline"] if in_headline else ["headline", "body"]
        matching = " AND ".join(f"{{{' '.join(columns)}}} : {fts_query(phrase[:ASKED])}" for phrase in phrases)
        long = [phrase for phrase in phrases if len(phrase) > ASKED]
        if not long:
            return RawSQL("SELECT rowid FROM digests_storyindex WHERE digests_storyindex MATCH %s", [matching])
        either = " OR ".join(f"instr(text.{column}, %s) > 0" for column in columns)
        compared = f" AND ({either})" * len(long)
        return RawSQL(
            "SELECT text.story_id FROM digests_storyindex JOIN digests_storytext AS text "
            f"ON text.story_id = digests_storyindex.rowid WHERE digests_storyindex MATCH %s{compared}",
            [matching, *(phrase for phrase in long for _ in columns)],
        )

    def are_many(self, *phrases: str, in_headline: bool = False) -> bool:
        """Ask the index whether more than MANY stories, live or not, have all of these folded phrases."""
        holding = self.holding(*phrases, in_headline=in_headline)
        sql, params = f"{holding.sql} LIMIT %s", [*holding.params, MANY + 1]
        if connection.vendor == "postgresql":  # where a function, unlike a subquery, can stop at a limit
            sql = "SELECT digests_holding(%s, %s, %s)"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({sql}) AS found", params)
            return bool(cursor.fetchone()[0] > MANY)


class StoryText(models.Model):
    """The words of a story: folded, for search, and plain, for showing hits.

    Triggers keep the index up to date on each database (0021_stories_are_searched).
    """

    story = models.OneToOneField(Story, models.CASCADE, primary_key=True, related_name="text")
    headline = models.TextField()  # folded
    body = models.TextField(blank=True)  # text and insights, folded, with `PARTS` between them
    plain = models.TextField(blank=True)  # the same as it was written, one line for each block

    objects = StoryTextManager()

    class Meta:
        verbose_name = _("text of a story")
        verbose_name_plural = _("texts of stories")

    def __str__(self) -> str:
        return self.headline

    @classmethod
    def of(cls, story: Story, parts: Sequence[str]) -> StoryText:
        """Make the text of a story, not saved; `parts` are its text and insights in plain words."""
        body = PARTS.join(map(fold, parts))
        return cls(story=story, headline=fold(story.headline), body=body, plain="\n".join(parts))
