"""How does a reviewer add a field that the agent's payload lacks, if the schema allows other fields?

Names: `key` + path for the new field's key. The path of the rows is the object's plus `/+`, which no key can have:
in a path a plus sign is percent-encoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from approvals.payload.form.containers import Items
from approvals.payload.form.nodes import Node

STEP = "/+"


@dataclass(kw_only=True, eq=False)
class Addition(Node):
    """One new field: its key as typed, and the node of its value."""

    template: ClassVar[str] = "approvals/payload/_addition.html"
    value: Node
    typed_key: str = ""

    @property
    def key_name(self) -> str:
        return f"key{self.path}"

    @property
    def target(self) -> str:
        return self.key_name

    @property
    def children(self) -> list[Node]:
        return [self.value]

    def names(self) -> Iterator[str]:
        yield self.key_name

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield self.key_name, self.typed_key


@dataclass(kw_only=True, eq=False)
class Additions(Items):
    """The new fields of one object; `owner` is the object's label as plain text."""

    template: ClassVar[str] = "approvals/payload/_additions.html"
    owner: str
