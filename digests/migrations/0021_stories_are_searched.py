"""Keep the words of stories, and an index of every two signs that stand side by side in them.

Each database keeps its index in step by itself, so whatever writes or deletes a row, in whatever transaction, a search
finds exactly the rows that are there. On SQLite its triggers call a function of ours (`digests.models.texts`).
"""

import django.db.models.deletion
from django.db import migrations, models

POSTGRESQL = {
    "forwards": [
        """
        CREATE FUNCTION digests_grams(folded text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
        $$
            WITH signs AS (
                SELECT sign, lead(sign) OVER (ORDER BY place) AS following
                FROM unnest(string_to_array(folded, NULL)) WITH ORDINALITY AS signs (sign, place)
            )
            SELECT coalesce(array_agg(gram), '{}') FROM (
                SELECT sign AS gram FROM signs UNION SELECT sign || following FROM signs WHERE following IS NOT NULL
            ) AS grams
        $$
        """,
        """
        CREATE INDEX digests_storyindex ON digests_storytext
        USING gin (digests_grams(headline) COLLATE "C", digests_grams(body) COLLATE "C")
        """,
        # The index says who has each pair of signs somewhere; whether they stand in a row is compared. In a function,
        # so that however common a phrase is, nobody computes the signs of every row instead of asking the index.
        """
        CREATE FUNCTION digests_holding(phrase text, anywhere boolean) RETURNS SETOF bigint
        LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000 SET enable_seqscan = off SET jit = off AS
        $$
        DECLARE
            grams CONSTANT text[] := digests_grams(left(phrase, 64));
            is_pair CONSTANT boolean := length(phrase) <= 2;
        BEGIN
            IF anywhere THEN
                RETURN QUERY SELECT story_id FROM digests_storytext
                WHERE (digests_grams(headline) COLLATE "C" @> grams OR digests_grams(body) COLLATE "C" @> grams)
                AND (is_pair OR strpos(headline, phrase) > 0 OR strpos(body, phrase) > 0);
            ELSE
                RETURN QUERY SELECT story_id FROM digests_storytext
                WHERE digests_grams(headline) COLLATE "C" @> grams AND (is_pair OR strpos(headline, phrase) > 0);
            END IF;
        END
        $$
        """,
    ],
    "backwards": [
        "DROP FUNCTION digests_holding",
        "DROP INDEX digests_storyindex",
        "DROP FUNCTION digests_grams",
    ],
}

PUT = (
    "INSERT INTO digests_storyindex (rowid, headline, body) "
    "VALUES (new.story_id, digests_grams(new.headline), digests_grams(new.body));"
)
TAKE = (
    "INSERT INTO digests_storyindex (digests_storyindex, rowid, headline, body) "
    "VALUES ('delete', old.story_id, digests_grams(old.headline), digests_grams(old.body));"
)
SQLITE = {
    "forwards": [
        "CREATE VIEW digests_storygrams AS "
        "SELECT story_id, digests_grams(headline) AS headline, digests_grams(body) AS body FROM digests_storytext",
        "CREATE VIRTUAL TABLE digests_storyindex USING "
        "fts5(headline, body, content='digests_storygrams', content_rowid='story_id', tokenize='ascii')",
        f"CREATE TRIGGER digests_storytext_insert AFTER INSERT ON digests_storytext BEGIN {PUT} END",
        f"CREATE TRIGGER digests_storytext_delete AFTER DELETE ON digests_storytext BEGIN {TAKE} END",
        f"CREATE TRIGGER digests_storytext_update AFTER UPDATE ON digests_storytext BEGIN {TAKE} {PUT} END",
    ],
    "backwards": [
        "DROP TRIGGER digests_storytext_update",
        "DROP TRIGGER digests_storytext_delete",
        "DROP TRIGGER digests_storytext_insert",
        "DROP TABLE digests_storyindex",
        "DROP VIEW digests_storygrams",
    ],
}


def run(direction):
    def operation(apps, schema_editor):
        for statement in {"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor][direction]:
            schema_editor.execute(statement)

    return operation


class Migration(migrations.Migration):
    dependencies = [("digests", "0020_editions_by_their_end")]

    operations = [
        migrations.CreateModel(
            name="StoryText",
            fields=[
                (
                    "story",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="digests.story",
                    ),
                ),
                ("headline", models.TextField()),
                ("body", models.TextField(blank=True)),
                ("plain", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "text of a story",
                "verbose_name_plural": "texts of stories",
            },
        ),
        migrations.RunPython(run("forwards"), run("backwards")),
    ]
