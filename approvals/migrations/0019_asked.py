"""Whether the approvers were asked, and the administrators told, since those told could not complete a request.

Both change only while it is pending. What is open already is looked at by the next sweep.
"""

from django.db import migrations, models

CHANGEABLE = """
DO $do$
BEGIN
    EXECUTE replace(pg_get_functiondef('approvals_check_update'::regproc), '''remind_at'', ',
        '''remind_at'', ''approvers_asked_at'', ''administrators_told_at'', ');
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0018_evidence_by_tone")]

    operations = [
        migrations.AddField(
            "approval",
            "approvers_asked_at",
            models.DateTimeField(
                null=True, help_text="when the approvers were last asked, since those told were too few"
            ),
        ),
        migrations.AddField(
            "approval",
            "administrators_told_at",
            models.DateTimeField(
                null=True,
                help_text="when they were told that too few people can decide it; null while enough can",
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("requested", "Decision needed"),
                    ("pool", "New in the pool"),
                    ("reminder", "Reminder"),
                    ("breached", "Deadline passed"),
                    ("escalated", "Escalated to you"),
                    ("draft", "Draft to use"),
                    ("votes_voided", "Your approval is void"),
                    ("reassigned", "Handed to you"),
                    ("mentioned", "You were mentioned"),
                    ("understaffed", "Too few people can decide"),
                    ("left_open", "A reviewer has left"),
                    ("decided", "Decided"),
                    ("mismatch", "Executed something else"),
                    ("grant_given", "Authority lent"),
                    ("grant_started", "Lent authority starts"),
                    ("grant_ended", "Lent authority has ended"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunSQL(CHANGEABLE, migrations.RunSQL.noop),
    ]
