"""Which exact number does a value hold, and how does a person write it? Decimal throughout: nothing is rounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from approvals.payload import amounts
from approvals.payload.pointers import ABSENT
from approvals.payload.renderers.fields import Fields, Unfit

_NUMBER = re.compile(r"-?(?:[0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.[0-9]{1,12})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_EXACT = Context(prec=80, traps=[Inexact, InvalidOperation])


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `written` for reading, `exact` as the payload or the sum has it."""

    amount: Decimal
    currency: str = ""

    @property
    def written(self) -> str:
        """As the reader writes numbers."""
        _plain(self.amount)  # Unfit where it is out of bounds
        return amounts.written(self.amount, self.currency)

    @property
    def exact(self) -> str:
        return f"{_plain(self.amount)} {self.currency}".strip()


def number(value: Any) -> Decimal:
    """The number of a JSON number or of a text that can only be one. Raises Unfit.

    The strict reader has refused every literal that a double does not carry, so `repr` gives the number as it was sent.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unfit
    text = value if isinstance(value, str) else _plain(Decimal(repr(value)))
    if not _NUMBER.fullmatch(text):
        raise Unfit
    return Decimal(text.replace(",", ""))


def number_of(fields: Fields, *names: str) -> Decimal | None:
    """The number under one of these names, or None where there is none."""
    value = fields.take(*names)
    return None if value is ABSENT else number(value)


def currency_of(fields: Fields) -> str:
    """A code of three letters, or ""."""
    code = fields.text("currency", "currencycode", "ccy")
    if code and not _CURRENCY.fullmatch(code):
        raise Unfit
    return code.upper()


def product(one: Decimal, other: Decimal) -> Decimal:
    return _EXACT.multiply(one, other)


def total(amounts: list[Decimal]) -> Decimal:
    result = Decimal(0)
    for amount in amounts:
        result = _EXACT.add(result, amount)
    return result


def _plain(amount: Decimal) -> str:
    """Digits without an exponent and without zeros at the end of a fraction."""
    if not amount.is_finite() or abs(amount.adjusted()) > 40:
        raise Unfit
    return amounts.plain(amount)
