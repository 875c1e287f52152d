"""Where the database marks that facts of decisions changed; the triggers that do it are made after each migration."""

from django.db import migrations, models


def let_go(apps, schema_editor):
    """Without the table, what would set marks in it must not be there either."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS labelhub_mark_facts() CASCADE")
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND instr(sql, 'INTO evidence_factmark')")
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0011_where_viewed"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactMark",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RunPython(migrations.RunPython.noop, let_go),
    ]
