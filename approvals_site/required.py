"""Is everything named that a deployment cannot guess?"""

import os

from django.core.exceptions import ImproperlyConfigured


def require(needed: dict[str, str]) -> None:
    """Stop the start with one sentence for each environment variable that is missing or empty."""
    missing = [f"  {name}: {meaning}" for name, meaning in needed.items() if not os.environ.get(name)]
    if missing:
        raise ImproperlyConfigured(
            "Countersign needs these environment variables before it starts (.env.example describes them; "
            "COUNTERSIGN_DESK=1 runs it on one person's machine without any):\n" + "\n".join(missing)
        )
