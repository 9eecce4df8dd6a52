"""A worker sends the test of a channel. Tests from before have been tried: their `due_at` stays empty, and no row is
written.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("approvals", "0035_frozen_clocks")]

    operations = [
        migrations.AddField(
            model_name="channeltest",
            name="due_at",
            field=models.DateTimeField(
                help_text="when a worker may take it; empty once it was tried", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="channeltest",
            index=models.Index(
                condition=Q(("due_at__isnull", False)), fields=["due_at"], name="channel_test_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="channeltest",
            constraint=models.CheckConstraint(
                condition=Q(("due_at", None)) | Q(("arrived", None), ("stages", [])),
                name="channel_test_due_says_nothing",
            ),
        ),
    ]
