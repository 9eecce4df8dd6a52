"""The payload's form in a browser: rows, new fields, and a summary whose links take the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from approvals.models import Approval
from tests.browser.accessibility import faults
from tests.browser.fields import field
from tests.factories import make_approval, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LINE = {
    "type": "object",
    "properties": {
        "sku": {"type": "string"},
        "qty": {"type": "integer", "minimum": 1},
        "gift": {"type": "boolean"},
    },
    "required": ["sku"],
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "to": {"type": "string", "title": "Copy to"},
        "note": {"type": ["string", "null"]},
        "size": {"oneOf": [{"const": "s", "title": "Small"}, {"const": "m", "title": "Medium"}]},
        "iban": {"type": "string", "title": "Reference"},
        "lines": {"type": "array", "title": "Order lines", "items": LINE},
    },
    "additionalProperties": True,
}
PAYLOAD = {
    "to": "sam@\u0435xample.com",
    "note": "",
    "size": "s",
    "iban": "DE1",
    "lines": [{"sku": "3", "qty": 2}, {"sku": "b"}],
}


def open_form(sign_in: Callable[..., Page], **options: Any) -> Page:
    make_user()
    approval = make_approval(payload=PAYLOAD, schema=SCHEMA, locked_fields=["/iban"])
    page = sign_in("sales@example.com", **options)
    page.goto(approval.get_absolute_url())
    return page


def open_list(page: Page) -> None:
    field(page, "payload/lines/0/sku")


def test_axe_finds_nothing_on_rows_new_fields_and_faults(sign_in: Callable[..., Page]) -> None:
    page = open_form(sign_in)

    found = faults(page)
    open_list(page)
    page.get_by_role("button", name="Add to Order lines").click()
    field(page, "payload/lines/2/sku").wait_for()
    page.get_by_role("button", name="Add a field to the payload").click()
    field(page, "key/+/0").fill("extra")
    field(page, "payload/lines/0/qty").fill("0")
    page.get_by_role("button", name="Review decision").click()
    page.get_by_role("alert").wait_for()
    found += faults(page)

    assert found == []


@pytest.mark.parametrize("javascript", [True, False])
def test_the_links_of_the_summary_take_the_focus(sign_in: Callable[..., Page], javascript: bool) -> None:
    page = open_form(sign_in, javascript=javascript)
    page.get_by_role("button", name="Add a field to the payload").click()
    field(page, "payload/+/0").fill("1")
    field(page, "payload/lines/0/qty").fill("0")
    page.get_by_role("button", name="Review decision").click()

    links = page.get_by_role("alert").get_by_role("link")
    links.first.wait_for()
    reached = []
    for link in links.all():
        link.click()
        reached.append(page.locator(":focus").get_attribute("id"))

    assert reached == ["payload/lines/0/qty", "key/+/0"]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_row_and_a_field_are_added_and_approved(sign_in: Callable[..., Page], javascript: bool) -> None:
    page = open_form(sign_in, javascript=javascript)

    open_list(page)
    page.get_by_role("button", name="Add to Order lines").click()
    field(page, "payload/lines/2/sku").fill("c")
    page.get_by_role("button", name="Add a field to the payload").click()
    field(page, "key/+/0").fill("extra")
    field(page, "payload/+/0").fill('"3"')
    page.get_by_role("button", name="Review decision").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Approved by").first.wait_for()

    edited = Approval.objects.get().version().value
    assert edited == {**PAYLOAD, "lines": [*PAYLOAD["lines"], {"sku": "c"}], "extra": "3"}
