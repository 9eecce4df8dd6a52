"""What the database itself enforces, because Python can be bypassed.

Triggers lock the request's row first, so what they count cannot change under them. The vote is inserted
before the state changes, so nothing needs deferring.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
KEPT = """
CREATE TRIGGER kept BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER kept_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""

APPROVAL = """
CREATE FUNCTION approvals_check_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status NOT IN ('pending', 'not_required') OR NEW.current_version <> 1 THEN
        RAISE EXCEPTION 'a request starts pending or not_required, with version 1' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION approvals_check_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    votes integer;
    changeable text[] := ARRAY['status', 'resolution', 'current_version', 'breached_at', 'decided_at', 'valid_until'];
BEGIN
    IF to_jsonb(NEW) - changeable IS DISTINCT FROM to_jsonb(OLD) - changeable THEN
        RAISE EXCEPTION 'request %: what was submitted does not change', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status <> 'pending' AND to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD) THEN
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
        IF OLD.status <> 'pending' OR NEW.status NOT IN ('approved', 'rejected', 'cancelled') THEN
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

CREATE FUNCTION approvals_close_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE approvals_assignment SET is_open = false WHERE approval_id = NEW.id AND is_open;
    RETURN NULL;
END $$;

CREATE TRIGGER check_insert BEFORE INSERT ON approvals_approval
    FOR EACH ROW EXECUTE FUNCTION approvals_check_insert();
CREATE TRIGGER check_update BEFORE UPDATE ON approvals_approval
    FOR EACH ROW EXECUTE FUNCTION approvals_check_update();
CREATE TRIGGER close_assignments AFTER UPDATE OF status ON approvals_approval
    FOR EACH ROW WHEN (OLD.status = 'pending' AND NEW.status <> 'pending')
    EXECUTE FUNCTION approvals_close_assignments();
"""

ASSIGNMENT = """
CREATE FUNCTION approvals_copy_to_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT status = 'pending' AND NEW.removed_at IS NULL, approvals_approval.deadline
        INTO NEW.is_open, NEW.deadline
        FROM approvals_approval WHERE id = NEW.approval_id;
    RETURN NEW;
END $$;

CREATE TRIGGER copy_from_approval BEFORE INSERT OR UPDATE ON approvals_assignment
    FOR EACH ROW EXECUTE FUNCTION approvals_copy_to_assignment();
"""

PAYLOAD = """
ALTER TABLE approvals_payloadversion
    ADD CONSTRAINT payload_hash_fits CHECK (sha256 = pg_catalog.sha256(canonical));

CREATE FUNCTION approvals_check_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    approval record;
BEGIN
    SELECT status, current_version INTO approval FROM approvals_approval WHERE id = NEW.approval_id FOR UPDATE;
    IF NEW.number > 1 AND (approval.status <> 'pending' OR NEW.number <> approval.current_version + 1) THEN
        RAISE EXCEPTION 'request %: version % does not follow', NEW.approval_id, NEW.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_version BEFORE INSERT ON approvals_payloadversion
    FOR EACH ROW EXECUTE FUNCTION approvals_check_version();
"""

VOTE = """
CREATE FUNCTION approvals_check_vote() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RETURN NEW;
END $$;

CREATE FUNCTION approvals_take_seats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO approvals_voteseat (approval_id, version, user_id, vote_id)
        SELECT NEW.approval_id, NEW.version, person, NEW.id
        FROM (SELECT NEW.user_id AS person UNION SELECT NEW.principal_id) AS seated;
    RETURN NULL;
END $$;

CREATE FUNCTION approvals_check_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'a seat is taken by a vote only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_vote BEFORE INSERT ON approvals_vote
    FOR EACH ROW EXECUTE FUNCTION approvals_check_vote();
CREATE TRIGGER take_seats AFTER INSERT ON approvals_vote
    FOR EACH ROW WHEN (NEW.verdict = 'approve') EXECUTE FUNCTION approvals_take_seats();
CREATE TRIGGER check_seat BEFORE INSERT ON approvals_voteseat
    FOR EACH ROW EXECUTE FUNCTION approvals_check_seat();
"""

CLAIM = """
CREATE FUNCTION approvals_check_claim() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    approval record;
BEGIN
    SELECT status, valid_until INTO approval FROM approvals_approval WHERE id = NEW.approval_id FOR UPDATE;
    IF approval.status <> 'approved' OR approval.valid_until <= clock_timestamp() THEN
        RAISE EXCEPTION 'request %: only a valid approval is claimed', NEW.approval_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_claim BEFORE INSERT ON approvals_claim
    FOR EACH ROW EXECUTE FUNCTION approvals_check_claim();
"""

POLICY = """
CREATE FUNCTION approvals_check_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.retired_at IS NOT NULL OR to_jsonb(NEW) - 'retired_at' IS DISTINCT FROM to_jsonb(OLD) - 'retired_at' THEN
        RAISE EXCEPTION 'policy %: a version is immutable; save a new one', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_update BEFORE UPDATE ON approvals_policy
    FOR EACH ROW EXECUTE FUNCTION approvals_check_policy();
"""

BREACH = """
CREATE UNIQUE INDEX approvals_one_breach_event ON audit_event (subject_id)
    WHERE subject_kind = 'approval' AND type = 'approval.sla_breach';
"""

APPEND_ONLY_TABLES = ("payloadversion", "vote", "voteseat", "opening", "claim", "outcome")
KEPT_TABLES = ("approval", "assignment", "policy", "agent", "agentkey")


def _statements() -> str:
    tables = [APPEND_ONLY.format(table=f"approvals_{name}") for name in APPEND_ONLY_TABLES]
    tables += [KEPT.format(table=f"approvals_{name}") for name in KEPT_TABLES]
    return "\n".join([APPROVAL, ASSIGNMENT, PAYLOAD, VOTE, CLAIM, POLICY, BREACH, *tables])


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(_statements(), migrations.RunSQL.noop)]
