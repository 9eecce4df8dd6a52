"""Which words may stand in a field? Those of an enum, written out in place, as the OpenAPI description shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal


def one_of(words: Iterable[str]) -> Any:
    """The type of a field that holds one of these words, as text."""
    return Literal.__getitem__(tuple(str(word) for word in words))
