"""What the endpoint takes, the page can review: the largest payloads, posted back as a browser would."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.test import Client

from approvals import payload, strict_json
from approvals.models import Approval
from approvals.payload.bounds import MAX_JSON_BYTES, MAX_POSTED, posted_size
from tests.approvals.api.client import PROPOSAL, agent_client
from tests.approvals.payload.browser import form_for, posted
from tests.approvals.views.browse import client_of, form_in, url
from tests.factories import make_user

ROOM = strict_json.MAX_BYTES - 2_000
"""Bytes for the payload beside the rest of a submission."""


def nested(value: Any, levels: int = 29) -> Any:
    for _ in range(levels):
        value = [value]
    return value


LARGEST: dict[str, Any] = {
    "quotes": {"a": '"' * (ROOM // 2)},
    "backslashes": {"a": "\\" * (ROOM // 2)},
    "emoji": {"a": "\U0001f600" * (ROOM // 4)},
    "line ends": {"a": "\n" * (ROOM // 2)},
    "carriage returns": {"a": "\r\n" * (ROOM // 4)},
    "two bytes that nobody sees": {"a": "\u00ad" * (ROOM // 2)},
    "one byte that nobody sees": {"a": "\x7f" * ROOM},
    "three": {"a": "\u200b" * (ROOM // 3)},
    "four": {"a": "\U000e0041" * (ROOM // 4)},
    "blanks": {"a": " " * ROOM},
    "numbers at 28 levels": {"v": nested([1] * 30_000, 28)},
    "percent signs": {"a": "%" * ROOM},
    "numbers at 30 levels": {"v": nested([1] * (ROOM // 2 - 100))},
    "empty groups at 30 levels": {"v": nested([{}] * (ROOM // 3 - 100))},
    "texts at 28 levels": {"v": nested(["abc"] * 13_000, 27)},
    "few fields with long names": {"\u00e9" * (ROOM // 6 // 2): {str(n): n for n in range(400)}},
    "many groups": {"v": [{"a": {"b": n}} for n in range(12_000)]},
    "a key for each value": {f"k{n}": n for n in range(15_000)},
    "fields as many as a form shows": {f"k{n}": "\U0001f600" * 120 for n in range(480)},
    "quotes and a long text beside fields": {**{f"k{n}": n for n in range(100)}, "a": '"' * (ROOM // 2 - 1_000)},
}  # fmt: skip


def source(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def encoded(pairs: dict[str, str]) -> tuple[str, str]:
    """As a browser sends them by itself, and as htmx does with encodeURIComponent."""
    lines = {name: text.replace("\r\n", "\n").replace("\n", "\r\n") for name, text in pairs.items()}
    return urlencode(lines), urlencode(pairs, quote_via=quote, safe="!~*'()")


@pytest.mark.parametrize("value", LARGEST.values(), ids=LARGEST.keys())
@pytest.mark.parametrize("as_json", [False, True], ids=["as fields", "as JSON"])
def test_the_form_of_the_largest_payload_can_be_posted(value, as_json):
    assert len(source(value).encode()) <= strict_json.MAX_BYTES
    form = payload.build_form(source(value), as_json=as_json)

    pairs = {name: texts[-1] for name, texts in posted(form).items()}
    bound = form.bind({name: [text] for name, text in pairs.items()})

    assert max(len(sent) for sent in encoded(pairs)) <= MAX_POSTED
    assert len(pairs) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    assert (bound.errors, bound.is_touched) == ([], False)


@pytest.mark.parametrize("text", ["", "a b", "a\nb", "\u00e9", "😀", "%25", "~*-._", '"{}"'])
def test_the_size_of_a_post_is_what_a_browser_sends(text):
    assert posted_size([("payload/a~", text)]) >= max(map(len, encoded({"payload/a~": text})))


def test_every_character_takes_eight_times_its_bytes_at_most():
    """So compact JSON always fits: the bounds of the post, and of what is read from it."""
    marks = [chr(n) for n in range(1, 0x110000) if not 0xD800 <= n <= 0xDFFF]
    written = {mark: payload.canonical(mark).decode() for mark in marks[:0x3000] + marks[0x20000::997]}
    shown = {mark: form_for({"a": mark}, as_json=True).root.text.partition(": ")[2][:-2] for mark in written}

    assert all(
        posted_size([("", shown[mark])]) - 2 <= 8 * len(text.encode()) for mark, text in written.items()
    )
    assert min(MAX_POSTED, MAX_JSON_BYTES) >= 4 * strict_json.MAX_BYTES


@pytest.fixture
def reviewer() -> Client:
    return client_of(make_user("sales@example.com"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["numbers at 30 levels", "texts at 28 levels", "quotes", "a key for each value"]
)
def test_the_largest_payloads_are_reviewed_edited_and_approved(reviewer: Client, name: str):
    value = LARGEST[name]
    agent_client().post("/approvals", text=source({**PROPOSAL, "payload": value}))
    approval = Approval.objects.get()
    page = reviewer.get(approval.get_absolute_url())
    typed = form_in(page, "review-form")
    key = next(iter(value))
    if "payload" in typed:
        typed["payload"] = json.dumps({**json.loads(typed["payload"]), key: "edited"})
    else:
        typed[f"payload/{key}"] = "edited"

    review = reviewer.post(url("review", approval), typed, follow=True)
    decided = reviewer.post(url("decision", approval), form_in(review, "decision-form", press="approve"))
    approval.refresh_from_db()

    assert review.status_code == 200
    assert decided.status_code == 303
    assert approval.status == "approved"
    assert approval.version().value == {**value, key: "edited"}
