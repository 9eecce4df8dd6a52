"""In which zone a person reads and enters times, and how days and numbers are written for them. No row is written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grants", "0003_grant_guards")]

    operations = [
        migrations.AddField(
            "user",
            "time_zone",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of what they read and enter; empty: the browser's, else the site's.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            "user",
            "written_form",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of `audit.reader.FORMATS`; empty: the browser's.",
                max_length=10,
                verbose_name="days and numbers",
            ),
        ),
    ]
