"""An order's lines are computed exactly, and what disagrees is said with both numbers."""

from __future__ import annotations

import pytest

from approvals.payload.renderers import money
from approvals.payload.renderers.money import Money
from tests.approvals.payload.renderers.reading import markup, shown, title, words

LINES = [
    {"description": "Pallet", "quantity": 10, "unitPrice": 120},
    {"description": "Strap", "quantity": 100, "unitPrice": "2.50"},
]
ORDER = {"currency": "EUR", "line_items": LINES, "total": 1450}


def test_a_total_that_disagrees_is_said_with_both_numbers():
    order = shown(ORDER | {"total": 18450.5})

    assert order.verdict == "The lines sum to 1,450, the total says 18,450.50."
    assert not order.agrees


def test_a_total_that_agrees_is_said():
    assert shown(ORDER).verdict == "The total is what the lines sum to."
    assert shown(ORDER).agrees


def test_sums_are_exact():
    order = shown({"lines": [{"name": "A", "qty": 3, "price": 0.1}], "total": 0.3})

    assert order.agrees


def test_tax_shipping_and_discount_are_counted_and_named():
    order = shown(ORDER | {"tax": 275.5, "shipping": 20, "discount": 100, "total": 1645.5})

    assert order.verdict == "The total is what the lines sum to, with tax 275.50, shipping 20, discount -100."


def test_what_was_counted_is_named_when_the_total_disagrees():
    assert shown(ORDER | {"tax": 50}).verdict == (
        "The total fits if the prices include the tax of 50; it was not added."
    )
    assert shown(ORDER | {"tax": 50, "total": 9}).verdict == (
        "The lines sum to 1,450, with tax 50 that makes 1,500, the total says 9."
    )


def test_a_subtotal_that_disagrees_is_said():
    assert shown(ORDER | {"subtotal": 1400}).verdict == "The lines sum to 1,450, the subtotal says 1,400."


def test_a_line_that_disagrees_with_itself_is_pointed_out():
    lines = [LINES[0] | {"lineTotal": 999}, LINES[1]]

    assert "1,200 EUR ! The line says 999 EUR" in words(ORDER | {"line_items": lines})
    assert not shown(ORDER | {"line_items": lines}).agrees


def test_what_stands_in_a_line_but_in_no_sum_is_named():
    lines = [LINES[0] | {"discountPercent": 5}, LINES[1]]

    assert "In the lines, but in no sum: discountPercent" in words(ORDER | {"line_items": lines})


def test_the_exact_value_stands_in_the_title():
    assert 'title="18450.5 EUR">18,450.50 EUR<' in markup(ORDER | {"total": 18450.5})


@pytest.mark.parametrize(
    "row",
    [
        {"quantity": 10}, {"quantity": 2, "amount": 5}, {"quantity": True, "unitPrice": 1}, {"quantity": "ten", "unitPrice": 1},
        {"quantity": 1, "unitPrice": "1.000,50"}, {"quantity": 1, "unitPrice": {"amount": 5}}, {"quantity": 1, "unitPrice": "1e400"},
        {"quantity": 1, "unitPrice": "9" * 60}, {"quantity": 1, "unitPrice": "NaN"}, {"quantity": 1, "qty": 2, "unitPrice": 1},
        {"quantity": 1, "unitPrice": 1, "currency": "USD"}, [], None, "x",
    ],
)  # fmt: skip
def test_a_line_that_would_have_to_be_guessed_makes_it_no_order(row):
    assert title({"currency": "EUR", "lines": [row], "total": 5}) != "As an order"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1450, "1,450 EUR"),
        (18450.5, "18,450.50 EUR"),
        ("0.125", "0.125 EUR"),
        (-1234.5, "-1,234.50 EUR"),
        ("-0.5", "-0.50 EUR"),
        ("1,234.50", "1,234.50 EUR"),
        (1e-7, "0.0000001 EUR"),
    ],
)
def test_money_is_grouped_and_never_rounded(value, written):
    assert Money(money.number(value), "EUR").written == written
