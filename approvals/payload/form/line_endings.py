"""Which line endings does an edited text get? Browsers post CRLF; unchanged lines keep their own endings."""

from __future__ import annotations

import re
from collections import Counter

from approvals.payload.sequences import Allowance, runs
from approvals.texts import normalised

__all__ = ["merged", "normalised"]

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_ENDING = re.compile(r"\r\n|\r|\n")
_STEPS, _STEPS_FOR_A_LINE = 2_000, 40
"""A form has many texts, so the work of matching lines is bounded in proportion to their number."""


def merged(original: str, edited: str) -> str:
    """Restores line endings in the edited text (LF only): unchanged lines keep theirs, others get the most common."""
    endings = _ENDING.findall(original)
    if set(endings) <= {"\n"}:
        return edited
    usual = Counter(endings).most_common(1)[0][0]
    old, new = _LINE.findall(original), edited.split("\n")
    kept: dict[int, str] = {}
    allowance = Allowance(_STEPS + _STEPS_FOR_A_LINE * (len(old) + len(new)))
    for run in runs([line for line, _ in old], new, allowance) or []:
        if run.op == "same":
            kept.update({place: old[before][1] for before, place in zip(run.old, run.new, strict=True)})
    lines = (line + (kept.get(index) or usual) for index, line in enumerate(new[:-1]))
    return "".join(lines) + new[-1]
