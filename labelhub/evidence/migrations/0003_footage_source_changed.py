from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0002_insert_only"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ledgerentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("media:view:allowed", "Media View Allowed"),
                    ("media:view:denied", "Media View Denied"),
                    ("studio:request:denied", "Studio Request Denied"),
                    ("labeling:task:reserved", "Labeling Task Reserved"),
                    ("labeling:task:submitted", "Labeling Task Submitted"),
                    ("labeling:task:skipped", "Labeling Task Skipped"),
                    ("labeling:job:created", "Labeling Job Created"),
                    ("guideline:read:acknowledged", "Guideline Read Acknowledged"),
                    ("footage:file:stored", "Footage File Stored"),
                    ("footage:file:refused", "Footage File Refused"),
                    ("footage:source:changed", "Footage Source Changed"),
                    ("policy:version:activated", "Policy Version Activated"),
                    ("person:access:changed", "Person Access Changed"),
                    ("person:session:started", "Person Session Started"),
                    ("person:session:refused", "Person Session Refused"),
                    ("person:session:ended", "Person Session Ended"),
                    ("export:run:started", "Export Run Started"),
                    ("export:run:finished", "Export Run Finished"),
                    ("export:run:failed", "Export Run Failed"),
                    ("export:run:denied", "Export Run Denied"),
                    ("export:download:allowed", "Export Download Allowed"),
                    ("export:download:denied", "Export Download Denied"),
                    ("ledger:report:read", "Ledger Report Read"),
                    ("ledger:report:exported", "Ledger Report Exported"),
                ],
                max_length=60,
            ),
        ),
    ]
