"""Strings that break software which takes text for something else."""

from __future__ import annotations

import json
from pathlib import Path

CORPUS = Path(__file__).parents[2] / "shared" / "data" / "naughty-strings.json"
SHIPPED = [
    " ",
    "null",
    "0",
    "1E+02",
    "<script>alert(1)</script>",
    "</textarea>",
    "'\"`",
    "&amp;",
    "&#13;",
    "\n",
    "\r\n",
    "\r",
    "\n\nleading",
    "trailing\n",
    "\t",
    "a\u202eb",
    "\u200b",
    "\ufeff",
    "Å",
    "👩\u200d👩",
    "%0d%0a",
    "\x1b[31m",
    "\x7f\x85",
    "\u2028",
    "田中",
    "{{ 7 }}",
    "{% now 'Y' %}",
    "../../etc",
    "\ufffe",
    "a  b ",
    "",
]
"""For a copy of the project without the big corpus beside it; the last one is empty."""


def naughty() -> list[str]:
    """The strings, without those that JSON text for PostgreSQL cannot hold."""
    corpus = json.loads(CORPUS.read_text()) if CORPUS.exists() else []
    return [*SHIPPED, *(text for text in corpus if "\0" not in text)]
