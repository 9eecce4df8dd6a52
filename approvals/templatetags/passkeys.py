"""Can a passkey be used on this page?"""

from __future__ import annotations

from typing import Any

from django import template

from approvals.views.account.factor_adapter import passkeys_work

register = template.Library()


@register.simple_tag(takes_context=True)
def passkeys_work_here(context: dict[str, Any]) -> bool:
    """Whether the page was opened under the name that passkeys are bound to."""
    return passkeys_work(context["request"])
