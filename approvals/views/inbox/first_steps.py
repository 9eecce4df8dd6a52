"""What is missing before the first request can come in?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from approvals.models import Agent, Policy
from grants.models import User

_CREATE_PERSON = "createsuperuser"
_CREATE_AGENT = "create_agent"


def missing(
    *, is_signed_in: bool = False, has_policies: bool | None = None, has_agents: bool | None = None
) -> list[dict[str, str]]:
    """The steps still to take, in their order: a sentence, and the command or address that does it.

    A person who is signed in has an account; what is not known of policies and agents is looked up.
    """
    steps = []
    if not (is_signed_in or User.objects.exists()):
        steps.append(
            {"what": _("Create the first account."), "command": f"python manage.py {_CREATE_PERSON}"}
        )
    if not (Policy.objects.current().exists() if has_policies is None else has_policies):
        steps.append({"what": _("Say what an action type needs: add a policy."), "admin": "policy"})
    if not (Agent.objects.exists() if has_agents is None else has_agents):
        steps.append(
            {"what": _("Name an agent, and give it a key."), "command": f"python manage.py {_CREATE_AGENT}"}
        )
    return steps
