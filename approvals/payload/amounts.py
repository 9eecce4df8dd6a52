"""Which numbers of a payload are money, in which currency, and how is an amount written for the person who reads?

By the field's key and a currency that the payload names: a number beside which no currency stands stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from approvals.payload.pointers import ABSENT, tokens
from audit import reader

_AMOUNT_WORDS = (
    "amount amounts balance budget charge cost costs deposit discount due fee fees freight gross net paid "
    "payment payout price rebate refund salary subtotal surcharge tax total vat"
)
_AMOUNTS = frozenset(_AMOUNT_WORDS.split())
_MINOR = frozenset(("cents", "cent", "minor", "pence", "øre", "ore"))
_IN_CENTS = frozenset(("cents", "cent", "pence", "øre", "ore"))
_RATE_WORDS = "count id ids number percent percentage rate ratio quantity qty days"
_RATES = frozenset(_RATE_WORDS.split())
"""Words beside which an amount's word says something else: a tax rate, a discount percentage, an order total's id."""
_CODES_IN_KEYS = "AUD BRL CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN SEK SGD USD ZAR"
_IN_KEYS = frozenset(_CODES_IN_KEYS.split())
"""Codes that a key may name, as in `amount_eur`: those that are no words."""
_CURRENCY_KEYS = frozenset(("currency", "currencycode", "ccy"))
_CODE = re.compile(r"[A-Za-z]{3}")
_WORD = re.compile(r"[A-Z]?[a-zø]+|[A-Z]+(?![a-zø])|[0-9]+")
_PLAIN = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?")

_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC "
    "CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD "
    "KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR "
    "NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG"
)
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
DIGITS: Mapping[str, int] = {
    **dict.fromkeys(_WITHOUT.split(), 0),
    **dict.fromkeys(_WITH_TWO.split(), 2),
    **dict.fromkeys(_WITH_THREE.split(), 3),
}
"""How many digits the minor unit of each currency has (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts: a currency's units, or (`minor` digits) its hundredths or thousandths.

    Without `is_sure` a whole number may count either: many interfaces take an `amount` in cents.
    """

    currency: str
    minor: int = 0
    is_sure: bool = True

    def written(self, value: Any) -> str:
        """`18,450.50 EUR`, as the reader writes numbers; "" where the value is no plain number, or may be in cents."""
        exact = digits_of(value)
        if exact is None or not (self.is_sure or "." in f"{exact:f}"):
            return ""
        return written(exact.scaleb(-self.minor), self.currency)


def written(amount: Decimal, currency: str = "") -> str:
    """`1,450 EUR` or `18,450.50 EUR`: two digits at least after the point, and never fewer than there are."""
    whole, _, cents = plain(amount).partition(".")
    digits = f"{whole}.{cents.ljust(2, '0')}" if cents else whole
    return f"{reader.number(digits)} {currency}".strip()


def plain(amount: Decimal) -> str:
    """The exact digits, without an exponent and without zeros at the end of a fraction."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def digits_of(value: Any) -> Decimal | None:
    """The exact number of a JSON number, or of a text that is nothing but digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = value if isinstance(value, str) else plain(Decimal(repr(value)))
    return Decimal(text) if _PLAIN.fullmatch(text) else None


def unit_of(key: str, currency: str) -> Unit | None:
    """What the number under this key counts, where that currency is known; None where it is not money."""
    words = {word.casefold() for word in _WORD.findall(key)}
    is_money = not _AMOUNTS.isdisjoint(words) or not _IN_CENTS.isdisjoint(words)
    named = {word.upper() for word in words if word.upper() in _IN_KEYS}
    codes = {currency, *named} - {""}
    if not is_money or len(codes) != 1 or not _RATES.isdisjoint(words):
        return None
    [currency] = codes
    digits = DIGITS.get(currency)
    if _MINOR.isdisjoint(words):
        return Unit(currency, is_sure=bool(named) or digits == 0)
    if digits is None or (digits != 2 and not _IN_CENTS.isdisjoint(words)):
        return None
    return Unit(currency, digits)


def currency_among(members: Iterable[tuple[str, Any]]) -> str:
    """The code that an object's members name, "" where they name none or more than one."""
    codes = [value for key, value in members if is_currency_key(key) and value not in ("", None, ABSENT)]
    is_code = len(codes) == 1 and isinstance(codes[0], str) and _CODE.fullmatch(codes[0])
    return codes[0].upper() if is_code else ""


def is_currency_key(key: str) -> bool:
    return "".join(_WORD.findall(key)).casefold() in _CURRENCY_KEYS


def unit_at(payload: Any, pointer: str) -> Unit | None:
    """What the number at the pointer counts: the nearest object around it that names a currency says in which."""
    currency, key, place = "", "", payload
    for token in tokens(pointer):
        if isinstance(place, dict):
            if any(is_currency_key(name) for name in place):
                currency = currency_among(place.items())
            key, place = token, place.get(token, ABSENT)
        elif isinstance(place, list) and token.isdecimal() and int(token) < len(place):
            place = place[int(token)]
        else:
            return None
    return unit_of(key, currency)
