"""Guards look only where they were written to look, and an assignment keeps its person.

A session may put temporary tables, or a schema of its own, in front of what a trigger's function names: each has its
search path pinned, with what is temporary last. Seats, and where requests come from, are written by triggers with the
rights of their owner, so that the application's role need not be able to. No row is written.
"""

from django.db import migrations

PINNED = """
DO $do$
DECLARE
    guard regprocedure;
BEGIN
    FOR guard IN SELECT oid FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
            AND proname ~ '^(approvals|audit|grants)_' LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $do$;
"""
UNPINNED = PINNED.replace(
    "SET search_path = %I, pg_temp', guard, current_schema()", "RESET search_path', guard"
)

WRITERS = (
    "approvals_take_seats",
    "approvals_close_assignments",
    "approvals_note_origin",
    "approvals_note_origins_of_people",
)
AS_OWNER = "".join(f"ALTER FUNCTION {name}() SECURITY DEFINER;\n" for name in WRITERS)
AS_CALLER = AS_OWNER.replace("DEFINER", "INVOKER")

ASSIGNMENT = """
CREATE FUNCTION approvals_keep_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'assignment %: who is asked about what, and since when, does not change', OLD.id
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER keep_assignment BEFORE UPDATE ON approvals_assignment
    FOR EACH ROW WHEN ((OLD.id, OLD.approval_id, OLD.email, OLD.created_at)
        IS DISTINCT FROM (NEW.id, NEW.approval_id, NEW.email, NEW.created_at))
    EXECUTE FUNCTION approvals_keep_assignment();
"""
NO_ASSIGNMENT = """
DROP TRIGGER keep_assignment ON approvals_assignment;
DROP FUNCTION approvals_keep_assignment();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0032_held_rules"),
        ("audit", "0003_checkpoints"),
        ("grants", "0007_kept_addresses"),
    ]

    operations = [
        migrations.RunSQL(ASSIGNMENT, NO_ASSIGNMENT),
        migrations.RunSQL(PINNED, UNPINNED),
        migrations.RunSQL(AS_OWNER, AS_CALLER),
    ]
