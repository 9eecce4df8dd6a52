"""When an administrator was last suspended: the one who is left waits before loosening anything. No row is written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grants", "0005_proven_addresses")]

    operations = [
        migrations.AddField(
            "user",
            "stopped_administering_at",
            models.DateTimeField(
                "stopped administering",
                blank=True,
                help_text="When an administrator was last suspended, or was made one no more.",
                null=True,
            ),
        ),
    ]
