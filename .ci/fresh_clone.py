#!/usr/bin/env python3
"""Does a fresh clone run with no server and no variable set, and do its main job over HTTP?

Clones this repository, starts `make run` with an environment of its own, proposes as an agent, decides as a
reviewer without JavaScript, reads and claims as the agent, presses Ctrl-C and looks for anything left behind.
Needs Python, make and git. Exits 0 or says what failed.
"""

from __future__ import annotations

import html
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST_START = 180  # seconds, downloads included
SECOND_START = 30
STOP = 10
OURS = (
    "COUNTERSIGN",
    "DATABASE",
    "REDIS",
    "DJANGO",
    "PORT",
    "PUBLIC_URL",
    "SECRET_KEY",
    "AUDIT",
    "EMAIL",
    "MAKE",
    "MFLAGS",
)

PROPOSAL = {
    "actionType": "external_email",
    "action": "Send the smoke test's e-mail",
    "rationale": "CI asks whether a fresh clone works.",
    "evidence": [],
    "assignees": ["sales@example.com"],
    "payload": {"to": "ada@acme.example", "body": "Hello Ada."},
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "countersign"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        for patience in (FIRST_START, SECOND_START):
            site = Site(clone)
            print(f"answered after {site.wait_until_it_answers(patience):.1f} s", flush=True)
            main_job(site)
            site.stop()
    print("A fresh clone runs, decides and stops.")


class Site:
    """`make run` in a clone, as somebody who just cloned it would start it."""

    def __init__(self, clone: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.clone, self.url = clone, f"http://127.0.0.1:{self.port}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        environment["PORT"] = str(self.port)
        self.process = subprocess.Popen(["make", "run"], cwd=clone, env=environment, start_new_session=True)

    def wait_until_it_answers(self, patience: float) -> float:
        started = time.monotonic()
        while time.monotonic() - started < patience:
            if self.process.poll() is not None:
                sys.exit(f"make run ended with {self.process.returncode}.")
            try:
                urllib.request.urlopen(f"{self.url}/sign-in/", timeout=2).close()
            except OSError:
                time.sleep(0.2)
            else:
                return time.monotonic() - started
        sys.exit(f"make run did not answer within {patience} s.")

    def demo(self) -> dict:
        return json.loads((self.clone / "var" / "demo.json").read_text())

    def stop(self) -> None:
        """Ctrl-C, as a terminal sends it: to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(STOP)
        until = time.monotonic() + STOP
        while left := self._processes():
            if time.monotonic() > until:
                sys.exit(f"Left behind: {left}")
            time.sleep(0.2)

    def _processes(self) -> list[str]:
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        return [line for line in listed.splitlines() if str(self.clone) in line]


def main_job(site: Site) -> None:
    demo = site.demo()
    approval = agent(site, demo, "POST", "/approvals", PROPOSAL)
    decide(site, demo, approval["id"])
    now = agent(site, demo, "GET", f"/approvals/{approval['id']}/wait")
    expect(now["status"] == "approved" and now["disposition"] == "proceed", now)
    claim = agent(site, demo, "POST", f"/approvals/{approval['id']}/claim")
    expect(claim["payload"] == PROPOSAL["payload"], claim)


def agent(site: Site, demo: dict, method: str, path: str, body: dict | None = None) -> dict:
    request = urllib.request.Request(
        f"{site.url}/api/v1{path}",
        json.dumps(body).encode() if body is not None else b"" if method == "POST" else None,
        {
            "Authorization": f"Bearer {demo['agentKey']}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"smoke-{time.monotonic_ns()}",
        },
        method=method,
    )
    with urllib.request.urlopen(request, timeout=40) as answer:
        return json.load(answer)


def decide(site: Site, demo: dict, approval_id: str) -> None:
    """Signs in and approves by the forms of the pages alone."""
    person = next(p for p in demo["people"] if p["email"] == "sales@example.com")
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def fields_of(page: str) -> dict[str, str]:
        inputs = re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', page)
        return {name: html.unescape(value) for name, value in inputs}

    def get(path: str) -> str:
        return browser.open(f"{site.url}{path}", timeout=10).read().decode()

    def post(path: str, data: dict[str, str]) -> str:
        return (
            browser.open(f"{site.url}{path}", urllib.parse.urlencode(data).encode(), timeout=10)
            .read()
            .decode()
        )

    token = {"csrfmiddlewaretoken": fields_of(get("/sign-in/"))["csrfmiddlewaretoken"]}
    post("/sign-in/", {**token, "username": person["email"], "password": person["password"]})
    path = f"/approvals/{approval_id}/"
    asked = fields_of(get(path))
    shown = fields_of(
        post(f"{path}review/", {name: asked[name] for name in ("csrfmiddlewaretoken", "version")})
    )
    wanted = ("csrfmiddlewaretoken", "version", "payload_sha256")
    post(f"{path}decision/", {**{name: shown[name] for name in wanted}, "verdict": "approve"})


def expect(is_so: bool, otherwise: object) -> None:
    if not is_so:
        sys.exit(f"Not as expected: {otherwise}")


if __name__ == "__main__":
    main()
