"""Can a person judge this proposal? What makes it hard is a warning, and never a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from approvals.models.choices import Risk

SENTENCE = 20
"""A rationale with fewer letters is less than a sentence."""
_WIDE = 3
"""How many letters a Chinese, Japanese or Korean character counts for."""

_NAME = r"[A-Za-z_$][\w$]*"
_JOINED = re.compile(
    rf"{_NAME}(?:(?:\.|::|->|/|-|_){_NAME})+|[a-z]+(?:[A-Z][a-z0-9]*)+|(?:[A-Z][a-z0-9]+){{2,}}"
)
"""One word such as send_email, refund.create, send-email, sendEmail or SendEmail, and nothing else."""
_CALL = re.compile(rf"(?:^{_NAME}|{_NAME}(?:(?:\.|::|->|_){_NAME})+|\b[a-z]+[A-Z]\w*)\([^()]*\)?")
"""send_email(to="x") anywhere, and send(…) where it begins."""
_CODE = re.compile(
    r"\s*[\[{<]|(?:GET|POST|PUT|PATCH|DELETE) +(?:/|https?:)|(?:INSERT INTO|DELETE FROM|DROP TABLE|UPDATE \S+ SET) "
)

Warning = dict[str, str]  # noqa: A001 - the wire's word
"""`{code, message}`."""


def warnings(
    *, action: str, rationale: str, evidence: Sequence[Any], payload: Any, risk: str
) -> list[Warning]:
    """What the agent should do better when it proposes; `risk` is the effective one."""
    found = []
    if reads_like_a_call(action):
        sentence = (
            "The action reads like a function call: say in plain words what would happen, to what or whom."
        )
        found.append(_warning("action_reads_like_a_call", sentence))
    if _is_no_sentence(rationale, action):
        sentence = "The rationale is less than a sentence: say why this is right, and what it rests on."
        found.append(_warning("rationale_too_short", sentence))
    if not evidence and Risk(risk).rank >= Risk.MEDIUM.rank:
        sentence = f"A {risk} action comes without evidence: show what speaks for and against it."
        found.append(_warning("no_evidence", sentence))
    if not payload:
        sentence = "The payload is empty: nobody can see or correct what would be done."
        found.append(_warning("empty_payload", sentence))
    return found


def reads_like_a_call(action: str) -> bool:
    """Whether the action is written for a program instead of a person."""
    action = action.strip()
    return bool(_JOINED.fullmatch(action) or _CALL.search(action) or _CODE.match(action))


def _is_no_sentence(rationale: str, action: str) -> bool:
    text = rationale.strip()
    letters = sum(_WIDE if ord(letter) > 0x2E7F else 1 for letter in text)
    return letters < SENTENCE or text.casefold() == action.strip().casefold()


def _warning(code: str, message: str) -> Warning:
    return {"code": code, "message": message}
