"""How does a terminal show an event? All that it says, with whole hashes, and nothing that nobody sees."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from audit.invisible import on_one_line
from audit.verify import Verified

_DEEP = ("manifest", "signature", "session", "policy", "shadow")
"""Groups within an event's data whose fields get a line each."""


def lines(events: Iterable[Verified], places: Iterable[int | None]) -> Iterator[str]:
    """Each event with its place in the tree, its leaf and its data; a payload whole where it is new."""
    seen: dict[str, int] = {}
    for verified, place in zip(events, places, strict=True):
        body = verified.body
        yield on_one_line(_head(body))
        at_leaf = "waits for a checkpoint" if place is None else f"leaf {place}"
        yield f"{'':>4}{at_leaf}  {verified.leaf.hex()}"
        if body["authority"]:
            yield _line("authority", body["authority"])
        for name, value in body["data"].items():
            yield from _field(name, value, body, seen)


def _head(body: dict[str, Any]) -> str:
    line = f"{body['at']}  {body['type']}  by {body['actor']['label']}"
    line += f"  ({body['actor']['kind']} {body['actor']['id']})"
    if body["payload_version"]:
        line = line.replace("  (", f"  version {body['payload_version']}  (", 1)
        line += f"  payload SHA-256 {body['payload_sha256']}"
    return line


def _field(name: str, value: Any, body: dict[str, Any], seen: dict[str, int]) -> Iterator[str]:
    if value in (None, "", [], {}):
        return
    if name == "payload":
        sha256 = body["payload_sha256"] or ""
        is_known = sha256 in seen
        yield _line(name, value) if not is_known else f"{'':>4}payload: as in event {seen[sha256]}"
        seen.setdefault(sha256, body["seq"])
    elif name == "changes" and isinstance(value, list):
        for change in value:
            said = json.dumps(change["value"], ensure_ascii=False) if "value" in change else ""
            yield on_one_line(f"{'':>4}{change['op']} {change['path']} {said}".rstrip())
    elif name == "votes" and isinstance(value, list):
        for vote in value:
            yield _line("counts", {key: one for key, one in vote.items() if key not in _DEEP})
    elif name in _DEEP and isinstance(value, dict):
        for inner, one in value.items():
            yield _line(f"{name}.{inner}", one)
    else:
        yield _line(name, value)


def _line(name: str, value: Any) -> str:
    return f"{'':>4}{on_one_line(f'{name}: {json.dumps(value, ensure_ascii=False)}')}"
