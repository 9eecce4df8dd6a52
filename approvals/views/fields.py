"""How is what a person typed read from a form, before the lifecycle says whether it fits?"""

from __future__ import annotations

from typing import Any

from django import forms

from approvals.texts import normalised


class TextField(forms.CharField):
    """Text of several lines, counted as the browser counts it: a line break is one character."""

    def to_python(self, value: Any) -> str:
        return normalised(super().to_python(value) or "")
