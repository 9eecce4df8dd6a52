"""Whatever an agent or a colleague writes is shown as text, and comes back byte for byte."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from approvals import visible
from approvals.models import Approval, Comment
from grants.models import User
from tests.approvals.api.client import AgentClient, agent_client
from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import make_approval, make_user
from tests.naughty import SHIPPED, naughty

pytestmark = pytest.mark.django_db

LABEL = 100
"""Characters of an evidence's label at most."""
TEXTS = [text for text in naughty() if text.strip()]

HARMLESS = ("/", "#", "?", "http://", "https://")


class Markup(HTMLParser):
    """The elements and attributes by which text could do something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        is_ours = tag == "script" and (values.get("src") or "").startswith("/static/")
        if tag in {"iframe", "img", "object", "embed", "base", "video", "audio"} or (
            tag == "script" and not is_ours
        ):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in values if name.startswith("on") or name == "style"]
        link = values.get("href") or "#"
        self.found += [] if tag == "link" or link.startswith(HARMLESS) else [f"{tag} {link}"]


def batches(size: int) -> list[list[str]]:
    return [TEXTS[at : at + size] for at in range(0, len(TEXTS), size)]


def seen(page: str) -> str:
    """The words of a page, as a reader sees them: tags gone, references resolved, spaces joined."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


def as_seen(text: str) -> str:
    return " ".join(visible.as_text(text).split())


def is_shown(text: str, page: str) -> bool:
    return as_seen(text) in page or as_seen(text).replace(" ", "") in page.replace(" ", "")


@pytest.fixture
def agent() -> AgentClient:
    return agent_client()


@pytest.mark.parametrize("texts", batches(40), ids=lambda texts: f"{len(texts)} strings")
def test_in_evidence_and_payload_they_come_back_and_are_text(agent: AgentClient, texts: list[str]):
    evidence = [
        {"label": f"{n}{text}"[:LABEL], "value": text, "tone": "slate", "url": None}
        for n, text in enumerate(texts)
    ]
    payload = {f"{text} {n}": text for n, text in enumerate(texts)}

    made = agent.submit(evidence=evidence, payload=payload)
    page = client_of(make_user()).get(url("request", Approval.objects.get())).content.decode()

    assert agent.get(f"/approvals/{made['id']}").json()["payload"] == payload
    assert Approval.objects.get().evidence == evidence
    assert Markup(page).found == []
    words = seen(page)
    assert [text for text in texts if not is_shown(text, words)] == []


@pytest.mark.parametrize("text", [text for text in SHIPPED if text.strip()])
def test_as_action_and_rationale(agent: AgentClient, text: str):
    agent.submit(action=f"Do {text}", rationale=f"Because {text}")
    page = client_of(make_user()).get(url("request", Approval.objects.get())).content.decode()

    stored = Approval.objects.get()
    assert (stored.action, stored.rationale) == (f"Do {text}", f"Because {text}")
    assert Markup(page).found == []
    assert is_shown(f"Do {text}", seen(page))


@pytest.mark.parametrize("text", [text for text in SHIPPED if text.strip()])
def test_as_comment_and_name(text: str):
    approval = make_approval()
    person: User = make_user(name=f"Ada {text}")
    client = client_of(person)

    client.post(url("comments", approval), {"text": f"See {text}"})
    page = text_of(client.get(url("request", approval)))

    stored = Comment.objects.get().text
    assert (
        stored.replace("\r\n", "\n") == f"See {text}".replace("\r\n", "\n").strip() or stored == f"See {text}"
    )
    assert Markup(page).found == []
    assert is_shown(stored, seen(page))
    assert is_shown(person.get_full_name(), seen(page))
