"""Policies in the admin: each change is a version of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Policy
from audit.models import Event
from grants.models import User
from tests.approvals.admin.second import agree
from tests.factories import make_policy

pytestmark = pytest.mark.django_db

ADD = "/admin/approvals/policy/add/"


def _change(policy: Policy) -> str:
    return reverse("admin:approvals_policy_change", args=[policy.pk])


def _form(**fields: Any) -> dict[str, Any]:
    terms = {
        "pattern": "approval_gate",
        "risk": "medium",
        "sla_minutes": "60",
        "validity_minutes": "1440",
        "quorum": "1",
    }
    return {**terms, "reviewers": "", **fields}


def test_adding_publishes_version_1(admin: Client, administrator: User) -> None:
    response = admin.post(ADD, _form(action_type="refund", workflow="", reviewers="Finance@Example.com"))
    agree()

    policy = Policy.objects.get(action_type="refund")
    assert response.status_code == 302
    assert (policy.version, policy.reviewers, policy.created_by) == (
        1,
        ["finance@example.com"],
        administrator,
    )


def test_changing_publishes_the_next_version_and_keeps_the_one_before(admin: Client) -> None:
    first = make_policy("refund", risk="low")

    admin.post(_change(first), _form(risk="high"))

    first.refresh_from_db()
    second = Policy.objects.current().get(action_type="refund")
    assert (first.risk, first.retired_at is None) == ("low", False)
    assert (second.version, second.risk) == (2, "high")
    assert Event.objects.filter(type="policy.changed").count() == 2


def test_tones_of_evidence_are_ticked_and_shown_again(admin: Client) -> None:
    admin.post(ADD, _form(action_type="refund", required_evidence_tones=["red", "any"]))
    agree()

    policy = Policy.objects.get(action_type="refund")
    assert policy.required_evidence_tones == ["red", "any"]
    assert admin.get(_change(policy)).content.count(b" checked") == 2


def test_a_tone_that_there_is_not_is_refused(admin: Client) -> None:
    response = admin.post(ADD, _form(action_type="refund", required_evidence_tones=["gold"]))

    assert response.context["adminform"].form.errors["required_evidence_tones"]
    assert not Policy.objects.exists()


def test_change_never_moves_a_policy_to_another_action_type(admin: Client) -> None:
    first = make_policy("refund")

    admin.post(_change(first), _form(action_type="payout", workflow="elsewhere"))

    assert Policy.objects.current().get().action_type == "refund"


@pytest.mark.parametrize("field", ["sla_minutes", "validity_minutes"])
@pytest.mark.parametrize("value", ["0", "-5"])
def test_minutes_are_above_zero(admin: Client, field: str, value: str) -> None:
    response = admin.post(ADD, _form(action_type="refund", **{field: value}))

    assert response.status_code == 200
    assert response.context["errors"]
    assert not Policy.objects.exists()


def test_second_first_version_is_refused_with_a_sentence(admin: Client) -> None:
    make_policy("refund")

    response = admin.post(ADD, _form(action_type="refund", workflow=""))

    assert "This policy exists already" in response.content.decode()
    assert Policy.objects.count() == 1


def test_reviewer_without_an_address_is_refused(admin: Client) -> None:
    response = admin.post(ADD, _form(action_type="refund", reviewers="finance@example.com,finance"))

    assert response.context["errors"]
    assert not Policy.objects.exists()


def test_saving_a_version_that_was_replaced_meanwhile_changes_nothing(admin: Client) -> None:
    first = make_policy("refund")
    make_policy("refund", risk="high")

    response = admin.post(_change(first), _form(risk="low"), follow=True)

    assert "Nothing was changed" in response.content.decode()
    assert Policy.objects.current().get(action_type="refund").risk == "high"


def test_list_shows_current_versions_and_on_request_all(admin: Client) -> None:
    make_policy("refund")
    make_policy("refund")

    assert len(admin.get("/admin/approvals/policy/").context["cl"].result_list) == 1
    assert len(admin.get("/admin/approvals/policy/?version=all").context["cl"].result_list) == 2


def test_retired_version_is_read_only(admin: Client) -> None:
    first = make_policy("refund")
    make_policy("refund")

    response = admin.get(_change(first))

    assert not response.context["has_change_permission"]
    assert b'name="_save"' not in response.content


def test_policy_is_never_deleted(admin: Client) -> None:
    policy = make_policy("refund")

    assert (
        admin.post(reverse("admin:approvals_policy_delete", args=[policy.pk]), {"post": "yes"}).status_code
        == 403
    )


CRITICAL = {
    "risk": "critical",
    "quorum": "2",
    "escalation": "0: cfo@example.com\n60: ceo@example.com, x@example.com",
}


def test_ladder_is_written_a_step_a_line_and_shown_so_again(admin: Client) -> None:
    admin.post(ADD, _form(action_type="payment", **CRITICAL))
    agree()

    policy = Policy.objects.get(action_type="payment")
    assert policy.escalation == [
        {"emails": ["cfo@example.com"], "after_minutes": 0},
        {"emails": ["ceo@example.com", "x@example.com"], "after_minutes": 60},
    ]
    assert policy.breach_action == "escalate"
    assert b"60: ceo@example.com, x@example.com" in admin.get(_change(policy)).content


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({**CRITICAL, "quorum": "1"}, "quorum", "at least two people"),
        ({"quorum": "0"}, "quorum", "greater than or equal to 1"),
        ({**CRITICAL, "escalation": ""}, "escalation", "somebody to escalate to"),
        ({**CRITICAL, "breach_action": "reject"}, "breach_action", "held and escalated"),
        ({"breach_action": "approve"}, "breach_action", "valid choice"),
        ({"escalation": "cfo@example.com"}, "escalation", "minutes and a colon first"),
        ({"escalation": "5: nobody"}, "escalation", "not an e-mail address"),
        ({"condition": "payload.amount > 3 or true"}, "condition", "payload.amount &gt; 3 »or« true"),
        (
            {"pattern": "exception_based", "reason": "x"},
            "pattern",
            "minimum confidence, a condition, or both",
        ),
        ({"pattern": "exception_based", "minimum_confidence": "0.8"}, "reason", "try it in shadow first"),
        ({"minimum_confidence": "1.1"}, "minimum_confidence", "less than or equal to 1"),
        ({"reminder_share": "2"}, "reminder_share", "less than or equal to 1"),
        ({"locked_fields": "to"}, "locked_fields", "write it as /to"),
        ({"risk": "high", "allow_self_approval": "on"}, "allow_self_approval", "decides for themselves"),
        ({"pattern": "none", "shadow_condition": "false"}, "shadow_condition", "behind an approval gate"),
        ({"action_type": "two words"}, "action_type", "no spaces"),
    ],
)
def test_what_is_unfit_is_told_beside_its_field(
    admin: Client, fields: dict[str, str], name: str, sentence: str
) -> None:
    response = admin.post(ADD, _form(**{"action_type": "refund", **fields}))

    form = response.context["adminform"].form
    assert sentence in str(form.errors[name])
    assert not Policy.objects.exists()


def test_reason_is_of_one_change_and_never_carried_to_the_next(admin: Client) -> None:
    terms = {"pattern": "exception_based", "minimum_confidence": "0.8"}
    admin.post(ADD, _form(action_type="refund", reason="Tried elsewhere for a year", **terms))
    agree()

    policy = Policy.objects.get(action_type="refund")
    assert policy.reason == "Tried elsewhere for a year"
    assert b"Tried elsewhere" not in admin.get(_change(policy)).content


@pytest.mark.shows("mail-to-strangers")
def test_assignees_from_outside_are_allowed_where_an_administrator_ticks_it(admin: Client) -> None:
    make_policy("refund")
    untold = Policy.objects.current().get(action_type="refund")
    page = admin.get(_change(untold)).content.decode()

    admin.post(_change(untold), _form(allow_outside_assignees="on", version=str(untold.version)))
    agree()

    assert "assignees outside the organisation" in page
    assert not untold.allow_outside_assignees
    assert Policy.objects.current().get(action_type="refund").allow_outside_assignees
