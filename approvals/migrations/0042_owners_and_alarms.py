"""A key keeps its owner, and its row from where its text came after its end.

With another owner, a key that a closed account stops would work again. No row is written; the function is replaced, so
its search path is pinned again.
"""

from importlib import import_module

from django.db import migrations, models

scopes = import_module("approvals.migrations.0037_key_scopes")

KEPT = f"{scopes.KEPT}, owner_id"


def guard(kept: str) -> str:
    """The guard as 0037 has it, over these columns."""
    new, old = (", ".join(f"{row}.{name}" for name in kept.split(", ")) for row in ("NEW", "OLD"))
    return f"""
CREATE OR REPLACE FUNCTION approvals_check_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({new}) IS DISTINCT FROM ({old}) THEN
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
CREATE TRIGGER check_update BEFORE UPDATE OF {kept}, expires_at, revoked_at ON approvals_agentkey
    FOR EACH ROW EXECUTE FUNCTION approvals_check_key();
{scopes.PINNED}
"""  # nosec B608 - columns that are named here


class Migration(migrations.Migration):
    dependencies = [("approvals", "0041_bound_to_events")]

    operations = [
        migrations.AddField(
            model_name="agentkey",
            name="refusals",
            field=models.JSONField(
                db_default=models.Value([], models.JSONField()),
                default=list,
                editable=False,
                help_text="From where its text came after its end within a day: address, moment, reason, whether told.",
            ),
        ),
        migrations.RunSQL(guard(KEPT), guard(scopes.KEPT)),
    ]
