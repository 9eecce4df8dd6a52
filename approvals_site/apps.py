from django.apps import AppConfig
from django.core import checks


class SiteConfig(AppConfig):
    name = "approvals_site"

    def ready(self) -> None:
        from approvals_site.checks import application_role

        checks.register(application_role, checks.Tags.security, deploy=True)
