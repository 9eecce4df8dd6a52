"""What `web` and `live` serve: waiting in front, then whole bodies, Django's threads behind."""

import os

import django

from approvals_site import starting

starting.end_at_once_when_told()
starting.hold_many_sockets()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approvals_site.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - needs Django set up
from django.db import connections  # noqa: E402

from approvals import alone  # noqa: E402
from approvals.live import WaitingFront  # noqa: E402
from approvals_site import roles  # noqa: E402
from approvals_site.bodies import Bodies  # noqa: E402
from approvals_site.threads import InThreads  # noqa: E402
from audit import known_keys  # noqa: E402
from patience import postgres  # noqa: E402

postgres.limit(settings.DATABASE_PATIENCE)
known_keys.require()
roles.warn()
alone.say_if_alone()
connections.close_all()

_bodies = Bodies(most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, seconds=settings.BODY_SECONDS)
application = WaitingFront(InThreads(threads=settings.WEB_THREADS, bodies=_bodies))
