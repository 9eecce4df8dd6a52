"""Which numbers are money, in which currency, and how they are written."""

from __future__ import annotations

import pytest

from approvals import payload
from approvals.payload import amounts
from audit import reader
from tests.approvals.payload.browser import form_for, posted_from, rendered


@pytest.mark.parametrize(
    ("key", "currency", "value", "written"),
    [
        ("amount", "EUR", 18450.5, "18,450.50 EUR"),
        ("totalAmount", "EUR", "18450.50", "18,450.50 EUR"),
        ("price", "JPY", 1200, "1,200 JPY"),
        ("unit_price", "EUR", 0.125, "0.125 EUR"),
        ("amount_eur", "", 5, "5 EUR"),
        ("refundCents", "EUR", 1845050, "18,450.50 EUR"),
        ("amount_cents", "USD", -5, "-0.05 USD"),
        ("amountMinor", "JPY", 1845050, "1,845,050 JPY"),
        ("amount_minor", "KWD", 1845050, "1,845.05 KWD"),
    ],
)
def test_an_amount_is_written_with_its_currency(key, currency, value, written):
    assert amounts.unit_of(key, currency).written(value) == written


@pytest.mark.parametrize(
    ("key", "currency"),
    [
        ("amount", ""),
        ("quantity", "EUR"),
        ("taxRate", "EUR"),
        ("discount_percent", "EUR"),
        ("orderTotalId", "EUR"),
        ("minorVersion", "EUR"),
        ("amount_eur", "USD"),
        ("amount_minor", "XYZ"),
        ("amount_cents", "JPY"),
        ("year", "EUR"),
    ],
)
def test_where_it_is_not_sure_the_number_stays_as_it_is(key, currency):
    assert amounts.unit_of(key, currency) is None


@pytest.mark.parametrize("value", [1845050, "1845050", 1450.0, -3])
def test_a_whole_number_that_may_count_cents_stays_as_it_is(value):
    assert amounts.unit_of("amount", "EUR").written(value) == ""


@pytest.mark.parametrize("value", [True, None, "12,5", "1e5", "", [], 1e300, "١٢"])
def test_what_is_no_plain_number_is_not_written_as_money(value):
    assert amounts.Unit("EUR").written(value) == ""


def test_the_nearest_object_that_names_a_currency_counts():
    value = {
        "currency": "EUR",
        "a": {"amount": 1},
        "b": {"currency": "usd", "amount": 1},
        "rows": [{"fee": 1}],
    }

    assert payload.unit_at(value, "/a/amount").currency == "EUR"
    assert payload.unit_at(value, "/b/amount").currency == "USD"
    assert payload.unit_at(value, "/rows/0/fee").currency == "EUR"
    assert payload.unit_at({"currency": "EUR", "Currency": "USD", "amount": 1}, "/amount") is None
    assert payload.unit_at({"currency": 7, "amount": 1}, "/amount") is None
    assert payload.unit_at(value, "/rows/9/fee") is None


def seen(form, key):
    return form.root.members[key].seen


def test_the_reading_view_writes_an_amount_and_keeps_the_exact_number_on_it():
    form = form_for({"amount": 18450.5, "currency": "EUR", "refund_cents": 1845050, "year": 2026})

    assert (seen(form, "amount").text, seen(form, "amount").exact) == ("18,450.50 EUR", "18450.5")
    assert (seen(form, "refund_cents").text, seen(form, "refund_cents").gloss) == ("1845050", "18,450.50 EUR")
    assert seen(form, "year").text == "2026"
    page = " ".join(rendered(form).split())
    assert '<data class="value" value="18450.5" title="18450.5">18,450.50 EUR</data>' in page
    assert 'id="payload/amount" value="18450.5"' in page


def test_an_edited_currency_counts_at_once():
    form = form_for({"amount": 18450.5, "currency": "EUR"})

    bound = form.bind({**form.pairs(), "payload/currency": "USD"})

    assert seen(bound.form, "amount").text == "18,450.50 USD"


@pytest.mark.parametrize("name", reader.FORMATS)
def test_an_untouched_form_gives_the_same_bytes_in_every_form(name):
    value = {
        "amount": 18450.5,
        "currency": "EUR",
        "refund_cents": 1845050,
        "at": "2026-04-20T14:00:00.50+02:00",
    }
    with reader.read_by(reader.zone_called("America/St_Johns"), name):
        form = form_for(value)
        bound = form.bind(posted_from(rendered(form)))

    assert (bound.text, bound.is_touched, bound.errors) == (form.original_text, False, [])
