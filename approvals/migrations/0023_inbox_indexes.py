"""Each tab of the inbox, and each filter, is found by an index; indexes that another begins with go.

Text in the action or the workflow is found by trigrams where PostgreSQL has `pg_trgm`; without it each open request
is read. Built without holding anybody up.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import ProgrammingError, migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# The expressions are what Django makes of `icontains`.
BY_TEXT = """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS approval_open_by_text ON approvals_approval
    USING gin (upper(action::text) gin_trgm_ops, upper(workflow::text) gin_trgm_ops)
    WITH (gin_pending_list_limit = 256) WHERE status IN ('pending', 'draft')
"""

# How often a text occurs decides whether the index or the list's order finds it sooner.
STATISTICS = """
    CREATE STATISTICS IF NOT EXISTS approval_action_text ON (upper(action::text)) FROM approvals_approval;
    CREATE STATISTICS IF NOT EXISTS approval_workflow_text ON (upper(workflow::text)) FROM approvals_approval;
"""
NO_STATISTICS = """
    DROP STATISTICS IF EXISTS approval_action_text;
    DROP STATISTICS IF EXISTS approval_workflow_text;
"""


def index_text(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The extension comes with most servers, and the owner of a database may add it; a desk's own has none."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if not cursor.rowcount:
            return
        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except ProgrammingError:  # not the owner
            return
        cursor.execute(BY_TEXT)


def drop_text(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS approval_open_by_text")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("approvals", "0022_inbox_copies"),
        ("grants", "0003_grant_guards"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["risk", "deadline", "id"],
                name="approval_pending_by_risk",
            ),
        ),
        AddIndexConcurrently(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["action_type", "deadline", "id", "risk"],
                name="approval_pending_by_type",
            ),
        ),
        AddIndexConcurrently(
            model_name="approval",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ("approved", "rejected", "cancelled", "used", "discarded"))
                ),
                fields=["-decided_at", "-id"],
                name="approval_decided",
            ),
        ),
        AddIndexConcurrently(
            model_name="approval",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ("approved", "rejected", "cancelled", "used", "discarded"))
                ),
                fields=["risk", "-decided_at", "-id"],
                name="approval_decided_by_risk",
            ),
        ),
        AddIndexConcurrently(
            model_name="approval",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ("approved", "rejected", "cancelled", "used", "discarded"))
                ),
                fields=["action_type", "-decided_at", "-id", "risk"],
                name="approval_decided_by_type",
            ),
        ),
        AddIndexConcurrently(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("is_open", True)),
                fields=["email", "deadline", "approval", "risk", "action_type"],
                name="assignment_open",
            ),
        ),
        AddIndexConcurrently(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False)),
                fields=["email", "-decided_at", "-approval", "risk", "action_type"],
                name="assignment_decided",
            ),
        ),
        AddIndexConcurrently(
            model_name="vote",
            index=models.Index(
                condition=models.Q(("basis", "approvers"), ("grant__isnull", False), _connector="OR"),
                fields=["user", "approval"],
                name="vote_not_by_place",
            ),
        ),
        AddIndexConcurrently(
            model_name="vote",
            index=models.Index(
                condition=models.Q(("basis", "approvers"), ("grant__isnull", False), _connector="OR"),
                fields=["principal", "approval"],
                name="vote_not_by_own_place",
            ),
        ),
        AddIndexConcurrently(
            model_name="voteseat",
            index=models.Index(
                condition=models.Q(("is_open", True)), fields=["user", "approval"], name="vote_seat_open"
            ),
        ),
        RemoveIndexConcurrently(
            model_name="approval",
            name="approval_by_decision",
        ),
        RemoveIndexConcurrently(
            model_name="assignment",
            name="assignment_inbox",
        ),
        RemoveIndexConcurrently(
            model_name="assignment",
            name="assignment_of_person",
        ),
        migrations.AlterField(
            model_name="approval",
            name="agent",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approvals",
                to="approvals.agent",
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="approval",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="approvals.approval",
            ),
        ),
        migrations.AlterField(
            model_name="payloadversion",
            name="approval",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="approvals.approval",
            ),
        ),
        migrations.AlterField(
            model_name="voteseat",
            name="approval",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="approvals.approval",
            ),
        ),
        migrations.RunPython(index_text, drop_text),
        migrations.RunSQL(STATISTICS, NO_STATISTICS),
    ]
