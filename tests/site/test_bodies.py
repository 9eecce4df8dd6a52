"""A body is whole before a thread is taken: counted as it comes in, before anybody has looked at who sends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any

import pytest

from approvals.views.ours import ALWAYS
from approvals_site.bodies import Bodies, HungUpError, NotReadError
from approvals_site.threads import _request
from tests.site.asgi import MIB, Sent, call

CHUNK = b"x" * MIB
AGENTS = "/api/v1/approvals"


def post(pieces: Iterator[bytes | None], path: str = AGENTS, **more: Any) -> Sent:
    """A POST without a key whose body never says its length."""
    return call(path, pieces, headers=[("transfer-encoding", "chunked"), ("idempotency-key", "1")], **more)


@pytest.mark.shows("bodies-that-burn")
@pytest.mark.parametrize(("megabytes", "status"), [(1, 401), (300, 413)])
def test_a_body_without_end_is_cut_off(megabytes: int, status: int) -> None:
    answer = post(repeat(CHUNK, megabytes))

    assert answer.status == status
    assert answer.asked <= 4, "the rest is not read"


@pytest.mark.shows("slow-bodies")
def test_a_body_that_does_not_come_is_given_up() -> None:
    answer = post(iter([b"{", None]), seconds=0.05)

    assert (answer.status, answer.headers["connection"]) == (408, "close")
    assert json.loads(answer.body)["type"] == "urn:countersign:problem:http_408"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("pieces", "status"), [([b"a", None], 408), ([CHUNK] * 5, 413)])
def test_people_are_told_on_a_page_with_every_header(pieces: list[bytes | None], status: int) -> None:
    answer = post(iter(pieces), "/sign-in/", seconds=0.05 if status == 408 else 60)

    assert answer.status == status
    assert b"Nothing was stored" in answer.body or b"nothing was stored" in answer.body
    assert {name.lower() for name in ALWAYS} < set(answer.headers)
    assert answer.headers["cache-control"] == "no-store, private"
    assert answer.headers["hx-retarget"] == "body"


def test_an_address_in_no_utf_8_is_400() -> None:
    answer = call("/sign-in/", query=b"next=\xff", method="GET")

    assert answer.status == 400
    assert "content-security-policy" in answer.headers


@pytest.mark.shows("forged-proxy-headers")
def test_a_header_with_an_underscore_passes_for_no_other() -> None:
    names = ("x_forwarded_proto", "x_forwarded_for", "x_forwarded-for", "content_length", "authorization_")
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [*((name.encode(), b"https") for name in names), (b"x-forwarded-for", b"192.0.2.1")],
    }

    meta = _request(scope, b"").META

    assert meta["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert "https" not in meta.values()


def read(bodies: Bodies, pieces: list[bytes | None]) -> Any:
    """A body of that kind, being read."""
    queue = list(pieces)

    async def receive() -> dict[str, Any]:
        piece = queue.pop(0)
        if piece is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece, "more_body": bool(queue)}

    async def whole() -> bytes:
        async with bodies.whole(receive) as body:
            return body

    return asyncio.ensure_future(whole())


@pytest.mark.shows("slow-bodies")
def test_where_there_is_no_room_who_has_been_sending_longest_gives_way() -> None:
    async def crowd() -> list[object]:
        bodies = Bodies(most=3 * MIB, seconds=60, room=8 * MIB)
        slow = [read(bodies, [CHUNK, CHUNK, None]) for _ in range(4)]
        await asyncio.sleep(0.05)
        quick = read(bodies, [CHUNK, CHUNK])
        found: list[object] = [len(await quick)]
        await asyncio.sleep(0.05)
        found += [one.done() for one in slow]
        found.append(await asyncio.gather(*slow[:1], return_exceptions=True))
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return [*found, bodies._held]

    with ThreadPoolExecutor(1) as pool:
        length, *gone, answers, held = pool.submit(asyncio.run, crowd()).result()

    assert length == 2 * MIB
    assert gone == [True, False, False, False]
    assert isinstance(answers, list)
    assert isinstance(answers[0], NotReadError)
    assert held == 0, "everything is let go of in the end"


def test_nobody_is_told_who_hung_up() -> None:
    async def leave() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async with Bodies(most=1, seconds=60).whole(receive):
            raise AssertionError("there is no body")

    with ThreadPoolExecutor(1) as pool, pytest.raises(HungUpError):
        pool.submit(asyncio.run, leave()).result()
