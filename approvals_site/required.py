"""Is every setting there that a deployment cannot guess?"""

import os
from typing import NamedTuple, TypeVar
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from limits import RateLimitItem, parse

N = TypeVar("N", int, float)
IN_FILES = ("SECRET_KEY", "AUDIT_HMAC_KEYS", "AUDIT_CHECKPOINT_KEY")


class Login(NamedTuple):
    """A role of the database, and its password where the server asks for one."""

    name: str
    password: str


def require(needed: dict[str, str]) -> None:
    """Stop the start with one sentence for each environment variable that is missing or empty.

    A secret may be in a file instead, which the variable with `_FILE` behind its name points to.
    """
    missing = [
        f"  {name}: {meaning}"
        for name, meaning in needed.items()
        if not os.environ.get(name) and not (name in IN_FILES and os.environ.get(f"{name}_FILE"))
    ]
    if missing:
        raise ImproperlyConfigured(
            "Countersign needs these environment variables before it starts (.env.example describes them; "
            "COUNTERSIGN_DESK=1 runs it on one person's machine without any):\n" + "\n".join(missing)
        )


def above_zero(variable: str, number: N) -> N:
    """The number. Stops the start where it is zero or less."""
    if not number > 0:
        raise ImproperlyConfigured(f"{variable} is {number}; it must be more than 0.")
    return number


def zone(variable: str, name: str) -> str:
    """The name of a time zone. Stops the start where there is none of that name."""
    if name not in available_timezones():
        raise ImproperlyConfigured(
            f"{variable}: there is no time zone {name}. Name one such as Europe/Berlin."
        )
    return name


def rate(variable: str, text: str) -> RateLimitItem:
    """How often something may be done, such as 100/10 seconds. Stops the start where it says something else."""
    try:
        return parse(text)
    except ValueError:
        raise ImproperlyConfigured(
            f"{variable}: {text!r} is no rate. Write one such as 100/10 seconds, 60/minute or 200/day."
        ) from None
