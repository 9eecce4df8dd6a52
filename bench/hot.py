"""Where does a submission's time go, and a decision's? Each function's own time, added up by what it belongs to."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from collections.abc import Callable

from ground import ground

TIMES = 200
POSTGRES = "PostgreSQL, and the way there and back"
_PARTS = {
    POSTGRES: ("psycopg/connection.py", "psycopg/waiting.py", "client_cursor.py", "_connection_base.py"),
    "psycopg": ("psycopg", "psycopg_binary"),
    "Redis": ("redis/",),
    "Django's ORM": ("django/db",),
    "Django, the rest": ("django/",),
    "ninja and pydantic": ("ninja", "pydantic"),
    "RFC 8785": ("rfc8785",),
    "Countersign": ("/approvals/", "/audit/", "/grants/"),
}


def shares(act: Callable[[], object]) -> dict[str, float]:
    """What share of the own time belongs to which part, largest first."""
    profile = cProfile.Profile()
    profile.runcall(act)
    own: Counter[str] = Counter()
    for (file, _, name), (_, _, seconds, *_) in pstats.Stats(profile).stats.items():
        own[_part(file, name)] += seconds
    return {part: seconds / own.total() for part, seconds in own.most_common()}


def show(act: Callable[[], object]) -> None:
    """Print the shares."""
    for part, share in shares(act).items():
        print(f"  {share:6.1%}  {part}")


def _part(file: str, name: str) -> str:
    if "psycopg" in name or name == "<method 'select' of 'select.epoll' objects>":
        return POSTGRES
    found = (part for part, places in _PARTS.items() if any(place in file for place in places))
    return next(found, "Python itself")


def main() -> None:
    from tests.approvals.api.client import AgentClient
    from tests.factories import make_approval, make_approver, make_key, make_policy, make_user
    from tests.races.acts import approving

    make_policy(), make_approver()
    reviewer, (key, token) = make_user("sales@example.com"), make_key()
    client = AgentClient(token)
    client.submit()
    print("POST /api/v1/approvals, in process:")
    show(lambda: [client.submit() for _ in range(TIMES)])
    acts = [approving(make_approval(key=key), reviewer) for _ in range(TIMES)]
    print("lifecycle.approve:")
    show(lambda: [act() for act in acts])


if __name__ == "__main__":
    with ground("hot"):
        main()
