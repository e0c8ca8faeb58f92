"""Ask PostgreSQL's index of stories for several phrases at once, and for no more stories than are wanted."""

from importlib import import_module

from django.db import migrations

before = import_module("digests.migrations.0021_stories_are_searched").POSTGRESQL["forwards"][-1]

FORWARDS = [
    "DROP FUNCTION digests_holding",
    # As it was, for all phrases together, so that the index brings together who has each before any row is read. The
    # first three are asked for in each way that they may stand in headline and body: one condition, which nothing but
    # the index can answer. Of several, one may be left to be computed for row after row, which takes a thousand times
    # as long. The other phrases are compared.
    """
    CREATE FUNCTION digests_holding(phrases text[], in_headline boolean, most bigint) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
    SET enable_seqscan = off SET enable_indexscan = off SET jit = off AS
    $$
    DECLARE
        by_index CONSTANT integer := least(cardinality(phrases), 3);
        ways CONSTANT integer := 1 << by_index;
        ways_to_stand text[] := '{}';
        conditions text;
    BEGIN
        FOR way IN CASE WHEN in_headline THEN ways - 1 ELSE 0 END .. ways - 1 LOOP
            ways_to_stand := ways_to_stand || (
                SELECT string_agg(
                    'digests_grams(' || part || ') COLLATE "C" @> ' || quote_literal(grams::text), ' AND '
                ) FROM (
                    SELECT part, array_agg(gram) AS grams
                    FROM unnest(phrases[:by_index]) WITH ORDINALITY AS asked (phrase, place),
                    LATERAL unnest(digests_grams(left(phrase, 64))) AS gram,
                    LATERAL (SELECT CASE way >> (place - 1)::integer & 1 WHEN 1 THEN 'headline' ELSE 'body' END) AS of (part)
                    GROUP BY part
                ) AS parts
            );
        END LOOP;
        SELECT string_agg(condition, ' AND ') INTO conditions FROM (
            SELECT '(' || array_to_string(ways_to_stand, ' OR ') || ')' AS condition
            UNION ALL
            SELECT '(strpos(headline, ' || quote_literal(phrase) || ') > 0'
            || CASE WHEN in_headline THEN '' ELSE ' OR strpos(body, ' || quote_literal(phrase) || ') > 0' END || ')'
            FROM unnest(phrases) WITH ORDINALITY AS asked (phrase, place) WHERE length(phrase) > 2 OR place > by_index
        ) AS conditions;
        RETURN QUERY EXECUTE 'SELECT story_id FROM digests_storytext WHERE ' || conditions
        || ' LIMIT ' || coalesce(most::text, 'ALL');
    END
    $$
    """,
]
BACKWARDS = ["DROP FUNCTION digests_holding", before]


def run(statements):
    def operation(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return operation


class Migration(migrations.Migration):
    dependencies = [("digests", "0022_when_what_feeds_say_changed")]

    operations = [migrations.RunPython(run(FORWARDS), run(BACKWARDS))]
