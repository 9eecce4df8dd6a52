from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from audit import catalogue, compared


class GrantsConfig(AppConfig):
    name = "grants"
    verbose_name = _("People and authority")

    def ready(self) -> None:
        from grants.compared import COMPARISONS
        from grants.events import EVENTS

        catalogue.add(EVENTS)
        compared.add(*COMPARISONS)
