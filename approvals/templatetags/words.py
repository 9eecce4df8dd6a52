"""From which address does a page's script get its words?"""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.translation import get_language

from approvals.views import words

register = template.Library()


@register.simple_tag
def words_address() -> str:
    """That of the page's language; "" where its scripts speak it by themselves."""
    return words.address_of(get_language() or settings.LANGUAGE_CODE)
