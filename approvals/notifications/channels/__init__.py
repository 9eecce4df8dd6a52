"""Which channels are there? Each is one module here, which says how it is written and how it is reached.

A module has `KIND`, `LABEL`, `HINT` (what to type as its address), `check(address)`, which raises InvalidInput, and
`deliver(message, address)`, which sends and yields a sentence for each stage that went well.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Protocol, cast

from approvals.notifications.parts import Message


class DeliveryFailed(Exception):
    """The channel did not take the message; it is tried again later. The sentence holds no secret.

    `was_slow`: it took all of its time, so other messages through it would as well.
    """

    def __init__(self, sentence: str, *, was_slow: bool = False) -> None:
        super().__init__(sentence)
        self.was_slow = was_slow


class Adapter(Protocol):
    """What a module here offers."""

    KIND: str
    LABEL: str
    HINT: str

    def check(self, address: str) -> None: ...

    def deliver(self, message: Message, address: str) -> Iterator[str]: ...


@cache
def all_kinds() -> dict[str, Adapter]:
    """Every channel, by its kind."""
    modules = (
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    )
    adapters = (cast("Adapter", module) for module in modules)
    return {adapter.KIND: adapter for adapter in adapters}


def of_kind(kind: str) -> Adapter:
    """Raises KeyError where that module is gone."""
    return all_kinds()[kind]


def send(message: Message, kind: str, address: str) -> None:
    """All stages. Raises DeliveryFailed."""
    for _ in of_kind(kind).deliver(message, address):
        pass
