"""Hold in the database that an issue has at most one edition at any instant. Spans are [live_from, live_until)."""

from django.db import migrations

# The number as a range needs no extension, as a plain integer in a gist index would.
POSTGRESQL = {
    "forwards": [
        """
        ALTER TABLE digests_edition ADD CONSTRAINT one_live_edition EXCLUDE USING gist (
            int8range(issue_id, issue_id, '[]') WITH &&,
            tstzrange(live_from, live_until) WITH &&
        )
        """
    ],
    "backwards": ["ALTER TABLE digests_edition DROP CONSTRAINT one_live_edition"],
}

# AFTER, not BEFORE: an inserted row has its id only then. An ABORT undoes the statement all the same.
REFUSE_OVERLAP = """
    BEGIN
        SELECT RAISE(ABORT, 'one_live_edition: an issue has at most one edition at any instant')
        WHERE EXISTS (
            SELECT 1 FROM digests_edition AS other
            WHERE other.issue_id = NEW.issue_id AND other.id <> NEW.id
              AND (other.live_until IS NULL OR other.live_until > NEW.live_from)
              AND (NEW.live_until IS NULL OR NEW.live_until > other.live_from)
        );
    END
"""
SQLITE = {
    "forwards": [
        f"CREATE TRIGGER one_live_edition_insert AFTER INSERT ON digests_edition {REFUSE_OVERLAP}",
        f"CREATE TRIGGER one_live_edition_update AFTER UPDATE OF issue_id, live_from, live_until "
        f"ON digests_edition {REFUSE_OVERLAP}",
    ],
    "backwards": ["DROP TRIGGER one_live_edition_insert", "DROP TRIGGER one_live_edition_update"],
}


def run(direction):
    def operation(apps, schema_editor):
        for statement in {"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor][direction]:
            schema_editor.execute(statement)

    return operation


class Migration(migrations.Migration):
    dependencies = [("digests", "0001_the_newsroom")]
    operations = [migrations.RunPython(run("forwards"), run("backwards"))]
