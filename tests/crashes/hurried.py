"""The site's Celery application with a schedule of seconds, so that a test need not wait for minutes."""

from __future__ import annotations

from approvals_site.celery import app

SECONDS = 3

for entry in app.conf.beat_schedule.values():
    entry["schedule"] = entry["options"]["expires"] = SECONDS
