"""How does `docs/states.md` say what `Approval.TRANSITIONS` does?"""

from __future__ import annotations

from approvals.models import Approval
from approvals.models.choices import Disposition, Resolution, Status

STATUSES = {
    Status.PENDING: "People are asked. The agent waits.",
    Status.APPROVED: "Enough people approved one payload. The agent may take it, once, while it is valid.",
    Status.REJECTED: "It does not happen. The resolution says how that came about.",
    Status.CANCELLED: "The agent withdrew it before anybody decided.",
    Status.NOT_REQUIRED: "The policy let it run; it is on record, and nobody was asked.",
    Status.DRAFT: "A person uses it by hand, when it suits them. The agent does nothing.",
    Status.USED: "Somebody used the draft.",
    Status.DISCARDED: "Somebody threw the draft away.",
}
DISPOSITIONS = {
    Disposition.WAIT: "The request is pending, or the process that answers lacks a key of the log for now: ask again, "
    "or wait for it.",
    Disposition.PROCEED: "Approved, unclaimed and still valid, or not required: go on.",
    Disposition.STOP: "Rejected, cancelled, a draft, claimed already, no longer valid, or not borne out by the signed "
    "log: do not execute it.",
}

PAGE = """\
# The states of a request

<!-- Written by `manage.py write_docs`; change the code, not this page. -->

```mermaid
stateDiagram-v2
{diagram}
```

A state without a way out is final: the database refuses every change of it (the rule
[`decided-is-final`](rules.md#decided-is-final)). A deadline that passes is an event and not a state: the request gets
the time of its breach, once, and stays where it is until it is decided.

| `status` | shown as | meaning | goes on to |
|---|---|---|---|
{statuses}

## How a rejection came about

| `resolution` | shown as | meaning |
|---|---|---|
{resolutions}

## What the agent does now

| `disposition` | when |
|---|---|
{dispositions}
"""


def render() -> str:
    """The whole page, in Markdown. A status that nobody described is a KeyError, so none is forgotten."""
    return PAGE.format(
        diagram="\n".join(_diagram()),
        statuses="\n".join(
            f"| `{status}` | {status.label} | {STATUSES[status]} | {_goes_on_to(status)} |"
            for status in Status
        ),
        resolutions="\n".join(f"| `{one}` | {one.label} | {one.meaning} |" for one in Resolution),
        dispositions="\n".join(f"| `{one}` | {DISPOSITIONS[one]} |" for one in Disposition),
    )


def _diagram() -> list[str]:
    targets = {target for reachable in Approval.TRANSITIONS.values() for target in reachable}
    lines = [f"    [*] --> {status}" for status in Approval.TRANSITIONS if status not in targets]
    for status, reachable in Approval.TRANSITIONS.items():
        lines += [f"    {status} --> {target}" for target in reachable] or [f"    {status} --> [*]"]
    return lines


def _goes_on_to(status: Status) -> str:
    return ", ".join(f"`{target}`" for target in Approval.TRANSITIONS[status]) or "final"
