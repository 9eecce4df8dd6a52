"""Is there a second administrator, who agrees to what the first one loosens?"""

from __future__ import annotations

from django import template

from approvals import alone

register = template.Library()


@register.simple_tag
def one_administrator() -> bool:
    """Whether what is loosened waits an hour instead."""
    return alone.is_alone()
