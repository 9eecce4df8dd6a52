"""Administrators are told of a request that the signed log does not bear out. No row is written."""

from django.db import migrations, models

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
    ("not_in_log", "The log says otherwise"),
    ("grant_given", "Authority lent"),
    ("grant_started", "Lent authority starts"),
    ("grant_ended", "Lent authority has ended"),
    ("invited", "You are invited"),
    ("reset", "Choose a new password"),
    ("credentials", "Your credentials were changed"),
    ("more_authority", "More authority is asked for"),
    ("loosening", "A rule is to be loosened"),
    ("key_expires", "A key of an agent expires soon"),
    ("key_misused", "A key was used after its end"),
    ("keys_stopped", "Keys of agents have stopped"),
]


class Migration(migrations.Migration):
    dependencies = [("approvals", "0037_key_scopes")]

    operations = [
        migrations.AlterField("notification", "kind", models.CharField(choices=KINDS, max_length=20)),
    ]
