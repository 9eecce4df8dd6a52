"""How are policies loaded from a YAML file, and written to one? All of a file or nothing, with every error at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from approvals.models import Policy
from approvals.policy import publishing, yaml_text
from approvals.policy.reading import REQUIRED, Entry, FileError, InvalidFile, read_table
from approvals.policy.warnings import warnings_of_each, warnings_of_table
from audit.message import Actor
from grants.models import User

TEMPLATE = Path(__file__).with_name("template.yaml")
"""The starting table, to download, fill in and load."""


@dataclass(slots=True)
class Loaded:
    """What a file changed, and what is odd about it."""

    published: list[Policy] = field(default_factory=list)
    unchanged: list[Policy] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def load_table(text: str, *, by: Actor, author: User | None = None) -> Loaded:
    """Publish what differs from the current policies; policies that the file does not name stay.

    Raises InvalidFile.
    """
    entries, errors = read_table(text)
    current_versions = publishing.current_versions(entry.policy for entry in entries)
    loaded = Loaded()
    changed: dict[int, Entry] = {}
    for entry in entries:
        current = current_versions.get(entry.policy.identity)
        if current and _same(current, entry.policy):
            loaded.unchanged.append(current)
        else:
            loaded.published.append(entry.policy)
            changed[id(entry.policy)] = entry
    try:
        publishing.publish_many(loaded.published, by=by, author=author)
    except publishing.NotPublished as refused:
        for policy, refusal in refused.refusals:
            errors += _beside_fields(changed[id(policy)], refusal)
    if errors:
        raise InvalidFile(errors)
    loaded.warnings = _warnings([*loaded.published, *loaded.unchanged])
    return loaded


def export_table(policies: Iterable[Policy]) -> str:
    """The policies as a file that `load_table` takes, without the values that are defaults."""
    entries = [_plain(policy) for policy in policies]
    return yaml_text.dump({"policies": entries})


def _same(current: Policy, wanted: Policy) -> bool:
    publishing.tidy(wanted)
    return current.terms() == wanted.terms()


def _plain(policy: Policy) -> dict[str, Any]:
    usual = Policy().terms() | {"workflow": "", "reason": ""}
    everything = {"action_type": policy.action_type, "workflow": policy.workflow, **policy.terms()}
    everything["reason"] = policy.reason
    return {name: value for name, value in everything.items() if name in REQUIRED or value != usual.get(name)}


def _beside_fields(entry: Entry, refusal: ValidationError) -> list[FileError]:
    by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    return [entry.error(name, " ".join(messages)) for name, messages in by_field.items()]


def _warnings(policies: Sequence[Policy]) -> list[str]:
    each = warnings_of_each(policies)
    return warnings_of_table(policies) + [
        f"{policy.name}: {sentence}" for policy in policies for sentence in each[policy]
    ]
