"""Which policy judges this proposal?"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from approvals.exceptions import InvalidInput
from approvals.models import Policy
from approvals.models.policy import ANY_ACTION_TYPE, PolicyQuerySet

CANDIDATES = f"""
    SELECT id, reviewers FROM approvals_policy
    WHERE retired_at IS NULL AND action_type IN (%(action_type)s, '{ANY_ACTION_TYPE}')
        AND workflow IN (%(workflow)s, '')
"""  # nosec B608 # noqa: S608 - a constant
"""The current versions among which `find` chooses: which they are is read anew for every proposal."""


def find(action_type: str, workflow: str, *, among: Iterable[Policy] | None = None) -> Policy:
    """The current policy for (action type, workflow), else the action type, else `*` in the workflow, else `*`.

    `among` are the candidates where they were read already. Raises InvalidInput, which lists the action types known
    in that workflow, where there is no such policy.
    """
    if among is None:
        among = _around(workflow).filter(action_type__in=[action_type, ANY_ACTION_TYPE])
    candidates = {policy.identity: policy for policy in among}
    for wanted in product((action_type, ANY_ACTION_TYPE), (workflow, "")):
        if wanted in candidates:
            return candidates[wanted]
    raise _unknown(action_type, workflow, set(_around(workflow).values_list("action_type", flat=True)))


def _around(workflow: str) -> PolicyQuerySet:
    """The current policies of the workflow, and those of any."""
    return Policy.objects.current().filter(workflow__in=[workflow, ""])


def _unknown(action_type: str, workflow: str, known: set[str]) -> InvalidInput:
    where = f" in the workflow {workflow!r}" if workflow else ""
    listed = ", ".join(sorted(known)) or "none yet"
    sentence = f"No policy covers {action_type!r}{where}. Known action types{where}: {listed}."
    return InvalidInput.at("/actionType", "unknown_action_type", sentence)
