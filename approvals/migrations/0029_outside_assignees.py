"""A policy may allow assignees from outside. The column has a default, so that no row is written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0028_loosenings")]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="allow_outside_assignees",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="An agent may name assignees outside the organisation, who are then sent messages.",
            ),
        ),
    ]
