"""A grant is asked about at the vote's own moment, which lies within the transaction that casts it.

The trigger asked the clock again: a grant that ran out between the ruling and the insert ended in an error page
instead of a decision or a refusal.
"""

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
        IF NEW.decided_at < transaction_timestamp() OR NEW.decided_at > clock_timestamp() THEN
            RAISE EXCEPTION 'request %: a vote under a grant is of this moment', NEW.approval_id
                USING ERRCODE = 'check_violation';
        END IF;
        PERFORM 1 FROM grants_delegatedgrant WHERE id = NEW.grant_id FOR SHARE;
        IF NOT EXISTS (
            SELECT 1 FROM grants_delegatedgrant
            WHERE id = NEW.grant_id AND grantor_id = NEW.principal_id AND grantee_id = NEW.user_id
                AND revoked_at IS NULL AND starts_at <= NEW.decided_at AND expires_at > NEW.decided_at) THEN
            RAISE EXCEPTION 'request %: no grant lends this vote its authority', NEW.approval_id
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0010_channels")]

    operations = [migrations.RunSQL(VOTE, migrations.RunSQL.noop)]
