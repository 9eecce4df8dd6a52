"""An account keeps its address, and a membership its person and its moments: both are what authority rests on.

No row is written.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION grants_keep_address() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'account %: its address does not change; invite another account', OLD.id
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER keep_address BEFORE UPDATE ON grants_user
    FOR EACH ROW WHEN ((OLD.id, OLD.email) IS DISTINCT FROM (NEW.id, NEW.email))
    EXECUTE FUNCTION grants_keep_address();

CREATE FUNCTION grants_check_membership() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - 'left_at' IS DISTINCT FROM to_jsonb(OLD) - 'left_at' THEN
        RAISE EXCEPTION 'membership %: who joined, and when, does not change', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.left_at IS NOT NULL AND NEW.left_at IS DISTINCT FROM OLD.left_at THEN
        RAISE EXCEPTION 'membership %: it is left once', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_update BEFORE UPDATE ON grants_approvermembership
    FOR EACH ROW EXECUTE FUNCTION grants_check_membership();
CREATE TRIGGER kept BEFORE DELETE ON grants_approvermembership
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER kept_truncate BEFORE TRUNCATE ON grants_approvermembership
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
NO_GUARDS = """
DROP TRIGGER keep_address ON grants_user;
DROP FUNCTION grants_keep_address();
DROP TRIGGER check_update ON grants_approvermembership;
DROP FUNCTION grants_check_membership();
DROP TRIGGER kept ON grants_approvermembership;
DROP TRIGGER kept_truncate ON grants_approvermembership;
"""


class Migration(migrations.Migration):
    dependencies = [("grants", "0006_stopped_administering"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GUARDS, NO_GUARDS)]
