"""What each role opens in the administration: every page of every table, as tests/site/matrix.txt holds its answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin

from grants.roles import Role
from tests.site import matrix

ACCOUNTS, POLICIES, AGENTS, AUDIT = Role
KEPT_AND_READ: dict[str, tuple[Role | None, set[Role]]] = {
    "approvals.agent": (AGENTS, {AUDIT}),
    "approvals.approval": (None, {AUDIT}),
    "approvals.assignment": (None, {AUDIT}),
    "approvals.channel": (POLICIES, {AUDIT}),
    "approvals.claim": (None, {AUDIT}),
    "approvals.loosening": (None, set(Role)),
    "approvals.notification": (None, {ACCOUNTS, AUDIT}),
    "approvals.opening": (None, {AUDIT}),
    "approvals.outcome": (None, {AUDIT}),
    "approvals.payloadversion": (None, {AUDIT}),
    "approvals.policy": (POLICIES, {AUDIT}),
    "approvals.vote": (None, {AUDIT}),
    "audit.event": (None, {AUDIT}),
    "grants.approvermembership": (ACCOUNTS, {AUDIT}),
    "grants.delegatedgrant": (None, {ACCOUNTS, AUDIT}),
    "grants.user": (ACCOUNTS, {AUDIT}),
}
"""For each table of the administration who changes it, and who looks at it besides."""

NOT_EDITED = ("approvals.channel", "grants.approvermembership")
"""Added and ended by their keepers, on pages of their own, and never changed."""
LOOKS = ("", "<path:object_id>/change/", "<path:object_id>/history/")
DJANGOS = (*LOOKS, "add/", "<path:object_id>/delete/", "<path:object_id>/")
OF_ANY_ROLE = "/admin/approvals/loosening/"
"""Its own pages say themselves whose role it takes, since what waits is of each: tests/approvals/test_four_eyes.py."""

pytestmark = pytest.mark.shows("roles-are-separate")


@pytest.mark.parametrize("who", ["no role", *Role])
@pytest.mark.parametrize("table", KEPT_AND_READ)
def test_a_role_opens_its_own_pages_and_no_others(who: str, table: str) -> None:
    keeper, readers = KEPT_AND_READ[table]
    keeps, reads = who == keeper, who == keeper or who in readers
    expected = {
        **{("GET", page): reads for page in LOOKS},
        ("POST", "<path:object_id>/change/"): keeps and table not in NOT_EDITED,
        **{(method, "add/"): keeps for method in matrix.PAGES},
        **{(method, "<path:object_id>/delete/"): False for method in matrix.PAGES},
    }
    is_let_in = {key: answer != "403" for key, answer in _answers(who, table)}

    assert {key: is_let_in[key] for key in expected} == expected
    own = {key: opens for key, opens in is_let_in.items() if key[1] not in DJANGOS}
    wanted = reads if _begin(table) == OF_ANY_ROLE else keeps
    assert own == dict.fromkeys(own, wanted)


def test_each_table_of_the_administration_has_its_row() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(KEPT_AND_READ)


def test_to_administer_opens_the_front_page_alone() -> None:
    opened = {
        address
        for (method, address), answer in matrix.read()["no role"].items()
        if address.startswith("/admin/") and answer == "200"
    }

    assert opened == {"/admin/", "/admin/jsi18n/", "/admin/logout/", "/admin/password_change/done/"}


def _answers(who: str, table: str) -> Iterator[tuple[tuple[str, str], str]]:
    begin = _begin(table)
    for (method, address), answer in matrix.read()[who].items():
        if address.startswith(begin):
            yield (method, address.removeprefix(begin)), answer


def _begin(table: str) -> str:
    return f"/admin/{table.replace('.', '/')}/"
