"""A beat that is killed again and again still has deadlines looked at: it asks as soon as it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

from tests.crashes.deployed import running
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_beat_that_starts_asks_for_what_must_not_be_late(tmp_path: Path) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        queue = f"countersign:{connection.settings_dict['NAME']}:countersign-clock"
        broker.delete(queue)
        try:
            with running("beat", "--schedule", str(tmp_path / "schedule")):
                assert within(30, lambda: broker.llen(queue) >= 3)
            asked = b"".join(broker.lrange(queue, 0, -1))
        finally:
            broker.delete(queue)

    assert b"approvals.sweep" in asked
    assert b"audit.sequence" in asked
