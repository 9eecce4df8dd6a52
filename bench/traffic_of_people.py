"""People of a soak: they sign in, open inbox and request, edit, approve or reject, all through the pages' own forms."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from callers import Answer, Caller, Record

from tests.approvals.views.browse import parsed
from tests.factories import PASSWORD

ROW = re.compile(r'href="(/approvals/[0-9a-f-]{36}/)')
SIGNED_IN_FOR = 40  # stories, after which somebody signs in again
OTHER_PAGES = (
    "/approvals/?tab=pool",
    "/approvals/?tab=decided",
    "/approvals/?tab=pool&risk=high",
    "/approvals/delegated/",
    "/approvals/policies/",
)
CONFLICT = 409


class Reviewer(Caller):
    """One request after the other, as a browser without JavaScript shows it."""

    def __init__(self, record: Record, ports: Mapping[str, int], address: str, *, pause: float) -> None:
        super().__init__(record, ports, pause=pause)
        self._address = address
        self._cookies: dict[str, str] = {}
        self._stories = 0

    def story(self) -> None:
        if self._stories % SIGNED_IN_FOR == 0:
            self._sign_in()
        self._stories += 1
        rows = ROW.findall(self._page("inbox", "/approvals/?tab=mine"))
        if not rows:
            return
        if self._stories % 5 == 0:
            self._page("another page", random.choice(OTHER_PAGES))
        path = random.choice(rows)
        page = self._page("request", path)
        if "review-form" not in parsed(page).fields:
            return  # decided or withdrawn since the inbox was drawn
        if random.random() < 0.2:
            self._reject(path)
        else:
            self._approve(path, page)

    def _sign_in(self) -> None:
        self._cookies.clear()
        (fields,) = parsed(self._page("sign in", "/sign-in/")).fields.values()
        fields |= {"username": self._address, "password": PASSWORD}
        self._post("sign in", "/sign-in/", fields, 302)

    def _approve(self, path: str, page: str) -> None:
        fields = parsed(page).fields["review-form"]
        if random.random() < 0.3:
            fields["payload/body"] += f" Edited by {self._address}."
        if self._post("keep edits", f"{path}review/", fields, 303, CONFLICT).status == CONFLICT:
            return
        answer = self._get("review", f"{path}review/", 200, 302)
        forms = parsed(answer.content.decode()).fields if answer.status == 200 else {}
        if "decision-form" not in forms:
            return
        fields = forms["decision-form"] | {"verdict": "approve"}
        answer = self._post("approve", f"{path}decision/", fields, 303, CONFLICT)
        if answer.status == 303:
            with self.record.lock:
                self.record.shown.setdefault(_id(path), set()).add(fields["payload_sha256"])
            self._voted(path, "approve")

    def _reject(self, path: str) -> None:
        answer = self._get("rejection", f"{path}rejection/", 200, 302)
        forms = parsed(answer.content.decode()).fields if answer.status == 200 else {}
        if "rejection-form" not in forms:
            return
        fields = forms["rejection-form"] | {"verdict": "reject", "resolution": "declined", "comment": "No."}
        if self._post("reject", f"{path}rejection/", fields, 303, CONFLICT).status == 303:
            self._voted(path, "reject")

    def _voted(self, path: str, verdict: str) -> None:
        with self.record.lock:
            self.record.votes.add((_id(path), self._address, verdict))

    def _page(self, kind: str, path: str) -> str:
        return self._get(kind, path, 200).content.decode()

    def _get(self, kind: str, path: str, *expected: int) -> Answer:
        return self._kept(self.call(kind, "GET", path, *expected, headers=self._headers()))

    def _post(self, kind: str, path: str, fields: Mapping[str, str], *expected: int) -> Answer:
        headers = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded"}
        return self._kept(self.call(kind, "POST", path, *expected, body=urlencode(fields), headers=headers))

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def _kept(self, answer: Answer) -> Answer:
        for line in answer.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return answer


def _id(path: str) -> str:
    return path.split("/")[2]
