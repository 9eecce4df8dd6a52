"""What the database enforces of breaches, escalation and expiry; see 0002 and 0004 for the rest of the functions.

A request that was already breached when this came is escalated by the next sweep.
"""

from django.db import migrations

UPDATE = """
CREATE OR REPLACE FUNCTION approvals_check_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    votes integer;
    changeable text[] := ARRAY['status', 'resolution', 'current_version', 'remind_at', 'breached_at', 'escalate_at',
        'decided_at', 'valid_until', 'claimed_at', 'expired_at'];
    after_the_end text[] := ARRAY['claimed_at', 'expired_at'];
BEGIN
    IF to_jsonb(NEW) - changeable IS DISTINCT FROM to_jsonb(OLD) - changeable THEN
        RAISE EXCEPTION 'request %: what was submitted does not change', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status NOT IN ('pending', 'draft')
        AND to_jsonb(NEW) - after_the_end IS DISTINCT FROM to_jsonb(OLD) - after_the_end THEN
        RAISE EXCEPTION 'request %: % is terminal', OLD.id, OLD.status USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.breached_at IS DISTINCT FROM OLD.breached_at AND (
        OLD.breached_at IS NOT NULL OR OLD.status <> 'pending' OR NEW.breached_at < OLD.deadline) THEN
        RAISE EXCEPTION 'request %: a breach is stamped once, after the deadline', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.escalate_at IS NOT NULL AND NEW.breached_at IS NULL THEN
        RAISE EXCEPTION 'request %: only a breach escalates', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.claimed_at IS DISTINCT FROM OLD.claimed_at AND NOT EXISTS (
        SELECT 1 FROM approvals_claim WHERE approval_id = NEW.id AND claimed_at = NEW.claimed_at) THEN
        RAISE EXCEPTION 'request %: only a claim says when it was claimed', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.expired_at IS DISTINCT FROM OLD.expired_at AND (
        OLD.expired_at IS NOT NULL OR OLD.status <> 'approved' OR NEW.claimed_at IS NOT NULL
        OR NEW.expired_at < OLD.valid_until) THEN
        RAISE EXCEPTION 'request %: only an unclaimed approval expires, once', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.current_version <> OLD.current_version AND (
        NEW.current_version <> OLD.current_version + 1 OR NOT EXISTS (
            SELECT 1 FROM approvals_payloadversion
            WHERE approval_id = NEW.id AND number = NEW.current_version)) THEN
        RAISE EXCEPTION 'request %: versions follow one another', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status THEN
        IF NOT (OLD.status = 'pending' AND NEW.status IN ('approved', 'rejected', 'cancelled')
            OR OLD.status = 'draft' AND NEW.status IN ('used', 'discarded')) THEN
            RAISE EXCEPTION 'request %: % to % is no transition', OLD.id, OLD.status, NEW.status
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status = 'approved' THEN
            SELECT count(*) INTO votes FROM approvals_vote
            WHERE approval_id = NEW.id AND version = NEW.current_version AND verdict = 'approve';
            IF votes < NEW.quorum THEN
                RAISE EXCEPTION 'request %: % of % approvals', OLD.id, votes, NEW.quorum
                    USING ERRCODE = 'check_violation';
            END IF;
        END IF;
        IF NEW.status = 'rejected' AND NEW.resolution = 'sla_expired' AND (
            NEW.breached_at IS NULL OR NEW.breach_action <> 'reject') THEN
            RAISE EXCEPTION 'request %: only a breach whose action is to reject does so', OLD.id
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status = 'rejected' AND NEW.resolution <> 'sla_expired' AND NOT EXISTS (
            SELECT 1 FROM approvals_vote WHERE approval_id = NEW.id AND verdict = 'reject') THEN
            RAISE EXCEPTION 'request %: a rejection needs its vote', OLD.id USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""

CLAIM = """
CREATE FUNCTION approvals_copy_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE approvals_approval SET claimed_at = NEW.claimed_at WHERE id = NEW.approval_id;
    RETURN NULL;
END $$;

CREATE TRIGGER copy_to_approval AFTER INSERT ON approvals_claim
    FOR EACH ROW EXECUTE FUNCTION approvals_copy_claim();

UPDATE approvals_approval SET claimed_at = claim.claimed_at
    FROM approvals_claim claim WHERE claim.approval_id = approvals_approval.id;
"""

STANDING = """
UPDATE approvals_approval AS approval
    SET remind_at = approval.created_at + (deadline - approval.created_at) * policy.reminder_share
    FROM approvals_policy policy
    WHERE policy.id = approval.policy_id AND approval.status = 'pending' AND breached_at IS NULL
        AND policy.reminder_share > 0 AND policy.reminder_share < 1;
UPDATE approvals_approval AS approval SET escalate_at = deadline
    FROM approvals_policy policy
    WHERE policy.id = approval.policy_id AND approval.status = 'pending' AND breached_at IS NOT NULL
        AND approval.breach_action = 'escalate' AND jsonb_array_length(policy.escalation) > 0;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0008_deadlines")]

    operations = [migrations.RunSQL(UPDATE + CLAIM + STANDING, migrations.RunSQL.noop)]
