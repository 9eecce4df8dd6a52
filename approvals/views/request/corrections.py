"""What would this person's approval approve: the payload as it stands, or their correction of it?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from approvals import payload, strict_json
from approvals.models import Approval, PayloadVersion, WorkingCopy
from approvals.payload import Change, Disagreement, Rendering
from grants.models import User


@dataclass
class Correction:
    """A person's working copy over the version that it started from; without one, that version itself."""

    approval: Approval
    base: PayloadVersion
    source: str
    copy: WorkingCopy | None = None

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
    def is_fit(self) -> bool:
        """Whether all that was typed fits its field; if not, it cannot be approved yet."""
        return self.copy is None or self.copy.is_fit

    @property
    def is_stale(self) -> bool:
        """Whether somebody made a newer version since."""
        return self.base.number != self.approval.current_version

    @cached_property
    def changes(self) -> list[Change]:
        """From the version it started from, as a person would say them."""
        return payload.comparison(self.base.value, self.value, self.schema)

    @cached_property
    def disagreements(self) -> list[Disagreement]:
        """Where the agent's own sentence names what the payload no longer says."""
        proposed = self.approval.version(1).value
        return payload.disagreements(self.approval.action, proposed, self.value, self.schema)

    @cached_property
    def rows(self) -> list[Change]:
        """The whole payload, a row for each field."""
        return payload.comparison({}, self.value, self.schema)

    @cached_property
    def rendering(self) -> Rendering | None:
        """The payload as the thing that it is, such as an e-mail, or None."""
        return payload.rendering_of(self.value)

    @cached_property
    def exact(self) -> str:
        """The RFC 8785 bytes as text: what is hashed, and handed to the agent."""
        return payload.canonical(self.value).decode()


def correction_of(approval: Approval, person: User) -> Correction:
    """This person's newest edits, of whichever version, or the current version where there are none."""
    return newest_corrections(approval, person)[0]


def newest_corrections(approval: Approval, person: User) -> tuple[Correction, Correction | None]:
    """This person's newest edits, or the current version, and their edits of an earlier version, to be repeated."""
    copies = WorkingCopy.objects.filter(approval=approval, user=person).order_by("-base_version")[:2]
    found = [_correction_from(approval, copy) for copy in copies]
    if not found:
        return as_it_stands(approval), None
    return found[0], found[1] if len(found) > 1 else None


def as_it_stands(approval: Approval) -> Correction:
    """The current version, without anybody's edits."""
    current = approval.version()
    return Correction(approval, current, current.source)


def schema_of(approval: Approval) -> Any:
    """The request's JSON Schema as a value, or None where the form is inferred."""
    return strict_json.loads(approval.payload_schema) if approval.payload_schema else None


def _correction_from(approval: Approval, copy: WorkingCopy) -> Correction:
    return Correction(approval, approval.version(copy.base_version), copy.source, copy)
