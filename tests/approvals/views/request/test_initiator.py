"""The page says on whose behalf the agent runs, and whether that is a person here."""

from __future__ import annotations

import re

import pytest

from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import make_approval, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.shows("one-form-of-an-address")]


def page_of(**fields: object) -> str:
    approval = make_approval(**fields)
    page = text_of(client_of(make_user()).get(url("request", approval)))
    return " ".join(re.sub("<[^>]*>", " ", page).split())


def test_a_person_here_stands_with_name_and_address() -> None:
    make_user("ana@acme.example", name="Ana Meyer")

    page = page_of(initiated_by="ana+q3@acme.example")

    assert "The agent runs on behalf of Ana Meyer ana+q3@acme.example" in page
    assert "not a person known here" not in page


@pytest.mark.parametrize("is_active", [None, False])
def test_anybody_else_is_pointed_out(is_active: bool | None) -> None:
    if is_active is not None:
        make_user("ana@acme.example", name="Ana Meyer", is_active=is_active)

    page = page_of(initiated_by="ana@acme.example")

    assert "The agent runs on behalf of ana@acme.example not a person known here" in page


@pytest.mark.shows("look-alike-letters")
def test_a_domain_in_letters_that_look_like_others_is_pointed_out() -> None:
    page = page_of(initiated_by="ana@\u0430\u0441\u0435.example")

    assert "is written in Cyrillic letters, not Latin" in page


def test_where_the_agent_names_nobody_nothing_is_said() -> None:
    assert "on behalf of" not in page_of()
