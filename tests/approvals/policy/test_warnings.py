"""What somebody should look at again in a table of policies."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.models import Policy
from approvals.policy import warnings
from tests.factories import make_policy, make_user

pytestmark = pytest.mark.django_db

LADDER = [{"emails": ["cfo@example.com"], "after_minutes": 0}]
CRITICAL = {"risk": "critical", "quorum": 2, "breach_action": "escalate", "escalation": LADDER}


def _policy(**terms: Any) -> Policy:
    return Policy(**{"action_type": "refund", "risk": "low", "sla_minutes": 60, **terms})


class TestWarnings:
    def test_one_reviewer_for_everything(self) -> None:
        policies = [
            make_policy(name, reviewers=["a@example.com", f"{name}@example.com"]) for name in ("x1", "x2")
        ]

        assert [s[:13] for s in warnings.warnings_of_table(policies)] == ["a@example.com"]

    def test_nobody_with_an_account(self) -> None:
        policy = make_policy(reviewers=["ghost@example.com"])

        assert "Nobody with an account" in warnings.of_people([policy])[policy][0]

    def test_a_slow_critical_policy(self) -> None:
        make_user("a@example.com")
        make_user("escalation@example.com")
        policy = make_policy(risk="critical", sla_minutes=241, reviewers=["a@example.com"])

        assert warnings.of_people([policy])[policy] == [
            "A critical action may wait 241 minutes: that is over four hours."
        ]


class TestTermsToLookAtAgain:
    """What a policy says that is odd whoever its people are; the rest of it is as it should be."""

    GOOD = {"reviewers": ["a@example.com", "b@example.com"], "escalation": LADDER}

    def sentences(self, **terms: Any) -> list[str]:
        return warnings.of_terms(_policy(**{**self.GOOD, **terms}))

    def test_a_good_policy_has_none(self) -> None:
        assert self.sentences() == []

    @pytest.mark.parametrize(
        ("terms", "words"),
        [
            ({"sla_minutes": None}, "It has no SLA"),
            ({"sla_minutes": 30 * 24 * 60 + 1440}, "may wait 31 days"),
            ({"escalation": [{"emails": ["a@x.example"], "after_minutes": 60}, *LADDER]}, "out of order"),
            ({"escalation": [], "breach_action": "escalate"}, "nobody is on its ladder"),
            ({"escalation": [], "risk": "high"}, "It escalates when the deadline passes"),
            ({"escalation": []}, "An agent can raise it to critical"),
            ({"escalation": [], "pattern": "none"}, "An agent can raise it to critical"),
            ({"quorum": 3}, "takes 3 approvals and names 2 reviewers"),
            ({**CRITICAL, "reviewers": ["a@example.com"]}, "takes 2 approvals and names 1 reviewer:"),
            ({"condition": "true"}, "Its condition is ignored"),
            ({"minimum_confidence": 0.8}, "Its minimum confidence is ignored"),
            ({"pattern": "none", "condition": "true", "minimum_confidence": 0.8}, "confidence are ignored"),
            ({**CRITICAL, "pattern": "exception_based", "condition": "true"}, "whatever these say"),
            ({"pattern": "exception_based", "condition": "risk == 'hgih'"}, "can no longer be read"),
        ],
    )
    def test_each_is_told(self, terms: dict[str, Any], words: str) -> None:
        assert [words in sentence for sentence in self.sentences(**terms)] == [True]

    @pytest.mark.parametrize(
        "terms",
        [
            {"sla_minutes": 30 * 24 * 60},
            {"pattern": "draft_only", "sla_minutes": None, "escalation": []},
            {"pattern": "exception_based", "minimum_confidence": 0.8, "condition": "true"},
            {"minimum_confidence": 0.8, "shadow_condition": "false"},
            {"quorum": 2},
            {"escalation": [*LADDER, *LADDER]},
        ],
    )
    def test_what_is_as_it_should_be_is_not(self, terms: dict[str, Any]) -> None:
        assert self.sentences(**terms) == []

    def test_one_reviewer_alone_in_most_policies(self) -> None:
        several = [_policy(action_type=f"a{n}", reviewers=["a@example.com"]) for n in range(3)]
        others = [
            _policy(action_type=f"b{n}", reviewers=["b@example.com", f"{n}@example.com"]) for n in range(2)
        ]

        assert warnings.warnings_of_table([*several, *others]) == [
            "a@example.com is the only reviewer of 3 of 5 policies: add another reviewer."
        ]
        assert warnings.warnings_of_table([*several[:2], *others]) == []
