from django.apps import AppConfig

from audit import catalogue


class GrantsConfig(AppConfig):
    name = "grants"
    verbose_name = "People and authority"

    def ready(self) -> None:
        from grants.events import EVENTS

        catalogue.add(EVENTS)
