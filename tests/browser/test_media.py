"""On paper a request is whole, and in forced colours what colour told is told by lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import AMBER_AND_RED, make_approval, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WIDE_PAPER, LINES = 1123, 40
STEPS = {
    "trigger": "A mail came",
    "steps": [{"name": "Read the contract", "output": "It is signed", "at": ""}],
}


def test_a_request_is_printed_whole_and_without_what_one_presses(sign_in: Callable[..., Page]) -> None:
    make_user()
    body = "\n".join(f"line {number}" for number in range(LINES))
    approval = make_approval(evidence=AMBER_AND_RED, payload={"body": body}, rationale=body, context=STEPS)
    page = sign_in("sales@example.com")
    page.goto(approval.get_absolute_url())

    page.emulate_media(media="print")

    for shown in ("Read the contract", "Anybody in the approvers group", "Customer records were read"):
        expect(page.get_by_text(shown)).to_be_visible()
    for pressed in (".top", ".inbox", ".decision-panel", ".back", "summary:has(.edit__open)", "#text"):
        expect(page.locator(pressed).first).to_be_hidden()
    for long in (".rationale blockquote", ".field__value"):
        assert page.locator(long).first.evaluate("(e) => e.scrollHeight <= e.clientHeight + 1")


@pytest.mark.parametrize("width", [794, WIDE_PAPER], ids=["A4", "A4 on its side"])
def test_a_request_fits_the_paper(sign_in: Callable[..., Page], width: int) -> None:
    make_user()
    approval = make_approval(evidence=AMBER_AND_RED, payload={"to": "a" * 200})
    page = sign_in("sales@example.com")

    page.goto(approval.get_absolute_url())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": WIDE_PAPER})

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(page.pdf(format="A4")) > 5000


def test_forced_colours_tell_tones_and_the_selected_row_by_lines(sign_in: Callable[..., Page]) -> None:
    make_user()
    approval = make_approval(evidence=AMBER_AND_RED)
    page = sign_in("sales@example.com")

    page.goto(approval.get_absolute_url())
    page.emulate_media(forced_colors="active")
    style = "(e) => [getComputedStyle(e).borderInlineStartWidth, getComputedStyle(e).borderInlineStartStyle].join(' ')"
    lines = [page.locator(f".item.{tone}").evaluate(style) for tone in ("red", "amber", "emerald")]

    assert lines == ["8px double", "6px solid", "2px solid"]
    assert page.locator(".row[aria-current]").evaluate("(e) => getComputedStyle(e).outlineStyle") == "solid"
