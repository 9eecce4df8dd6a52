"""The demo: what it brings, what it keeps, and when it brings its cases again."""

from __future__ import annotations

import importlib.util
import json
import stat
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from approvals import authority, delegation, keys, lifecycle, payload, reach, seeds
from approvals.api.shapes import SubmissionIn
from approvals.models import Agent, Approval, Policy
from approvals.models.choices import Status
from approvals.seeds.cases import CASES
from audit import clock
from grants.models import ApproverMembership, DelegatedGrant, User
from tests.factories import make_approval, make_policy

pytestmark = pytest.mark.django_db

ROLES = {"sales", "finance", "deputy", "security", "compliance", "approver", "auditor", "admin", "owner"}


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "demo.json"


def _seed(note: Path) -> seeds.Seeded:
    return seeds.seed(note, url="http://127.0.0.1:8000")


def _read(note: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(note.read_text())
    return content


def _password(note: Path, role: str) -> str:
    return next(str(person["password"]) for person in _read(note)["people"] if person["role"] == role)


def test_every_role_can_sign_in_as_the_note_says(note: Path) -> None:
    _seed(note)

    people = _read(note)["people"]

    assert {person["role"] for person in people} == ROLES
    for person in people:
        user = authenticate(username=person["email"], password=person["password"])
        assert isinstance(user, User)
        assert user.name == person["name"]


def test_only_the_owner_of_the_file_reads_it(note: Path) -> None:
    _seed(note)

    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert [path.name for path in note.parent.iterdir()] == ["demo.json"]


def test_accounts_open_what_their_role_needs(note: Path) -> None:
    _seed(note)

    assert [user.email for user in User.objects.filter(is_superuser=True)] == ["admin@example.com"]
    assert [user.email for user in User.objects.filter(is_auditor=True)] == ["auditor@example.com"]
    assert [one.user.email for one in ApproverMembership.objects.all()] == ["approver@example.com"]
    assert {agent.owner.email for agent in Agent.objects.all()} == {"owner@example.com"}


def test_key_in_the_note_is_of_an_agent_that_may_propose_everything(note: Path) -> None:
    _seed(note)

    key = keys.authenticate(_read(note)["agentKey"])

    assert key is not None
    assert key.agent.action_types == ["*"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.agent)
def test_cases_keep_every_bound_of_the_endpoint(case: Any) -> None:
    body = case.body(clock.now())

    SubmissionIn.model_validate_json(json.dumps(body))
    assert len(json.dumps(body)) < 256 * 1024


def test_worked_cases_wait_for_the_right_people(note: Path) -> None:
    _seed(note)

    found = {
        approval.action_type: (
            approval.status,
            approval.risk,
            approval.sla_minutes,
            approval.quorum,
            approval.confidence,
            sorted(approval.assignments.values_list("email", flat=True)),
        )
        for approval in Approval.objects.all()
    }

    assert found == {
        "knowledge_answer": ("not_required", "low", None, 1, 0.92, []),
        "external_email": ("pending", "medium", 60, 1, 0.84, ["sales@example.com"]),
        "account_modification": ("pending", "high", 120, 1, 0.71, ["finance@example.com"]),
        "access_change": (
            "pending",
            "critical",
            30,
            2,
            0.96,
            ["compliance@example.com", "security@example.com"],
        ),
    }


def test_running_again_adds_and_changes_nothing(note: Path) -> None:
    _seed(note)
    first = note.read_text()

    again = _seed(note)

    assert again.submitted == 0
    assert note.read_text() == first
    assert (Approval.objects.count(), Policy.objects.count(), Agent.objects.count()) == (4, 11, 4)


def test_deputy_covers_for_finance_and_finds_their_request(note: Path) -> None:
    _seed(note)

    grant = DelegatedGrant.objects.get()
    found = authority.decidable_by(grant.grantee, at=clock.now())

    assert (grant.grantor.email, grant.grantee.email) == ("finance@example.com", "deputy@example.com")
    assert [approval.action_type for approval in found] == ["account_modification"]


def test_authority_that_somebody_took_back_is_not_lent_again(note: Path) -> None:
    _seed(note)
    grant = DelegatedGrant.objects.get()
    delegation.revoke(grant.pk, by=grant.grantor)

    _seed(note)

    assert DelegatedGrant.objects.count() == 1


def test_authority_that_ran_out_is_lent_again(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _seed(note)
    later = clock.now() + timedelta(days=15)
    monkeypatch.setattr("approvals.seeds.demo.clock.now", lambda: later)

    _seed(note)

    assert DelegatedGrant.objects.count() == 2


def test_cases_come_again_once_all_have_breached(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _seed(note)
    later = clock.now() + timedelta(minutes=121)
    monkeypatch.setattr("approvals.seeds.demo.clock.now", lambda: later)

    assert _seed(note).submitted == 4


def test_cases_wait_while_one_is_in_time(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _seed(note)
    later = clock.now() + timedelta(minutes=119)
    monkeypatch.setattr("approvals.seeds.demo.clock.now", lambda: later)

    assert _seed(note).submitted == 0


def test_cases_come_again_once_all_are_decided(note: Path) -> None:
    _seed(note)
    for approval in Approval.objects.pending():
        lifecycle.cancel(approval.pk, by=approval.key)

    assert _seed(note).submitted == 4
    assert Approval.objects.filter(status=Status.PENDING).count() == 3


def test_changed_password_is_reset_to_the_note(note: Path) -> None:
    _seed(note)
    user = User.objects.get(email="sales@example.com")
    user.set_password("something else")
    user.save()

    _seed(note)

    assert authenticate(username="sales@example.com", password=_password(note, "sales"))


def test_revoked_key_is_replaced_in_the_note(note: Path) -> None:
    _seed(note)
    old = keys.authenticate(_read(note)["agentKey"])
    assert old is not None
    keys.revoke_key(old, by=old.owner.as_actor())

    _seed(note)

    assert keys.authenticate(_read(note)["agentKey"])


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"people": 3, "agentKey": ""}'])
def test_lost_or_damaged_note_is_written_anew(note: Path, damage: str) -> None:
    _seed(note)
    note.write_text(damage)

    _seed(note)

    assert authenticate(username="sales@example.com", password=_password(note, "sales"))
    assert keys.authenticate(_read(note)["agentKey"])


def test_policy_that_somebody_changed_stays_changed(note: Path) -> None:
    _seed(note)
    make_policy("external_email", sla_minutes=15)

    _seed(note)

    assert Policy.objects.current().get(action_type="external_email").sla_minutes == 15


def test_demo_takes_a_first_request_without_evidence_and_warns_of_it(note: Path) -> None:
    _seed(note)
    policy = Policy.objects.get(action_type="external_email")

    approval = make_approval(policy=policy)

    assert "no_evidence" in [one["code"] for one in reach.warnings(approval, at=clock.now())]


def test_demo_never_runs_off_the_desk(settings: Any, tmp_path: Path) -> None:
    settings.DESK, settings.VAR = False, tmp_path

    with pytest.raises(CommandError, match="only on a desk"):
        call_command("seed_demo")

    assert not User.objects.exists()


def test_command_says_where_the_note_is(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DESK, settings.VAR = True, tmp_path

    call_command("seed_demo")

    assert "Submitted 4 requests." in capsys.readouterr().out
    assert _read(tmp_path / "demo.json")["url"] == site.PUBLIC_URL


def _example() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "sales_agent", site.BASE_DIR / "examples" / "sales_agent.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("text", ["plain", "Zürich — “quoted” \\ / \t\r\n", "\x7f\u2028\x01", "😀"])
def test_example_agent_hashes_as_rfc_8785_does(text: str) -> None:
    message = {"to": "dana@acme.example", "subject": text, "body": text}

    assert _example().sha256_of(message) == payload.digest(payload.canonical(message)).hex()


def test_example_agent_proposes_what_the_endpoint_takes() -> None:
    SubmissionIn.model_validate_json(json.dumps(_example().PROPOSAL))
