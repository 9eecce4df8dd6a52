"""How many decisions a second, against raw SQL that writes the same rows in one transaction?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from urllib.parse import urlencode

from ground import ground
from hot import show
from load import load, request

DECISIONS, ROUNDS = 200, 3


def main() -> None:
    from tests.factories import make_key, make_user

    reviewer, key = make_user("sales@example.com"), make_key()[0]
    rates = [
        (
            _rate(_lifecycle(_pending(key), reviewer)),
            _rate([partial(_raw, approval, reviewer) for approval in _pending(key)]),
        )
        for _ in range(ROUNDS + 1)
    ]
    ours, raw = (median(rate[side] for rate in rates[1:]) for side in (0, 1))  # the first round warms up
    print(f"lifecycle.approve: {ours:,.0f}/s   raw SQL: {raw:,.0f}/s   ratio {ours / raw:.2f}   (one thread)")
    pages = median(_through_the_page(key, reviewer))
    print(f"POST …/decision/ under granian, 12 at once: {pages:,.0f}/s")
    print("Where lifecycle.approve spends its time (one thread, cProfile):")
    acts = _lifecycle(_pending(key), reviewer)
    show(lambda: [act() for act in acts])


def _pending(key) -> list:
    from tests.factories import make_approval

    return [make_approval(key=key) for _ in range(DECISIONS)]


def _lifecycle(approvals: Iterable, reviewer) -> list[Callable[[], object]]:
    from tests.races.acts import approving

    return [approving(approval, reviewer) for approval in approvals]


def _rate(acts: list[Callable[[], object]]) -> float:
    started = time.monotonic()
    for act in acts:
        act()
    return len(acts) / (time.monotonic() - started)


def _raw(approval, reviewer) -> None:
    """The same rows: a vote (whose trigger takes the seat), two events, the request itself."""
    import uuid_utils.compat as uuid
    from django.db import connection, transaction

    from audit import keys

    ids = [uuid.uuid7() for _ in range(3)]
    values = {
        "id": approval.pk,
        "vote": ids[0],
        "by": reviewer.pk,
        "voted": ids[1],
        "granted": ids[2],
        "first_leaf": ids[1].bytes,
        "other_leaf": ids[2].bytes,
        "body": b"{}" * 400,
        "key": keys.signing_key()[0],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement, values)


_EVENT = """
    WITH event AS (
        INSERT INTO audit_event (event_id, subject_kind, subject_id, seq, type, actor_kind, actor_id, at, key_id,
            prev, mac, leaf)
        VALUES (%({id})s, 'approval', %(id)s, {seq}, 'bench', 'person', '', clock_timestamp(), %(key)s, '', '',
            %({leaf})s) RETURNING event_id)
    INSERT INTO audit_eventbody (event_id, content) SELECT event_id, %(body)s FROM event
"""
_STATEMENTS = (
    "SELECT * FROM approvals_approval WHERE id = %(id)s FOR UPDATE",
    """
    INSERT INTO approvals_vote (id, approval_id, version, payload_sha256, verdict, user_id, principal_id, basis,
        resolution, category, comment, sentence, acknowledged, decided_at, is_late)
    SELECT %(vote)s, approval_id, 1, sha256, 'approve', %(by)s, %(by)s, 'assignee', '', '', '', '', '{}',
        clock_timestamp(), false FROM approvals_payloadversion WHERE approval_id = %(id)s
    """,
    _EVENT.format(id="voted", seq=2, leaf="first_leaf"),
    """
    UPDATE approvals_approval SET status = 'approved', decided_at = clock_timestamp(),
        valid_until = clock_timestamp() + interval '1 day' WHERE id = %(id)s
    """,
    _EVENT.format(id="granted", seq=3, leaf="other_leaf"),
)


def _through_the_page(key, reviewer) -> list[float]:
    from approvals_site.ports import free_port, is_answering
    from tests.crashes.deployed import running
    from tests.site.real_processes import within

    port = free_port()
    with running("web", "--port", str(port), DATABASE_CONN_MAX_AGE="60"):
        assert within(30, lambda: is_answering(port))
        return [_page_rate(port, key, reviewer) for _ in range(ROUNDS + 1)][1:]


def _page_rate(port: int, key, reviewer) -> float:
    from tests.crashes.posters import CSRF, session
    from tests.factories import seen

    headers = {
        "Cookie": f"sessionid={session(reviewer)}; csrftoken={CSRF}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    requests = []
    for approval in _pending(key):
        shown = seen(approval)
        form = {
            "csrfmiddlewaretoken": CSRF,
            "verdict": "approve",
            "version": 1,
            "payload_sha256": shown.payload_sha256,
        }
        requests.append(request("POST", f"/approvals/{approval.pk}/decision/", headers, urlencode(form)))
    rate, answers = load(port, requests)
    assert set(answers) == {"303"}, answers
    return rate


if __name__ == "__main__":
    with ground("decide"):
        main()
