"""`kill -9` of a web process while agents submit and claim and reviewers decide."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command

from approvals.models import Approval, Claim
from tests.crashes.posters import Poster
from tests.crashes.processes import Prefork
from tests.factories import make_key, make_policy, make_user
from tests.races.soundness import faults

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 50
POSTERS = 4
A_REQUEST_TAKES = 0.04  # seconds, about: each kill falls somewhere into it


@pytest.mark.shows("no-change-without-its-event")
def test_fifty_killed_web_processes_leave_no_state_without_its_event_nor_lose_what_they_acknowledged() -> (
    None
):
    make_policy()
    token = make_key()[1]
    with Prefork("web") as web:
        posters = [Poster(web.port, token, make_user(f"p{number}@example.com")) for number in range(POSTERS)]
        for poster in posters:
            poster.start()
        kill_again_and_again(web, posters)
        stop(web, posters)

    counts = sum((poster.told.counts for poster in posters), Counter())
    assert counts["unanswered"] >= KILLS
    assert_stored(posters)
    assert faults() == []
    call_command("verify_audit", stdout=StringIO())  # leaves with its exit code where it is not 0


def kill_again_and_again(web: Prefork, posters: list[Poster]) -> None:
    moments = random.Random(KILLS)
    for _ in range(KILLS):
        pid = web.start()
        wait_for_answers(posters)
        time.sleep(moments.uniform(0, A_REQUEST_TAKES))
        os.kill(pid, signal.SIGKILL)
        assert web.wait() == -signal.SIGKILL


def wait_for_answers(posters: list[Poster]) -> None:
    """From the process that has just begun, for everybody: then all of them are in the midst of something."""
    for poster in posters:
        poster.answered.clear()
    assert all(poster.answered.wait(20) for poster in posters)


def stop(web: Prefork, posters: list[Poster]) -> None:
    """With a process that is not killed, so that what was begun is brought to its end."""
    pid = web.start()
    for poster in posters:
        poster.stopping.set()
    for poster in posters:
        poster.join()
    os.kill(pid, signal.SIGKILL)
    web.wait()


def assert_stored(posters: list[Poster]) -> None:
    status = {str(pk): status for pk, status in Approval.objects.values_list("pk", "status")}
    claims = {str(pk): str(claim_id) for pk, claim_id in Claim.objects.values_list("pk", "claim_id")}
    told = [poster.told for poster in posters]
    assert set().union(*(each.submitted for each in told)) == set(status)
    assert {pk: as_ for each in told for pk, as_ in each.decided.items()} == status
    assert {pk: claim for each in told for pk, claim in each.claimed.items()} == claims
