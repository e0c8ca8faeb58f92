"""Refuse in the database to rewrite a revision, or to rewrite or erase a row of the log."""

from django.db import migrations

GUARDS = [
    ("digests_revision", "UPDATE", "a revision is never rewritten"),
    ("digests_logentry", "UPDATE", "the log is only ever added to"),
    ("digests_logentry", "DELETE", "the log is only ever added to"),
]


def forwards(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(
            """
            CREATE FUNCTION digests_refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$
            """,
            params=None,  # else the driver takes the % for a place of its own
        )
    for table, verb, reason in GUARDS:
        deed = (
            f"FOR EACH ROW EXECUTE FUNCTION digests_refuse('{reason}')"
            if postgresql
            else f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )
        schema_editor.execute(f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} {deed}")


def backwards(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table, verb, _reason in GUARDS:
        schema_editor.execute(f"DROP TRIGGER {table}_refuse_{verb.lower()}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        schema_editor.execute("DROP FUNCTION digests_refuse()")


class Migration(migrations.Migration):
    dependencies = [("digests", "0002_one_live_edition")]
    operations = [migrations.RunPython(forwards, backwards)]
