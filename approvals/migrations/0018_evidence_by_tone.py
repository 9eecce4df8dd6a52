"""A policy can demand evidence of certain tones, and a share is a number that compares."""

import django.contrib.postgres.fields
import django.core.validators
from django.conf import settings
from django.db import migrations, models

import approvals.models.policy_rules


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0017_heartbeat"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="required_evidence_tones",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("any", "Any: some evidence"),
                        ("red", "Risk"),
                        ("amber", "Caution"),
                        ("emerald", "Supports"),
                        ("slate", "Context"),
                        ("blue", "Information"),
                    ],
                    max_length=10,
                ),
                blank=True,
                default=list,
                help_text="Tones of evidence without each of which a proposal is refused.",
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="policy",
            name="minimum_confidence",
            field=models.FloatField(
                blank=True,
                help_text="Below it, or without a confidence, a person looks at an exception-based action.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(1),
                    approvals.models.policy_rules.validate_finite,
                ],
            ),
        ),
        migrations.AlterField(
            model_name="policy",
            name="reminder_share",
            field=models.FloatField(
                blank=True,
                help_text="The share of the SLA after which reviewers are reminded, e.g. 0.75.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(1),
                    approvals.models.policy_rules.validate_finite,
                ],
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "required_evidence_tones__contained_by",
                        ["any", "red", "amber", "emerald", "slate", "blue"],
                    )
                ),
                name="policy_known_tones",
            ),
        ),
    ]
