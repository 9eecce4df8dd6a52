"""Is this a password? Beside what Django asks: eight spaces are none."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

FEWEST = 5
"""Different characters, spaces apart."""


class NotOneCharacter:
    """A password has at least FEWEST different characters."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(set("".join(password.split()))) < FEWEST:
            raise ValidationError(
                f"Use at least {FEWEST} different characters; spaces do not count.",
                code="password_monotonous",
            )

    def get_help_text(self) -> str:
        return f"At least {FEWEST} different characters, spaces apart."
