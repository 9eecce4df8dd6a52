"""Which database backend? Django's for PostgreSQL, in `base`; `limit` says how long an answer may take here."""

from __future__ import annotations

from django.db import connections


def limit(seconds: float) -> None:
    """From now on, no connection of this process waits longer than this for one answer of the database.

    A statement that takes longer is cancelled and its connection closed. Commands have no limit: a migration or a
    verification takes as long as it takes.
    """
    connections.settings["default"]["PATIENCE"] = seconds
