"""Many agents are answered from one look at the database: each hears exactly what Django would tell it, and no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import pytest
from django.db import connection
from django.http import HttpResponse

from approvals import keys, lifecycle
from approvals.lifecycle import Report
from approvals.live.answer import Answer
from approvals.live.asking import WITHOUT_EFFECT, Asking
from approvals.live.django import Django, Scope
from approvals.live.together import Asked, look
from approvals.models import AgentKey, Approval
from audit.message import SYSTEM
from tests.approvals.live.test_waiting import soon, wait
from tests.factories import approve, make_agent, make_approval, make_key, make_user, reject
from tests.outages import outage
from tests.site.real_processes import within
from tests.traffic import traffic
from tests.unsaid import told_of

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")

look_woken = partial(look, with_pending=False)
look_arriving = partial(look, with_pending=True)


class CountingDjango(Django):
    """Knows how often it was asked."""

    asked = 0

    async def ask(self, scope: Scope, *, is_woken: bool = False) -> Any:
        self.asked += 1
        return await super().ask(scope, is_woken=is_woken)


def on_a_loop(work: Coroutine[Any, Any, T]) -> T:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def a_wait(approval: Approval, token: str, *more: tuple[bytes, bytes]) -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": f"/api/v1/approvals/{approval.pk}/wait",
        "query_string": b"timeout=30",
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"host", b"localhost"), *more],
    }


def claimed(approval: Approval, key: AgentKey) -> None:
    approve(approval, by=make_user())
    claim = lifecycle.claim(approval.pk, by=key)
    digest = bytes(approval.version(1).sha256)
    lifecycle.report(approval.pk, Report(claim.claim_id, "succeeded", digest, "Sent."), by=key)


ENDS: dict[str, Callable[[Approval, AgentKey], object]] = {
    "pending": lambda approval, key: None,
    "approved": lambda approval, key: approve(approval, by=make_user()),
    "edited": lambda approval, key: approve(
        approval, by=make_user(), edited={**approval.version(1).value, "subject": "Ours"}
    ),
    "rejected": lambda approval, key: reject(approval, by=make_user(), comment="Too early."),
    "cancelled": lambda approval, key: lifecycle.cancel(approval.pk, by=key),
    "claimed": claimed,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_the_answer_is_to_the_byte_that_of_django(end: Callable[[Approval, AgentKey], object]) -> None:
    (key, token), django = make_key(), CountingDjango()
    known, asked = make_approval(key=key), make_approval(key=key)
    end(asked, key)

    async def both() -> tuple[Answer, Answer]:
        asking = Asking(django)
        with asking.standing_by():
            await asking.first(a_wait(known, token), str(known.pk))
            looked_up = await asking.first(a_wait(asked, token), str(asked.pk))
        assert django.asked == 1, "the second answer came from a look"
        return looked_up, Answer.of(await django.ask(a_wait(asked, token)))

    looked_up, by_django = on_a_loop(both())

    assert looked_up == by_django


@pytest.mark.parametrize("name", sorted(WITHOUT_EFFECT - {b"authorization"}))
def test_a_header_left_out_of_account_changes_nothing_in_the_answer(name: bytes) -> None:
    approval, (_, token) = make_approval(), make_key()

    async def with_and_without() -> list[Answer]:
        scopes = a_wait(approval, token), a_wait(approval, token, (name, b"de, 1;q=0.5"))
        return [Answer.of(await Django().ask(scope)) for scope in scopes]

    without, with_it = on_a_loop(with_and_without())

    assert with_it == without


@pytest.mark.parametrize("number", [1, 20])
def test_however_many_are_woken_one_look_takes_three_statements(number: int) -> None:
    """The keys, the requests, and what the log says of those whose agents are to proceed."""
    key, token = make_key()
    approvals = [make_approval(key=key) for _ in range(number)]
    for approval in approvals:
        approve(approval, by=make_user())
    asked = [Asked(approval.pk, token) for approval in approvals]
    look_woken(asked)

    with traffic() as seen:
        found = look_woken(asked)

    assert all(one and not one.is_pending for one in found)
    assert (seen.statements, seen.round_trips) == (3, 3)


def test_the_use_of_many_keys_is_noted_by_one_statement_more() -> None:
    agent, approval = make_agent(), make_approval()
    tokens = [make_key(agent)[1] for _ in range(5)]
    look_woken([])

    with traffic() as seen:
        look_woken([Asked(approval.pk, token) for token in tokens])

    assert seen.statements == 3
    assert not AgentKey.objects.filter(agent=agent, last_used_at=None).exclude(pk=approval.key_id).exists()


def test_however_many_arrive_their_warnings_are_looked_up_together() -> None:
    key, token = make_key()
    counts = []
    for number in (1, 10):
        approvals = [make_approval(key=key) for _ in range(number)]
        with traffic() as seen:
            found = look_arriving([Asked(approval.pk, token) for approval in approvals])
        assert all(one and one.body for one in found)
        counts.append(seen.statements)

    assert counts[1] <= counts[0]


def revoke(key: AgentKey) -> None:
    keys.revoke_key(key, by=SYSTEM)


def expire(key: AgentKey) -> None:
    with told_of(key.agent.as_subject(), "agent.key_revoked"):
        AgentKey.objects.filter(pk=key.pk).update(expires_at=key.created_at + timedelta(microseconds=1))


def deactivate(key: AgentKey) -> None:
    key.agent.is_active = False
    keys.change_agent(key.agent, by=SYSTEM, changed=["is_active"])


def close_owner(key: AgentKey) -> None:
    lifecycle.close_account(key.owner, by=SYSTEM)


def rotate(key: AgentKey) -> None:
    keys.rotate_key(key, by=SYSTEM, overlap=timedelta(0))


@pytest.mark.shows("keys-stop-with-their-owner")
@pytest.mark.parametrize("end", [revoke, expire, deactivate, close_owner, rotate])
def test_a_key_that_ends_while_its_agent_waits_gets_401_and_no_payload(
    end: Callable[[AgentKey], None],
) -> None:
    (key, token), reviewer = make_key(), make_user()
    approval = make_approval(key=key)

    def end_then_decide() -> None:
        within(10, lambda: AgentKey.objects.filter(pk=key.pk, last_used_at__isnull=False).exists())
        time.sleep(0.3)  # the answer is on its way to those who wait
        end(key)
        approve(approval, by=reviewer)

    thread = soon(end_then_decide, 0)

    status, body = wait(approval, token)
    thread.join()

    assert (status, body["type"]) == (401, "urn:countersign:problem:unauthenticated")
    assert "payload" not in body
    assert AgentKey.objects.get(pk=key.pk).refused_at is None  # it was sent while the key was valid


@pytest.mark.shows("a-stolen-key")
def test_a_wait_that_is_sent_after_the_keys_end_is_noted() -> None:
    key, token = make_key()
    approval = make_approval(key=key)
    revoke(key)

    status, _ = wait(approval, token)

    assert status == 401
    assert AgentKey.objects.get(pk=key.pk).refused_at


def test_a_look_answers_nobody_about_another_agents_request() -> None:
    other, (_, token) = make_agent("Other agent"), make_key()
    theirs = make_approval(key=make_key(other)[0])
    own = make_approval(key=AgentKey.objects.exclude(agent=other).first())

    found = look_arriving([Asked(theirs.pk, token), Asked(own.pk, token), Asked(own.pk, token[:-1] + "~")])

    assert [bool(one) for one in found] == [False, True, False]


POWERS = {
    "scope": keys.Powers(scopes=["submit", "claim"]),
    "action type": keys.Powers(action_types=["refund"]),
    "workflow": keys.Powers(workflows=["billing"]),
}


@pytest.mark.shows("keys-stay-in-scope")
@pytest.mark.parametrize(("what", "status"), [("scope", 403), ("action type", 404), ("workflow", 404)])
def test_a_key_waits_only_for_what_it_may_read(what: str, status: int) -> None:
    (whole, token), (_, narrow) = make_key(), make_key(powers=POWERS[what])
    approval, django = make_approval(key=whole), CountingDjango()

    async def learnt_then_asked() -> tuple[Answer, Answer, Answer]:
        asking, scope = Asking(django), a_wait(approval, narrow)
        with asking.standing_by():
            await asking.first(a_wait(approval, token), str(approval.pk))
            arriving = await asking.first(scope, str(approval.pk))
            woken = await asking.again(scope, str(approval.pk))
        return arriving, woken, Answer.of(await django.ask(scope))

    answers = on_a_loop(learnt_then_asked())

    assert [answer.status for answer in answers] == [status] * 3
    assert look_arriving([Asked(approval.pk, narrow)]) == [None]


def test_who_waits_is_noted_with_the_address_of_the_connection() -> None:
    (key, token), (_, other) = make_key(), make_key()
    approval = make_approval(key=key)

    async def twice() -> None:
        asking, scope = Asking(Django()), {**a_wait(approval, token), "client": ("192.0.2.7", 40000)}
        with asking.standing_by():
            await asking.first(a_wait(approval, other), str(approval.pk))
            await asking.first(scope, str(approval.pk))

    on_a_loop(twice())

    assert AgentKey.objects.get(pk=key.pk).last_used_from == "192.0.2.7"


def test_a_connection_that_the_server_ended_is_opened_anew() -> None:
    approval, (_, token) = make_approval(), make_key()
    look_woken([Asked(approval.pk, token)])
    ended = connection.connection.info.backend_pid
    with ThreadPoolExecutor(1) as pool:
        pool.submit(end_backend, ended).result()

    (found,) = look_woken([Asked(approval.pk, token)])

    assert found is not None


def end_backend(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close()


@pytest.mark.shows("the-database-is-away")
def test_who_is_woken_while_the_database_is_away_is_told_when_to_come_back() -> None:
    approval, (_, token) = make_approval(), make_key()

    asking, scope = Asking(Django()), a_wait(approval, token)
    before = on_a_loop(asking.first(scope, str(approval.pk)))

    with outage(), asking.standing_by():
        answer = on_a_loop(asking.again(scope, str(approval.pk), before))
    approve(approval, by=make_user())

    assert (answer.status, dict(answer.headers)[b"retry-after"]) == (503, b"2")
    assert wait(approval, token)[1]["status"] == "approved"


def test_agents_who_come_at_once_while_nothing_can_be_learnt_are_all_answered() -> None:
    """The database is away: each is told so by Django, whoever of them is answered first."""
    pauses = iter([0.01, 0.02, 0.05, 0.04, 0.03])

    class Away(Django):
        async def ask(self, scope: Any, *, is_woken: bool = False) -> HttpResponse:
            await asyncio.sleep(next(pauses))
            return HttpResponse(status=503)

    scope = {"type": "http", "query_string": b"", "headers": []}

    async def all_at_once() -> list[int]:
        asking = Asking(Away())
        answers = await asyncio.gather(*(asking.first(scope, str(UUID(int=1))) for _ in range(5)))
        return [answer.status for answer in answers]

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, all_at_once()).result() == [503] * 5
