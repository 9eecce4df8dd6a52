"""How does a sentence hold what a tag or an include writes? As one part of it, which a translator may move."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_block_tag
def part(content: SafeString) -> SafeString:
    """`{% part as when %}{% moment at now %}{% endpart %}`: `{{ when }}` then stands within a blocktranslate."""
    return mark_safe(content.strip())  # nosec B308 B703 # noqa: S308 - a template rendered it
