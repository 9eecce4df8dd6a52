"""Leaves, nodes and checkpoints over the log: only ever added, without a gap, one root for a size."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
UNGUARD = """
DROP TRIGGER append_only ON {table};
DROP TRIGGER append_only_truncate ON {table};
"""

# The primary key refuses a number twice; this refuses to leave one out.
LEAVES = """
CREATE FUNCTION audit_refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first bigint; last bigint; many bigint;
BEGIN
    SELECT min(index), max(index), count(*) INTO first, last, many FROM added;
    IF many > 0 AND (last - first + 1 <> many
            OR (first <> 0 AND NOT EXISTS (SELECT FROM audit_leaf WHERE index = first - 1))) THEN
        RAISE EXCEPTION 'a leaf before % is missing', last USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER gapless AFTER INSERT ON audit_leaf REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_gap();
"""

# Sizes never shrink, and one size never gets two roots.
CHECKPOINTS = """
CREATE FUNCTION audit_check_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last audit_checkpoint;
BEGIN
    SELECT * INTO last FROM audit_checkpoint ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(last.number, 0) + 1
            OR NEW.previous <> coalesce(last.hash, decode(repeat('00', 32), 'hex'))
            OR NEW.hash <> sha256(convert_to(NEW.note, 'UTF8'))
            OR NEW.size < last.size
            OR (NEW.size = last.size AND NEW.root <> last.root)
            OR NEW.size <> coalesce((SELECT max(index) + 1 FROM audit_leaf), 0) THEN
        RAISE EXCEPTION 'checkpoint % does not follow the one before', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follows BEFORE INSERT ON audit_checkpoint
    FOR EACH ROW EXECUTE FUNCTION audit_check_checkpoint();
"""


def guard(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table))


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Node",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(help_text="1 is right above the leaves")),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="UsedKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "purpose", "key_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("events", "Events (HMAC)"), ("checkpoints", "Checkpoints (Ed25519)")],
                        max_length=16,
                    ),
                ),
                ("key_id", models.CharField(max_length=64)),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("first_used_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "number",
                    models.BigIntegerField(
                        help_text="from 1, none left out", primary_key=True, serialize=False
                    ),
                ),
                ("size", models.BigIntegerField(help_text="how many leaves")),
                ("root", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
                (
                    "previous",
                    models.BinaryField(help_text="the hash of the checkpoint before it", max_length=32),
                ),
                ("hash", models.BinaryField(help_text="SHA-256 over the note", max_length=32, unique=True)),
                ("key_id", models.CharField(max_length=64)),
                ("note", models.TextField()),
                (
                    "horizon",
                    models.DateTimeField(help_text="from when on events may still be without a leaf"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["size"], name="checkpoint_by_size")],
            },
        ),
        migrations.CreateModel(
            name="Anchor",
            fields=[
                (
                    "kind",
                    models.CharField(
                        choices=[("file", "File"), ("webhook", "Webhook"), ("email", "E-mail")],
                        max_length=8,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0, help_text="failed in a row")),
                ("last_error", models.TextField(blank=True)),
                (
                    "problem",
                    models.TextField(
                        blank=True, help_text="why no checkpoint is signed; empty while they are"
                    ),
                ),
                ("problem_since", models.DateTimeField(null=True)),
                (
                    "sending",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.checkpoint",
                    ),
                ),
                (
                    "sent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.checkpoint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="place", to="audit.event"
                    ),
                ),
            ],
        ),
        guard("audit_leaf"),
        guard("audit_node"),
        guard("audit_checkpoint"),
        migrations.RunSQL(LEAVES, "DROP TRIGGER gapless ON audit_leaf; DROP FUNCTION audit_refuse_gap();"),
        migrations.RunSQL(
            CHECKPOINTS, "DROP TRIGGER follows ON audit_checkpoint; DROP FUNCTION audit_check_checkpoint();"
        ),
    ]
