"""Is this a password? Beside what Django asks: eight spaces are none."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FEWEST = 5
"""Different characters, spaces apart."""


class NotOneCharacter:
    """A password has at least FEWEST different characters."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(set("".join(password.split()))) < FEWEST:
            sentence = _("Use at least %(count)d different characters; spaces do not count.") % {
                "count": FEWEST
            }
            raise ValidationError(sentence, code="password_monotonous")

    def get_help_text(self) -> str:
        return _("At least %(count)d different characters, spaces apart.") % {"count": FEWEST}
