from django.apps import AppConfig

from audit import catalogue


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit log"

    def ready(self) -> None:
        from audit.events import EVENTS

        catalogue.add(EVENTS)
