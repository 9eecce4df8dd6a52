"""Is every setting there that a deployment cannot guess?"""

import os

from django.core.exceptions import ImproperlyConfigured

IN_FILES = ("SECRET_KEY", "AUDIT_HMAC_KEYS", "AUDIT_CHECKPOINT_KEY")


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
