"""What was lent stays as it was given: only its end, and that it was told, are added, each once."""

from django.db import migrations

GRANT = """
CREATE FUNCTION grants_check_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added text[] := ARRAY['revoked_at', 'revoked_by_id', 'started_told_at', 'expired_recorded_at'];
BEGIN
    IF to_jsonb(NEW) - added IS DISTINCT FROM to_jsonb(OLD) - added THEN
        RAISE EXCEPTION 'grant %: what was given does not change; revoke it and give another', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL AND (NEW.revoked_at, NEW.revoked_by_id) IS DISTINCT FROM
        (OLD.revoked_at, OLD.revoked_by_id) THEN
        RAISE EXCEPTION 'grant %: it was revoked already', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.started_told_at IS NOT NULL AND NEW.started_told_at IS DISTINCT FROM OLD.started_told_at
        OR OLD.expired_recorded_at IS NOT NULL AND NEW.expired_recorded_at IS DISTINCT FROM OLD.expired_recorded_at
    THEN
        RAISE EXCEPTION 'grant %: its start and its end are told once', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_update BEFORE UPDATE ON grants_delegatedgrant
    FOR EACH ROW EXECUTE FUNCTION grants_check_grant();
CREATE TRIGGER kept BEFORE DELETE ON grants_delegatedgrant
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER kept_truncate BEFORE TRUNCATE ON grants_delegatedgrant
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("grants", "0002_delegated_grant"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GRANT, migrations.RunSQL.noop)]
