"""Who hears of what, and where: as each person chose, and somebody always of a breach."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from approvals import lifecycle, vault
from approvals.exceptions import InvalidInput
from approvals.models import Approval, Channel, Choice, Notification
from approvals.notifications import preferences
from approvals.notifications.preferences import EVENTS
from approvals.notifications.routing import EMAIL, NEVER_SILENT, OF_ACCOUNTS, Route
from approvals_site.secrets import new_fernet_key
from audit.message import SYSTEM
from audit.models import Event
from audit.verify import everything as verify_everything
from grants.models import User
from tests.factories import (
    age,
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_key,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db

WEBHOOK = "https://hooks.slack.com/services/T0000/B0000/verysecretpath"


def everything(*routes: Route) -> set[tuple[str, Route]]:
    return {(event, route) for event in EVENTS for route in routes}


def own_slack(person: User, name: str = "Mine") -> Channel:
    return preferences.add_own(person, kind="slack", name=name, address=WEBHOOK)


def told(approval: Approval, kind: str = "requested") -> list[tuple[str, Any]]:
    rows = approval.notifications.filter(kind=kind).values_list("recipient", "channel")
    return sorted(rows, key=str)


def test_every_kind_of_message_but_of_the_own_account_can_be_switched_off_or_on() -> None:
    assert EVENTS.keys() == set(Notification.Kind) - set(OF_ACCOUNTS)


def test_at_first_everything_comes_by_mail_but_the_pool() -> None:
    person = make_user()

    assert preferences.chosen(person) == everything(EMAIL) - {("pool", EMAIL)}


def test_a_new_channel_hears_of_everything_too() -> None:
    channel = own_slack(make_user())

    approval = make_approval()

    assert told(approval) == [("sales@example.com", None), ("sales@example.com", channel.pk)]


def test_each_event_goes_where_the_person_wants_it() -> None:
    person = make_user()
    channel = own_slack(person)
    preferences.choose(person, everything(channel.pk) | {("breached", EMAIL), ("escalated", EMAIL)})

    approval = make_approval()

    assert told(approval) == [("sales@example.com", channel.pk)]


def test_a_person_who_wants_to_hear_nothing_of_requests_hears_nothing() -> None:
    person = make_user()
    preferences.choose(person, {(event, EMAIL) for event in NEVER_SILENT})

    assert told(make_approval()) == []


@pytest.mark.parametrize("event", sorted(NEVER_SILENT))
def test_the_last_channel_for_a_passed_deadline_is_not_switched_off(event: str) -> None:
    person = make_user()
    before = preferences.chosen(person)

    with pytest.raises(InvalidInput, match="Somebody is always told of a passed deadline"):
        preferences.choose(person, everything(EMAIL) - {(event, EMAIL)})

    assert preferences.chosen(person) == before


def test_the_last_channel_for_a_passed_deadline_is_not_removed() -> None:
    person = make_user()
    channel = own_slack(person)
    preferences.choose(person, everything(channel.pk))

    with pytest.raises(InvalidInput, match="leave at least one channel on"):
        preferences.remove(channel, by=person.as_actor())

    assert Channel.objects.in_use().count() == 1


def test_another_persons_channel_does_not_count_as_one_that_is_left() -> None:
    person, theirs = make_user(), own_slack(make_user("other@example.com"))

    with pytest.raises(InvalidInput):
        preferences.choose(person, everything(theirs.pk))

    assert not Choice.objects.filter(user=person).exists()


def test_a_breach_is_told_even_where_the_table_says_nothing_is_on() -> None:
    person = make_user()
    Choice.objects.create(user=person, event="breached", channel=None, is_on=False)
    approval = age(make_approval(), hours=2)

    lifecycle.breach_if_overdue(approval.pk)

    assert told(approval, "breached") == [("sales@example.com", None)]


def test_approvers_hear_of_the_pool_by_choice_alone() -> None:
    keen, calm = make_approver("keen@example.com"), make_approver("calm@example.com")
    make_user()
    preferences.choose(keen, everything(EMAIL))

    approval = age(make_approval(), hours=2)
    lifecycle.breach_if_overdue(approval.pk)

    assert told(approval, "pool") == [("keen@example.com", None)]
    assert told(approval, "breached") == [("keen@example.com", None), ("sales@example.com", None)]
    assert calm.email not in approval.notifications.values_list("recipient", flat=True)


def test_an_approver_who_answers_for_the_agent_does_not_hear_of_it() -> None:
    owner = make_approver("owner@example.com")
    preferences.choose(owner, everything(EMAIL))
    make_user()

    assert told(make_approval(key=make_key(make_agent(owner=owner))[0]), "pool") == []


def test_a_decision_is_told_to_everybody_else_who_was_asked() -> None:
    make_user("finance@example.com")
    make_user("gone@example.com", is_active=False)
    approval = make_approval(assignees=("sales@example.com", "finance@example.com", "gone@example.com"))

    approve(approval, by=make_user("sales@example.com"))

    assert told(approval, "decided") == [("finance@example.com", None)]


def test_a_policys_channel_hears_of_its_breaches_and_of_no_other() -> None:
    make_user()
    policy = make_policy("vendor_terms")
    team = preferences.add_of_policy(policy, kind="slack", name="#vendors", address=WEBHOOK, by=SYSTEM)
    make_policy("vendor_terms", sla_minutes=30)
    ours = age(make_approval(policy=make_policy("vendor_terms")), hours=2)
    other = age(make_approval(policy=make_policy("external_email")), hours=2)

    for approval in (ours, other):
        lifecycle.breach_if_overdue(approval.pk)

    assert told(ours, "breached") == [("", team.pk), ("sales@example.com", None)]
    assert told(other, "breached") == [("sales@example.com", None)]


def test_every_change_of_a_channel_is_on_record_without_its_secret() -> None:
    person = make_user()
    channel = own_slack(person)

    preferences.remove(channel, by=person.as_actor())

    events = Event.objects.about("channel", channel.pk).select_related("body")
    assert [event.type for event in events] == ["channel.added", "channel.removed"]
    assert not [event for event in events if b"secretpath" in bytes(event.body.content)]
    assert verify_everything().events


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"kind": "pigeon"}, "kind"),
        ({"kind": "email"}, "kind"),
        ({"address": "https://example.com"}, "address"),
    ],
)
def test_a_channel_that_does_not_fit_is_refused_beside_its_field(fields: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        preferences.add_own(make_user(), **{"kind": "slack", "name": "Mine", "address": WEBHOOK, **fields})

    assert [error.pointer for error in refusal.value.errors] == [field]


@pytest.mark.shows("secrets-at-rest")
def test_no_table_holds_a_channels_secret() -> None:
    own_slack(make_user())
    preferences.add_of_policy(make_policy(), kind="slack", name="#team", address=WEBHOOK, by=SYSTEM)

    with connection.cursor() as cursor:
        found = [table for table in connection.introspection.table_names() if _holds(cursor, table)]

    assert found == []


def _holds(cursor: Any, table: str) -> bool:
    """Whether any row of it, as text or as bytes, has the secret in it."""
    cursor.execute(f"SELECT convert_to(row::text, 'UTF8') FROM \"{table}\" AS row")
    rows = [bytes(row[0]) for row in cursor.fetchall()]
    return any(b"verysecretpath" in row or b"verysecretpath".hex().encode() in row for row in rows)


@pytest.mark.shows("secrets-at-rest")
def test_secrets_move_to_a_new_key_and_the_old_one_goes(settings: Any, capsys: Any) -> None:
    channel = own_slack(make_user())
    old, new = settings.ENCRYPTION_KEYS, new_fernet_key()

    settings.ENCRYPTION_KEYS = [new, *old]
    call_command("rotate_secrets")
    settings.ENCRYPTION_KEYS = [new]

    assert Channel.objects.get(pk=channel.pk).address == WEBHOOK
    assert "1 secrets encrypted" in capsys.readouterr().out


@pytest.mark.shows("secrets-at-rest")
def test_a_secret_whose_key_is_gone_says_so_and_the_message_waits(settings: Any) -> None:
    channel = own_slack(make_user())
    approval = make_approval()
    settings.ENCRYPTION_KEYS = [new_fernet_key()]

    from approvals.notifications import deliver_due

    deliver_due()

    row = Notification.objects.get(approval=approval, channel=channel)
    assert row.sent_at is None
    assert "ENCRYPTION_KEYS" in row.last_error
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("rotate_secrets")
    with pytest.raises(vault.Unreadable):
        Channel.objects.get(pk=channel.pk).address


def test_a_removed_channel_keeps_no_secret_even_around_python() -> None:
    channel = own_slack(make_user())

    with pytest.raises(IntegrityError, match="channel_removed_is_wiped"):
        Channel.objects.filter(pk=channel.pk).update(removed_at=channel.created_at)
