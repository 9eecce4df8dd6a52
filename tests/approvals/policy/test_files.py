"""Policies as YAML: the starting table, all or nothing, every mistake with its line, and the same thing twice."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from approvals import policy
from approvals.exceptions import InvalidInput
from approvals.models import Policy
from approvals.policy import InvalidFile
from audit.message import SYSTEM
from audit.models import Event
from tests.factories import make_approval, make_policy, make_user

pytestmark = pytest.mark.django_db

TEMPLATE = policy.TEMPLATE.read_text()
ROWS = [
    # action type, what is proposed, pattern, status, risk, reviewers
    ("draft_generation", {}, "draft_only", "draft", "low", {"sales"}),
    ("knowledge_answer", {}, "none", "not_required", "low", set()),
    ("internal_notification", {"confidence": 0.8}, "exception_based", "not_required", "low", {"operations"}),
    ("internal_notification", {"confidence": 0.79}, "exception_based", "pending", "low", {"operations"}),
    ("crm_update", {"amount": 10_000}, "exception_based", "not_required", "medium", {"sales"}),
    ("crm_update", {"amount": 10_001}, "exception_based", "pending", "medium", {"sales"}),
    ("crm_update", {"amount": 5, "confidence": 0.79}, "exception_based", "pending", "medium", {"sales"}),
    ("crm_update", {"amount": None}, "exception_based", "pending", "medium", {"sales"}),
    ("crm_update", {}, "exception_based", "pending", "medium", {"sales"}),
    ("external_email", {}, "approval_gate", "pending", "medium", {"sales"}),
    ("account_modification", {}, "approval_gate", "pending", "high", {"finance"}),
    ("financial_transaction", {}, "approval_gate", "pending", "critical", {"finance", "finance-lead"}),
    ("legal_commitment", {}, "approval_gate", "pending", "critical", {"legal", "compliance"}),
    ("production_change", {}, "approval_gate", "pending", "critical", {"engineering", "operations"}),
    ("data_deletion", {}, "approval_gate", "pending", "high", {"compliance"}),
    ("access_change", {}, "approval_gate", "pending", "high", {"security"}),
]


EVIDENCE = {"label": "Source", "value": "CON-4821", "tone": "slate", "url": None}


def load(text: str) -> policy.Loaded:
    return policy.load_table(text, by=SYSTEM)


@pytest.mark.parametrize(("action_type", "proposed", "pattern", "status", "risk", "reviewers"), ROWS)
def test_each_row_of_the_starting_table(
    action_type: str, proposed: dict[str, Any], pattern: str, status: str, risk: str, reviewers: set[str]
) -> None:
    load(TEMPLATE)
    proposed = {"confidence": 0.9, **proposed}
    payload = {"amount": proposed.pop("amount")} if "amount" in proposed else {"text": "x"}

    approval = make_approval(
        policy=Policy.objects.get(action_type=action_type),
        risk="low",
        assignees=(),
        payload=payload,
        initiated_by=make_user("boss@example.com").email,
        evidence=(EVIDENCE,),
        **proposed,
    )

    named = {a.email.partition("@")[0] for a in approval.assignments.all()}
    assert (approval.pattern, approval.status, approval.risk, named) == (pattern, status, risk, reviewers)
    assert approval.quorum == (2 if risk == "critical" else 1)
    assert (approval.deadline is not None) == (status == "pending")


def test_the_template_is_complete_and_has_a_deadline_for_each_gate() -> None:
    load(TEMPLATE)

    assert set(Policy.objects.values_list("action_type", flat=True)) == {row[0] for row in ROWS}
    assert not Policy.objects.filter(pattern="approval_gate", sla_minutes=None).exists()


@pytest.mark.parametrize("action_type", sorted({row[0] for row in ROWS}))
def test_the_template_demands_evidence_from_medium_on(action_type: str) -> None:
    load(TEMPLATE)
    policy = Policy.objects.get(action_type=action_type)
    proposed = {"policy": policy, "confidence": 0.9, "initiated_by": make_user("boss@example.com").email}

    if policy.risk == "low":
        assert make_approval(**proposed).pk
    else:
        with pytest.raises(InvalidInput) as refusal:
            make_approval(**proposed)
        assert [error.code for error in refusal.value.errors] == ["evidence_tone_required"]


def test_loading_again_makes_no_new_version() -> None:
    load(TEMPLATE)

    again = load(TEMPLATE)

    assert (len(again.published), len(again.unchanged)) == (0, 11)
    assert Policy.objects.count() == Event.objects.filter(type="policy.changed").count() == 11


def test_what_differs_becomes_the_next_version_alone() -> None:
    load(TEMPLATE)

    loaded = load(TEMPLATE.replace("sla_minutes: 60", "sla_minutes: 30", 1))

    assert [str(policy) for policy in loaded.published] == ["external_email (version 2)"]


def test_a_title_is_read_tidied_logged_and_exported() -> None:
    load("policies:\n  - {action_type: refund, title: ' Refunds  to people ', pattern: none, risk: low}")

    (found,) = Policy.objects.current()
    assert found.title == "Refunds to people"
    event = Event.objects.get(type="policy.changed")
    assert json.loads(bytes(event.body.content))["data"]["title"] == "Refunds to people"
    assert "title: Refunds to people" in policy.export_table(Policy.objects.current())


def test_a_longest_sla_from_an_earlier_version_is_refused_with_what_to_do() -> None:
    text = "policies:\n  - {action_type: a, pattern: approval_gate, risk: low,\n     sla_max_minutes: 1440}"

    with pytest.raises(InvalidFile, match=r"line 3, sla_max_minutes: is gone: .* remove this line"):
        load(text)


def test_an_export_loads_as_unchanged_also_elsewhere() -> None:
    load(TEMPLATE)
    make_policy(
        "*",
        workflow="billing",
        condition="",
        locked_fields=["/a"],
        validity_minutes=5,
        required_evidence=["08", "0o10", "1e3", "yes"],
        required_evidence_tones=["red", "any"],
    )
    text = policy.export_table(Policy.objects.current())

    assert not load(text).published
    assert len(yaml.safe_load(text)["policies"]) == 12


BAD = """\
policies:
  - action_type: a
    pattern: approval_gate
    risk: critical
    sla_minutes: 0
    quorum: 1
    breach_action: approve
  - action_type: b
    pattern: exception_based
    risk: low
    condition: payload.amount > 3 or confidence < 0.8
    reason: x
  - action_type: good
    pattern: none
    risk: low
  - pattern: none
    risk: low
    speed: fast
  - action_type: c
    pattern: none
    risk: low
    quorum: "2"
    quorum: 3
"""


def test_every_mistake_is_named_with_its_line_and_nothing_is_loaded() -> None:
    with pytest.raises(InvalidFile) as refusal:
        load(BAD)

    assert [(error.line, error.field) for error in refusal.value.errors] == [
        (2, "escalation"),
        (5, "sla_minutes"),
        (6, "quorum"),
        (7, "breach_action"),
        (11, "condition"),
        (16, "action_type"),
        (18, ""),
        (22, "quorum"),
        (23, "quorum"),
    ]
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1"),
        ("policies: [", "line 1"),
        ("- a", "line 1"),
        ("policies: 3", "a list under policies"),
        ("rules: []", "There is no field rules"),
        ("policies:\n  - 3", "line 2"),
        ("policies:\n  - !!python/object:os.system {}", "line 2"),
        ("policies:\n  - {action_type: a, pattern: none, risk: low}\n  - {action_type: a, pattern: none, risk: low}", "line 2 already"),
        ("policies:\n  - {action_type: a, pattern: exception_based, risk: low, minimum_confidence: 0.8}", "reason"),
        ("policies:\n  - {action_type: a, pattern: none, risk: low, escalation: [{emails: 3, after_minutes: 0}]}", "Step 1 names nobody"),
        ("policies:\n  - {action_type: a, pattern: none, risk: low, notes: !!binary x}", "notes"),
        ("policies:\n  - {action_type: a, pattern: none, risk: low, required_evidence_tones: [gold]}", "required_evidence_tones"),
        ("x" * 300_000, "256 KiB"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InvalidFile, match=sentence):
        load(text)

    assert not Policy.objects.exists()


@pytest.mark.shows("letting-go-takes-evidence")
def test_a_switch_to_letting_go_needs_its_reason_here_too() -> None:
    load(TEMPLATE)
    text = "policies:\n  - {action_type: external_email, pattern: exception_based, risk: low, minimum_confidence: 0.1}"

    with pytest.raises(InvalidFile, match="reason: People decided 0 requests"):
        load(text)


def test_the_commands_load_and_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_user("boss@example.com")
    call_command("load_policies", str(policy.TEMPLATE), "--by", "boss@example.com")
    shown = capsys.readouterr()
    assert "11 published, 0 unchanged." in shown.out
    assert "Look again: external_email: Nobody with an account" in shown.err
    assert Policy.objects.get(action_type="crm_update").created_by.email == "boss@example.com"

    call_command("export_policies")
    path = tmp_path / "table.yaml"
    path.write_text(capsys.readouterr().out)
    call_command("load_policies", str(path))

    assert "0 published, 11 unchanged." in capsys.readouterr().out


def test_loading_a_quorum_above_its_reviewers_says_look_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(
        "policies:\n  - {action_type: a, pattern: approval_gate, risk: low, sla_minutes: 60, quorum: 2,\n"
        "     reviewers: [a@example.com], escalation: [{after_minutes: 0, emails: [b@example.com]}]}"
    )

    call_command("load_policies", str(path))

    assert "Look again: a: It takes 2 approvals and names 1 reviewer" in capsys.readouterr().err


def test_the_template_gives_nothing_to_look_at_but_its_addresses() -> None:
    for address in re.findall(r"[a-z-]+@example\.com", TEMPLATE):
        make_user(address)

    assert load(TEMPLATE).warnings == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("missing.yaml",), "cannot be read"),
        ((str(policy.TEMPLATE), "--by", "x@y.z"), "No active account"),
    ],
)
def test_the_command_refuses_nonsense(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("load_policies", *arguments)
