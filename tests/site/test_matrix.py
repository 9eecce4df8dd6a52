"""Each address of the site, asked by each kind of person and key: is the answer the one that is stored?

`make matrix` writes the answers anew, for people to read as a change of the file. What no stored answer may say,
whatever was written, stands in the tests below the first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from grants.roles import Role
from tests.site import matrix

ADMINISTRATORS = ["staff", "superuser", "no role", *Role]
NOT_ADMINISTRATORS = [name for name in matrix.COLUMNS if name not in ADMINISTRATORS]
WITHOUT_AUTHORITY = ("stranger", "auditor", "staff", "superuser", *Role)
UNSEEN = ("stranger", Role.POLICIES, Role.AGENTS)
"""Those among them who read no request either."""
KEYS = ("key", "other key")
REFUSALS = {"in", "401", "403", "404", "405"}
OPEN = {
    *(
        "/",
        "/api/docs",
        "/api/v1/openapi.json",
        "/healthz",
        "/readyz",
        "/live/inbox/",
        "/sign-in/",
        "/sign-in/passkey/",
        "/sign-out/",
    ),
    *("/password/", "/password/sent/", "/password/chosen/", "/password/<uidb36>-<key>/"),
    *("/words/<str:language>/<str:version>.js", "/admin/logout/", "/admin/password_change/"),
}
"""What is there without a session: ways in and out, the description for agents, and how the house is.
`/live/inbox/` says nothing (204); the two of the administration lead to pages that ask for one."""
WHAT_PEOPLE_DECIDED = [
    f"/admin/{name}/"
    for name in (
        *("approvals/approval", "approvals/assignment", "approvals/claim", "approvals/notification"),
        *("approvals/opening", "approvals/outcome", "approvals/payloadversion", "approvals/vote"),
        *("audit/event", "grants/delegatedgrant"),
    )
]


@pytest.mark.django_db
@pytest.mark.parametrize("who", matrix.COLUMNS)
def test_each_address_answers_as_is_stored(who: str) -> None:
    answers = matrix.column(who)
    if os.environ.get("WRITE_MATRIX"):
        matrix.write(who, answers)

    stored = matrix.read()[who]
    changed = [
        f"{method} {address}: {answer}, stored: {stored.get((method, address), 'nothing')}"
        for (method, address), answer in answers.items()
        if stored.get((method, address)) != answer
    ]
    assert changed == [], f"for {who}; run `make matrix` and read what it changes"


def test_each_address_has_its_row_and_each_row_its_address() -> None:
    assert all(set(stored) == set(matrix.rows()) for stored in matrix.read().values())


@pytest.mark.shows("strangers-learn-nothing")
def test_nothing_opens_without_a_session_but_what_is_open_to_everybody() -> None:
    opened = {address for _, address, answer in _answers("anonymous") if answer not in REFUSALS}

    assert opened <= OPEN


@pytest.mark.shows("an-agent-decides")
@pytest.mark.parametrize("who", KEYS)
def test_a_key_opens_the_endpoint_alone(who: str) -> None:
    opened = {address for _, address, answer in _answers(who) if answer not in REFUSALS}

    assert {address for address in opened if not address.startswith("/api/v1/")} <= OPEN


def test_a_key_reaches_no_request_of_another_agent() -> None:
    about_one = [answer for _, address, answer in _answers("other key") if "approval_id" in address]

    assert set(about_one) == {"404", "405"}


def test_a_session_opens_nothing_of_the_endpoint() -> None:
    answers = {
        answer
        for who in matrix.COLUMNS
        if who not in KEYS
        for _, address, answer in _answers(who)
        if address.startswith("/api/v1/") and address not in OPEN
    }

    assert answers == {"401", "405"}


@pytest.mark.parametrize("who", NOT_ADMINISTRATORS)
def test_the_administration_is_closed_to_all_others(who: str) -> None:
    answers = [row for row in _answers(who) if row[1].startswith("/admin/")]
    opened = [(method, address) for method, address, answer in answers if answer not in REFUSALS]

    assert {address for _, address in opened} <= OPEN


@pytest.mark.shows("administrators-decide-nothing")
@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_no_administrator_writes_what_people_decided(who: str) -> None:
    pages = ("add/", "<path:object_id>/change/", "<path:object_id>/delete/")
    targets = {before + page for before in WHAT_PEOPLE_DECIDED for page in pages}
    written = {address: answer for method, address, answer in _answers(who) if method == "POST"}

    assert {written[address] for address in targets} == {"403"}


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_nobody_deletes_in_the_administration(who: str) -> None:
    assert {answer for _, address, answer in _answers(who) if address.endswith("/delete/")} == {"403"}


@pytest.mark.shows("a-superuser-decides", "strangers-learn-nothing")
@pytest.mark.parametrize("who", WITHOUT_AUTHORITY)
def test_only_people_with_authority_decide(who: str) -> None:
    wanted = "404" if who in UNSEEN else "403"
    answers = {
        address: answer for method, address, answer in _answers(who) if method == "POST" and _decides(address)
    }

    assert set(answers.values()) == {wanted}
    assert len(answers) == 6


@pytest.mark.parametrize("who", ["assignee", "approver", "delegate"])
def test_what_is_posted_is_a_decision_where_there_is_authority(who: str) -> None:
    """Otherwise the refusals above could be of what was posted, not of who posted it."""
    answers = {address: answer for method, address, answer in _answers(who) if method == "POST"}

    assert [answers[f"/approvals/<uuid:pk>/{name}/"] for name in ("decision", "rejection", "use")] == [
        "303"
    ] * 3


def test_nothing_fails() -> None:
    assert not [
        row for who in matrix.COLUMNS for row in _answers(who) if row[2].startswith("5") or row[2] == "?"
    ]


def _decides(address: str) -> bool:
    names = ("decision", "rejection", "review", "edits", "use", "discarding")
    return address in {f"/approvals/<uuid:pk>/{name}/" for name in names}


def _answers(who: str) -> Iterator[tuple[str, str, str]]:
    for (method, address), answer in matrix.read()[who].items():
        yield method, address, answer
