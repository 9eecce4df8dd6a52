"""What an administrator wants to loosen waits for a second one. No row is written."""

import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0027_account_messages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Loosening",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("approver", "Approver"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                        verbose_name="what they become",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                (
                    "takes_effect_at",
                    models.DateTimeField(
                        help_text="Only where there is no second administrator: everybody concerned is told before.",
                        null=True,
                        verbose_name="takes effect by itself",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("agreed", "Agreed to"), ("refused", "Refused"), ("lapsed", "Lapsed")],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "loosening",
                "verbose_name_plural": "loosenings",
                "ordering": ["-asked_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "")),
                        fields=("kind", "person"),
                        name="loosening_asked_for_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("outcome", "")),
                            models.Q(models.Q(("outcome", ""), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="loosening_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "agreed"), _negated=True),
                            ("ended_by", None),
                            models.Q(("ended_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="loosening_takes_two",
                    ),
                ],
            },
        ),
    ]
