"""What would this person's approval approve: the payload as it stands, or their correction of it?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from approvals import payload, strict_json
from approvals.models import Approval, PayloadVersion, WorkingCopy
from approvals.payload import Change
from grants.models import User


@dataclass
class Draft:
    """A person's working copy over the version that it started from; without one, that version itself."""

    approval: Approval
    base: PayloadVersion
    source: str

    @cached_property
    def value(self) -> dict[str, Any]:
        """The payload as it would be approved."""
        parsed: dict[str, Any] = strict_json.loads(self.source)
        return parsed

    @cached_property
    def schema(self) -> Any:
        """The request's JSON Schema, or None."""
        return schema_of(self.approval)

    @cached_property
    def sha256(self) -> str:
        """Of the RFC 8785 bytes, in hex: what a decision names."""
        return payload.digest(payload.canonical(self.value)).hex()

    @property
    def is_edited(self) -> bool:
        """Whether it differs from the version it started from."""
        return self.sha256 != self.base.digest

    @property
    def is_stale(self) -> bool:
        """Whether somebody made a newer version since."""
        return self.base.number != self.approval.current_version

    @cached_property
    def changes(self) -> list[Change]:
        """From the version it started from, as a person would say them."""
        return payload.comparison(self.base.value, self.value, self.schema)

    @cached_property
    def rows(self) -> list[Change]:
        """The whole of it, a row for each field."""
        return payload.comparison({}, self.value, self.schema)

    @cached_property
    def exact(self) -> str:
        """The RFC 8785 bytes as text: what is hashed, and handed to the agent."""
        return payload.canonical(self.value).decode()


def draft_of(approval: Approval, person: User) -> Draft:
    """What was saved for this person, or the current version where nothing was."""
    copy = WorkingCopy.objects.filter(approval=approval, user=person).first()
    base = approval.version(copy.base_version if copy else None)
    return Draft(approval, base, copy.source if copy else base.source)


def as_it_stands(approval: Approval) -> Draft:
    """The current version, without anybody's edits."""
    current = approval.version()
    return Draft(approval, current, current.source)


def save(approval: Approval, person: User, *, base: PayloadVersion, source: str) -> Draft:
    """Keep an edit for this person; it is nobody's decision. One equal to its base is not kept.

    A page made from an older version neither replaces nor removes an edit of a newer one.
    """
    draft = Draft(approval, base, source)
    if WorkingCopy.objects.filter(approval=approval, user=person, base_version__gt=base.number).exists():
        return draft
    if draft.is_edited:
        WorkingCopy.objects.update_or_create(
            approval=approval, user=person, defaults={"base_version": base.number, "source": source}
        )
    else:
        WorkingCopy.objects.filter(approval=approval, user=person).delete()
    return draft


def schema_of(approval: Approval) -> Any:
    """The request's JSON Schema as a value, or None where the form is inferred."""
    return strict_json.loads(approval.payload_schema) if approval.payload_schema else None
