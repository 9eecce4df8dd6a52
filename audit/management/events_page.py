"""How does `docs/audit-events.md` say what the catalogue of events holds?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import groupby
from uuid import UUID

from audit import catalogue
from audit.catalogue import EventType
from audit.message import ROOT, Actor, Entry, NewEvent, Subject

SUBJECTS = {
    "approval": "A request, from its proposal to what became of it",
    "grant": "Authority that one person lends another",
    "policy": "A policy, in all its versions",
    "agent": "An agent and its keys",
    "person": "A person's account, and their place among the approvers",
    "channel": "A channel for messages",
    "log": "The log itself",
}

PAGE = """\
# The events of the audit log

<!-- Written by `manage.py write_docs`; change the code, not this page. -->

Every event is a JSON text in the canonical form of RFC 8785, stored and signed as those bytes. This is a whole one,
laid out for reading:

```json
{example}
```

| field | says |
|---|---|
| `v` | the format of the event, 1 |
| `event_id` | its own id |
| `subject` | what it is about; each subject has a chain of its own |
| `seq`, `prev` | its place in that chain, from 1, and the leaf hash of the event before it (zeros for the first) |
| `type` | one of the types below |
| `actor` | who did it: a `person`, an `agent` or the `system`, with the name as it was then |
| `authority` | on whose authority a decision was taken, or null |
| `at` | when, by the database's clock, in UTC |
| `payload_version` | which version of the payload it is about, or null |
| `payload_sha256` | the SHA-256 of that version's RFC 8785 bytes, or null |
| `data` | what only this type says: always all of the fields listed with it |

{sections}
"""


def render() -> str:
    """The whole page, in Markdown. A kind of subject without a description is a KeyError, so none is forgotten."""
    by_subject = sorted(catalogue.all_types(), key=lambda one: list(SUBJECTS).index(one.about))
    sections = [
        "\n\n".join([f"## {SUBJECTS[about]}", *map(_section, types)])
        for about, types in groupby(by_subject, key=lambda one: one.about)
    ]
    return PAGE.format(example=_pretty(json.loads(_whole().body())), sections="\n\n".join(sections))


def _section(one: EventType) -> str:
    parts = [f"### `{one.name}`", one.when]
    if one.data:
        rows = "\n".join(f"| `{name}` | {known.meaning} |" for name, known in one.data.items())
        example = _pretty({name: known.example for name, known in one.data.items()})
        parts += [f"| `data` | |\n|---|---|\n{rows}", f"```json\n{example}\n```"]
    else:
        parts.append("It has no `data` of its own.")
    return "\n\n".join(parts)


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _whole() -> Entry:
    id_ = UUID("019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f")
    event = NewEvent(
        Subject("person", str(id_)),
        "approvers.joined",
        actor=Actor("person", str(id_), "Ada Admin"),
        at=datetime(2026, 4, 12, 9, tzinfo=UTC),
        data={"email": "ada@example.com"},
    )
    return Entry(event_id=id_, seq=1, prev=ROOT, event=event)
