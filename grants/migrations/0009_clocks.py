"""The moments that rules of waiting go by are the database's: the application writes none from the past.

An approver's joining, a grant's giving, an account's proof and its last new credentials say who decides what, so the
application's role could otherwise step back in time. The owner of the tables, who could switch any guard off, loads old
rows. No row is written.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION grants_keep_clocks() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    clock text;
    said timestamptz;
    before timestamptz;
    earliest timestamptz := clock_timestamp() - interval '1 minute';
    latest timestamptz := clock_timestamp() + interval '1 minute';
BEGIN
    IF pg_has_role(current_user, (SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NEW;
    END IF;
    IF TG_ARGV[0] = 'exact' THEN
        earliest := greatest(earliest, transaction_timestamp());
        latest := clock_timestamp();
    END IF;
    FOREACH clock IN ARRAY string_to_array(TG_ARGV[1], ' ') LOOP
        said := to_jsonb(NEW) ->> clock;
        before := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) ->> clock END;
        CONTINUE WHEN said IS NOT DISTINCT FROM before;
        IF said IS NULL OR said < earliest OR said > latest THEN
            RAISE EXCEPTION '%: % is the moment at which it is written', TG_TABLE_NAME, clock
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    IF TG_TABLE_NAME = 'grants_delegatedgrant'
        AND (to_jsonb(NEW) ->> 'starts_at')::timestamptz
            < (to_jsonb(NEW) ->> 'created_at')::timestamptz
    THEN
        RAISE EXCEPTION 'a grant lends nothing before it is given' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_clocks BEFORE INSERT OR UPDATE OF joined_at, left_at ON grants_approvermembership
    FOR EACH ROW EXECUTE FUNCTION grants_keep_clocks('exact', 'joined_at left_at');
CREATE TRIGGER keep_clocks BEFORE INSERT ON grants_delegatedgrant
    FOR EACH ROW EXECUTE FUNCTION grants_keep_clocks('exact', 'created_at');
CREATE TRIGGER keep_clocks
    BEFORE INSERT OR UPDATE OF proven_at, credentials_changed_at, stopped_administering_at ON grants_user
    FOR EACH ROW EXECUTE FUNCTION grants_keep_clocks(
        'near', 'proven_at credentials_changed_at stopped_administering_at'
    );
"""
NO_GUARDS = """
DROP TRIGGER keep_clocks ON grants_user;
DROP TRIGGER keep_clocks ON grants_delegatedgrant;
DROP TRIGGER keep_clocks ON grants_approvermembership;
DROP FUNCTION grants_keep_clocks();
"""


class Migration(migrations.Migration):
    dependencies = [("grants", "0008_roles")]

    operations = [migrations.RunSQL(GUARDS, NO_GUARDS)]
