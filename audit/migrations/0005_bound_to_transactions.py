"""Each event says in which transaction it was written, so that the tables can ask for the event of a change.

`audit_require_event` refuses a commit that changed a subject without an event of a fitting type about it in the same
transaction; the tables that it guards call it by deferred triggers. The column is filled by a trigger, whatever is
inserted, with the number of the top-level transaction: it holds over savepoints. Events from before have none. No row
is written, and adding an empty column takes no longer for a long log.
"""

from collections.abc import Sequence

from django.db import migrations

Change = tuple[str, str, str, Sequence[str]]

STAMP = """
ALTER TABLE audit_event ADD COLUMN xact xid8;

CREATE FUNCTION audit_stamp_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xact := pg_current_xact_id();
    RETURN NEW;
END $$;
CREATE TRIGGER stamp_transaction BEFORE INSERT ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_stamp_transaction();

CREATE FUNCTION audit_require_event(about text, whose text, types text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM audit_event
        WHERE subject_kind = about AND subject_id = whose AND xact = pg_current_xact_id() AND type = ANY (types)
        ORDER BY seq DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% % was changed without its event: % is missing in this transaction',
            about, whose, array_to_string(types, ' or ') USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

DO $do$
DECLARE
    guard text;
BEGIN
    FOREACH guard IN ARRAY ARRAY['audit_stamp_transaction()', 'audit_require_event(text, text, text[])'] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $do$;
"""
NO_STAMP = """
DROP FUNCTION audit_require_event(text, text, text[]);
DROP TRIGGER stamp_transaction ON audit_event;
DROP FUNCTION audit_stamp_transaction();
ALTER TABLE audit_event DROP COLUMN xact;
"""

FUNCTION = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM audit_require_event('{about}', {whose}, TG_ARGV);
    RETURN NULL;
END $$;
DO $do$
BEGIN
    EXECUTE format('ALTER FUNCTION {function}() SET search_path = %I, pg_temp', current_schema());
END $do$;
"""
TRIGGER = """
CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW {when} EXECUTE FUNCTION {function}({types});
"""


def bind(table: str, about: str, whose: str, changes: Sequence[Change]) -> migrations.RunSQL:
    """Bind a table's rows to the events of the subject that the SQL `whose` names, over the row NEW.

    Each change has the trigger's name, INSERT or UPDATE, the SQL that says when it asks (empty: always), and the types
    of event of which one must be there.
    """
    function = f"{table}_bound"
    made = FUNCTION.format(function=function, about=about, whose=whose)
    for name, event, when, types in changes:
        made += TRIGGER.format(
            name=f"bound_{name}",
            event=event,
            table=table,
            when=f"WHEN ({when})" if when else "",
            function=function,
            types=", ".join(f"'{one}'" for one in types),
        )
    gone = "".join(f"DROP TRIGGER bound_{name} ON {table};\n" for name, *_ in changes)
    return migrations.RunSQL(made, f"{gone}DROP FUNCTION {function}();")


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_kept_keys")]

    operations = [migrations.RunSQL(STAMP, NO_STAMP)]
