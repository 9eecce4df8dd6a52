"""What does twice the payload cost? `python bench/payload.py [SHAPE …]`: a shape of each line, at 64 and 128 KB.

Submit, the request's page, the review page's post and page, approve: each through the client that the tests use,
in one process. The figure is time(2n) / time(n), with the larger one's milliseconds in brackets: 2 is linear,
4 is quadratic; well under 2 where the payload is not what costs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from ground import ground

SIZE, ROUNDS = 64_000, 3
STEPS = ("submit", "page", "post", "review", "approve")


def deep(value: Any, levels: int = 28) -> Any:
    for _ in range(levels):
        value = [value]
    return value


def edited(value: Any, turn: str) -> Any:
    """`middle`: one item gone, as deep as it goes; `all`: everything is other than it was."""
    if isinstance(value, dict):
        middle = list(value)[len(value) // 2]
        return {k: edited(v, turn) if turn == "all" or k == middle else v for k, v in value.items()}
    if isinstance(value, list) and turn == "all":
        return [edited(item, turn) for item in reversed(value)]
    if isinstance(value, list):
        at = len(value) // 2
        inner = [edited(value[at], turn)] if isinstance(value[at], list | dict) else []
        return value[:at] + inner + value[at + 1 :]
    if isinstance(value, str):
        return (
            value[::-1] if turn == "all" else f"{value[: len(value) // 2]} edited {value[len(value) // 2 :]}"
        )
    return value + 1


SHAPES: dict[str, Callable[[int], dict[str, Any]]] = {
    "numbers": lambda size: {"v": [n % 10 for n in range(size // 2)]},
    "rows": lambda size: {"rows": [{"sku": f"a{n}", "price": n, "left": 3} for n in range(size // 36)]},
    "deep": lambda size: {"v": deep([n % 10 for n in range(size // 2)])},
    "wide": lambda size: {f"k{n}": n for n in range(size // 14)},
    "one text": lambda size: {"body": "some words of prose " * (size // 20)},
    "texts": lambda size: {"v": [f"text {n}" for n in range(size // 13)]},
    "fields": lambda size: {f"field_{n}": "x" * (size // 400) for n in range(400)},
    "long key": lambda size: {"k" * (size // 2): [n % 10 for n in range(size // 4)]},
}


def main(*wanted: str) -> None:
    print(f"{'':18}" + "".join(f"{step:>16}" for step in STEPS))
    for name, make in SHAPES.items():
        if not wanted or name in wanted:
            for turn in ("middle", "all"):
                small, large = (_best(make(size), turn) for size in (SIZE, 2 * SIZE))
                figures = (
                    f"{two / one:.1f} ({two * 1000:,.0f} ms)" for one, two in zip(small, large, strict=True)
                )
                print(f"{name + ', ' + turn:18}" + "".join(f"{figure:>16}" for figure in figures), flush=True)


def _best(value: dict[str, Any], turn: str) -> list[float]:
    rounds = [list(_timed(value, turn)) for _ in range(ROUNDS)]
    return [min(seconds) for seconds in zip(*rounds, strict=True)]


def _timed(value: dict[str, Any], turn: str) -> Iterator[float]:
    """The processor's seconds of each step."""
    from uuid import uuid4

    from django.test import Client

    from approvals.models import Approval, Policy
    from tests.approvals.api.client import AgentClient
    from tests.factories import make_policy, make_user

    Policy.objects.current().filter(action_type="external_email").exists() or make_policy()
    person, agent, browser = make_user(f"{uuid4()}@example.com"), AgentClient(), Client()
    browser.force_login(person)
    taken, sent = _seconds(lambda: agent.submit(payload=value, assignees=[person.email]))
    yield taken
    url = Approval.objects.get(pk=sent["id"]).get_absolute_url()
    taken, page = _seconds(lambda: browser.get(url))
    yield taken
    typed = urlencode(_typed(page, edited(value, turn)))
    form = "application/x-www-form-urlencoded"
    taken, answer = _seconds(lambda: browser.post(f"{url}review/", typed, content_type=form))
    assert answer.status_code in {302, 303}, answer.content
    yield taken
    taken, review = _seconds(lambda: browser.get(f"{url}review/"))
    yield taken
    decision = urlencode(_form(review, "decision-form") | {"verdict": "approve"})
    taken, answer = _seconds(lambda: browser.post(f"{url}decision/", decision, content_type=form))
    assert answer.status_code in {302, 303}, answer.content
    yield taken


def _typed(page: Any, value: dict[str, Any]) -> dict[str, str]:
    """The payload's form with the edit in it, as JSON or field by field."""
    pairs = _form(page, "review-form")
    if "payload" in pairs:
        return pairs | {"payload": json.dumps(value)}
    return pairs | {f"payload/{key}": str(member) for key, member in value.items()}


def _form(page: Any, form: str) -> dict[str, str]:
    from tests.approvals.views.browse import form_in

    return form_in(page, form)


def _seconds(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    result = act()
    return time.process_time() - started, result


if __name__ == "__main__":
    with ground("payload"):
        main(*sys.argv[1:])
