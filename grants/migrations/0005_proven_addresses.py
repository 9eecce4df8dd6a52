"""An account is active only once its mailbox is proven; when its credentials were last replaced.

The accounts there are were made before this was asked: each counts as proven since it was made. The rows are updated in
one statement, a moment for thousands of people.
"""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def believe_the_accounts_there_are(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("grants", "User").objects.update(proven_at=F("date_joined"))


class Migration(migrations.Migration):
    dependencies = [("grants", "0004_display_preferences")]

    operations = [
        migrations.AddField(
            "user",
            "proven_at",
            models.DateTimeField(
                "address confirmed",
                blank=True,
                help_text="When the person showed that they read the mail of this address.",
                null=True,
            ),
        ),
        migrations.AddField(
            "user",
            "credentials_changed_at",
            models.DateTimeField(
                "credentials changed",
                blank=True,
                help_text="When a password or another factor was last replaced.",
                null=True,
            ),
        ),
        migrations.RunPython(believe_the_accounts_there_are, migrations.RunPython.noop),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(proven_at__isnull=False),
                name="user_is_proven_before_active",
            ),
        ),
    ]
