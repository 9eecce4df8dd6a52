"""No commit changes a grant or who is an approver without its event in the same transaction.

As approvals 0041 does for requests: deferred triggers, nothing is asked of rows that are there already, no row is
written.
"""

from importlib import import_module

from django.db import migrations

bind = import_module("audit.migrations.0005_bound_to_transactions").bind

LENT = [
    ("insert", "INSERT", "", ("grant.given",)),
    (
        "revoked",
        "UPDATE",
        "(OLD.revoked_at, OLD.revoked_by_id) IS DISTINCT FROM (NEW.revoked_at, NEW.revoked_by_id)",
        ("grant.revoked",),
    ),
    (
        "expired",
        "UPDATE",
        "OLD.expired_recorded_at IS DISTINCT FROM NEW.expired_recorded_at",
        ("grant.expired",),
    ),
]
JOINED = [
    ("insert", "INSERT", "", ("approvers.joined",)),
    ("left", "UPDATE", "OLD.left_at IS DISTINCT FROM NEW.left_at", ("approvers.left",)),
]


class Migration(migrations.Migration):
    dependencies = [("grants", "0009_clocks"), ("audit", "0005_bound_to_transactions")]

    operations = [
        bind("grants_delegatedgrant", "grant", "NEW.id::text", LENT),
        bind("grants_approvermembership", "person", "NEW.user_id::text", JOINED),
    ]
