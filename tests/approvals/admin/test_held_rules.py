"""One administrator loosens no rule by any page: it waits, and nothing is changed; the second one sees what changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from approvals import alone, four_eyes
from approvals.admin import differences
from approvals.exceptions import StateConflict
from approvals.models import Agent, Channel, Loosening, Policy
from approvals.notifications import deliver_due
from approvals.policy import strength
from audit import clock
from audit.models import Event
from grants.models import User
from tests.approvals.admin.second import agree
from tests.approvals.views.browse import client_of, text_of
from tests.factories import make_agent, make_policy, make_user
from tests.unsaid import told_of

pytestmark = [pytest.mark.django_db, pytest.mark.shows("loosening-takes-two")]

ADD = "/admin/approvals/policy/add/"
HOOK = "https://hooks.slack.com/services/T0/B0/verysecretpath"
GATE = {"quorum": 2, "risk": "high", "reviewers": ["cfo@example.com"], "validity_minutes": 60}
TYPED = {"pattern": "approval_gate", "risk": "high", "sla_minutes": "60", "validity_minutes": "60", "quorum": "2", "reviewers": "cfo@example.com"}  # fmt: skip


@pytest.fixture
def attacker() -> Client:
    """One administrator; a second one is there, and asked for nothing."""
    make_user("second@example.com", is_staff=True)
    return client_of(make_user("attacker@example.com", is_staff=True))


@pytest.fixture
def policy() -> Policy:
    return make_policy("refund", **GATE)


@pytest.fixture
def agent() -> Agent:
    return make_agent(owner=make_user("owner@example.com"), action_types=["refund"], workflows=["finance"])


def change(attacker: Client, policy: Policy, **typed: Any) -> Any:
    address = reverse("admin:approvals_policy_change", args=[policy.pk])
    return attacker.post(address, {**TYPED, **typed}, follow=True)


def add(attacker: Client, **typed: Any) -> Any:
    return attacker.post(ADD, {**TYPED, "workflow": "", **typed}, follow=True)


def change_agent(attacker: Client, agent: Agent, **typed: Any) -> Any:
    whole = {"name": agent.name, "owner": agent.owner_id, "action_types": "refund", "workflows": "finance", "is_active": "on"}  # fmt: skip
    return attacker.post(
        reverse("admin:approvals_agent_change", args=[agent.pk]), {**whole, **typed}, follow=True
    )


def rules() -> list[Any]:
    """Everything that the pages could loosen."""
    models = (Policy.objects.current(), Agent.objects.all(), Channel.objects.all())
    return [list(one.order_by("pk").values()) for one in models]


WAYS: dict[str, Callable[[Client, Policy, Agent], Any]] = {
    "a lower quorum": lambda client, policy, _agent: change(client, policy, quorum="1"),
    "a lower risk": lambda client, policy, _agent: change(client, policy, risk="low"),
    "another reviewer": lambda client, policy, _agent: change(
        client, policy, reviewers="cfo@example.com,me@example.com"
    ),
    "no reviewer": lambda client, policy, _agent: change(client, policy, reviewers=""),
    "no gate": lambda client, policy, _agent: change(client, policy, pattern="none", reason="Trust me"),
    "a ladder": lambda client, policy, _agent: change(client, policy, escalation="0: me@example.com"),
    "a longer validity": lambda client, policy, _agent: change(client, policy, validity_minutes="99999"),
    "stricter and looser at once": lambda client, policy, _agent: change(
        client, policy, quorum="5", reviewers="me@example.com"
    ),
    "a workflow's weaker policy": lambda client, _policy, _agent: add(
        client, action_type="refund", workflow="mine", quorum="1"
    ),
    "a first policy": lambda client, _policy, _agent: add(client, action_type="wire_transfer"),
    "a policy for everything": lambda client, _policy, _agent: add(client, action_type="*"),
    "a wider agent": lambda client, _policy, agent: change_agent(client, agent, action_types="refund,wire"),
    "more workflows": lambda client, _policy, agent: change_agent(client, agent, workflows="*"),
    "another owner": lambda client, _policy, agent: change_agent(
        client, agent, owner=make_user("puppet@example.com").pk
    ),
    "another name": lambda client, _policy, agent: change_agent(client, agent, name="payroll-bot"),
    "a channel": lambda client, policy, _agent: client.post(
        reverse("admin:approvals_channel_add"),
        {"policy": policy.pk, "kind": "slack", "name": "#mine", "address": HOOK},
        follow=True,
    ),
}


@pytest.mark.shows("a-loosened-gate")
@pytest.mark.parametrize("way", WAYS)
def test_one_administrator_alone_changes_nothing(
    attacker: Client, policy: Policy, agent: Agent, way: str
) -> None:
    before = rules()

    page = WAYS[way](attacker, policy, agent)
    asked = Loosening.objects.open().get()
    attacker.post(reverse("admin:approvals_loosening_agreement", args=[asked.pk]))
    with mock.patch("audit.clock.now", return_value=clock.now() + timedelta(days=1)):
        four_eyes.let_take_effect()

    assert rules() == before
    assert "once a second administrator agrees" in text_of(page)
    assert "Looser:" in text_of(page)


@pytest.mark.shows("a-loosened-gate")
def test_an_agent_and_an_account_are_opened_again_by_two(attacker: Client, agent: Agent) -> None:
    gone = make_user("gone@example.com", is_active=False)
    with told_of(agent.as_subject(), "agent.changed"):
        Agent.objects.filter(pk=agent.pk).update(is_active=False)

    change_agent(attacker, agent)
    attacker.post(reverse("admin:grants_user_change", args=[gone.pk]), {"name": "Gone", "is_active": "on"})

    assert not Agent.objects.get(pk=agent.pk).is_active
    assert not User.objects.get(pk=gone.pk).is_active
    assert set(Loosening.objects.values_list("kind", flat=True)) == {"agent", "account"}


@pytest.mark.parametrize(
    "typed",
    [{"quorum": "3"}, {"risk": "critical", "escalation": ""}, {"pattern": "draft_only"}, {"sla_minutes": "600"}, {"notes": "Look."}],
    ids=str,
)  # fmt: skip
def test_what_is_no_looser_counts_at_once(attacker: Client, policy: Policy, typed: dict[str, str]) -> None:
    if typed.get("risk") == "critical":
        policy = make_policy("refund", **GATE, escalation=[{"emails": ["a@example.com"], "after_minutes": 5}])
        typed = {**typed, "escalation": "5: a@example.com"}

    change(attacker, policy, **typed)

    assert Policy.objects.current().get().version == policy.version + 1
    assert not Loosening.objects.exists()


def test_the_second_administrator_sees_the_difference_and_both_are_on_record(
    attacker: Client, policy: Policy
) -> None:
    change(attacker, policy, quorum="1", notes="Faster.")
    second = client_of(make_user("second@example.com"))
    asked = Loosening.objects.get()

    page = text_of(second.get(asked.get_absolute_url()))
    second.post(reverse("admin:approvals_loosening_agreement", args=[asked.pk]))

    assert "Fewer people approve." in page
    current = Policy.objects.current().get()
    event = Event.objects.filter(type="policy.changed").latest("seq")
    assert (current.quorum, current.created_by.email) == (1, "attacker@example.com")  # type: ignore[union-attr]
    assert json.loads(bytes(event.body.content))["data"]["agreed_by"]["label"] == "Second"
    types = Event.objects.filter(subject_kind="policy").order_by("seq").values_list("type", flat=True)
    assert list(types) == [
        "policy.changed",
        "policy.loosening_asked",
        "policy.changed",
        "policy.loosening_agreed",
    ]


def test_an_agent_and_a_channel_change_once_agreed(attacker: Client, policy: Policy, agent: Agent) -> None:
    change_agent(attacker, agent, action_types="refund,wire")
    agree()
    WAYS["a channel"](attacker, policy, agent)
    agree()

    assert Agent.objects.get().action_types == ["refund", "wire"]
    assert Channel.objects.get().address == HOOK
    assert not Loosening.objects.exclude(sealed=b"").exists()


def test_nobody_agrees_to_a_difference_that_is_no_more(attacker: Client, policy: Policy) -> None:
    change(attacker, policy, quorum="1")
    make_policy("refund", **{**GATE, "quorum": 4})

    with pytest.raises(StateConflict, match="changed after this was asked for"):
        agree()

    assert Policy.objects.current().get().quorum == 4


def test_nobody_agrees_to_an_agent_that_was_changed_since(attacker: Client, agent: Agent) -> None:
    change_agent(attacker, agent, action_types="refund,wire")
    change_agent(attacker, agent, is_active="")

    with pytest.raises(StateConflict, match="changed after this was asked for"):
        agree()


def test_a_second_change_of_the_same_keeps_what_was_typed(attacker: Client, policy: Policy) -> None:
    change(attacker, policy, quorum="1")

    page = change(attacker, policy, quorum="1", notes="A note that took an hour")

    assert "waits for a second administrator already" in text_of(page)
    assert "A note that took an hour" in page.content.decode()
    assert Loosening.objects.count() == 1


def test_a_single_administrator_waits_an_hour_and_reads_so(policy: Policy) -> None:
    single = client_of(make_user("admin@example.com", is_staff=True))
    make_user("auditor@example.com", is_auditor=True)

    page = change(single, policy, quorum="1")
    deliver_due()
    early = four_eyes.let_take_effect()
    with mock.patch("audit.clock.now", return_value=clock.now() + timedelta(minutes=61)):
        due = four_eyes.let_take_effect()

    assert "There is no second administrator" in text_of(page)
    assert (early, due, Policy.objects.current().get().quorum) == (0, 1, 1)
    (told,) = [message for message in mail.outbox if message.to == ["auditor@example.com"]]
    assert "asks to loosen a rule: refund" in told.body


def test_what_cannot_take_effect_any_more_lapses_and_holds_nothing_up(policy: Policy) -> None:
    change(client_of(make_user("admin@example.com", is_staff=True)), policy, quorum="1")
    make_policy("refund", **{**GATE, "quorum": 4})

    with mock.patch("audit.clock.now", return_value=clock.now() + timedelta(minutes=61)):
        assert four_eyes.let_take_effect() == 0

    assert Loosening.objects.get().outcome == "lapsed"


def test_an_installation_with_one_administrator_says_so() -> None:
    single = client_of(make_user("admin@example.com", is_staff=True))
    said = "Fewer than two administrators have a role"

    before = text_of(single.get("/admin/"))
    make_user("second@example.com", is_staff=True)
    after = text_of(single.get("/admin/"))

    assert (said in before, said in after) == (True, False)


def test_the_database_keeps_what_was_asked_for(attacker: Client, policy: Policy) -> None:
    change(attacker, policy, quorum="1")

    now = {"asked_at": clock.now()}, {"takes_effect_at": clock.now()}
    for values in ({"wanted": {}}, {"difference": []}, {"drawn_from": []}, {"kind": "agent"}, *now):
        with pytest.raises(IntegrityError), transaction.atomic():
            Loosening.objects.update(**values)


def test_the_database_lets_nothing_end_twice(attacker: Client, policy: Policy) -> None:
    change(attacker, policy, quorum="1")
    agree()

    with pytest.raises(IntegrityError), transaction.atomic():
        Loosening.objects.update(outcome="refused")


def test_the_database_lets_nothing_begin_as_agreed_to(attacker: Client, policy: Policy) -> None:
    change(attacker, policy, quorum="1")
    asked = Loosening.objects.get()
    asked.pk, asked.outcome, asked.ended_at = uuid4(), "agreed", clock.now()

    with pytest.raises(IntegrityError, match="never asked for"), transaction.atomic():
        asked.save(force_insert=True)


def test_a_rule_and_a_person_are_told_apart_by_the_database(attacker: Client) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Loosening.objects.create(kind="policy", asked_by=User.objects.first(), asked_at=clock.now())


def test_the_log_says_at_the_start_that_there_is_one_administrator() -> None:
    make_user("admin@example.com", is_staff=True)

    with capture_logs() as lines:
        alone.say_if_alone()
        make_user("second@example.com", is_staff=True)
        alone.say_if_alone()

    assert [line["event"] for line in lines] == ["one_administrator"]


def test_each_term_that_can_be_looser_says_why() -> None:
    of_agents = {"name", "owner", "action_types", "workflows", "is_active"}

    assert {*strength.LOOSER, *of_agents, "action_type", "channel"} == set(differences.WHY)
