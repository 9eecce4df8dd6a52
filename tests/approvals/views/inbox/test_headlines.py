"""The amount or target that stands out, as the reader writes it."""

from __future__ import annotations

import pytest

from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import make_approval, make_policy, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("form", "payload", "shown"),
    [
        (
            "en",
            {"amount": 18450.5, "currency": "EUR"},
            '<data value="18450.5" title="18450.5">18,450.50 EUR</data> · Acme',
        ),
        (
            "de",
            {"amount": 18450.5, "currency": "EUR"},
            '<data value="18450.5" title="18450.5">18.450,50 EUR</data> · Acme',
        ),
        ("en", {"amount": 18450.5}, "18450.5 · Acme"),
        (
            "en",
            {"amount_cents": 1845050, "currency": "EUR"},
            '<data value="1845050" title="1845050">18,450.50 EUR</data> (1845050) · Acme',
        ),
    ],
)
def test_an_amount_is_written_with_its_currency_in_the_row_and_beside_the_button(form, payload, shown):
    make_policy(headline=["/amount", "/amount_cents", "/currency", "/payee"])
    approval = make_approval(payload=payload | {"payee": "Acme"})
    client = client_of(make_user(written_form=form))

    assert shown in text_of(client.get("/approvals/"))
    assert shown in text_of(client.get(url("review", approval)))


def test_the_browsers_language_counts_where_nothing_is_chosen():
    make_policy(headline=["/amount"])
    make_approval(payload={"amount": 18450.5, "currency": "EUR"})

    page = client_of(make_user()).get("/approvals/", headers={"Accept-Language": "de-DE,de;q=0.9"})

    assert "18.450,50 EUR" in text_of(page)
