"""Which keys signed is only ever added to, as the log is: an emptied table would let a start without them pass."""

from django.db import migrations

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_usedkey
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_usedkey
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
UNGUARD = """
DROP TRIGGER append_only ON audit_usedkey;
DROP TRIGGER append_only_truncate ON audit_usedkey;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_checkpoints")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
