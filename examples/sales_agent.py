#!/usr/bin/env python3
"""A whole agent in one file: it proposes an e-mail, waits for people, and sends exactly what they approved.

    python examples/sales_agent.py

It needs Python and nothing else. Where Countersign is and which key to use, it reads from `var/demo.json`,
which `make run` writes; --url and --key, or COUNTERSIGN_URL and COUNTERSIGN_KEY, say otherwise. "Sending"
means writing an .eml file into --out, which any mail program opens.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from http.client import HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WAIT_SECONDS = 25
ATTEMPTS = 5
"""How often a call is tried while the server cannot be reached; each carries the same Idempotency-Key."""
WORTH_A_RETRY = {429, 502, 503, 504}

MESSAGE = {
    "to": "dana.whitfield@acme.example",
    "subject": "On-call at Acme after the Q2 growth",
    "body": """\
Hi Dana,

Your post last week about on-call load tripling while the order pipeline grew by a factor of four \
stayed with me.

We help engineering teams of 80 to 300 people give every alert an owner and a runbook. Pages at \
night usually fall by half within the first quarter.

Would a 25-minute call next week be useful?

Best regards,
Elena Marsh
Meridian""",
}

PROPOSAL = {
    "actionType": "external_email",
    "action": "Send email to Head of Engineering, Acme Corp",
    "summary": "First contact about Q3: on-call load after Acme's growth",
    "rationale": "Dana Whitfield wrote about problems that we solve; the mail refers to her post.",
    "confidence": 0.84,
    "risk": "medium",
    "slaMinutes": 60,
    "assignees": ["sales@example.com"],
    "evidence": [
        {"label": "Recipient", "value": "Head of Engineering, Acme Corp", "tone": "slate"},
        {"label": "Personalisation source", "value": "LinkedIn + company news", "tone": "emerald"},
        {"label": "Confidence", "value": "0.84", "tone": "emerald"},
    ],
    "payload": MESSAGE,
    # The reviewer's form is made from this: without it, it is inferred from the payload.
    "payloadSchema": {
        "type": "object",
        "properties": {
            "to": {"type": "string", "format": "email", "title": "To"},
            "subject": {"type": "string", "title": "Subject", "minLength": 1, "maxLength": 120},
            "body": {"type": "string", "format": "textarea", "title": "Message", "minLength": 1},
        },
        "required": ["to", "subject", "body"],
        "additionalProperties": False,
    },
    "lockedFields": ["/to"],
    "workflow": "outbound-sales",
}


class Refused(Exception):
    """Countersign said no; the text is what its problem+json says."""


class Countersign:
    """The four calls that an agent needs."""

    def __init__(self, url: str, key: str) -> None:
        self.base = f"{url.rstrip('/')}/api/v1"
        self.key = key

    def submit(self, proposal: dict[str, Any]) -> dict[str, Any]:
        """Repeating a call with the same Idempotency-Key never makes a second request."""
        return self._call("POST", "/approvals", proposal, idempotency_key=str(uuid.uuid4()))[0]

    def wait(self, approval: dict[str, Any]) -> dict[str, Any]:
        """Asks until the request has left `pending`. Each answer comes as soon as there is a decision."""
        while approval["status"] == "pending":
            path = f"/approvals/{approval['id']}/wait?timeout={WAIT_SECONDS}"
            approval, retry_after = self._call("GET", path, timeout=WAIT_SECONDS + 10)
            if approval["status"] == "pending":
                time.sleep(max(retry_after, 0.1))
        return approval

    def claim(self, approval: dict[str, Any]) -> dict[str, Any]:
        """Takes the approval for execution: once only, so that nothing is ever sent twice."""
        path = f"/approvals/{approval['id']}/claim"
        return self._call("POST", path, idempotency_key=f"claim-{approval['id']}")[0]

    def report(self, approval: dict[str, Any], outcome: dict[str, Any]) -> dict[str, Any]:
        """Says how it went. Repeating the same report changes nothing."""
        return self._call("POST", f"/approvals/{approval['id']}/outcome", outcome)[0]

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        idempotency_key: str = "",
        timeout: float = 10,
    ) -> tuple[dict[str, Any], float]:
        """The answer, and how many seconds to wait before asking again. Every call here may be repeated."""
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"{self.base}{path}", data, headers, method=method)  # noqa: S310 - see below
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with urllib.request.urlopen(request, timeout=timeout) as answer:  # nosec B310 # noqa: S310 - the house's address, as its owner configured it
                    return json.load(answer), _retry_after(answer.headers)
            except urllib.error.HTTPError as error:
                if error.code not in WORTH_A_RETRY or attempt == ATTEMPTS:
                    raise Refused(_problem(error)) from None
                pause = _retry_after(error.headers) or 2**attempt
            except (OSError, HTTPException) as error:
                if attempt == ATTEMPTS:
                    raise Refused(f"{self.base} cannot be reached: {error}") from None
                pause = 2**attempt
            print(f"  no answer; trying again in {pause:g} s ({attempt} of {ATTEMPTS})", flush=True)
            time.sleep(pause)
        raise AssertionError("unreachable")


def _retry_after(headers: Any) -> float:
    value = headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else 0.0


def _problem(error: urllib.error.HTTPError) -> str:
    """An RFC 9457 problem as a person reads it."""
    try:
        problem = json.load(error)
        lines = [f"{error.code} {problem['title']}: {problem['detail']}"]
        lines += [f"  {one['pointer']}: {one['message']}" for one in problem.get("errors", [])]
    except (ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}"
    return "\n".join(lines)


def sha256_of(payload: dict[str, Any]) -> str:
    """The hash that people approved is of the payload's RFC 8785 bytes.

    For a payload of texts with plain ASCII field names, as here, these are what json.dumps writes with these
    options. With numbers in it, use a library: `pip install rfc8785`.
    """
    canonical = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def write_message(payload: dict[str, Any], out: Path, name: str) -> Path:
    """Where a real agent would send it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "Elena Marsh <elena.marsh@meridian.example>"
    message["To"] = payload["to"]
    message["Subject"] = payload["subject"]
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain="meridian.example")
    message.set_content(payload["body"])
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.eml"
    path.write_bytes(message.as_bytes())
    return path


def execute(countersign: Countersign, approval: dict[str, Any], out: Path) -> None:
    """Claim, check, send, report; in this order."""
    claim = countersign.claim(approval)
    payload, approved_hash = claim["payload"], claim["payloadSha256"]
    outcome = {"claimId": claim["claimId"], "payloadSha256": sha256_of(payload)}
    if outcome["payloadSha256"] != approved_hash:
        countersign.report(
            approval, {**outcome, "status": "failed", "detail": "The payload's hash did not fit."}
        )
        raise Refused("What arrived is not what was approved. Nothing was sent.")
    print(f"Claimed. The payload's hash is the approved one: {approved_hash[:16]}…")
    try:
        path = write_message(payload, out, approval["id"])
    except (OSError, ValueError) as error:
        countersign.report(approval, {**outcome, "status": "failed", "detail": str(error)})
        raise Refused(f"Sending failed, and is reported so: {error}") from error
    print(f"Sent: {path}")
    countersign.report(approval, {**outcome, "status": "succeeded", "detail": f"Written to {path.name}"})
    print("Reported: succeeded.")


def explain(approval: dict[str, Any]) -> str:
    """Why nothing is sent."""
    decision = approval["decision"]
    if decision is None:
        return f"The request is {approval['status']}. Nothing was sent."
    people = ", ".join(vote["reviewer"] for vote in decision["votes"]) or "the system"
    lines = [f"Rejected by {people} ({decision['resolution'].replace('_', ' ')}). Nothing was sent."]
    if decision["comment"]:
        lines.append(f"They say: {decision['comment']}")
    return "\n".join(lines)


def run(countersign: Countersign, out: Path) -> int:
    """0 when the message went out, 1 when it did not."""
    approval = countersign.submit({**PROPOSAL, "runId": f"run-{uuid.uuid4()}"})
    print(
        f"Proposed: {approval['action']} (risk {approval['risk']}, {approval['pattern'].replace('_', ' ')})"
    )
    for warning in approval["warnings"]:
        print(f"  note: {warning['message']}")
    if approval["status"] == "pending":
        print(
            f"Review it at {approval['url']} until {approval['deadline']}\nWaiting for a decision …",
            flush=True,
        )
    approval = countersign.wait(approval)
    if approval["status"] != "approved":
        print(explain(approval))
        return 1
    print(_approved_by(approval))
    execute(countersign, approval, out)
    return 0


def _approved_by(approval: dict[str, Any]) -> str:
    people = ", ".join(vote["reviewer"] for vote in approval["decision"]["votes"])
    woke_after = datetime.now(UTC) - datetime.fromisoformat(approval["decidedAt"])
    changed = ", ".join(change["path"] for change in approval["changes"])
    edit = f"with changes to {changed}" if approval["edited"] else "as proposed"
    return (
        f"Approved by {people}, {edit}. Awake {woke_after.total_seconds() * 1000:.0f} ms after the decision."
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Proposes an e-mail, waits for people, sends what they approved."
    )
    parser.add_argument("--url", default=os.environ.get("COUNTERSIGN_URL"), help="where Countersign is")
    parser.add_argument("--key", default=os.environ.get("COUNTERSIGN_KEY"), help="the agent's key, cs_…")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "outbox", help="where .eml files go")
    arguments = parser.parse_args()
    if not (arguments.url and arguments.key):
        note = Path(os.environ.get("COUNTERSIGN_VAR", ROOT / "var")) / "demo.json"
        if not note.exists():
            parser.error(f"{note} is not there: start Countersign with `make run`, or give --url and --key")
        demo = json.loads(note.read_text(encoding="utf-8"))
        arguments.url = arguments.url or demo["url"]
        arguments.key = arguments.key or demo["agentKey"]
    return arguments


def main() -> int:
    arguments = _arguments()
    try:
        return run(Countersign(arguments.url, arguments.key), arguments.out)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The request stays open.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
