"""The inbox filters by agent and workflow, finds what is decided by its words, and knows requests that are alike.

Existing assignments get their copies in batches, and every index is built without holding anybody up. Requests from
before are alike to none: what was submitted is not written again.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

BATCH = 10_000
DECIDED = models.Q(status__in=("approved", "rejected", "cancelled", "used", "discarded"))
PENDING = models.Q(status="pending")

COPY_TRIGGER = """
CREATE OR REPLACE FUNCTION approvals_copy_to_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT request.status IN ('pending', 'draft') AND NEW.removed_at IS NULL, request.deadline, request.decided_at,
            request.risk, request.action_type, request.agent_id, request.workflow, request.alike
        INTO NEW.is_open, NEW.deadline, NEW.decided_at,
            NEW.risk, NEW.action_type, NEW.agent_id, NEW.workflow, NEW.alike
        FROM approvals_approval request WHERE request.id = NEW.approval_id;
    RETURN NEW;
END $$;
"""

# In one order, so that two that come at once never wait for each other.
ORIGINS = """
CREATE FUNCTION approvals_note_origin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM approvals_origin
            WHERE email = '' AND agent_id = NEW.agent_id AND workflow = NEW.workflow) THEN
        INSERT INTO approvals_origin (email, agent_id, workflow) VALUES ('', NEW.agent_id, NEW.workflow)
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION approvals_note_origins_of_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO approvals_origin (email, agent_id, workflow)
        SELECT DISTINCT email, agent_id, workflow FROM made WHERE NOT EXISTS (
            SELECT FROM approvals_origin known WHERE known.email = made.email
                AND known.agent_id = made.agent_id AND known.workflow = made.workflow)
        ORDER BY email, agent_id, workflow
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER note_origin AFTER INSERT ON approvals_approval
    FOR EACH ROW WHEN (NEW.status <> 'not_required') EXECUTE FUNCTION approvals_note_origin();
CREATE TRIGGER note_origins AFTER INSERT ON approvals_assignment
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION approvals_note_origins_of_people();
"""
NO_ORIGINS = """
DROP TRIGGER note_origins ON approvals_assignment;
DROP TRIGGER note_origin ON approvals_approval;
DROP FUNCTION approvals_note_origins_of_people();
DROP FUNCTION approvals_note_origin();
"""

# Not in SQL: PostgreSQL would put its text in place of the call and take it to cost nothing.
WORDS = """
CREATE FUNCTION approvals_words(action text, workflow text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $$
BEGIN
    RETURN array_remove(regexp_split_to_array(lower(action || ' ' || workflow), '[^[:alnum:]]+'), '');
END $$;
"""
BY_WORDS = """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS approval_decided_by_words ON approvals_approval
    USING gin (approvals_words(action, workflow)) WITH (gin_pending_list_limit = 256)
    WHERE status IN ('approved', 'rejected', 'cancelled', 'used', 'discarded')
"""

# As an update, so that the trigger copies.
COPY = """
    UPDATE approvals_assignment SET workflow = '' WHERE id IN (
        SELECT id FROM approvals_assignment WHERE id > %s ORDER BY id LIMIT %s) RETURNING id
"""
# All are found before the first is written, so that no submission waits for the reading.
FIND_ORIGINS = """
    INSERT INTO approvals_origin (email, agent_id, workflow)
    SELECT email, agent_id, workflow FROM (
        SELECT '' AS email, agent_id, workflow FROM approvals_approval WHERE status <> 'not_required'
        UNION
        SELECT email, agent_id, workflow FROM approvals_assignment) found
    ORDER BY email, agent_id, workflow
    ON CONFLICT DO NOTHING
"""


def copy(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """In batches of their own, so that nobody waits for the whole table."""
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(COPY, [last, BATCH])
            found = [row[0] for row in cursor.fetchall()]
            if not found:
                break
            last = max(found)
        cursor.execute(FIND_ORIGINS)


def replace_index(
    name: str, *, fields: list[str], condition: models.Q
) -> list[migrations.operations.base.Operation]:
    """Under its old name, with the old one there until the new one is."""
    return [
        AddIndexConcurrently(
            "assignment", models.Index(fields=fields, condition=condition, name=f"{name}_new")
        ),
        RemoveIndexConcurrently("assignment", name),
        migrations.RenameIndex("assignment", new_name=name, old_name=f"{name}_new"),
    ]


def add_index(name: str, *, fields: list[str], condition: models.Q) -> AddIndexConcurrently:
    return AddIndexConcurrently("approval", models.Index(fields=fields, condition=condition, name=name))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("approvals", "0024_policy_title")]

    operations = [
        migrations.CreateModel(
            name="Origin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="approvals.agent",
                    ),
                ),
                ("workflow", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "indexes": [models.Index(fields=["email", "workflow"], name="origin_by_workflow")],
                "constraints": [
                    models.UniqueConstraint(fields=("email", "agent", "workflow"), name="origin_once")
                ],
            },
        ),
        migrations.AddField(
            "approval",
            "alike",
            models.CharField(
                db_default="",
                default="",
                editable=False,
                help_text="the same in requests of one agent, action type and payload shape",
                max_length=16,
            ),
        ),
        migrations.AddField(
            "assignment",
            "agent",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="approvals.agent",
            ),
        ),
        migrations.AddField(
            "assignment",
            "workflow",
            models.CharField(db_default="", default="", editable=False, max_length=100),
        ),
        migrations.AddField(
            "assignment",
            "alike",
            models.CharField(db_default="", default="", editable=False, max_length=16),
        ),
        migrations.RunSQL(COPY_TRIGGER, migrations.RunSQL.noop),
        migrations.RunSQL(ORIGINS, NO_ORIGINS),
        migrations.RunPython(copy, migrations.RunPython.noop),
        add_index(
            "approval_pending_by_agent",
            fields=["agent", "deadline", "id", "risk", "action_type", "workflow"],
            condition=PENDING,
        ),
        add_index(
            "approval_pending_by_workflow",
            fields=["workflow", "deadline", "id", "risk", "action_type"],
            condition=PENDING,
        ),
        add_index("approval_pending_alike", fields=["alike", "deadline", "id"], condition=PENDING),
        add_index(
            "approval_decided_by_agent",
            fields=["agent", "-decided_at", "-id", "risk", "action_type", "workflow"],
            condition=DECIDED,
        ),
        add_index(
            "approval_decided_by_workflow",
            fields=["workflow", "-decided_at", "-id", "risk", "action_type"],
            condition=DECIDED,
        ),
        *replace_index(
            "assignment_open",
            fields=["email", "deadline", "approval", "risk", "action_type", "agent", "workflow", "alike"],
            condition=models.Q(is_open=True),
        ),
        *replace_index(
            "assignment_decided",
            fields=["email", "-decided_at", "-approval", "risk", "action_type", "agent", "workflow"],
            condition=models.Q(decided_at__isnull=False),
        ),
        migrations.RunSQL(WORDS, "DROP FUNCTION approvals_words(text, text)"),
        migrations.RunSQL(BY_WORDS, "DROP INDEX CONCURRENTLY IF EXISTS approval_decided_by_words"),
        # How often a word occurs decides whether its index or the list's order finds it sooner.
        migrations.RunSQL("ANALYZE approvals_approval", migrations.RunSQL.noop),
    ]
