"""Is there a second administrator with each role, who agrees to what the first one loosens?"""

from __future__ import annotations

from django import template
from django.contrib.admin.utils import label_for_field

from approvals import alone
from grants.models import User

register = template.Library()


@register.simple_tag
def lone_roles() -> list[str]:
    """The roles whose changes wait an hour instead, by the names that the people's page gives them."""
    return [str(label_for_field(role, User, return_attr=False)) for role in alone.lone_roles()]
