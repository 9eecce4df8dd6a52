"""A decision says what it means, and a passkey may sign it. Votes from before have neither: nothing tells who saw what.

The trigger refuses a vote on a critical request that nobody proved to be theirs, whatever Python does.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE FUNCTION approvals_check_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM approvals_approval WHERE id = NEW.approval_id AND risk = 'critical') THEN
        RAISE EXCEPTION 'A vote on a critical request takes the password, a code or a passkey of its own.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_signed BEFORE INSERT ON approvals_vote
    FOR EACH ROW WHEN (coalesce(NEW.manifest->>'signed_with', '') NOT IN ('password', 'code', 'provider', 'passkey'))
    EXECUTE FUNCTION approvals_check_signed();
"""
UNGUARD = "DROP TRIGGER check_signed ON approvals_vote; DROP FUNCTION approvals_check_signed();"


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0030_key_minters"),
        ("grants", "0006_stopped_administering"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Signing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "nonce",
                    models.UUIDField(help_text="stands in what is signed, so that no signature counts twice"),
                ),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="vote",
            name="manifest",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="who, when, meaning what, of which payload; empty on votes from before there was one",
            ),
        ),
        migrations.AddField(
            model_name="vote",
            name="signature",
            field=models.JSONField(help_text="of the voter's passkey over the manifest", null=True),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("signature", None), models.Q(("manifest__signed_with", "passkey"), _negated=True)
                    ),
                    models.Q(("manifest__signed_with", "passkey"), ("signature__isnull", False)),
                    _connector="OR",
                ),
                name="vote_signed_by_passkey",
            ),
        ),
        migrations.AddField(
            model_name="signing",
            name="approval",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="approvals.approval"
            ),
        ),
        migrations.AddField(
            model_name="signing",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="signing",
            constraint=models.UniqueConstraint(fields=("approval", "user"), name="signing_one_per_person"),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
