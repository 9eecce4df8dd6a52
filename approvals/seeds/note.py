"""Where does the demo keep its passwords and its agent's key? In one private file, `demo.json`."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from approvals.seeds.people import PEOPLE
from grants.models import User


@dataclass(slots=True)
class Note:
    """What the file says. `fingerprint` is of the accounts' password hashes when it was written."""

    passwords: dict[str, str] = field(default_factory=dict)
    agent_key: str = ""
    fingerprint: str = ""

    def complete(self) -> None:
        """Give a random password to everybody who has none yet."""
        for person in PEOPLE:
            self.passwords.setdefault(person.email, secrets.token_urlsafe(12))


def read(path: Path) -> Note:
    """The file's content; an empty note if there is no file, or it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Note(
            passwords={str(person["email"]): str(person["password"]) for person in found["people"]},
            agent_key=str(found["agentKey"]),
            fingerprint=str(found.get("fingerprint", "")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Note()


def write(path: Path, note: Note, *, url: str) -> None:
    """Replace the file in one step; nobody else on this machine may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(
        os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(_content(note, url), file, indent=2)
        file.write("\n")
    draft.replace(path)


def fingerprint() -> str:
    """A hash that changes when a demo account gets another password, or is created again."""
    emails = [person.email for person in PEOPLE]
    hashes = User.objects.filter(email__in=emails).order_by("email").values_list("email", "password")
    return hashlib.sha256(json.dumps(list(hashes)).encode()).hexdigest()


def _content(note: Note, url: str) -> dict[str, Any]:
    return {
        "url": url,
        "agentKey": note.agent_key,
        "people": [
            {
                "email": person.email,
                "password": note.passwords[person.email],
                "name": person.name,
                "role": person.role,
            }
            for person in PEOPLE
        ],
        "fingerprint": note.fingerprint,
    }
