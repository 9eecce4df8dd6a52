"""A candidate condition: what it would have done, and when actions may run without people by it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from approvals import lifecycle
from approvals.models import Policy
from approvals.policy import ShadowSummary, candidate, shadow_summary
from audit.models import Event
from tests.factories import approve, make_approval, make_key, make_policy, make_user, reject

pytestmark = pytest.mark.django_db


class TestSwitchingToLettingGo:
    TERMS = {"pattern": "exception_based", "minimum_confidence": 0.8, "reason": ""}

    @pytest.mark.shows("letting-go-takes-evidence")
    def test_it_is_refused_without_a_trial(self) -> None:
        make_policy("refund")

        with pytest.raises(ValidationError, match="decided 0 requests"):
            make_policy("refund", **self.TERMS)

    @pytest.mark.shows("letting-go-takes-evidence")
    def test_a_reason_is_enough_and_audited(self) -> None:
        make_policy("refund")

        policy = make_policy("refund", **{**self.TERMS, "reason": "Tried for a year elsewhere"})

        event = Event.objects.filter(type="policy.changed").order_by("-seq").first()
        body = json.loads(bytes(event.body.content))
        assert policy.version == 2
        assert body["data"]["reason"] == "Tried for a year elsewhere"

    def test_none_after_a_gate_is_the_same_step(self) -> None:
        make_policy("refund")

        with pytest.raises(ValidationError, match="nobody needs to look"):
            make_policy("refund", pattern="none")

    def test_a_later_change_of_what_already_runs_needs_none(self) -> None:
        make_policy("refund", **{**self.TERMS, "reason": "starting policy"})

        assert make_policy("refund", **{**self.TERMS, "minimum_confidence": 0.9}).version == 2

    @pytest.mark.shows("letting-go-takes-evidence")
    def test_thirty_decided_requests_beside_the_same_condition_are_enough(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(candidate, "ENOUGH", 2)
        condition = "payload.amount > 100"
        policy = make_policy("refund", minimum_confidence=0.8, shadow_condition=condition)
        for amount in (5, 500):
            approve(_shadowed(policy, amount), by=make_user())

        with pytest.raises(ValidationError):
            make_policy("refund", **{**self.TERMS, "condition": "payload.amount > 999999"})
        with pytest.raises(ValidationError):
            make_policy("refund", **{**self.TERMS, "condition": condition, "minimum_confidence": 0.1})

        assert make_policy("refund", **{**self.TERMS, "condition": condition}).version == 2


def _shadowed(policy: Policy, amount: int, **fields: Any) -> Any:
    return make_approval(policy=policy, payload={"amount": amount}, confidence=0.9, **fields)


def test_a_candidate_is_summed_up_by_how_people_decided() -> None:
    policy = make_policy("refund", minimum_confidence=0.8, shadow_condition="payload.amount > 100")
    person = make_user()
    approve(_shadowed(policy, 5), by=person)
    approve(_shadowed(policy, 6), by=person, edited={"amount": 7})
    reject(_shadowed(policy, 8), by=person)
    approve(_shadowed(policy, 500), by=person)
    lifecycle.cancel(_shadowed(policy, 9).pk, by=make_key()[0])
    _shadowed(policy, 10)

    assert shadow_summary(policy) == ShadowSummary(decided=4, would_run=3, overruled=2, waiting=1)


def test_a_shadowed_request_gates_and_keeps_what_the_candidate_said() -> None:
    policy = make_policy("refund", minimum_confidence=0.8, shadow_condition="payload.amount > 100")

    small, large = _shadowed(policy, 5), _shadowed(policy, 500)

    assert (small.status, small.shadow_would_run) == ("pending", True)
    assert (large.status, large.shadow_would_run) == ("pending", False)
    assert "condition holds" in large.shadow_reason
