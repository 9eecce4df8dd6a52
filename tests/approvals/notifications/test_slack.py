"""Slack through a real receiver: what it says, where it goes, and what it never does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from approvals.exceptions import InvalidInput
from approvals.models import Approval, Channel, Notification
from approvals.notifications import deliver_due, preferences
from approvals.notifications.channels import slack
from approvals.notifications.message import of_notification
from audit import clock
from tests.factories import make_agent, make_approval, make_key, make_policy, make_user
from tests.receivers import Hook, hook

pytestmark = pytest.mark.django_db

CANARY = "CANARY-7f3e"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Hook]:
    with hook() as state:
        settings.SLACK_ORIGINS = [state.origin]
        settings.SLACK_TIMEOUT = 1
        yield state


@pytest.fixture
def channel(receiver: Hook) -> Channel:
    person = make_user("sales@example.com")
    return preferences.add_own(person, kind="slack", name="Sales", address=receiver.url)


def _tell(approval: Approval, channel: Channel, kind: str = "requested") -> Notification:
    """One message through the channel alone; returns its row as it stands after a run."""
    Notification.objects.all().delete()
    row = Notification.objects.create(
        kind=kind, approval=approval, recipient="sales@example.com", channel=channel
    )
    deliver_due()
    row.refresh_from_db()
    return row


def test_it_names_risk_type_agent_deadline_and_link(channel: Channel, receiver: Hook) -> None:
    approval = make_approval(key=make_key(make_agent("Vendor agent"))[0])

    row = _tell(approval, channel)

    (body,) = receiver.bodies
    said = json.dumps(body, ensure_ascii=False)
    assert row.sent_at is not None
    for text in ("Low", "external_email", "Vendor agent", f"{approval.deadline:%H:%M} UTC", str(row.pk)):
        assert text in said
    assert f"{approval.get_absolute_url()}|Open the request>" in said
    assert receiver.headers[0]["Idempotency-Key"] == str(row.pk)


@pytest.mark.shows("messages-that-leak")
@pytest.mark.parametrize("kind", [k for k in Notification.Kind if not k.startswith("grant")])
def test_nothing_that_the_agent_wrote_goes_to_slack(channel: Channel, receiver: Hook, kind: str) -> None:
    approval = make_approval(
        action=f"Send {CANARY}",
        summary=CANARY,
        rationale=CANARY,
        payload={"body": CANARY},
        evidence=({"label": CANARY, "value": CANARY, "tone": "red", "url": f"https://{CANARY}.example"},),
        context={"trigger": CANARY, "steps": []},
        run_id=CANARY,
    )

    _tell(approval, channel, kind)

    assert CANARY not in json.dumps(receiver.bodies)


@pytest.mark.shows("messages-that-leak")
def test_slack_markup_in_a_name_calls_nobody() -> None:
    approval = make_approval(key=make_key(make_agent("<!channel> & *friends*"))[0], policy=make_policy("*"))
    approval.action_type = "<!here>\n<https://evil.example|Open>"
    row = Notification(kind="requested", approval=approval, recipient="sales@example.com")

    body = slack.blocks(of_notification(row))

    (marked,) = [text for text in _texts(body["blocks"]) if text["type"] == "mrkdwn"]
    assert marked["text"].startswith("<http")
    assert marked["text"].count("<") == 1
    assert body["text"].endswith("&lt;!here&gt; &lt;https://evil.example|Open&gt;")


def _texts(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [text for item in node for text in _texts(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") in ("mrkdwn", "plain_text") else []
    return own + [text for value in node.values() for text in _texts(value)]


@pytest.mark.parametrize(
    ("answers", "says", "error"),
    [
        (404, b"no_service", "Slack answered 404: no_service"),
        (500, b"<html>very secret path</html>", "Slack answered 500: Internal Server Error"),
        (302, b"", "a redirect, which is not followed"),
    ],
)
def test_what_is_refused_is_tried_again_later(
    channel: Channel, receiver: Hook, answers: int, says: bytes, error: str
) -> None:
    receiver.answers, receiver.says = answers, says

    row = _tell(make_approval(), channel)

    assert row.sent_at is None
    assert error in row.last_error
    assert row.next_attempt_at > clock.now()
    assert len(receiver.bodies) == 1


@pytest.mark.shows("secrets-at-rest")
def test_an_error_never_holds_the_address(channel: Channel, receiver: Hook, settings: Any) -> None:
    settings.SLACK_ORIGINS = [receiver.origin, "http://nowhere.invalid"]
    gone = preferences.add_own(
        make_user("sales@example.com"),
        kind="slack",
        name="Gone",
        address="http://nowhere.invalid/verysecretpath",
    )

    row = _tell(make_approval(), gone)

    assert "nowhere.invalid" in row.last_error
    assert "verysecretpath" not in row.last_error


@pytest.mark.shows("a-receiver-hangs")
def test_a_receiver_that_hangs_holds_up_no_other_message(channel: Channel, receiver: Hook) -> None:
    receiver.hangs = True
    Notification.objects.all().delete()
    approval = make_approval(assignees=())
    Notification.objects.bulk_create(
        Notification(kind="requested", approval=approval, recipient="sales@example.com", channel=channel)
        for _ in range(5)
    )
    Notification.objects.create(kind="requested", approval=approval, recipient="sales@example.com")

    assert deliver_due() == 1

    assert len(receiver.bodies) == 1, "the other four wait for a better time"
    assert Notification.objects.get(channel=None).sent_at is not None
    assert not Notification.objects.due(clock.now()).exists()


def test_what_was_meant_for_a_channel_that_is_gone_comes_by_mail(
    channel: Channel, receiver: Hook, mailoutbox: list[Any]
) -> None:
    preferences.remove(channel, by=make_user("sales@example.com").as_actor())

    row = _tell(make_approval(), channel)

    assert row.sent_at is not None
    assert receiver.bodies == []
    assert [message.to for message in mailoutbox] == [["sales@example.com"]]


@pytest.mark.shows("a-channel-points-inward")
@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.slack.com/services/T/B/x",
        "https://hooks.slack.com.evil.example/services/T/B/x",
        "https://evil.example/https://hooks.slack.com/services/x",
        "https://user@hooks.slack.com/services/T/B/x",
        "https://hooks.slack.com:8443/services/T/B/x",
        "https://hooks.slack.com/services/T/B/x?next=https://evil.example",
        "https://hooks.slack.com/services/../../x",
        "https://hooks.slack.com",
        "file:///etc/passwd",
        "https://[::1]/x",
        "https://[nonsense/x",
        "",
    ],
)
def test_no_other_address_is_taken(address: str) -> None:
    with pytest.raises(InvalidInput, match=r"starts with https://hooks\.slack\.com or"):
        slack.check(address)


def test_slacks_own_address_is_taken() -> None:
    slack.check("https://hooks.slack.com/services/T024BE7LD/B0CTQMJ2C/w7q-XfA_z9")


@pytest.mark.shows("a-channel-points-inward")
def test_an_address_that_is_allowed_no_more_is_not_asked(
    channel: Channel, receiver: Hook, settings: Any
) -> None:
    settings.SLACK_ORIGINS = ["https://hooks.slack.com"]

    row = _tell(make_approval(), channel)

    assert "none of Slack's" in row.last_error
    assert receiver.bodies == []
