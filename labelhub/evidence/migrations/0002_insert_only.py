"""Entries are written once: the database itself refuses to change or delete them."""

from django.db import migrations

TABLE = "evidence_ledgerentry"

POSTGRESQL = f"""
CREATE FUNCTION labelhub_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ledger entries are insert-only'; END $$;
CREATE TRIGGER {TABLE}_insert_only BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION labelhub_refuse_change();
CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION labelhub_refuse_change();
"""
POSTGRESQL_BACK = f"""
DROP TRIGGER {TABLE}_insert_only ON {TABLE};
DROP TRIGGER {TABLE}_no_truncate ON {TABLE};
DROP FUNCTION labelhub_refuse_change();
"""
SQLITE = [
    f"""CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'ledger entries are insert-only'); END"""
    for verb in ("UPDATE", "DELETE")
] + [
    # INSERT OR REPLACE would delete the old row without asking the trigger above.
    f"""CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE}
    WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'ledger entries are insert-only'); END"""
]


def refuse_changes(apps, schema_editor):
    statements = SQLITE if schema_editor.connection.vendor == "sqlite" else [POSTGRESQL]
    for statement in statements:
        schema_editor.execute(statement)


def allow_changes(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("update", "delete", "replace"):
            schema_editor.execute(f"DROP TRIGGER {TABLE}_no_{verb}")
    else:
        schema_editor.execute(POSTGRESQL_BACK)


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_first")]
    operations = [migrations.RunPython(refuse_changes, allow_changes)]
