from django.apps import AppConfig

from audit import catalogue


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "Approvals"

    def ready(self) -> None:
        from approvals.events import EVENTS

        catalogue.add(EVENTS)
