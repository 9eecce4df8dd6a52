from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from audit import catalogue


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Audit log")

    def ready(self) -> None:
        from audit.events import EVENTS

        catalogue.add(EVENTS)
