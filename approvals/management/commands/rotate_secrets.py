"""Encrypt every stored secret anew, under the first of the ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from approvals import factors, vault
from approvals.models import Channel, Loosening


class Command(BaseCommand):
    help = "Encrypts the secrets of channels and second factors anew under the first key; then the others can go."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        channels: list[Channel | Loosening] = [
            *Channel.objects.in_use().select_for_update(),
            *Loosening.objects.open().filter(kind=Loosening.Kind.CHANNEL).select_for_update(),
        ]
        for channel in channels:
            try:
                channel.sealed = vault.reseal(bytes(channel.sealed))
            except vault.Unreadable as error:
                raise CommandError(f"{channel}: {error} Nothing was changed.") from None
            channel.save(update_fields=["sealed"])
        try:
            count = len(channels) + factors.reseal_all()
        except vault.Unreadable as error:
            raise CommandError(f"A second factor: {error} Nothing was changed.") from None
        self.stdout.write(f"{count} secrets encrypted under the first key.")
