"""Who is at the command line? Accounts by address, for commands that name people in the log."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from audit.message import Actor


def person(email: str) -> Any:
    """The active account of that address. Raises CommandError."""
    found = get_user_model()._default_manager.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise CommandError(f"No active account has the address {email}.", returncode=4)
    return found


def actor(account: Any) -> Actor:
    """The person, as the log names them."""
    return Actor(kind="person", id=str(account.pk), label=account.get_full_name())


def require_password(account: Any) -> None:
    """Ask at the terminal, or read the next line of the standard input. Raises CommandError."""
    prompt = f"Password of {account.email}: "
    given = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not account.check_password(given):
        raise CommandError(f"That is not the password of {account.email}. Nothing was changed.")
