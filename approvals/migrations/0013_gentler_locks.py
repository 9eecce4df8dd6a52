"""Triggers lock a request without its key: rows that only point to it, such as notifications, wait for nobody."""

from django.db import migrations

FUNCTIONS = ("approvals_check_version", "approvals_check_vote", "approvals_check_claim")
GENTLER = """
DO $do$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[{names}] LOOP
        EXECUTE replace(pg_get_functiondef(name::regproc), 'FOR UPDATE', 'FOR NO KEY UPDATE');
    END LOOP;
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0012_place_and_seat")]

    operations = [
        migrations.RunSQL(
            GENTLER.format(names=", ".join(f"'{name}'" for name in FUNCTIONS)), migrations.RunSQL.noop
        )
    ]
