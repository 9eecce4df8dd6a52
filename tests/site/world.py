"""A small world for the matrix: somebody of each kind, and one row behind each kind of address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps

from approvals import four_eyes, lifecycle
from approvals.lifecycle import Report
from approvals.models import AgentKey, Approval, Channel, ChannelTest, Loosening
from audit import clock
from grants.models import User
from grants.roles import ALL, Role
from tests.approvals.api.client import PROPOSAL
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
from tests.site.addresses import filled, patterns


@dataclass(frozen=True, slots=True)
class World:
    """One row of each table, one person of each kind, and two agents' keys."""

    people: dict[str, User]
    keys: dict[str, str]
    places: dict[str, dict[str, Any]]
    """What fills the parts of an address that begins so; the longest beginning counts."""

    def url(self, address: str) -> str:
        begins = [one for one in self.places if address.startswith(one)]
        return filled(address, {k: v for one in sorted(begins, key=len) for k, v in self.places[one].items()})


def make_world() -> World:
    """A pending request of low risk with everybody in their place, and others further on."""
    people = {name: make_user(f"{name}@example.com") for name in ("stranger", "assignee", "delegate")}
    people["approver"] = make_approver()
    people["auditor"] = make_user("auditor@example.com", is_auditor=True)
    people["staff"] = make_user("staff@example.com", is_staff=True)
    people["superuser"] = make_user("superuser@example.com", is_staff=True, is_superuser=True)
    for name in ("no role", *Role):
        only = {**dict.fromkeys(ALL, False), **({name: True} if name in ALL else {})}
        people[name] = make_user(f"{name.replace(' ', '-')}@example.com", is_staff=True, **only)
    grant = make_grant(people["assignee"], people["delegate"])
    four_eyes.ask(Loosening.Kind.AUDITOR, people["stranger"], by=people["superuser"])
    key, token = make_key()
    pending, approved, claimed = (make_approval(assignees=("assignee@example.com",), key=key) for _ in "123")
    draft = make_approval(
        assignees=("assignee@example.com",), key=key, policy=make_policy("draft", pattern="draft_only")
    )
    for approval in (approved, claimed):
        lifecycle.open_request(approval.pk, by=people["assignee"])
        approve(approval, by=people["assignee"])
    taken = lifecycle.claim(claimed.pk, by=key)
    report = Report(taken.claim_id, "succeeded", bytes(claimed.version().sha256))
    lifecycle.report(claimed.pk, report, by=key)
    keys = {"key": token, "other key": make_key(make_agent("Other", owner=make_user("other@example.com")))[1]}
    channel, test = _channel_of(people["assignee"])
    return World(people, keys, _places(pending, approved, claimed, draft, key, grant.pk, channel, test))


def _channel_of(person: User) -> tuple[Channel, ChannelTest]:
    """A channel of that person, one of a policy, and a test: none is sent anything."""
    at = clock.now()
    own = Channel.objects.create(kind="slack", name="Mine", sealed=b"x", owner=person, created_at=at)
    Channel.objects.create(kind="slack", name="Team", sealed=b"x", action_type="draft", created_at=at)
    return own, ChannelTest.objects.create(user=person, channel=own, created_at=at)


def _places(
    pending: Approval,
    approved: Approval,
    claimed: Approval,
    draft: Approval,
    key: AgentKey,
    grant: Any,
    channel: Channel,
    test: ChannelTest,
) -> dict[str, dict[str, Any]]:
    membership = apps.get_model("grants.ApproverMembership").objects.earliest("pk")
    team = Channel.objects.get(owner=None)
    stranger = User.objects.get(email="stranger@example.com")
    notifications = "/preferences/notifications/"
    return {
        "/": {
            "pk": pending.pk,
            "action_type": "external_email",
            "grant_id": grant,
            "url": "nowhere",
            "name": "acme",
        },
        "/approvals/<uuid:pk>/use/": {"pk": draft.pk},
        "/approvals/<uuid:pk>/discarding/": {"pk": draft.pk},
        "/api/": {"approval_id": pending.pk},
        "/api/v1/approvals/<uuidstr:approval_id>/claim": {"approval_id": approved.pk},
        "/api/v1/approvals/<uuidstr:approval_id>/outcome": {"approval_id": claimed.pk},
        "/password/": {"uidb36": "1", "key": "set-password"},
        "/words/": {"language": "en", "version": "1"},
        f"{notifications}channels/": {"pk": channel.pk},
        f"{notifications}tests/": {"pk": test.pk},
        "/admin/": {"app_label": "approvals", "content_type_id": 1, "object_id": stranger.pk},
        "/admin/approvals/agent/": {"agent_id": key.agent_id, "key_id": key.pk},
        "/admin/approvals/channel/<uuid:pk>/": {"pk": team.pk},
        "/admin/grants/approvermembership/": {"membership_id": membership.pk},
        "/admin/approvals/loosening/": {"loosening_id": Loosening.objects.get().pk},
        "/admin/grants/user/": {"person_id": stranger.pk},
        **_rows_of_the_admin({"grants.user": stranger.pk, "approvals.channel": team.pk}),
    }


def _rows_of_the_admin(chosen: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A row of each table that the administration shows."""
    found = {}
    for address in patterns():
        parts = address.split("/")
        if "<path:object_id>" in address and parts[2] != "r":
            label = f"{parts[2]}.{parts[3]}"
            row = chosen.get(label) or apps.get_model(label).objects.earliest("pk").pk
            found[f"/admin/{parts[2]}/{parts[3]}/<path:object_id>/"] = {"object_id": row}
    return found


def bodies() -> dict[str, dict[str, Any]]:
    """What a person or an agent would post; nothing where the address alone says what is meant."""
    pending = Approval.objects.earliest("id")
    claimed = Approval.objects.get(claim__outcome__isnull=False)
    shown = {"version": 1, "payload_sha256": seen(pending).payload_sha256}
    request = "/approvals/<uuid:pk>/"
    sent_on = {"to": "approver@example.com", "reason": "Away."}
    return {
        f"{request}decision/": {**shown, "verdict": "approve", "password": PASSWORD},
        f"{request}rejection/": {
            **shown,
            "verdict": "reject",
            "resolution": "declined",
            "comment": "Not now.",
            "password": PASSWORD,
        },
        f"{request}signing/": {**shown, "verdict": "approve"},
        f"{request}comments/": {"text": "Looks fine."},
        f"{request}reassignment/": {**sent_on, "instead_of": "assignee@example.com"},
        "/approvals/reassignments/": {**sent_on, "of": "assignee@example.com", "approvals": pending.pk},
        "/admin/grants/approvermembership/add/": {"user": User.objects.get(email="stranger@example.com").pk},
        "/admin/grants/user/add/": {"email": "new@example.com", "name": "New"},
        "/admin/approvals/agent/<uuid:agent_id>/keys/add/": {"name": "Second"},
        "/api/v1/approvals": PROPOSAL,
        "/api/v1/evaluate": PROPOSAL,
        "/api/v1/approvals/<uuidstr:approval_id>/outcome": {
            "claimId": str(claimed.claim.claim_id),
            "status": "succeeded",
            "payloadSha256": seen(claimed).payload_sha256,
        },
    }
