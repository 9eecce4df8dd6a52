"""When regular work was last done to its end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0016_working_copy_as_typed")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        )
    ]
