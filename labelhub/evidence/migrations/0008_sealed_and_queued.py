"""Seal the entries there are, and let the database itself hold what an entry may become.

An entry is never deleted, and changed in one way only: its personal part may be emptied, all at once. Whoever inserts
one, by whatever way, puts it in the sequencer's queue. Positions, checkpoints and anchors are never changed at all.
"""

import json
import secrets

from django.conf import settings
from django.db import migrations

from residency.ledger import canonical_json
from residency.ledger.leaf import about_tag, owner_key, seal

ENTRY, QUEUE = "evidence_ledgerentry", "evidence_unsequenced"
FIXED = ("evidence_position", "evidence_checkpoint", "evidence_anchor")
PERSONAL = ("person", "session", "network", "inputs_hash", "personal_text", "personal_salt")
OTHERS = (
    "id", "ledger", "action", "at", "entity", "place", "level", "footage", "source", "jurisdiction", "owner",
    "contract", "rendition", "purpose", "outcome", "policy_hash", "body", "salt", "leaf_text",
)  # fmt: skip
WORDS = "ledger entries are insert-only"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION labelhub_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{WORDS}'; END $$;
CREATE OR REPLACE FUNCTION labelhub_only_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {" AND ".join(f"NEW.{name} = ''" for name in PERSONAL)}
        AND ({", ".join(f"NEW.{name}" for name in OTHERS)}) IS NOT DISTINCT FROM ({", ".join(f"OLD.{name}" for name in OTHERS)})
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION '{WORDS}';
END $$;
CREATE OR REPLACE FUNCTION labelhub_queue_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO {QUEUE} (entry_id, ledger) VALUES (NEW.id, NEW.ledger); RETURN NULL; END $$;
CREATE TRIGGER {ENTRY}_only_erase BEFORE UPDATE ON {ENTRY} FOR EACH ROW EXECUTE FUNCTION labelhub_only_erase();
CREATE TRIGGER {ENTRY}_no_delete BEFORE DELETE ON {ENTRY} FOR EACH ROW EXECUTE FUNCTION labelhub_refuse_change();
CREATE TRIGGER {ENTRY}_no_truncate BEFORE TRUNCATE ON {ENTRY}
    FOR EACH STATEMENT EXECUTE FUNCTION labelhub_refuse_change();
CREATE TRIGGER {ENTRY}_queue AFTER INSERT ON {ENTRY} FOR EACH ROW EXECUTE FUNCTION labelhub_queue_entry();
""" + "".join(
    f"""
CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION labelhub_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION labelhub_refuse_change();
"""
    for table in FIXED
)
POSTGRESQL_BACK = "".join(
    f"DROP TRIGGER {ENTRY}_{name} ON {ENTRY};\n" for name in ("only_erase", "no_delete", "no_truncate", "queue")
) + "".join(f"DROP TRIGGER {table}_{name} ON {table};\n" for table in FIXED for name in ("insert_only", "no_truncate"))
POSTGRESQL_BACK += "".join(
    f"DROP FUNCTION labelhub_{name}();\n" for name in ("refuse_change", "only_erase", "queue_entry")
)


def _sqlite_fixed(table, verb, columns=""):
    return f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb}{columns} ON {table}
    BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"""


def _sqlite_replace(table, key):
    # INSERT OR REPLACE would delete the old row without asking the triggers above.
    return f"""CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
    WHEN EXISTS (SELECT 1 FROM {table} WHERE {key})
    BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"""


SQLITE = [
    _sqlite_fixed(ENTRY, "UPDATE", f" OF {', '.join(OTHERS)}"),
    _sqlite_fixed(ENTRY, "DELETE"),
    _sqlite_replace(ENTRY, "id = NEW.id"),
    f"""CREATE TRIGGER {ENTRY}_only_erase BEFORE UPDATE OF {", ".join(PERSONAL)} ON {ENTRY}
    WHEN NOT ({" AND ".join(f"NEW.{name} = ''" for name in PERSONAL)})
    BEGIN SELECT RAISE(ABORT, '{WORDS}'); END""",
    f"""CREATE TRIGGER {ENTRY}_queue AFTER INSERT ON {ENTRY}
    BEGIN INSERT INTO {QUEUE} (entry_id, ledger) VALUES (NEW.id, NEW.ledger); END""",
    *(_sqlite_fixed(table, verb) for table in FIXED for verb in ("UPDATE", "DELETE")),
    _sqlite_replace("evidence_position", "entry_id = NEW.entry_id OR (ledger = NEW.ledger AND number = NEW.number)"),
    _sqlite_replace("evidence_checkpoint", "id = NEW.id OR (ledger = NEW.ledger AND size = NEW.size)"),
    _sqlite_replace("evidence_anchor", "id = NEW.id OR (ledger = NEW.ledger AND size = NEW.size)"),
]
SQLITE_NAMES = [statement.split()[2] for statement in SQLITE]


def seal_old(apps, schema_editor):
    """Entries of before have one body with everything in it; take it apart as new ones are."""
    entry = apps.get_model("evidence", "LedgerEntry")
    for row in entry.objects.filter(leaf_text="").iterator(chunk_size=1000):
        facts = json.loads(row.body)
        entry.objects.filter(pk=row.pk).update(**_sealed(row, facts))


def _sealed(row, facts):
    salt, personal_salt = secrets.token_bytes(16), secrets.token_bytes(16)
    personal = {name: facts.pop(name) for name in ("person", "session", "inputs_hash") if name in facts}
    leaf = {name: facts.pop(name) for name in ("id", "action", "at", "ledger")} | {"v": 2}
    facts.pop("v", None)
    body = canonical_json(facts).decode()
    text = canonical_json(personal).decode() if personal else ""
    leaf["private"] = seal(salt, body)
    if text:
        leaf["personal"] = seal(personal_salt, text)
    if row.footage or row.owner:
        leaf["about"] = about_tag(owner_key(settings.LEDGER_KEY, row.owner), row.footage)
    return {
        "body": body, "salt": salt.hex(), "leaf_text": canonical_json(leaf).decode(),
        "personal_text": text, "personal_salt": personal_salt.hex() if text else "",
    }  # fmt: skip


def queue_old(apps, schema_editor):
    schema_editor.execute(f"INSERT INTO {QUEUE} (entry_id, ledger) SELECT id, ledger FROM {ENTRY}")


def hold(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else [POSTGRESQL]:
        schema_editor.execute(statement)


def let_go(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in SQLITE_NAMES:
            schema_editor.execute(f"DROP TRIGGER {name}")
    else:
        schema_editor.execute(POSTGRESQL_BACK)


class Migration(migrations.Migration):
    dependencies = [("evidence", "0007_ledger_tree")]
    operations = [
        migrations.RunPython(seal_old, migrations.RunPython.noop),
        migrations.RunPython(queue_old, migrations.RunPython.noop),
        migrations.RunPython(hold, let_go),
    ]
