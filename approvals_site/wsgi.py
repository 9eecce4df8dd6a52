"""The `web` process: pages and every JSON call that answers at once."""

import os

from django.core.wsgi import get_wsgi_application

from approvals_site import starting

starting.end_at_once_when_told()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approvals_site.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - needs Django set up

from audit import known_keys  # noqa: E402
from patience import postgres  # noqa: E402

postgres.limit(settings.DATABASE_PATIENCE)
known_keys.require()
