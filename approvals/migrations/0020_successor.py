"""A request that another supersedes names its successor, and is neither approved nor claimed after that.

A trigger keeps the column, as the successor's row is stored. One request has one successor; only its own agent
supersedes it, and not once it may have been carried out. From before, the first successor is taken; what was
pending then stays pending, and cannot be approved.
"""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE approvals_approval DISABLE TRIGGER check_update;
UPDATE approvals_approval AS before SET successor_id = first.id
    FROM (SELECT DISTINCT ON (supersedes_id) supersedes_id, id FROM approvals_approval
          WHERE supersedes_id IS NOT NULL ORDER BY supersedes_id, created_at, id) AS first
    WHERE first.supersedes_id = before.id;
ALTER TABLE approvals_approval ENABLE TRIGGER check_update;

DO $do$
BEGIN
    EXECUTE replace(replace(pg_get_functiondef('approvals_check_update'::regproc),
        '''remind_at'', ', '''remind_at'', ''successor_id'', '),
        'ARRAY[''claimed_at'', ''expired_at'']', 'ARRAY[''claimed_at'', ''expired_at'', ''successor_id'']');
END $do$;
"""

GUARDS = """
CREATE FUNCTION approvals_check_supersedes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before record;
BEGIN
    SELECT agent_id, status, successor_id INTO before
        FROM approvals_approval WHERE id = NEW.supersedes_id FOR NO KEY UPDATE;
    IF before.agent_id <> NEW.agent_id THEN
        RAISE EXCEPTION 'request %: only its own agent supersedes it', NEW.supersedes_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF before.successor_id IS NOT NULL THEN
        RAISE EXCEPTION 'request %: it was superseded before', NEW.supersedes_id USING ERRCODE = 'check_violation';
    END IF;
    IF before.status IN ('not_required', 'used')
        OR EXISTS (SELECT FROM approvals_claim WHERE approval_id = NEW.supersedes_id) THEN
        RAISE EXCEPTION 'request %: what may have been carried out is not superseded', NEW.supersedes_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION approvals_name_successor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE approvals_approval SET successor_id = NEW.id WHERE id = NEW.supersedes_id;
    RETURN NULL;
END $$;

CREATE FUNCTION approvals_check_successor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.successor_id IS DISTINCT FROM OLD.successor_id AND (OLD.successor_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM approvals_approval WHERE id = NEW.successor_id AND supersedes_id = NEW.id)) THEN
        RAISE EXCEPTION 'request %: its successor is named once, by the successor', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND NEW.status = 'approved' AND NEW.successor_id IS NOT NULL THEN
        RAISE EXCEPTION 'request %: what was superseded is not approved', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION approvals_check_claim_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    successor uuid;
BEGIN
    SELECT successor_id INTO successor FROM approvals_approval WHERE id = NEW.approval_id FOR NO KEY UPDATE;
    IF successor IS NOT NULL THEN
        RAISE EXCEPTION 'request %: what was superseded is not claimed', NEW.approval_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_supersedes BEFORE INSERT ON approvals_approval
    FOR EACH ROW WHEN (NEW.supersedes_id IS NOT NULL) EXECUTE FUNCTION approvals_check_supersedes();
CREATE TRIGGER name_successor AFTER INSERT ON approvals_approval
    FOR EACH ROW WHEN (NEW.supersedes_id IS NOT NULL) EXECUTE FUNCTION approvals_name_successor();
CREATE TRIGGER check_successor BEFORE UPDATE ON approvals_approval
    FOR EACH ROW EXECUTE FUNCTION approvals_check_successor();
CREATE TRIGGER check_claim_stands BEFORE INSERT ON approvals_claim
    FOR EACH ROW EXECUTE FUNCTION approvals_check_claim_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0019_asked")]

    operations = [
        migrations.AddField(
            "approval",
            "successor",
            models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="the request that superseded this one, kept by a trigger",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="approvals.approval",
            ),
        ),
        migrations.RunSQL(FILL + GUARDS, migrations.RunSQL.noop),
    ]
