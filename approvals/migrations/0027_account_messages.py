"""A message may be about the account of the person it goes to.

PostgreSQL reads the outbox once to believe the constraint, and writes no row.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("requested", "Decision needed"),
    ("pool", "New in the pool"),
    ("reminder", "Reminder"),
    ("breached", "Deadline passed"),
    ("escalated", "Escalated to you"),
    ("draft", "Draft to use"),
    ("votes_voided", "Your approval is void"),
    ("reassigned", "Handed to you"),
    ("taken_back", "Asked no more"),
    ("mentioned", "You were mentioned"),
    ("understaffed", "Too few people can decide"),
    ("left_open", "A reviewer has left"),
    ("decided", "Decided"),
    ("mismatch", "Executed something else"),
    ("grant_given", "Authority lent"),
    ("grant_started", "Lent authority starts"),
    ("grant_ended", "Lent authority has ended"),
    ("invited", "You are invited"),
    ("reset", "Choose a new password"),
    ("credentials", "Your credentials were changed"),
]


class Migration(migrations.Migration):
    dependencies = [("approvals", "0026_away"), ("grants", "0005_proven_addresses")]

    operations = [
        migrations.RemoveConstraint("notification", "notification_about_one_thing"),
        migrations.AddField(
            "notification",
            "person",
            models.ForeignKey(
                blank=True,
                help_text="whose account it is about",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField("notification", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.AddConstraint(
            "notification",
            models.CheckConstraint(
                condition=Q(approval__isnull=False, grant=None, person=None)
                | Q(approval=None, grant__isnull=False, person=None)
                | Q(approval=None, grant=None, person__isnull=False),
                name="notification_about_one_thing",
            ),
        ),
    ]
