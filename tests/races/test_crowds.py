"""Many at once on one request: one decides it, everybody else is told that it is decided."""

from __future__ import annotations

from collections import Counter

import pytest

from approvals.models import Approval
from audit.verify import everything
from grants.models import User
from tests.factories import make_approval, make_key, make_user
from tests.races.acts import approving, rejecting
from tests.races.arena import Act, Arena
from tests.races.soundness import faults

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 20
ROUNDS = 100


@pytest.mark.shows("decisions-race")
def test_of_twenty_who_decide_at_once_one_wins() -> None:
    people = [make_user(f"reviewer-{number}@example.com") for number in range(CROWD)]
    key, _ = make_key()
    winners: Counter[str] = Counter()

    with Arena(CROWD) as arena:
        for _ in range(ROUNDS):
            approval = make_approval(key=key, assignees=tuple(person.email for person in people))
            words = Counter(attempt.word for attempt in arena.run(deciding(approval, people)))
            status = Approval.objects.get(pk=approval.pk).status
            assert words == {status: 1, "AlreadyDecided": CROWD - 1}
            winners[status] += 1

    assert set(winners) == {"approved", "rejected"}
    assert faults() == []
    assert everything().events > 3 * ROUNDS


def deciding(approval: Approval, people: list[User]) -> list[Act]:
    """One half wants to approve, the other to reject."""
    half = len(people) // 2
    return [approving(approval, by) for by in people[:half]] + [
        rejecting(approval, by) for by in people[half:]
    ]
