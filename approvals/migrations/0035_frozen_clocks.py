"""When a loosening was asked for, and when it takes effect by itself, never changes; and none begins as ended.

No row is written. The function is replaced, so its search path is pinned again.
"""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION approvals_freeze_loosening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.outcome <> '' THEN
            RAISE EXCEPTION 'What was never asked for does not end.' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.outcome <> '' THEN
        RAISE EXCEPTION 'What has ended stays as it is.' USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.kind, OLD.person_id, OLD.asked_by_id, OLD.subject_id, OLD.name, OLD.wanted, OLD.drawn_from, OLD.difference,
            OLD.asked_at, OLD.takes_effect_at)
        IS DISTINCT FROM
        (NEW.kind, NEW.person_id, NEW.asked_by_id, NEW.subject_id, NEW.name, NEW.wanted, NEW.drawn_from, NEW.difference,
            NEW.asked_at, NEW.takes_effect_at)
    THEN
        RAISE EXCEPTION 'What was asked for never changes.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER freeze_loosening ON approvals_loosening;
CREATE TRIGGER freeze_loosening BEFORE INSERT OR UPDATE ON approvals_loosening
    FOR EACH ROW EXECUTE FUNCTION approvals_freeze_loosening();

DO $do$
BEGIN
    EXECUTE format('ALTER FUNCTION approvals_freeze_loosening() SET search_path = %I, pg_temp', current_schema());
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0034_year_at_most")]

    operations = [migrations.RunSQL(GUARD, migrations.RunSQL.noop)]
