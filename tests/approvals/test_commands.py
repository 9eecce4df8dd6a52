"""The commands: what they print where, and in which words they refuse."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from approvals import keys
from approvals.management import states_page
from approvals.models import Agent, AgentKey, Approval
from approvals.models.choices import Resolution, Status
from audit import catalogue, clock
from audit.management import events_page
from tests.factories import make_agent, make_user

OWNER = ("--owner", "owner@example.com")


@pytest.fixture
def _owner(db: None) -> None:
    make_user("owner@example.com")


@pytest.mark.usefixtures("_owner")
class TestCreateAgent:
    def test_key_stands_alone_on_the_standard_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("create_agent", "Sales agent", *OWNER)

        printed = capsys.readouterr()
        key = keys.authenticate(printed.out.removesuffix("\n"))
        assert key is not None
        assert key.agent.name == "Sales agent"
        assert "not shown again" in printed.err
        assert printed.out.strip() not in printed.err

    def test_agent_may_propose_everything_unless_told(self) -> None:
        call_command("create_agent", "Sales agent", *OWNER)

        agent = Agent.objects.get()
        assert (agent.action_types, agent.workflows) == (["*"], ["*"])

    def test_scope_is_what_the_options_name(self) -> None:
        scope = ("--action-type", "external_email", "--action-type", "refund", "--workflow", "outbound")

        call_command("create_agent", "Sales agent", *OWNER, *scope)

        agent = Agent.objects.get()
        assert (agent.action_types, agent.workflows) == (["external_email", "refund"], ["outbound"])

    def test_key_expires_after_the_days_named(self) -> None:
        call_command("create_agent", "Sales agent", *OWNER, "--expires-days", "30")

        expires_at = AgentKey.objects.get().expires_at
        assert expires_at is not None
        assert abs(expires_at - clock.now() - timedelta(days=30)) < timedelta(minutes=1)

    def test_key_expires_after_ninety_days_unless_told(self) -> None:
        call_command("create_agent", "Sales agent", *OWNER)

        expires_at = AgentKey.objects.get().expires_at
        assert expires_at is not None
        assert abs(expires_at - clock.now() - timedelta(days=90)) < timedelta(minutes=1)

    def test_key_for_good_is_asked_for_in_so_many_words(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("create_agent", "Sales agent", *OWNER, "--never-expires")

        assert AgentKey.objects.get().expires_at is None
        assert "valid until it is revoked" in capsys.readouterr().err

    @pytest.mark.shows("keys-stay-in-scope")
    def test_key_may_do_what_the_options_name(self) -> None:
        call_command("create_agent", "Sales agent", *OWNER, "--scope", "read", "--scope", "submit")

        assert AgentKey.objects.get().scopes == ["submit", "read"]

    def test_unknown_owner_is_refused_with_how_to_make_one(self) -> None:
        with pytest.raises(CommandError, match="createsuperuser"):
            call_command("create_agent", "Sales agent", "--owner", "nobody@example.com")

        assert not Agent.objects.exists()

    def test_deactivated_owner_is_refused(self) -> None:
        make_user("gone@example.com", is_active=False)

        with pytest.raises(CommandError, match="No active account"):
            call_command("create_agent", "Sales agent", "--owner", "gone@example.com")

    def test_taken_name_is_refused_with_the_way_on(self) -> None:
        make_agent("Sales agent")

        with pytest.raises(CommandError, match="--new-key"):
            call_command("create_agent", "Sales agent", *OWNER)

        assert not AgentKey.objects.exists()

    def test_another_key_leaves_the_first_one_valid(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("create_agent", "Sales agent", *OWNER)
        first = capsys.readouterr().out.strip()

        call_command("create_agent", "Sales agent", *OWNER, "--new-key")

        second = capsys.readouterr().out.strip()
        assert first != second
        assert keys.authenticate(first)
        assert keys.authenticate(second)

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("Nobody's agent", *OWNER, "--new-key"), "no agent named"),
            (("Sales agent", *OWNER, "--expires-days", "0"), "at least 1"),
            (("Sales agent", *OWNER, "--expires-days", "999999999"), "at most 3,650"),
            (("Sales agent", *OWNER, "--scope", "decide"), "invalid choice: 'decide'"),
            (("Sales agent", *OWNER, "--new-key", "--action-type", "refund"), "leaves the agent as it is"),
            (("", *OWNER), "name: This field cannot be blank"),
            (("x" * 101, *OWNER), "name: Ensure this value has at most 100"),
        ],
    )
    def test_nonsense_is_refused_in_a_sentence(self, arguments: tuple[str, ...], sentence: str) -> None:
        with pytest.raises(CommandError, match=sentence):
            call_command("create_agent", *arguments)

        assert not AgentKey.objects.exists()


class TestWriteDocs:
    @pytest.fixture(autouse=True)
    def _elsewhere(self, settings: Any, tmp_path: Path) -> None:
        settings.BASE_DIR = tmp_path

    def test_written_page_is_current(self) -> None:
        call_command("write_docs")

        call_command("write_docs", "--check")

    def test_missing_page_is_out_of_date(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"Out of date: states\.md, audit-events\.md"):
            call_command("write_docs", "--check")

        assert not (tmp_path / "docs").exists()

    def test_page_that_was_edited_by_hand_is_out_of_date(self, tmp_path: Path) -> None:
        call_command("write_docs")
        page = tmp_path / "docs" / "states.md"
        page.write_text(page.read_text() + "\n")

        with pytest.raises(CommandError, match="Out of date"):
            call_command("write_docs", "--check")

    def test_pages_that_name_tests_are_written_where_there_are_any(self, tmp_path: Path) -> None:
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "test_it.py").write_text(
            '@pytest.mark.shows("claimed-once")\ndef test_one_claim() -> None: ...\n'
        )

        call_command("write_docs")

        assert (
            "- [`tests/test_it.py`](../tests/test_it.py): `test_one_claim`"
            in (tmp_path / "docs" / "rules.md").read_text()
        )
        assert "### `self-approval`" in (tmp_path / "docs" / "threats.md").read_text()

    def test_pages_that_name_tests_are_left_alone_where_there_are_none(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("write_docs")

        assert not (tmp_path / "docs" / "rules.md").exists()
        assert "Left alone, since tests/ is not here" in capsys.readouterr().err

    def test_page_draws_every_transition(self) -> None:
        page = states_page.render()

        for status, targets in Approval.TRANSITIONS.items():
            assert all(f"    {status} --> {target}\n" in page for target in targets)

    def test_page_describes_every_event_with_an_example(self) -> None:
        page = events_page.render()

        for one in catalogue.all_types():
            assert f"### `{one.name}`" in page
            assert all(f"| `{name}` | {known.meaning}" in page for name, known in one.data.items())

    @pytest.mark.parametrize("word", [*Status, *Resolution])
    def test_page_explains_every_word(self, word: str) -> None:
        assert f"| `{word}` |" in states_page.render()
