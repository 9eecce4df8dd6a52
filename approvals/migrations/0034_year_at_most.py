"""A policy's SLA and validity are at most a year. No row is looked at: what is longer stays until its next version."""

import django.core.validators
from django.db import migrations, models

VALIDATORS = [
    django.core.validators.MinValueValidator(1),
    django.core.validators.MaxValueValidator(366 * 24 * 60),
]


class Migration(migrations.Migration):
    dependencies = [("approvals", "0033_guards_of_their_own")]

    operations = [
        migrations.AlterField(
            model_name="policy",
            name="sla_minutes",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="How long a request waits for a decision. An agent may ask for less, never for more. "
                "Empty: as long as the agent says.",
                null=True,
                validators=VALIDATORS,
                verbose_name="SLA (minutes)",
            ),
        ),
        migrations.AlterField(
            model_name="policy",
            name="validity_minutes",
            field=models.PositiveIntegerField(
                default=1440,
                help_text="How long an approval can be claimed.",
                validators=VALIDATORS,
                verbose_name="validity (minutes)",
            ),
        ),
    ]
