"""A vote on somebody's behalf stands on a grant that holds at that moment; comments are only ever added."""

from django.db import migrations

VOTE = """
CREATE OR REPLACE FUNCTION approvals_check_vote() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    approval record;
BEGIN
    SELECT status, current_version INTO approval FROM approvals_approval WHERE id = NEW.approval_id FOR UPDATE;
    IF approval.status <> 'pending' THEN
        RAISE EXCEPTION 'request %: a vote on a request that is %', NEW.approval_id, approval.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.version <> approval.current_version OR NOT EXISTS (
        SELECT 1 FROM approvals_payloadversion
        WHERE approval_id = NEW.approval_id AND number = NEW.version AND sha256 = NEW.payload_sha256) THEN
        RAISE EXCEPTION 'request %: a vote is on the current version and its hash', NEW.approval_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.grant_id IS NOT NULL THEN
        PERFORM 1 FROM grants_delegatedgrant WHERE id = NEW.grant_id FOR SHARE;
        IF NOT EXISTS (
            SELECT 1 FROM grants_delegatedgrant
            WHERE id = NEW.grant_id AND grantor_id = NEW.principal_id AND grantee_id = NEW.user_id
                AND revoked_at IS NULL AND starts_at <= clock_timestamp() AND expires_at > clock_timestamp()) THEN
            RAISE EXCEPTION 'request %: no grant lends this vote its authority', NEW.approval_id
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""

COMMENT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON approvals_comment
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON approvals_comment
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0006_lent_votes")]

    operations = [migrations.RunSQL(VOTE + COMMENT, migrations.RunSQL.noop)]
