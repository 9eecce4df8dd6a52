"""Encrypt every stored secret anew, under the first of the ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from approvals import vault
from approvals.models import Channel


class Command(BaseCommand):
    help = "Encrypts the secrets of all channels anew under the first key; then the older keys can go."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        channels = list(Channel.objects.in_use().select_for_update())
        for channel in channels:
            try:
                channel.sealed = vault.reseal(bytes(channel.sealed))
            except vault.Unreadable as error:
                raise CommandError(f"{channel}: {error} Nothing was changed.") from None
            channel.save(update_fields=["sealed"])
        self.stdout.write(f"{len(channels)} secrets encrypted under the first key.")
