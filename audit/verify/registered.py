"""Is the passkey that signed the person's own? The log says when each was registered, and with which public key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from django.db import connection

from audit.verify import signatures
from audit.verify.signatures import Misfit

ADDED = "person.factor_added"

_FACTORS = """
    SELECT event.type, body.content
    FROM audit_event AS event LEFT JOIN audit_eventbody AS body USING (event_id)
    WHERE event.subject_kind = 'person' AND event.subject_id = %s
        AND event.type IN ('person.factor_added', 'person.factor_removed') AND event.at <= %s
    ORDER BY event.seq
"""


def check(body: Mapping[str, Any]) -> None:
    """Each passkey of an event that `signatures.check` passed. Raises Misfit.

    One query for each signature. Where the log cannot say it (the person's events are purged, or from before they named
    passkeys), nothing is asked.
    """
    for decision in signatures.signed(body):
        if not _is_registered(decision["manifest"]["person"], decision["signature"], decision["decided_at"]):
            raise Misfit("the log says of no such passkey that it is that person's at that time")


def _is_registered(person: str, signature: Mapping[str, Any], at: str) -> bool:
    key, is_silent = "", False
    with connection.cursor() as cursor:
        cursor.execute(_FACTORS, [person, at])
        for type_, content in cursor.fetchall():
            said = orjson.loads(content)["data"] if content else {}
            if "credential_id" not in said:
                is_silent = True
            elif said["credential_id"] == signature["credential_id"]:
                key = said["public_key_sha256"] if type_ == ADDED else ""
    return key == hashlib.sha256(signatures.decoded(signature["public_key"])).hexdigest() or (
        not key and is_silent
    )
