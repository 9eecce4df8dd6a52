"""What an inbox is filtered and sorted by stands where it is looked up: on the assignment and on the seat."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

BATCH = 10_000

TRIGGERS = """
CREATE OR REPLACE FUNCTION approvals_copy_to_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT request.status IN ('pending', 'draft') AND NEW.removed_at IS NULL,
            request.deadline, request.decided_at, request.risk, request.action_type
        INTO NEW.is_open, NEW.deadline, NEW.decided_at, NEW.risk, NEW.action_type
        FROM approvals_approval request WHERE request.id = NEW.approval_id;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION approvals_close_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE approvals_assignment SET is_open = false WHERE approval_id = NEW.id;
    UPDATE approvals_voteseat SET is_open = false WHERE approval_id = NEW.id AND is_open;
    RETURN NULL;
END $$;

CREATE FUNCTION approvals_only_close_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.is_open AND NOT NEW.is_open AND to_jsonb(OLD) - 'is_open' = to_jsonb(NEW) - 'is_open' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER append_only ON approvals_voteseat;
CREATE TRIGGER append_only BEFORE DELETE ON approvals_voteseat
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER only_close BEFORE UPDATE ON approvals_voteseat
    FOR EACH ROW EXECUTE FUNCTION approvals_only_close_seat();
"""

# One text, so that the whole of it is one transaction.
OPEN_SEATS = """
ALTER TABLE approvals_voteseat ADD COLUMN is_open boolean NOT NULL DEFAULT false;
ALTER TABLE approvals_voteseat ALTER COLUMN is_open SET DEFAULT true;
ALTER TABLE approvals_voteseat DISABLE TRIGGER append_only;
UPDATE approvals_voteseat seat SET is_open = true FROM approvals_approval request
    WHERE request.id = seat.approval_id AND request.status = 'pending';
ALTER TABLE approvals_voteseat ENABLE TRIGGER append_only;
"""

# As an update, so that the trigger copies.
COPY = """
    UPDATE approvals_assignment SET risk = '' WHERE id IN (
        SELECT id FROM approvals_assignment WHERE id > %s ORDER BY id LIMIT %s) RETURNING id
"""


def copy(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """In batches of their own, so that nobody waits for the whole table."""
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(COPY, [last, BATCH])
            found = [row[0] for row in cursor.fetchall()]
            if not found:
                return
            last = max(found)


def add_seats_openness() -> migrations.SeparateDatabaseAndState:
    """Every seat there is counts as closed without being written; then those of what is pending are opened."""
    return migrations.SeparateDatabaseAndState(
        [
            migrations.RunSQL(
                [OPEN_SEATS],
                "ALTER TABLE approvals_voteseat DROP COLUMN is_open",
            )
        ],
        [
            migrations.AddField(
                model_name="voteseat",
                name="is_open",
                field=models.BooleanField(db_default=True, editable=False),
            )
        ],
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("approvals", "0021_taken_back")]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="decided_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="assignment",
            name="risk",
            field=models.CharField(db_default="", default="", editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name="assignment",
            name="action_type",
            field=models.CharField(db_default="", default="", editable=False, max_length=100),
        ),
        add_seats_openness(),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunPython(copy, migrations.RunPython.noop),
    ]
