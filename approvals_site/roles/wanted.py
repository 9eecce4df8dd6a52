"""What does the application do with each table? What is not named here it neither deletes from nor owns."""

from __future__ import annotations

from collections.abc import Set

from django.apps import apps
from django.db.migrations.recorder import MigrationRecorder

USED = frozenset({"SELECT", "INSERT", "UPDATE"})
"""What a table takes unless it is named below, or a trigger refuses it to everybody."""

ONLY_READ = frozenset(
    {
        # written by migrations
        *("django_migrations", "django_content_type", "auth_permission"),
        # which mean nothing here
        *("auth_group", "auth_group_permissions", "grants_user_groups", "grants_user_user_permissions"),
        # written by triggers, with the rights of their owner
        *("approvals_voteseat", "approvals_origin"),
    }
)
ONLY_ADDED = frozenset({"django_admin_log", "audit_usedkey"})
ALSO_DELETED = frozenset(
    {
        *("django_session", "usersessions_usersession", "mfa_authenticator", "account_emailconfirmation"),
        *("socialaccount_socialaccount", "socialaccount_socialtoken"),
        *("approvals_away", "approvals_signing", "approvals_workingcopy"),
    }
)
"""What a person ends or takes back. Everything else stays."""


def tables() -> list[str]:
    """Every table that the application knows, and the list of its migrations."""
    models = apps.get_models(include_auto_created=True)
    known = {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}
    return sorted(known | {MigrationRecorder.Migration._meta.db_table})


def privileges(table: str, refused: Set[str]) -> frozenset[str]:
    """What the application's role gets. `refused` is what triggers refuse on that table, whoever asks."""
    if table in ONLY_READ:
        return frozenset({"SELECT"})
    if table in ONLY_ADDED:
        return frozenset({"SELECT", "INSERT"})
    return (USED | {"DELETE"} if table in ALSO_DELETED else USED) - refused
