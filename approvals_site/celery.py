"""What runs in the background, and how often?"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approvals_site.settings")

app = Celery("countersign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Seconds between runs. An entry expires when the next is due: after an outage nothing piles up.
EVERY: dict[str, float] = {
    "approvals.deliver_outbox": 5,
    "approvals.begin_and_end_grants": 60,
    "approvals.sweep": 300,
    "audit.sequence": 60,
}

app.conf.beat_schedule = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in EVERY.items()
}
