"""Which line endings does an edited text have? Browsers post CRLF; lines that stayed keep their own."""

from __future__ import annotations

import re
from collections import Counter

from approvals.payload.sequences import runs
from approvals.texts import normalised

__all__ = ["merged", "normalised"]

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_ENDING = re.compile(r"\r\n|\r|\n")


def merged(original: str, edited: str) -> str:
    """The edited text (LF only): lines that stayed end as they did, others in the original's usual way."""
    endings = _ENDING.findall(original)
    if set(endings) <= {"\n"}:
        return edited
    usual = Counter(endings).most_common(1)[0][0]
    old, new = _LINE.findall(original), edited.split("\n")
    kept: dict[int, str] = {}
    for run in runs([line for line, _ in old], new) or []:
        if run.op == "same":
            kept.update({place: old[before][1] for before, place in zip(run.old, run.new, strict=True)})
    lines = (line + (kept.get(index) or usual) for index, line in enumerate(new[:-1]))
    return "".join(lines) + new[-1]
