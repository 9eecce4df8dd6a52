"""Each kind of person at each address of each kind of request: may they read, may they act, or is it not there?

The addresses come from the urlconf, so that none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from approvals import lifecycle, urls
from approvals.models import Approval, Assignment, Comment, Loosening, Opening, Vote, WorkingCopy
from audit.models import Event
from grants.models import ApproverMembership, DelegatedGrant, User
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import (
    PASSWORD,
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
    seen,
)

pytestmark = pytest.mark.django_db

NEEDS = {
    "request": "read",
    "opening": "read",
    "edits": "decide",
    "signing": "decide",
    "edits-discarding": "read",
    "following": "read",
    "comments": "read",
    "review": "decide",
    "decision": "decide",
    "rejection": "decide",
    "reassignment": "hand on",
    "receivers": "hand on",
    "readers": "read",
    "taking-back": "have handed on",
    "use": "use",
    "discarding": "use",
}
"""What each address of a request asks of a person. `use`: what a draft asks, from which nobody is barred."""

GET_ONLY = ("request", "following", "receivers", "readers")

CAN: dict[str, set[str]] = {
    "assignee": {"read", "decide", "hand on", "use"},
    "approver": {"read", "decide", "hand on", "use"},
    "delegate": {"read", "decide", "use"},
    "delegate of a delegate": set(),
    "past voter": {"read", "decide", "hand on", "use"},
    "former assignee": {"read"},
    "late approver": {"read"},
    "former approver": set(),
    "auditor": {"read"},
    "administrator": {"read", "hand on"},
    "superuser": set(),
    "whom the agent runs for": {"read", "use"},
    "owner of the agent": set(),
    "stranger": set(),
}
REFUSED = {"have handed on": 403, "read": 404, "decide": 403, "hand on": 403, "use": 403}
METHODS = ("get", "post")
POST_ONLY = {
    "taking-back": "request",
    "opening": "request",
    "edits": "request",
    "signing": "request",
    "comments": "request",
    "decision": "review",
    "use": "request",
}
"""Opening such an address leads, alike for everybody, to the page whose form posts there."""


@pytest.fixture
def people() -> dict[str, User]:
    """One of each kind, for the request that `critical` makes."""
    names = [name for name in CAN if "approver" not in name]
    flags: dict[str, dict[str, bool]] = {
        "auditor": {"is_auditor": True},
        "administrator": {"is_staff": True},
        "superuser": {"is_superuser": True},
    }
    found = {name: make_user(_address(name), **flags.get(name, {})) for name in names}
    found["approver"] = make_approver(_address("approver"))
    found["former approver"] = make_user(_address("former approver"))
    return found


@pytest.fixture
def critical(people: dict[str, User]) -> Approval:
    """An open critical request, with everybody in their place."""
    named = ("assignee", "past voter", "former assignee", "whom the agent runs for")
    approval = make_approval(
        risk="critical",
        assignees=tuple(_address(name) for name in named),
        key=make_key(make_agent(owner=people["owner of the agent"]))[0],
        initiated_by=_address("whom the agent runs for"),
    )
    make_grant(people["assignee"], people["delegate"])
    make_grant(people["delegate"], people["delegate of a delegate"])
    people["late approver"] = make_approver(_address("late approver"))
    approval.assignments.filter(email=_address("former assignee")).update(removed_at=approval.created_at)
    approve(approval, by=people["past voter"])
    return approval


def _address(name: str) -> str:
    return f"{name.replace(' ', '.')}@example.com"


def _patterns() -> dict[str, URLPattern]:
    found = [p for p in urls.urlpatterns if isinstance(p, URLPattern) and p.name]
    return {p.name: p for p in found if p.name}


def _state() -> list[Any]:
    """Everything that deciding could change."""
    rows = [model.objects.count() for model in (Vote, Event, Opening, Comment, WorkingCopy, DelegatedGrant, ApproverMembership)]  # fmt: skip
    names = Assignment.objects.order_by("pk").values_list("email", "removed_at")
    return [rows, list(names), list(Approval.objects.order_by("pk").values_list("status", "current_version"))]


@pytest.mark.shows("strangers-learn-nothing")
def test_each_address_of_a_request_is_in_the_matrix() -> None:
    of_a_request = {name for name, pattern in _patterns().items() if "<uuid:pk>" in str(pattern.pattern)}

    assert of_a_request == set(NEEDS)


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("strangers-learn-nothing")
@pytest.mark.parametrize("who", CAN)
def test_who_may_not_read_it_gets_404_and_who_may_not_act_403(
    who: str, people: dict[str, User], critical: Approval
) -> None:
    client, before = client_of(people[who]), _state()
    missing = Approval(pk=uuid4())

    for name, need in NEEDS.items():
        for method in METHODS:
            answer: Callable[..., Any] = getattr(client, method)
            if method == "get" and name in POST_ONLY:
                assert answer(url(name, critical)).url == url(POST_ONLY[name], critical)
                continue
            status = answer(url(name, critical)).status_code
            if method == "post" and name in GET_ONLY:
                assert status == 405
                continue
            assert answer(url(name, missing)).status_code == 404
            if need in CAN[who]:
                assert status not in (403, 404), f"{method} {name}"
            else:
                wanted = REFUSED[need] if "read" in CAN[who] else 404
                assert status == wanted, f"{method} {name}"

    if "decide" not in CAN[who]:
        assert _state() == before
    assert Approval.objects.get(pk=critical.pk).is_pending


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("strangers-learn-nothing")
@pytest.mark.parametrize("is_inactive", [False, True])
def test_who_has_not_signed_in_is_led_there(is_inactive: bool, critical: Approval) -> None:
    client, before = Client(), _state()
    if is_inactive:
        gone = make_user(_address("assignee"))
        client.force_login(gone)
        User.objects.filter(pk=gone.pk).update(is_active=False)

    for name in NEEDS:
        for method in METHODS:
            response = getattr(client, method)(url(name, critical))
            if method != "post" or name not in GET_ONLY:
                assert response.url.startswith("/sign-in/"), f"{method} {name}"

    assert _state() == before


@pytest.mark.shows("latecomers-leave-critical-alone")
def test_an_administrator_who_joins_the_approvers_does_not_decide_an_open_critical_request() -> None:
    approval = make_approval(risk="critical")
    admin = make_user("admin@example.com", is_staff=True, is_superuser=True)
    others = [client_of(make_user(f"{name}@example.com", is_staff=True)) for name in ("ann", "ben")]
    others[0].post(reverse("admin:grants_approvermembership_add"), {"user": admin.pk})
    asked = Loosening.objects.get()
    joined = others[1].post(reverse("admin:approvals_loosening_agreement", args=[asked.pk]))
    client = client_of(admin)
    fields = {"version": "1", "payload_sha256": seen(approval).payload_sha256, "password": PASSWORD}

    decision = client.post(url("decision", approval), fields | {"verdict": "approve"})
    rejection = client.post(
        url("rejection", approval), fields | {"verdict": "reject", "resolution": "declined"}
    )

    assert joined.status_code == 302
    assert ApproverMembership.objects.filter(user=admin, left_at=None).exists()
    assert (decision.status_code, rejection.status_code) == (403, 403)
    assert "joined the approvers after" in text_of(decision)
    assert not Vote.objects.exists()


@pytest.mark.shows("authority-holds-at-the-vote")
def test_who_loses_the_authority_while_reading_decides_nothing_and_the_next_does() -> None:
    approval, grant = make_approval(), make_grant(make_user(), make_user("deputy@example.com"))
    client = client_of(grant.grantee)
    form = form_in(client.get(url("review", approval)), "decision-form", press="approve")
    from approvals import delegation

    delegation.revoke(grant.pk, by=grant.grantor)
    late = client.post(url("decision", approval), form)
    make_grant(grant.grantor, grant.grantee)
    again = client.post(url("decision", approval), form)

    assert (late.status_code, again.status_code) == (403, 303)
    assert Vote.objects.get().grant != grant


def _addresses() -> list[tuple[str, str]]:
    """Every page of the product by its name, with something that is there."""
    approval = make_approval()
    draft = make_approval(policy=make_policy("draft", pattern="draft_only"))
    grant = make_grant(make_user("grantor@example.com"), make_user("grantee@example.com"))
    found = []
    for name, pattern in _patterns().items():
        wanted = pattern.pattern.converters
        known = {"pk": draft.pk if name in ("use", "discarding") else approval.pk, "grant_id": grant.pk}
        values = {key: known.get(key, "external_email") for key in wanted}
        found.append((name, reverse(f"approvals:{name}", kwargs=values)))
    return found


@pytest.mark.shows("an-agent-decides")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_an_agents_key_decides_nothing_at_any_address(scheme: str) -> None:
    _, token = make_key()
    addresses = _addresses()
    before = _state()
    words = {"verdict": "approve", "version": "1", "resolution": "declined", "text": "Approved.", "to": "a@b.example", "reason": "x"}  # fmt: skip

    for name, address in addresses:
        sha256 = seen(Approval.objects.earliest("id")).payload_sha256
        headers = {"Authorization": f"{scheme} {token}"}
        response = Client().post(address, words | {"payload_sha256": sha256}, headers=headers)
        assert response.status_code in (403, 405), name
        assert Client().get(address, headers=headers).status_code in (403, 405), name

    assert {name for name, _ in addresses} >= set(NEEDS) | {"lending", "revocation", "reassignments"}
    assert _state() == before


@pytest.mark.shows("an-agent-decides")
def test_a_key_beside_somebodys_session_is_their_own_decision() -> None:
    """A person behind a proxy that adds a header decides as the person they are."""
    approval, client = make_approval(), client_of(make_user())
    form = form_in(client.get(url("review", approval)), "decision-form", press="approve")
    _, token = make_key(make_agent("Other"))

    client.post(url("decision", approval), form, headers={"Authorization": f"Bearer {token}"})

    assert Vote.objects.get().user == make_user()


@pytest.mark.shows("an-agent-decides")
def test_the_agents_endpoint_knows_no_way_to_decide() -> None:
    from approvals.api import api

    approval = make_approval()
    key, token = approval.key, make_key(approval.agent)[1]
    paths = [path.replace("{approval_id}", str(approval.pk)) for path in api.get_openapi_schema()["paths"]]
    headers = {"Authorization": f"Bearer {token}"}

    for path in paths:
        if not path.endswith("/cancel"):
            Client().post(path, "{}", content_type="application/json", headers=headers)

    assert len(paths) > 4
    assert not Vote.objects.exists()
    assert Approval.objects.get(pk=approval.pk).is_pending
    assert lifecycle.cancel(approval.pk, by=key).status == "cancelled"
