"""Agents that wait, in a process of their own: `agents.py PORT TOKEN`, ids on stdin, one line each.

An agent that is told that its request is still pending asks again, as real ones do. Prints `ID SECONDS` when
an agent learns of the decision, by the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from typing import TextIO

WAIT_SECONDS = 30


def say(line: str) -> None:
    print(line, flush=True)


async def wait(port: int, token: str, approval_id: str) -> None:
    """Until it is decided; every call is a connection of its own, as from a thousand machines."""
    seconds = random.randint(1, WAIT_SECONDS)  # so that not all of them ask again in the same second
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /api/v1/approvals/{approval_id}/wait?timeout={seconds} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read()
        heard = time.monotonic()
        writer.close()
        if not answer.startswith(b"HTTP/1.1 200"):
            say(f"{approval_id} refused {answer[:40]!r}")
            return
        if b'"status":"pending"' not in answer:
            say(f"{approval_id} {heard}")
            return
        seconds = WAIT_SECONDS


async def main(port: int, token: str, ids: TextIO) -> None:
    loop, agents = asyncio.get_running_loop(), set()
    while line := await loop.run_in_executor(None, ids.readline):
        task = asyncio.create_task(wait(port, token, line.strip()))
        agents.add(task)
        task.add_done_callback(agents.discard)
    await asyncio.gather(*agents)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.stdin))
