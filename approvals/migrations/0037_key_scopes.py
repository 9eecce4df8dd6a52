"""What a key may do: its scopes, and which of the agent's action types and workflows. Older keys may do all, as before.

The guard keeps all that with the key, so that a key never grows: its end comes earlier, never later, and a revocation
stands. Also where and when a key was used or refused last, which key it replaces, and messages about keys. No row is
written; the function is replaced, so its search path is pinned again.
"""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import approvals.models.agent

KEPT = (
    "agent_id, created_at, minted_by_id, prefix, secret_sha256, scopes, action_types, workflows, replaces_id"
)


def _of(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in KEPT.split(", "))


GUARD = f"""
ALTER TABLE approvals_agentkey ADD CONSTRAINT agent_key_scopes
    CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['submit', 'evaluate', 'read', 'claim']::varchar[]);

CREATE OR REPLACE FUNCTION approvals_check_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({_of("NEW")}) IS DISTINCT FROM ({_of("OLD")}) THEN
        RAISE EXCEPTION 'key %: whose it is, who made it and what it may do does not change; create another', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.expires_at IS DISTINCT FROM NEW.expires_at
        AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at) THEN
        RAISE EXCEPTION 'key %: its end comes earlier, never later; create another', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL AND OLD.revoked_at IS DISTINCT FROM NEW.revoked_at THEN
        RAISE EXCEPTION 'key %: a revocation stands; create another', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER check_update ON approvals_agentkey;
CREATE TRIGGER check_update BEFORE UPDATE OF {KEPT}, expires_at, revoked_at ON approvals_agentkey
    FOR EACH ROW EXECUTE FUNCTION approvals_check_key();
"""
UNGUARD = """
CREATE OR REPLACE FUNCTION approvals_check_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.agent_id, NEW.created_at) IS DISTINCT FROM (OLD.agent_id, OLD.created_at)
        OR NEW.minted_by_id IS DISTINCT FROM OLD.minted_by_id THEN
        RAISE EXCEPTION 'key %: whose it is and who made it does not change; create another', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER check_update ON approvals_agentkey;
CREATE TRIGGER check_update BEFORE UPDATE OF agent_id, created_at, minted_by_id ON approvals_agentkey
    FOR EACH ROW EXECUTE FUNCTION approvals_check_key();

ALTER TABLE approvals_agentkey DROP CONSTRAINT agent_key_scopes;
"""
PINNED = """
DO $do$
BEGIN
    EXECUTE format('ALTER FUNCTION approvals_check_key() SET search_path = %I, pg_temp', current_schema());
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0036_tests_by_the_worker"),
        ("grants", "0007_kept_addresses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_about_one_thing",
        ),
        migrations.AddField(
            model_name="agentkey",
            name="action_types",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=100),
                db_default=["*"],
                default=approvals.models.agent.anything,
                help_text="Of those of its agent; * for all that the agent may use.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="agentkey",
            name="alarmed_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When people were last told that it is used after its end.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="agentkey",
            name="expiry_told",
            field=models.PositiveSmallIntegerField(
                editable=False,
                help_text="How many days before the end people were told of it last.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="agentkey",
            name="last_used_from",
            field=models.CharField(blank=True, db_default="", default="", max_length=45),
        ),
        migrations.AddField(
            model_name="agentkey",
            name="refused_at",
            field=models.DateTimeField(
                editable=False, help_text="When its text was last sent after its end, to the hour.", null=True
            ),
        ),
        migrations.AddField(
            model_name="agentkey",
            name="refused_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("revoked", "It is revoked."),
                    ("expired", "It has expired."),
                    ("agent_inactive", "Its agent is deactivated."),
                    ("owner_inactive", "The account of an owner is closed."),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="agentkey",
            name="refused_from",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=45),
        ),
        migrations.AddField(
            model_name="agentkey",
            name="replaces",
            field=models.ForeignKey(
                editable=False,
                help_text="The key in whose place it came.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successors",
                to="approvals.agentkey",
            ),
        ),
        migrations.AddField(
            model_name="agentkey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("submit", "submit: propose, and withdraw"),
                        ("evaluate", "evaluate: ask what would come of a proposal"),
                        ("read", "read: read, list and wait"),
                        ("claim", "claim: take an approval, and report"),
                    ],
                    max_length=20,
                ),
                db_default=["submit", "evaluate", "read", "claim"],
                default=approvals.models.agent.every_scope,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="agentkey",
            name="workflows",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=100),
                db_default=["*"],
                default=approvals.models.agent.anything,
                help_text="Of those of its agent; * for all that the agent may use.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="agent_key",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="approvals.agentkey",
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
                    ("key_expires", "A key of an agent expires soon"),
                    ("key_misused", "A key was used after its end"),
                    ("keys_stopped", "Keys of agents have stopped"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agent_key", None),
                        ("approval__isnull", False),
                        ("grant", None),
                        ("loosening", None),
                        ("person", None),
                    ),
                    models.Q(
                        ("agent_key", None),
                        ("approval", None),
                        ("grant__isnull", False),
                        ("loosening", None),
                        ("person", None),
                    ),
                    models.Q(
                        ("agent_key", None),
                        ("approval", None),
                        ("grant", None),
                        ("loosening", None),
                        ("person__isnull", False),
                    ),
                    models.Q(
                        ("agent_key", None),
                        ("approval", None),
                        ("grant", None),
                        ("loosening__isnull", False),
                        ("person", None),
                    ),
                    models.Q(
                        ("agent_key__isnull", False),
                        ("approval", None),
                        ("grant", None),
                        ("loosening", None),
                        ("person", None),
                    ),
                    _connector="OR",
                ),
                name="notification_about_one_thing",
            ),
        ),
        migrations.RunSQL(GUARD + PINNED, UNGUARD + PINNED),
    ]
