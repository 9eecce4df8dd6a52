"""An agent waits, a reviewer corrects one paragraph and approves, and exactly that is sent."""

from __future__ import annotations

import email
import email.policy
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from approvals.models import Approval
from examples.sales_agent import MESSAGE
from tests.browser.fields import field
from tests.factories import make_key, make_policy, make_user
from tests.serving import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AGENT_PATIENCE = 60  # seconds
OLD = "Would a 25-minute call next week be useful?"
NEW = "Would a 15-minute call on Thursday be useful?"


class SalesAgent:
    """`examples/sales_agent.py` as a process of its own, and where it writes."""

    def __init__(self, site: str, out: Path) -> None:
        self.out = out
        command = [
            sys.executable,
            "examples/sales_agent.py",
            "--url",
            site,
            "--key",
            make_key()[1],
            "--out",
            str(out),
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def finish(self) -> tuple[int, str]:
        """The exit code, and all that it said."""
        said, _ = self.process.communicate(timeout=AGENT_PATIENCE)
        return self.process.returncode, said

    def message(self) -> str:
        """The body of the one message that it sent."""
        (path,) = self.out.glob("*.eml")
        sent = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        return sent.get_content().replace("\r\n", "\n")  # type: ignore[no-any-return,attr-defined]


@pytest.fixture
def agent(site: str, tmp_path: Path) -> SalesAgent:
    make_policy(risk="medium")
    make_user("sales@example.com")
    return SalesAgent(site, tmp_path)


@pytest.mark.shows("agents-get-what-was-approved")
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_corrected_paragraph_and_nothing_else_reaches_the_agent(
    agent: SalesAgent, sign_in: Callable[..., Page], capsys: pytest.CaptureFixture[str], javascript: bool
) -> None:
    page = sign_in("sales@example.com", javascript=javascript)
    _until_submitted(page)
    page.get_by_role("link", name=re.compile("Send email to Head of Engineering")).first.click()
    message = field(page, "payload/body")
    message.fill(MESSAGE["body"].replace(OLD, NEW))
    page.get_by_role("button", name="Review decision").click()

    expect(page.get_by_role("heading", name="Your changes")).to_be_visible()
    expect(page.locator("ins").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Approve")).click()
    expect(page.locator("#decision-panel")).to_contain_text("Approved by Sales")

    code, said = agent.finish()
    assert code == 0, said
    assert agent.message().rstrip("\n") == MESSAGE["body"].replace(OLD, NEW).rstrip("\n")
    call_command("verify_audit", "--subject", f"approval:{Approval.objects.get().pk}")
    assert "replace /body" in capsys.readouterr().out


@pytest.mark.shows("claimed-once")
def test_a_rejected_action_is_not_executed(agent: SalesAgent, sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")
    _until_submitted(page)
    page.get_by_role("link", name=re.compile("Send email to Head of Engineering")).first.click()
    page.get_by_role("link", name="Reject").click()
    page.get_by_label(re.compile("Needs changes")).check()
    page.locator("textarea[name=comment]").fill("Dana left Acme last month.")
    page.get_by_role("button", name=re.compile("Reject|Send")).first.click()
    expect(page.locator("#decision-panel")).to_contain_text("Sales")

    code, said = agent.finish()

    assert code == 1
    assert "Dana left Acme last month." in said
    assert not list(agent.out.glob("*.eml"))


def test_enter_in_a_field_never_decides(agent: SalesAgent, sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")
    _until_submitted(page)
    page.get_by_role("link", name=re.compile("Send email to Head of Engineering")).first.click()
    page.get_by_label("Subject").press("Enter")
    page.get_by_role("button", name="Review decision").click()
    expect(page.get_by_role("heading", name="Your changes")).to_be_visible()
    page.get_by_label(re.compile("^Comment")).press("Control+Enter")
    page.wait_for_timeout(500)
    agent.process.kill()
    agent.process.communicate()

    assert Approval.objects.get().status == "pending"


def _until_submitted(page: Page) -> None:
    """The agent is a process of its own: look again until its request is in the inbox."""
    for _ in range(50):
        page.goto("/approvals/")
        if page.get_by_role("link", name=re.compile("Send email to Head of Engineering")).count():
            return
        page.wait_for_timeout(200)
    raise AssertionError("the agent's request never came")
