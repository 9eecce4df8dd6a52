"""What of the administration is whose. Each administrator there is keeps what they could do, which is every role."""

from django.db import migrations, models

GIVE = """
UPDATE grants_user SET keeps_accounts = true, keeps_policies = true, keeps_agents = true, reads_audit = true
 WHERE is_staff;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0007_kept_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="keeps_accounts",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Role: people, approvers and administrators. Reads requests, and hands them on.",
                verbose_name="keeps accounts",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="keeps_agents",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Role: agents and their keys.",
                verbose_name="keeps agents",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="keeps_policies",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Role: policies and their channels.",
                verbose_name="keeps policies",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="reads_audit",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Role: the log, requests, votes and messages, to be looked at only.",
                verbose_name="reads the audit",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="is_staff",
            field=models.BooleanField(
                default=False,
                help_text="May sign in to the admin pages, of which a role opens each part.",
                verbose_name="administrator",
            ),
        ),
        migrations.RunSQL(GIVE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_staff", True),
                    models.Q(
                        ("keeps_accounts", False),
                        ("keeps_agents", False),
                        ("keeps_policies", False),
                        ("reads_audit", False),
                    ),
                    _connector="OR",
                ),
                name="user_with_role_administers",
            ),
        ),
    ]
