"""Who made an agent's key is kept with the key and with each request that came in with it, and never changes.

The trigger reads it from the key's row, so that no caller can put somebody else there. Of keys from before nothing
tells it, and no row is written.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FREEZE = """
CREATE OR REPLACE FUNCTION approvals_freeze_owners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT owner_id INTO NEW.agent_owner_id FROM approvals_agent WHERE id = NEW.agent_id;
    SELECT owner_id, minted_by_id INTO NEW.key_owner_id, NEW.key_minter_id
        FROM approvals_agentkey WHERE id = NEW.key_id;
    RETURN NEW;
END $$;

CREATE FUNCTION approvals_check_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.agent_id, NEW.created_at) IS DISTINCT FROM (OLD.agent_id, OLD.created_at)
        OR NEW.minted_by_id IS DISTINCT FROM OLD.minted_by_id THEN
        RAISE EXCEPTION 'key %: whose it is and who made it does not change; create another', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_update BEFORE UPDATE OF agent_id, created_at, minted_by_id ON approvals_agentkey
    FOR EACH ROW EXECUTE FUNCTION approvals_check_key();
"""
UNFREEZE = """
DROP TRIGGER check_update ON approvals_agentkey;
DROP FUNCTION approvals_check_key();

CREATE OR REPLACE FUNCTION approvals_freeze_owners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT owner_id INTO NEW.agent_owner_id FROM approvals_agent WHERE id = NEW.agent_id;
    SELECT owner_id INTO NEW.key_owner_id FROM approvals_agentkey WHERE id = NEW.key_id;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0029_outside_assignees"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "agentkey",
            "minted_by",
            models.ForeignKey(
                editable=False,
                help_text="Made the key and has seen its text, and so never decides what comes in with it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "approval",
            "key_minter",
            models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="who made the key; set by a trigger, empty where no person did",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "policy",
            "require_initiated_by",
            models.BooleanField(
                default=False,
                help_text="Refuse a proposal that does not name a person with an account here on whose behalf the "
                "agent runs.",
            ),
        ),
        migrations.RunSQL(FREEZE, UNFREEZE),
    ]
