"""Note the deadlines that have passed, now instead of within five minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from approvals import lifecycle


class Command(BaseCommand):
    help = (
        "Notes passed deadlines and acts on them, asks the next steps of escalation ladders, reminds reviewers "
        "and lets unclaimed approvals expire. The worker does the same every five minutes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = lifecycle.sweep()
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
