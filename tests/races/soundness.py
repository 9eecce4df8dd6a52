"""Do the rows and the log tell the same story? No state without its event, no vote without authority.

One query over plain tables, so that it shares no code with what it judges.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

_LOG = """
    SELECT event.subject_id::uuid AS id, event.type, convert_from(body.content, 'UTF8')::jsonb AS body
    FROM audit_event event JOIN audit_eventbody body USING (event_id)
    WHERE event.subject_kind = 'approval' AND (%(only)s::text IS NULL OR event.subject_id = %(only)s::text)
"""

# What stands in the tables, in the words of the events that tell of it; `detail` tells equal ones apart.
_TABLES = """
    SELECT id, CASE status WHEN 'not_required' THEN 'approval.not_required' ELSE 'approval.requested' END AS type,
           '' AS detail FROM approvals_approval
    UNION ALL SELECT id, 'approval.granted', '' FROM approvals_approval WHERE status = 'approved'
    UNION ALL SELECT id, 'approval.rejected', '' FROM approvals_approval WHERE status = 'rejected'
    UNION ALL SELECT id, 'approval.cancelled', '' FROM approvals_approval WHERE status = 'cancelled'
    UNION ALL SELECT id, 'approval.expired', '' FROM approvals_approval WHERE expired_at IS NOT NULL
    UNION ALL SELECT id, 'approval.sla_breach', '' FROM approvals_approval WHERE breached_at IS NOT NULL
    UNION ALL SELECT id, 'superseded', successor_id::text FROM approvals_approval WHERE successor_id IS NOT NULL
    UNION ALL SELECT approval_id, 'approval.voted', id::text FROM approvals_vote
    UNION ALL SELECT approval_id, 'approval.edited', number::text FROM approvals_payloadversion WHERE number > 1
    UNION ALL SELECT approval_id, 'approval.opened', user_id::text FROM approvals_opening
    UNION ALL SELECT approval_id, 'approval.commented', id::text FROM approvals_comment
    UNION ALL SELECT approval_id, 'approval.claimed', claim_id::text FROM approvals_claim
    UNION ALL SELECT claim.approval_id,
        CASE WHEN outcome.is_mismatch THEN 'execution.mismatch' ELSE 'execution.reported' END, claim.claim_id::text
        FROM approvals_outcome outcome JOIN approvals_claim claim ON claim.approval_id = outcome.claim_id
"""
_TOLD = """
    SELECT id, type, CASE
        WHEN type = 'approval.voted' THEN body->'data'->>'vote'
        WHEN type = 'approval.edited' THEN body->>'payload_version'
        WHEN type = 'approval.commented' THEN body->'data'->>'comment'
        WHEN type = 'approval.opened' THEN body->'actor'->>'id'
        WHEN type IN ('approval.claimed', 'execution.mismatch', 'execution.reported') THEN body->'data'->>'claim'
        ELSE '' END AS detail
    FROM log WHERE type NOT IN ('approval.votes_voided', 'approval.escalated', 'approval.reassigned', 'approval.taken_back',
        'approval.approvers_asked', 'approval.understaffed', 'approval.superseded')
    UNION ALL SELECT id, 'superseded', body->'data'->>'superseded_by' FROM log
        WHERE body->'data'->>'superseded_by' IS NOT NULL
"""

_FAULTS = f"""
    WITH log AS ({_LOG}),
    stored AS (SELECT * FROM ({_TABLES}) rows WHERE %(only)s::text IS NULL OR id::text = %(only)s::text),
    told AS ({_TOLD}),
    seats AS (
        SELECT approval.id, approval.status, approval.quorum, approval.current_version,
               count(DISTINCT vote.user_id) FILTER (WHERE vote.verdict = 'approve'
                   AND vote.version = approval.current_version) AS votes
        FROM approvals_approval approval LEFT JOIN approvals_vote vote ON vote.approval_id = approval.id
        WHERE %(only)s::text IS NULL OR approval.id::text = %(only)s::text
        GROUP BY approval.id
    )
    SELECT id, 'no event tells of ' || type FROM (TABLE stored EXCEPT ALL TABLE told) AS silent
    UNION ALL
    SELECT id, type || ' never happened' FROM (TABLE told EXCEPT ALL TABLE stored) AS invented
    UNION ALL
    SELECT id, 'stuck: quorum is there, and it is still pending' FROM seats
        WHERE status = 'pending' AND votes >= quorum
    UNION ALL
    SELECT id, 'approved without its quorum' FROM seats WHERE status = 'approved' AND votes < quorum
    UNION ALL
    SELECT vote.approval_id, 'a vote under a grant that did not lend at that moment'
        FROM approvals_vote vote JOIN grants_delegatedgrant lent ON lent.id = vote.grant_id
        WHERE (%(only)s::text IS NULL OR vote.approval_id::text = %(only)s::text) AND (
            vote.decided_at < lent.starts_at OR vote.decided_at >= lent.expires_at
            OR vote.decided_at >= lent.revoked_at
            OR (vote.user_id, vote.principal_id) <> (lent.grantee_id, lent.grantor_id))
    UNION ALL
    SELECT vote.approval_id, 'a vote as an approver by somebody who was none at that moment'
        FROM approvals_vote vote
        WHERE (%(only)s::text IS NULL OR vote.approval_id::text = %(only)s::text)
            AND vote.basis = 'approvers' AND NOT EXISTS (
                SELECT 1 FROM grants_approvermembership membership
                WHERE membership.user_id = vote.principal_id AND membership.joined_at <= vote.decided_at
                    AND (membership.left_at IS NULL OR membership.left_at > vote.decided_at))
    UNION ALL
    SELECT log.id, 'what was granted is not the current version' FROM log JOIN seats USING (id)
        JOIN approvals_payloadversion version
            ON version.approval_id = seats.id AND version.number = seats.current_version
        WHERE log.type = 'approval.granted' AND (
            (log.body->>'payload_version')::int <> current_version
            OR log.body->>'payload_sha256' <> encode(version.sha256, 'hex'))
"""


def faults(approval_id: UUID | None = None) -> list[tuple[UUID, str]]:
    """What does not add up, for one request or for all of them; empty is sound."""
    with connection.cursor() as cursor:
        cursor.execute(_FAULTS, {"only": approval_id and str(approval_id)})
        return cursor.fetchall()
