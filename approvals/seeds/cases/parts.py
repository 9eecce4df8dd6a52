"""How are evidence and the steps of a run written down in short?"""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.clock import rfc3339


def evidence(label: str, value: str, tone: str, url: str | None = None) -> dict[str, str | None]:
    return {"label": label, "value": value, "tone": tone, "url": url}


def step(at: datetime, minutes_before: float, name: str, output: str) -> dict[str, str]:
    """A step of the agent's run that long before it proposed."""
    return {"name": name, "output": output, "at": rfc3339(at - timedelta(minutes=minutes_before))}
