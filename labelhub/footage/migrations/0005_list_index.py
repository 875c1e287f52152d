from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("footage", "0004_piece_index"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="footage",
            index=models.Index(
                fields=["source", "name", "id"],
                include=("zone", "kind", "captured_at", "marks"),
                name="footage_in_order",
            ),
        ),
    ]
