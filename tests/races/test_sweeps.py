"""Two beats and ten sweeps at once, and people who decide meanwhile: one breach, and everybody told once."""

from __future__ import annotations

from collections import Counter

import pytest

from approvals import tasks
from approvals.lifecycle import sla
from approvals.models import Approval, Notification
from audit.models import Event
from audit.verify import everything
from tests.factories import age, make_approval, make_key, make_policy, make_user
from tests.races.acts import approving
from tests.races.arena import Act, Arena
from tests.races.soundness import faults

pytestmark = pytest.mark.django_db(transaction=True)

SWEEPS = 12
REQUESTS = 120
ROUNDS = 40


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sla, "BATCH", 10)


def sweeping() -> str:
    tasks.sweep()
    return "swept"


def breaches() -> Counter[str]:
    found = Event.objects.filter(type="approval.sla_breach").values_list("subject_id", flat=True)
    return Counter(found)


@pytest.mark.shows("a-breach-is-noted-once")
def test_two_beats_and_ten_sweeps_note_each_breach_once() -> None:
    make_user("sales@example.com")
    ladder = [{"emails": ["lead@example.com"], "after_minutes": 0}]
    policies = [
        make_policy(action, breach_action=action, escalation=ladder)
        for action in ("notify", "escalate", "reject")
    ]
    key, _ = make_key()
    approvals = [
        age(make_approval(key=key, policy=policies[number % 3]), hours=2) for number in range(REQUESTS)
    ]

    with Arena(SWEEPS, spread=0.2, seed="sweeps") as arena:
        attempts = arena.run([sweeping] * SWEEPS)

    assert {attempt.word for attempt in attempts} == {"swept"}
    assert breaches() == Counter(str(approval.pk) for approval in approvals)
    told = Counter(
        Notification.objects.exclude(kind="requested").values_list("approval", "kind", "recipient")
    )
    assert set(told.values()) == {1}
    assert len(told) == REQUESTS + REQUESTS // 3
    assert faults() == []
    assert everything(with_tables=False).events  # `age` moves the rows' times around the log


@pytest.mark.shows("a-breach-is-noted-once")
@pytest.mark.parametrize(
    ("breach_action", "ending", "word"),
    [("notify", "approved", "approved"), ("reject", "rejected", "AlreadyDecided")],
)
def test_a_decision_and_a_sweep_in_the_same_moment_note_one_breach(
    breach_action: str, ending: str, word: str
) -> None:
    person, (key, _) = make_user("sales@example.com"), make_key()
    policy = make_policy(breach_action=breach_action)

    with Arena(2, spread=0.008, seed=breach_action) as arena:
        for _ in range(ROUNDS):
            approval = age(make_approval(key=key, policy=policy), hours=2)
            acts: list[Act] = [approving(approval, person), sweeping]
            assert [attempt.word for attempt in arena.run(acts)] == [word, "swept"]
            assert Approval.objects.get(pk=approval.pk).status == ending

    assert set(breaches().values()) == {1}
    assert len(breaches()) == ROUNDS
    assert faults() == []
