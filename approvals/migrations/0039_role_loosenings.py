"""A role of the administration is asked for like other authority. No row is written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0038_not_in_log"),
    ]

    operations = [
        migrations.AlterField(
            model_name="loosening",
            name="kind",
            field=models.CharField(
                choices=[
                    ("approver", "Approver"),
                    ("auditor", "Auditor"),
                    ("administrator", "Administrator"),
                    ("account", "Active again"),
                    ("policy", "Policy"),
                    ("agent", "Agent"),
                    ("channel", "Channel of a policy"),
                    ("keeps_accounts", "Role: keeps accounts"),
                    ("keeps_policies", "Role: keeps policies"),
                    ("keeps_agents", "Role: keeps agents"),
                    ("reads_audit", "Role: reads the audit"),
                ],
                max_length=20,
                verbose_name="what it is about",
            ),
        ),
    ]
