"""Two acts on one request at the same moment: an ending that is allowed, and the log says the same."""

from __future__ import annotations

import pytest

from audit.verify import everything
from tests.races.pairs import RACES, run
from tests.races.soundness import faults

pytestmark = pytest.mark.django_db(transaction=True)

QUORUM_OF_TWO = "approve/approve at quorum 2"


@pytest.mark.shows("decisions-race")
@pytest.mark.parametrize("name", [name for name in RACES if name != QUORUM_OF_TWO])
def test_one_comes_first_and_the_other_is_told_so(name: str) -> None:
    assert_all_sound(name, rounds=100)


@pytest.mark.shows("decisions-race")
def test_two_votes_at_once_never_leave_a_request_stuck() -> None:
    assert_all_sound(QUORUM_OF_TWO, rounds=200)


def assert_all_sound(name: str, *, rounds: int) -> None:
    """Every round by itself, which `run` judges, then the whole log; and each side came first at times."""
    tally = run(RACES[name], rounds=rounds)

    assert tally.first[0] + tally.first[1] == rounds
    assert min(tally.first[0], tally.first[1]) > 0, f"no race: {tally}"
    assert everything().events > rounds
    assert faults() == []
