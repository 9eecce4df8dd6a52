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

COPIED_BEFORE = ("risk", "action_type")
COPIED = (*COPIED_BEFORE, "agent_id", "workflow", "alike")
COPY_TRIGGER = """
CREATE OR REPLACE FUNCTION approvals_copy_to_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT request.status IN ('pending', 'draft') AND NEW.removed_at IS NULL, request.deadline, request.decided_at,
            {of_request}
        INTO NEW.is_open, NEW.deadline, NEW.decided_at,
            {copies}
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

# A request is found under each of its words and of what else it is filtered by, each together with the week in which it
# was decided: so a search goes back week by week, and no word is so common that one look-up finds more than a week has.
# Nothing but PostgreSQL's own functions, since an index is also built and analysed without the search path.
FOUND_BY = """
CREATE FUNCTION approvals_found_by(
    decided_at timestamptz, action text, workflow text, agent uuid, action_type text, risk text)
    RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 500 AS $$
DECLARE
    week bigint := floor(extract(epoch FROM decided_at) / 604800);
BEGIN
    RETURN ARRAY(SELECT DISTINCT hashtextextended(word, week)
        FROM unnest(regexp_split_to_array(lower(action || ' ' || workflow), '[^[:alnum:]]+')
            || ARRAY['agent:' || agent, 'action_type:' || action_type, 'workflow:' || workflow, 'risk:' || risk])
            AS word
        WHERE word <> '');
END $$;

CREATE FUNCTION approvals_decided_with_words(typed text, besides text[], until timestamptz, most integer)
    RETURNS SETOF uuid LANGUAGE plpgsql STABLE AS $$
DECLARE
    words text[] := array_remove(regexp_split_to_array(lower(typed), '[^[:alnum:]]+'), '');
    keys bigint[];
    newest bigint;
    oldest bigint;
    found integer := 0;
    here integer;
BEGIN
    IF words = '{}' THEN
        RETURN;
    END IF;
    words := words || besides;
    SELECT floor(extract(epoch FROM min(decided_at)) / 604800), floor(extract(epoch FROM max(decided_at)) / 604800)
        INTO oldest, newest FROM approvals_approval
        WHERE status IN ('approved', 'rejected', 'cancelled', 'used', 'discarded');
    newest := least(newest, floor(extract(epoch FROM until) / 604800)::bigint);
    WHILE newest >= oldest AND found < most LOOP
        keys := ARRAY(SELECT hashtextextended(word, newest) FROM unnest(words) AS word);
        RETURN QUERY SELECT id FROM approvals_approval
            WHERE status IN ('approved', 'rejected', 'cancelled', 'used', 'discarded')
                AND approvals_found_by(decided_at, action, workflow, agent_id, action_type, risk) @> keys
                AND (until IS NULL OR decided_at <= until);
        GET DIAGNOSTICS here = ROW_COUNT;
        found := found + here;
        newest := newest - 1;
    END LOOP;
END $$;
"""
NOT_FOUND_BY = """
DROP FUNCTION approvals_decided_with_words(text, text[], timestamptz, integer);
DROP FUNCTION approvals_found_by(timestamptz, text, text, uuid, text, text);
"""
# Without a list of what is still to be put in: each week's look-up would read it.
BY_WORDS = """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS approval_decided_by_words ON approvals_approval
    USING gin (approvals_found_by(decided_at, action, workflow, agent_id, action_type, risk))
    WITH (fastupdate = off)
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


def copy_trigger(columns: tuple[str, ...]) -> str:
    return COPY_TRIGGER.format(
        of_request=", ".join(f"request.{column}" for column in columns),
        copies=", ".join(f"NEW.{column}" for column in columns),
    )


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
        migrations.RunSQL(copy_trigger(COPIED), copy_trigger(COPIED_BEFORE)),
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
        migrations.RunSQL(FOUND_BY, NOT_FOUND_BY),
        migrations.RunSQL(BY_WORDS, "DROP INDEX CONCURRENTLY IF EXISTS approval_decided_by_words"),
    ]
