from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from audit import catalogue, compared


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = _("Approvals")

    def ready(self) -> None:
        from approvals.compared import COMPARISONS
        from approvals.events import EVENTS
        from approvals.views.account import logged  # noqa: F401 - its receivers

        catalogue.add(EVENTS)
        compared.add(*COMPARISONS)
