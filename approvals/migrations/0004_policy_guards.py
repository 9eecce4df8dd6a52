"""What the database enforces of drafts and of the escalation ladder; see 0002 for the rest of the functions."""

from django.db import migrations

DRAFTS = """
CREATE OR REPLACE FUNCTION approvals_check_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status NOT IN ('pending', 'not_required', 'draft') OR NEW.current_version <> 1 THEN
        RAISE EXCEPTION 'a request starts pending, not_required or as a draft, with version 1'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION approvals_check_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    votes integer;
    changeable text[] := ARRAY['status', 'resolution', 'current_version', 'breached_at', 'decided_at', 'valid_until'];
BEGIN
    IF to_jsonb(NEW) - changeable IS DISTINCT FROM to_jsonb(OLD) - changeable THEN
        RAISE EXCEPTION 'request %: what was submitted does not change', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status NOT IN ('pending', 'draft') AND to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD) THEN
        RAISE EXCEPTION 'request %: % is terminal', OLD.id, OLD.status USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.breached_at IS NOT NULL AND NEW.breached_at IS DISTINCT FROM OLD.breached_at THEN
        RAISE EXCEPTION 'request %: a breach is stamped once', OLD.id USING ERRCODE = 'check_violation';
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
        IF NEW.status = 'rejected' AND NEW.resolution <> 'sla_expired' AND NOT EXISTS (
            SELECT 1 FROM approvals_vote WHERE approval_id = NEW.id AND verdict = 'reject') THEN
            RAISE EXCEPTION 'request %: a rejection needs its vote', OLD.id USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION approvals_copy_to_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT status IN ('pending', 'draft') AND NEW.removed_at IS NULL, approvals_approval.deadline
        INTO NEW.is_open, NEW.deadline
        FROM approvals_approval WHERE id = NEW.approval_id;
    RETURN NEW;
END $$;

DROP TRIGGER close_assignments ON approvals_approval;
CREATE TRIGGER close_assignments AFTER UPDATE OF status ON approvals_approval
    FOR EACH ROW WHEN (OLD.status IN ('pending', 'draft') AND NEW.status NOT IN ('pending', 'draft'))
    EXECUTE FUNCTION approvals_close_assignments();
"""

ESCALATION = """
ALTER TABLE approvals_policy
    ADD CONSTRAINT policy_ladder_has_steps CHECK (
        jsonb_typeof(escalation) = 'array' AND NOT jsonb_path_exists(
            escalation,
            '$[*] ? (!(@.emails.type() == "array" && @.emails.size() > 0
                       && @.after_minutes.type() == "number" && @.after_minutes >= 0))')),
    ADD CONSTRAINT policy_critical_has_a_target CHECK (
        risk <> 'critical' OR jsonb_array_length(escalation) > 0);
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0003_policy_terms")]

    operations = [migrations.RunSQL(DRAFTS + ESCALATION, migrations.RunSQL.noop)]
