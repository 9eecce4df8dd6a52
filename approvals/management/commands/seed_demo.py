"""How are the demo's people, agents, policies and requests put into a desk's database?"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from approvals import seeds


class Command(BaseCommand):
    help = "Brings the demo into this desk's database; run again, it adds only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DESK:
            raise CommandError(
                "The demo brings accounts whose passwords lie in a file, so it runs only on a desk. "
                "Set COUNTERSIGN_DESK=1 if this is one."
            )
        seeded = seeds.seed(settings.VAR / "demo.json", url=settings.PUBLIC_URL)
        if seeded.submitted:
            self.stdout.write(f"Submitted {seeded.submitted} requests.")
        self.stdout.write(f"The demo's people, passwords and agent key: {seeded.path}")
