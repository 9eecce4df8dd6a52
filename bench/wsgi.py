"""granian's WSGI, which takes a thread as soon as a request's head is there: `web` was served so, bare views still are.

`own` is Countersign for it, to compare with (`--factory`).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any


def under_wsgi(app: str, port: int, *more: str) -> list[str]:
    """The command: as many children and threads as `web` has."""
    granian = str(Path(sys.executable).with_name("granian"))
    served = ("--interface", "wsgi", "--workers", "2", "--blocking-threads", "8", "--log-level", "error")
    return [granian, *served, "--port", str(port), *more, app]


def own() -> Any:
    """The application, with the limits that `web` sets."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approvals_site.settings")
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    from django.conf import settings

    from patience import postgres

    postgres.limit(settings.DATABASE_PATIENCE)
    return application
