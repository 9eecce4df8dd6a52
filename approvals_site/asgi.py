"""What the `live` process serves: waiting in front, Django behind it."""

import os
from typing import cast

from django.core.asgi import get_asgi_application

from approvals_site import starting

starting.end_at_once_when_told()
starting.hold_many_sockets()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approvals_site.settings")
_django = get_asgi_application()

from django.conf import settings  # noqa: E402 - needs Django set up

from approvals.live import Application, WaitingFront  # noqa: E402
from audit import known_keys  # noqa: E402
from patience import postgres  # noqa: E402

postgres.limit(settings.DATABASE_PATIENCE)
known_keys.require()

application = WaitingFront(cast(Application, _django))
