"""What would a person say has changed? One row for each place, prose word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from approvals.payload import labels
from approvals.payload.changes import differences
from approvals.payload.pointers import ABSENT, child, find, tokens
from approvals.payload.schema import compiled
from approvals.payload.sequences import Op, Run, runs

_WORDS = re.compile(r"\s+|\S+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of a change: its text, or a note in its stead ("left out", "empty", "null")."""

    text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """`words` is there when both sides are prose: ("same" | "del" | "ins", text) in reading order."""

    pointer: str
    label: str
    before: Shown
    after: Shown
    words: list[tuple[Op, str]] = field(default_factory=list)


def comparison(old: Any, new: Any, schema: Any = None) -> list[Change]:
    """Empty where both are the same JSON. Positions in labels count from 1."""
    expanded = compiled(schema).schema if schema else None
    return [
        Change(
            pointer=step.pointer,
            label=_label(step.pointer, old, new, expanded),
            before=_shown(step.before),
            after=_shown(step.after),
            words=_words(step.before, step.after),
        )
        for step in differences(old, new)
    ]


def _label(pointer: str, old: Any, new: Any, schema: Any) -> str:
    """The path in titles and words; only what stands in a list is counted."""
    names, here = [], ""
    for token in tokens(pointer):
        container = find(old, here)
        is_row = isinstance(find(new, here) if container is ABSENT else container, list)
        schema = _below(schema, token, is_row=is_row)
        names.append(str(int(token) + 1) if is_row else labels.label(token, schema))
        here = child(here, token)
    return " / ".join(names) or "Everything"


def _below(schema: Any, token: str, *, is_row: bool) -> Any:
    if not isinstance(schema, dict):
        return None
    return schema.get("items") if is_row else schema.get("properties", {}).get(token)


def _shown(value: Any) -> Shown:
    if value is ABSENT:
        return Shown(note="left out")
    if value is None:
        return Shown(note="null")
    if value in ("", [], {}):
        return Shown(note="empty")
    return Shown(text=labels.as_text(value))


def _words(before: Any, after: Any) -> list[tuple[Op, str]]:
    """Word by word; too different for that: line by line; else one whole for the other."""
    if not (isinstance(before, str) and isinstance(after, str) and before and after):
        return []
    for pattern in (_WORDS, _LINES):
        old, new = pattern.findall(before), pattern.findall(after)
        found = runs(old, new)
        if found is not None:
            return list(_joined(_without_islands(_pieces(found, old, new))))
    return [("del", before), ("ins", after)]


def _pieces(found: list[Run], old: list[str], new: list[str]) -> Iterator[tuple[Op, str]]:
    for run in found:
        texts = new if run.op == "ins" else old
        span = run.new if run.op == "ins" else run.old
        yield run.op, "".join(texts[span.start : span.stop])


def _without_islands(pieces: Iterator[tuple[Op, str]]) -> Iterator[tuple[Op, str]]:
    """A blank kept between two changed words belongs to the change."""
    listed = list(pieces)
    for index, (op, text) in enumerate(listed):
        is_island = op == "same" and text.isspace() and "\n" not in text and 0 < index < len(listed) - 1
        if is_island:
            yield "del", text
            yield "ins", text
        else:
            yield op, text


def _joined(pieces: Iterator[tuple[Op, str]]) -> Iterator[tuple[Op, str]]:
    """Within one change, everything deleted first and everything inserted after it."""
    gone, come = "", ""
    for op, text in pieces:
        if op == "del":
            gone += text
        elif op == "ins":
            come += text
        else:
            yield from _change(gone, come)
            gone, come = "", ""
            yield op, text
    yield from _change(gone, come)


def _change(gone: str, come: str) -> Iterator[tuple[Op, str]]:
    if gone:
        yield "del", gone
    if come:
        yield "ins", come
