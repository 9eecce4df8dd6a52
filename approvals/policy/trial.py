"""What would the policy make of this sample? For a person who tries a policy; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic.alias_generators import to_camel

from approvals import strict_json
from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Policy
from approvals.models.choices import Risk, Tone
from approvals.policy.proposal import Proposal
from approvals.policy.verdict import Verdict, evaluate

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _are_minutes(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_evidence(value: Any) -> bool:
    return isinstance(value, list) and all(
        _is_object(one) and _is_text(one.get("label")) and one.get("tone", Tone.SLATE) in Tone.values
        for one in value
    )


_NAMES = {to_camel(one.name): one.name for one in fields(Proposal) if one.name != "action_type"}
"""The sample's field names and the proposal's. The action type is the policy's own."""
_CHECKS: dict[str, tuple[Callable[[Any], bool], str | StrPromise]] = {
    "workflow": (_is_text, gettext_lazy("text")),
    "risk": (lambda value: value in Risk.values, "low, medium, high or critical"),
    "sla_minutes": (_are_minutes, gettext_lazy("minutes above 0")),
    "assignees": (_are_texts, gettext_lazy("a list of addresses")),
    "confidence": (_is_share, gettext_lazy("0 to 1")),
    "payload": (_is_object, gettext_lazy("an object")),
    "evidence": (
        _is_evidence,
        gettext_lazy("a list of objects, each with a label, and a tone that there is"),
    ),
    "context": (_is_object, gettext_lazy("an object")),
    "agent": (_is_text, gettext_lazy("the agent's name")),
    "initiated_by": (_is_text, gettext_lazy("an address")),
}
"""By field of the proposal: which values fit, and what to write."""
_UNSAID = {"value": "", "tone": Tone.SLATE.value, "url": None}
"""What an item of evidence says by default."""
_IGNORED = (
    "actionType",
    "action",
    "summary",
    "rationale",
    "runId",
    "payloadSchema",
    "lockedFields",
    "supersedes",
)
"""What no policy looks at: a pasted submission may keep it."""


def try_sample(found: Policy, sample: str) -> Verdict:
    """Judge a sample proposal, a JSON text as for `POST /approvals`. Raises InvalidInput."""
    return evaluate(found, _read(found, sample))


def _read(found: Policy, sample: str) -> Proposal:
    value = strict_json.loads(sample)
    if not isinstance(value, dict):
        raise InvalidInput(_("Write the sample as a JSON object, like the body of a submission."))
    given = {_NAMES[name]: one for name, one in value.items() if name in _NAMES and one is not None}
    if errors := [*_unknown(value), *_misfits(given)]:
        raise InvalidInput(errors[0].message if len(errors) == 1 else _("The sample does not fit."), errors)
    if "evidence" in given:
        given["evidence"] = [{**_UNSAID, **item} for item in given["evidence"]]
    return Proposal(action_type=found.action_type, **{"workflow": found.workflow, **given})


def _unknown(sample: Iterable[str]) -> list[FieldError]:
    sentence = _("There is no field %(name)s: remove it, or check its spelling.")
    return [
        FieldError(f"/{name}", "unknown_field", sentence % {"name": name})
        for name in sample
        if name not in _NAMES and name not in _IGNORED
    ]


def _misfits(given: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    for field, value in given.items():
        fits, wanted = _CHECKS[field]
        if not fits(value):
            name = to_camel(field)
            # Translators: wanted is what fits, as in “minutes above 0” or “an object”.
            sentence = _("%(name)s does not fit: write %(wanted)s.")
            errors.append(FieldError(f"/{name}", "unfit", sentence % {"name": name, "wanted": wanted}))
    return errors
