"""An agent may shorten the SLA and never lengthen it, so a policy has no longest one beside it."""

import django.core.validators
from django.db import migrations, models

# What an agent could not exceed stays a bound where no other SLA stood. Versions are otherwise immutable.
KEEP_THE_BOUND = """
ALTER TABLE approvals_policy DISABLE TRIGGER check_update;
UPDATE approvals_policy SET sla_minutes = sla_max_minutes WHERE sla_minutes IS NULL AND sla_max_minutes > 0;
ALTER TABLE approvals_policy ENABLE TRIGGER check_update;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0013_gentler_locks")]

    operations = [
        migrations.RunSQL(KEEP_THE_BOUND, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="policy", name="policy_longest_sla_is_no_shorter"),
        migrations.RemoveField(model_name="policy", name="sla_max_minutes"),
        migrations.AlterField(
            model_name="policy",
            name="sla_minutes",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="How long a request waits for a decision. An agent may ask for less, never for more. "
                "Empty: as long as the agent says.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="SLA (minutes)",
            ),
        ),
    ]
