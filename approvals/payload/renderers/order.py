"""Is the payload an order or invoice, and do its lines add up to what its total says?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approvals.payload.renderers import money
from approvals.payload.renderers.fields import Fields, Unfit
from approvals.payload.renderers.money import Money, number_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MOST_LINES = 500
_LINES = ("lineitems", "lines", "items", "orderlines", "invoicelines", "positions")
_TITLES = (
    ("description", "name", "title", "product", "productname", "item"),
    ("sku", "article", "articlenumber", "partnumber", "productid", "itemid", "code"),
)
_ADDED = {
    "tax": ("tax", "vat", "taxamount", "vatamount", "taxtotal", "totaltax"),
    "shipping": ("shipping", "shippingcost", "freight", "delivery", "shippingamount"),
    "fees": ("fee", "fees", "surcharge"),
}
_DISCOUNT = ("discount", "discountamount", "discounttotal", "totaldiscount", "rebate")
_NAMES = {"tax": _("Tax"), "shipping": _("Shipping"), "fees": _("Fees"), "discount": _("Discount")}
_WITHIN = {
    # Translators: stands in a list, as in “with tax 3.00, shipping 5.00”.
    "tax": _("tax %(amount)s"),
    # Translators: stands in a list, as in “with tax 3.00, shipping 5.00”.
    "shipping": _("shipping %(amount)s"),
    # Translators: stands in a list, as in “with tax 3.00, fees 5.00”.
    "fees": _("fees %(amount)s"),
    # Translators: stands in a list, as in “with tax 3.00, discount 5.00”.
    "discount": _("discount %(amount)s"),
}
_TOTAL = (
    "total",
    "grandtotal",
    "totalamount",
    "amount",
    "amountdue",
    "totalprice",
    "ordertotal",
    "invoicetotal",
)


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` is computed where quantity and price are known; `said` is the line's own where that differs."""

    title: str
    quantity: Money | None
    price: Money | None
    amount: Money
    said: Money | None


@dataclass(frozen=True, slots=True)
class Order:
    """`facts` are the sums in their order; `verdict` says how the total fits them, `agrees` whether it does."""

    lines: list[Line]
    facts: list[tuple[str, Money]]
    verdict: str
    agrees: bool
    uncounted: list[str]


def read(fields: Fields) -> Order:
    """Raises Unfit unless every line has an amount: its own, or quantity and price."""
    rows = fields.take(*_LINES)
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_LINES:
        raise Unfit
    currency = money.currency_of(fields)
    parts = [Fields(row) for row in rows]
    lines = [_line(part, currency) for part in parts]
    uncounted = list(dict.fromkeys(key for part in parts for key in part.others()))
    sums = _Sums.of(fields, [line.amount.amount for line in lines])
    if sums.said is None and all(line.price is None for line in lines):
        raise Unfit
    verdict, agrees = sums.verdict()
    facts = [(name, Money(amount, currency)) for name, amount in sums.facts()]
    return Order(lines, facts, verdict, agrees and not any(line.said for line in lines), uncounted)


def _line(fields: Fields, currency: str) -> Line:
    if money.currency_of(fields) not in ("", currency):
        raise Unfit
    title = " · ".join(filter(None, (fields.scalar(*names) for names in _TITLES)))
    quantity = number_of(fields, "quantity", "qty", "count", "units")
    price = number_of(fields, "unitprice", "price", "unitcost", "priceperunit", "rate")
    said = number_of(fields, "linetotal", "total", "subtotal", "amount", "lineamount", "totalprice")
    computed = money.product(quantity, price) if quantity is not None and price is not None else None
    amount = said if computed is None else computed
    # A lone "amount" beside a quantity may be of one piece or of all of them; a lone price as well.
    if amount is None or (computed is None and quantity not in (None, Decimal(1))):
        raise Unfit
    differs = said is not None and said != amount
    return Line(
        title=title,
        quantity=None if quantity is None else Money(quantity),
        price=None if price is None else Money(price, currency),
        amount=Money(amount, currency),
        said=Money(said, currency) if differs and said is not None else None,
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the lines sum to, what comes on top of them by its name, and what the payload says itself."""

    lines: Decimal
    extras: list[tuple[str, Decimal]]
    subtotal: Decimal | None
    said: Decimal | None

    @classmethod
    def of(cls, fields: Fields, amounts: list[Decimal]) -> _Sums:
        found: list[tuple[str, Decimal | None]] = [
            (name, number_of(fields, *names)) for name, names in _ADDED.items()
        ]
        discount = number_of(fields, *_DISCOUNT)
        found.append(("discount", None if discount is None else -abs(discount)))
        extras = [(name, amount) for name, amount in found if amount]
        return cls(
            money.total(amounts),
            extras,
            number_of(fields, "subtotal", "nettotal"),
            number_of(fields, *_TOTAL),
        )

    @property
    def all(self) -> Decimal:
        return money.total([self.lines, *(amount for _, amount in self.extras)])

    @property
    def with_tax_inside(self) -> Decimal:
        return money.total([self.lines, *(amount for name, amount in self.extras if name != "tax")])

    def facts(self) -> list[tuple[str, Decimal]]:
        known: list[tuple[StrPromise, Decimal | None]] = [
            (_("Sum of the lines"), self.lines),
            (_("Subtotal as stated"), self.subtotal),
            *((_NAMES[name], amount) for name, amount in self.extras),
            (_("Computed total"), self.all if self.extras else None),
            (_("Total as stated"), self.said),
        ]
        return [(str(name), amount) for name, amount in known if amount is not None]

    def verdict(self) -> tuple[str, bool]:
        """A sentence, and whether nothing contradicts anything."""
        if self.subtotal is not None and self.subtotal != self.lines:
            words = gettext("The lines sum to %(sum)s, the subtotal says %(subtotal)s.")
            return words % {"sum": _words(self.lines), "subtotal": _words(self.subtotal)}, False
        if self.said is None:
            return gettext("No total is stated."), True
        if self.said == self.all:
            words = gettext("The total is what the lines sum to, with %(extras)s.")
            alone = gettext("The total is what the lines sum to.")
            return words % {"extras": self._within()} if self.extras else alone, True
        tax = dict(self.extras).get("tax")
        if tax and self.said == self.with_tax_inside:
            words = gettext("The total fits if the prices include the tax of %(tax)s; it was not added.")
            return words % {"tax": _words(tax)}, True
        return self._contradiction(self.said), False

    def _contradiction(self, said: Decimal) -> str:
        known = {"sum": _words(self.lines), "total": _words(said)}
        if not self.extras:
            return gettext("The lines sum to %(sum)s, the total says %(total)s.") % known
        words = gettext(
            "The lines sum to %(sum)s, with %(extras)s that makes %(all)s, the total says %(total)s."
        )
        return words % {**known, "extras": self._within(), "all": _words(self.all)}

    def _within(self) -> str:
        return ", ".join(_WITHIN[name] % {"amount": _words(amount)} for name, amount in self.extras)


def _words(amount: Decimal) -> str:
    return Money(amount).written
