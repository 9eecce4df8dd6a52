from django.apps import AppConfig

from audit import catalogue


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "Approvals"

    def ready(self) -> None:
        from approvals.events import EVENTS
        from approvals.views.account import logged  # noqa: F401 - its receivers

        catalogue.add(EVENTS)
