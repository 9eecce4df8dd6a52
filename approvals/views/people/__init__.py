"""Which person is meant? People are picked by name or address, from those whom one may know of."""

from approvals.views.people.found import bare
from approvals.views.people.known import around, known_to
from approvals.views.people.options import Option, Refusals, options_of, show_found, which
from approvals.views.people.typed import WhichPerson, address_of

__all__ = [
    "Option",
    "Refusals",
    "WhichPerson",
    "address_of",
    "around",
    "bare",
    "known_to",
    "options_of",
    "show_found",
    "which",
]
