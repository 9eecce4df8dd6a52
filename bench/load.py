"""Sends prepared requests over a few open connections, as fast as they are answered: `load.py FILE CONNECTIONS`.

The file has a request in hex on each line. A process of its own, so that it does not hold up the one that
measures; prints JSON: seconds, and how many answers there were of each status.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path


def request(method: str, path: str, headers: dict[str, str], body: str = "") -> bytes:
    """The bytes of one HTTP/1.1 request."""
    every = {"Host": "localhost", "Content-Length": str(len(body.encode())), **headers}
    lines = (f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in every.items()), "", body)
    return "\r\n".join(lines).encode()


def load(port: int, requests: Iterable[bytes], *, connections: int = 12) -> tuple[float, dict[str, int]]:
    """Requests a second, and the answers by status."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.writelines(f"{one.hex()}\n" for one in requests)
        file.flush()
        command = [sys.executable, __file__, str(port), file.name, str(connections)]
        done = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return sum(done["answers"].values()) / done["seconds"], done["answers"]


async def _send_all(port: int, requests: list[bytes], connections: int) -> dict[str, object]:
    waiting, answers = iter(requests), Counter[str]()
    started = time.monotonic()
    await asyncio.gather(*(_send(port, waiting, answers) for _ in range(connections)))
    return {"seconds": time.monotonic() - started, "answers": answers}


async def _send(port: int, waiting: Iterator[bytes], answers: Counter[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for one in waiting:
        writer.write(one)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        await _skip_body(reader, head)
        answers[head.split()[1]] += 1
    writer.close()


async def _skip_body(reader: asyncio.StreamReader, head: str) -> None:
    lengths = [line.partition(":")[2] for line in head.splitlines() if line.startswith("content-length")]
    if lengths:
        await reader.readexactly(int(lengths[0]))
    else:  # in chunks, the last of which is empty
        await reader.readuntil(b"\r\n0\r\n\r\n")


if __name__ == "__main__":
    port, file, connections = sys.argv[1:]
    prepared = [bytes.fromhex(line) for line in Path(file).read_text().splitlines()]
    print(json.dumps(asyncio.run(_send_all(int(port), prepared, int(connections)))))
