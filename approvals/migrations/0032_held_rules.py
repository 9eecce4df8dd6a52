"""Rules wait for a second administrator, too. The columns have defaults, so that no row is written.

What was asked for is frozen: a second administrator agrees to what they saw.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FREEZE = """
CREATE FUNCTION approvals_freeze_loosening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome <> '' THEN
        RAISE EXCEPTION 'What has ended stays as it is.' USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.kind, OLD.person_id, OLD.asked_by_id, OLD.subject_id, OLD.name, OLD.wanted, OLD.drawn_from, OLD.difference)
        IS DISTINCT FROM
        (NEW.kind, NEW.person_id, NEW.asked_by_id, NEW.subject_id, NEW.name, NEW.wanted, NEW.drawn_from, NEW.difference)
    THEN
        RAISE EXCEPTION 'What was asked for never changes.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER freeze_loosening BEFORE UPDATE ON approvals_loosening
    FOR EACH ROW EXECUTE FUNCTION approvals_freeze_loosening();
"""
THAW = "DROP TRIGGER freeze_loosening ON approvals_loosening; DROP FUNCTION approvals_freeze_loosening();"


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0031_signed_decisions"),
        ("grants", "0006_stopped_administering"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_about_one_thing",
        ),
        migrations.AddField(
            model_name="loosening",
            name="difference",
            field=models.JSONField(db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name="loosening",
            name="drawn_from",
            field=models.JSONField(db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name="loosening",
            name="name",
            field=models.CharField(db_default="", default="", max_length=300, verbose_name="rule"),
        ),
        migrations.AddField(
            model_name="loosening",
            name="sealed",
            field=models.BinaryField(
                db_default=b"",
                default=b"",
                help_text="where a channel is to lead, encrypted; empty once it ended",
            ),
        ),
        migrations.AddField(
            model_name="loosening",
            name="subject_id",
            field=models.CharField(db_default="", default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="loosening",
            name="wanted",
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="notification",
            name="loosening",
            field=models.ForeignKey(
                blank=True,
                help_text="of a rule",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="approvals.loosening",
            ),
        ),
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
                ],
                max_length=20,
                verbose_name="what it is about",
            ),
        ),
        migrations.AlterField(
            model_name="loosening",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
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
                    ("more_authority", "More authority is asked for"),
                    ("loosening", "A rule is to be loosened"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="loosening",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", ""), ("person", None)),
                fields=("kind", "subject_id"),
                name="loosening_of_rule_asked_for_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="loosening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("policy", "agent", "channel")),
                        ("person", None),
                        models.Q(("subject_id", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind__in", ("policy", "agent", "channel")), _negated=True),
                        ("person__isnull", False),
                        ("subject_id", ""),
                    ),
                    _connector="OR",
                ),
                name="loosening_of_person_or_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="loosening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sealed", b""), models.Q(("kind", "channel"), ("outcome", "")), _connector="OR"
                ),
                name="loosening_ended_is_wiped",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approval__isnull", False), ("grant", None), ("loosening", None), ("person", None)
                    ),
                    models.Q(
                        ("approval", None), ("grant__isnull", False), ("loosening", None), ("person", None)
                    ),
                    models.Q(
                        ("approval", None), ("grant", None), ("loosening", None), ("person__isnull", False)
                    ),
                    models.Q(
                        ("approval", None), ("grant", None), ("loosening__isnull", False), ("person", None)
                    ),
                    _connector="OR",
                ),
                name="notification_about_one_thing",
            ),
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
