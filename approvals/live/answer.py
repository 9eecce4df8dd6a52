"""What is sent to an agent that waits? Small, since a process holds one for each of thousands."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http.response import HttpResponseBase

from approvals.api.waited import Standing
from approvals.live.django import Send, body_of, headers_of

RETRY_AFTER, CONTENT_LENGTH = b"retry-after", b"content-length"

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `is_pending`: it says that there is still something to wait for, and when to come back."""

    status: int
    headers: Headers
    body: bytes
    is_pending: bool = False

    @classmethod
    def of(cls, response: HttpResponseBase) -> Answer:
        """While the database is away there is nothing to wait for: the agent is told so, and when to come back."""
        is_pending = response.status_code == HTTPStatus.OK and "Retry-After" in response
        return cls(response.status_code, tuple(headers_of(response)), body_of(response), is_pending)

    def told_at_last(self) -> Answer:
        """The same for an agent that has waited: it need not hold off before it asks again."""
        headers = tuple((name, value) for name, value in self.headers if name != RETRY_AFTER)
        return Answer(self.status, headers, self.body)

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class Manner:
    """Every header that Django gives to requests of one kind: learnt from its answer to one that was pending."""

    def __init__(self, learnt: Answer) -> None:
        self._pending = learnt.headers
        self._decided = learnt.told_at_last().headers

    def answer(self, standing: Standing) -> Answer:
        """What Django would answer."""
        length = (CONTENT_LENGTH, str(len(standing.body)).encode())
        headers = self._pending if standing.is_pending else self._decided
        measured = tuple(length if header[0] == CONTENT_LENGTH else header for header in headers)
        return Answer(HTTPStatus.OK, measured, standing.body, standing.is_pending)
