"""Is the payload an order or invoice, and do its lines add up to what its total says?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from approvals.payload.renderers import money
from approvals.payload.renderers.fields import Fields, Unfit
from approvals.payload.renderers.money import Money, number_of

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
        known: list[tuple[str, Decimal | None]] = [
            ("Sum of the lines", self.lines),
            ("Subtotal as stated", self.subtotal),
        ]
        known += [(name.capitalize(), amount) for name, amount in self.extras]
        known += [("Computed total", self.all if self.extras else None), ("Total as stated", self.said)]
        return [(name, amount) for name, amount in known if amount is not None]

    def verdict(self) -> tuple[str, bool]:
        """A sentence, and whether nothing contradicts anything."""
        if self.subtotal is not None and self.subtotal != self.lines:
            return f"The lines sum to {_words(self.lines)}, the subtotal says {_words(self.subtotal)}.", False
        if self.said is None:
            return "No total is stated.", True
        if self.said == self.all:
            return "The total is what the lines sum to" + self._with() + ".", True
        tax = dict(self.extras).get("tax")
        if tax and self.said == self.with_tax_inside:
            return f"The total fits if the prices include the tax of {_words(tax)}; it was not added.", True
        sums = f"The lines sum to {_words(self.lines)}"
        if self.extras:
            sums += f"{self._with()} that makes {_words(self.all)}"
        return f"{sums}, the total says {_words(self.said)}.", False

    def _with(self) -> str:
        named = [f"{name} {_words(amount)}" for name, amount in self.extras]
        return ", with " + ", ".join(named) if named else ""


def _words(amount: Decimal) -> str:
    return Money(amount).written
