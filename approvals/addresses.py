"""Is this address written so that nobody takes it for another, and whose mailbox does it reach?

`ana+x@acme.example` reaches whom `ana@acme.example` reaches, and full-width letters are letters: a person who is barred
under one spelling is barred under each (docs/threats.md: self-approval, look-alike-letters).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from approvals import visible
from audit.invisible import is_invisible

TAG = "+"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Some addresses, and one mailbox whose every spelling belongs to them; empty for none."""

    listed: frozenset[str] = frozenset()
    mailbox: str = ""

    def __contains__(self, address: str) -> bool:
        return address in self.listed or (bool(self.mailbox) and mailbox(address) == self.mailbox)

    def besides(self, more: Iterable[str]) -> Addresses:
        """With these addresses as well."""
        return Addresses(self.listed.union(more), self.mailbox)


def mailbox(address: str) -> str:
    """The address without a `+tag`, its domain as people read it; `reaches` says the same to the database."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{local[1:].partition(TAG)[0]}{at}{_read(domain)}"


def spellings(address: str) -> frozenset[str]:
    """The forms without a tag in which an account of this mailbox may be kept: as people read it, and as it is sent."""
    plain = mailbox(address)
    local, at, domain = plain.rpartition("@")
    try:
        sent = domain.encode("idna").decode()
    except UnicodeError:
        sent = domain
    return frozenset({plain, f"{local}{at}{sent}"})


def reaches(field: str, address: str) -> Q:
    """The rows whose field has an address of the same mailbox."""
    found = Q()
    for plain in sorted(spellings(address)):
        local, _, domain = plain.rpartition("@")
        tagged = {f"{field}__startswith": f"{local}{TAG}", f"{field}__endswith": f"@{domain}"}
        found |= Q(**{field: plain}) | Q(**tagged)
    return found


def in_one_form(address: str) -> str:
    """In lower case, without blanks around it, each letter in its plain form, the domain as people read it.

    Raises ValueError, with what to mend, where the address could be taken for another.
    """
    plain = unicodedata.normalize("NFKC", address.strip()).lower()
    if any(mark.isspace() or is_invisible(mark) for mark in plain):
        raise ValueError("Send the address without blanks, control characters and invisible ones.")
    if '"' in plain:
        raise ValueError("Send the address without quotation marks, such as ana@acme.example.")
    if plain.count("@") > 1:
        raise ValueError("Send one address with one @, such as ana@acme.example.")
    local, _, domain = plain.partition("@")
    domain = visible.as_read(domain)
    _check(local, domain)
    return f"{local}@{domain}"


def _read(domain: str) -> str:
    plain = domain if domain.isascii() else unicodedata.normalize("NFKC", domain).lower()
    return visible.as_read(plain) if "xn--" in plain else plain


def _check(local: str, domain: str) -> None:
    try:
        validate_email(f"{local}@{domain}")
    except ValidationError:
        raise ValueError("Send an e-mail address, such as sales@example.com.") from None
    if not local.isascii():
        raise ValueError("Send an address with plain letters a to z before the @.")
    if any(is_invisible(mark) for mark in domain):
        raise ValueError("Send the address without blanks, control characters and invisible ones.")
    if visible.mixes_scripts(domain):
        raise ValueError(
            "The domain mixes letters of several scripts, which look alike: send it in the letters of one."
        )
