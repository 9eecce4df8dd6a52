"""A chat message is the text that will be read in its channel."""

from __future__ import annotations

import pytest

from tests.approvals.payload.renderers.reading import shown, title, words

BLOCKS = [
    {"type": "header", "text": {"type": "plain_text", "text": "Deploy"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Done*"}, "fields": [{"type": "mrkdwn", "text": "one"}]},
    {"type": "divider"},
    {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "A chart"},
    {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}, "url": "https://x.example"}]},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Hi "}, {"type": "user", "user_id": "U1"}]}]},
]  # fmt: skip


def test_channel_and_text_are_shown():
    assert "To #ops In thread 17.5 All is well" in words(
        {"channel": "#ops", "text": "All is well", "thread_ts": "17.5"}
    )


def test_blocks_become_text_and_nothing_is_passed_over():
    assert shown({"channel": "#ops", "blocks": BLOCKS}).texts[0].text.split("\n\n") == [
        "Deploy",
        "*Done*\none",
        "[divider]",
        "[image] A chart <https://x.example/a.png>",
        "[button] Go <https://x.example>",
        "Hi [user] U1",
    ]


def test_the_text_for_notifications_is_shown_beside_blocks():
    said = words({"channel": "#ops", "blocks": BLOCKS[:1], "text": "Something else"})

    assert "Text for notifications Something else" in said


@pytest.mark.parametrize(
    "other",
    [{"text": 3}, {"text": None}, {"channel": 1.5}, {"blocks": 3}, {"blocks": [3]}, {"blocks": [{}]}, {"blocks": [{"type": []}]}],
)  # fmt: skip
def test_what_is_odd_is_no_message(other):
    assert title({"channel": "#ops", "text": "Hi"} | other) != "As a message"
