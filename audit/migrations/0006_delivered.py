"""How many checkpoints arrived at an anchor, from now on: a file that holds fewer was cut. No row is written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_bound_to_transactions")]

    operations = [
        migrations.AddField(
            model_name="anchor",
            name="delivered",
            field=models.BigIntegerField(
                db_default=0, default=0, help_text="how many arrived there, since that is counted"
            ),
        ),
    ]
