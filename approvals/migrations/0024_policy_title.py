"""A policy has a title beside its key. The column has a default, so that no row is written."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0023_inbox_indexes")]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="title",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="How people call it. It stands beside the action type wherever a reviewer sees it.",
                max_length=80,
                validators=[django.core.validators.ProhibitNullCharactersValidator()],
            ),
        ),
    ]
