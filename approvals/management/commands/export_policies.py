"""How is the table of policies written to a file?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from approvals.models import Policy
from approvals.policy import export_table


class Command(BaseCommand):
    help = "Writes the current policies as YAML that load_policies takes."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(export_table(Policy.objects.current()), ending="")
