"""How much may a client send before Django knows who it is? A body is counted as it comes in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from approvals.live.django import Application, Receive, Scope, Send, send_whole


async def bounded(behind: Application, scope: Scope, receive: Receive, send: Send) -> None:
    """Pass the request on; past DATA_UPLOAD_MAX_MEMORY_SIZE bytes it is 413, however they were announced."""
    received = 0
    has_answered = False

    async def counted() -> dict[str, object]:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        # Django takes this for a hang-up and answers nothing, so the answer is sent below.
        return {"type": "http.disconnect"} if _is_over(received) else message

    async def noted(message: dict[str, object]) -> None:
        nonlocal has_answered
        has_answered = True
        await send(message)

    await behind(scope, counted, noted)
    if _is_over(received) and not has_answered:
        await send_whole(
            HttpResponse("The body is too large.\n", status=413, content_type="text/plain"), send
        )


def _is_over(size: int) -> bool:
    return size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
