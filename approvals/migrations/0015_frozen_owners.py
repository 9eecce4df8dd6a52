"""Who answered for the agent and for its key when the request came is kept with it, and never changes.

The trigger reads both from their tables, so that no caller can put somebody else there. Requests from before
get the present owners: nothing tells of earlier ones.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE approvals_approval DISABLE TRIGGER check_update;
UPDATE approvals_approval AS approval SET agent_owner_id = agent.owner_id, key_owner_id = key.owner_id
    FROM approvals_agent agent, approvals_agentkey key
    WHERE agent.id = approval.agent_id AND key.id = approval.key_id;
ALTER TABLE approvals_approval ENABLE TRIGGER check_update;
"""

FREEZE = """
CREATE FUNCTION approvals_freeze_owners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT owner_id INTO NEW.agent_owner_id FROM approvals_agent WHERE id = NEW.agent_id;
    SELECT owner_id INTO NEW.key_owner_id FROM approvals_agentkey WHERE id = NEW.key_id;
    RETURN NEW;
END $$;

CREATE TRIGGER freeze_owners BEFORE INSERT ON approvals_approval
    FOR EACH ROW EXECUTE FUNCTION approvals_freeze_owners();
"""
UNFREEZE = "DROP TRIGGER freeze_owners ON approvals_approval; DROP FUNCTION approvals_freeze_owners();"


def _owner(of: str, *, null: bool = False) -> models.Field[Any, Any]:
    return models.ForeignKey(
        db_index=False,
        editable=False,
        help_text=f"who answered for the {of} when it asked; set by a trigger",
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        null=null,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0014_agents_never_lengthen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("approval", "agent_owner", _owner("agent", null=True)),
        migrations.AddField("approval", "key_owner", _owner("key", null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("approval", "agent_owner", _owner("agent")),
        migrations.AlterField("approval", "key_owner", _owner("key")),
        migrations.RunSQL(FREEZE, UNFREEZE),
    ]
