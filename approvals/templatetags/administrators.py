"""Is there a second administrator, who agrees to what the first one loosens?"""

from __future__ import annotations

from django import template

from approvals import alone

register = template.Library()


@register.simple_tag
def is_there_one_only() -> bool:
    return alone.is_there_one_only()
