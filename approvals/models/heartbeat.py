"""When was regular work last done to its end? `/readyz` asks, so that work which stopped is noticed."""

from __future__ import annotations

from django.db import connection, models

SWEEP = "sweep"

_BEAT = """
    INSERT INTO approvals_heartbeat (name, at) VALUES (%s, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET at = excluded.at
"""


class Heartbeat(models.Model):
    """One row for each kind of work."""

    name = models.CharField(primary_key=True, max_length=32)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"


def beat(name: str) -> None:
    """It is done to its end now."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [name])
