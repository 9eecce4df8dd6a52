"""Which further factors does a person sign in with, and what follows when one comes or goes?

Only their owner adds and removes them (docs/rules.md: credentials-belong-to-people): an app that makes codes, passkeys,
and the recovery codes that come with the first of them. What the server keeps of them is sealed like other secrets.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals import credentials, signing, vault
from approvals.exceptions import StateConflict
from audit import clock
from audit.message import Actor
from grants.models import User

Type = Authenticator.Type
NAMES = {Type.TOTP: "app", Type.WEBAUTHN: "passkey", Type.RECOVERY_CODES: "recovery_codes"}
"""As the log calls them."""


def of(person: User) -> QuerySet[Authenticator]:
    """The person's app and passkeys, oldest first; not the recovery codes, which stand in for them."""
    return (
        Authenticator.objects.filter(user=person)
        .exclude(type=Type.RECOVERY_CODES)
        .order_by("created_at", "pk")
    )


def codes_left(person: User) -> int:
    """How many recovery codes are not used yet."""
    kept = _recovery_codes(person).first()
    return len(RecoveryCodes(kept).get_unused_codes()) if kept else 0


@transaction.atomic
def add(person: User, store: Callable[[User], Authenticator], *, by: Actor) -> list[str]:
    """Store a factor that its owner just proved to hold; returns the recovery codes that come with the first.

    The first one is on record and told, and does not hold its person up: with what they proved to add it they could
    decide already, so it takes from a thief and gives nothing, and a day's wait would keep people from it. Each further
    one opens the account beside what was there, so it counts like a replacement.
    """
    current = _locked(person)
    is_first = not of(current).exists()
    factor = store(current)
    codes: list[str] = RecoveryCodes.activate(current).get_unused_codes() if is_first else []
    _note(current, "person.factor_added", factor, by=by, is_harmless=is_first)
    return codes


@transaction.atomic
def remove(person: User, factor: Authenticator, *, by: Actor) -> None:
    """Remove one of the person's own; with the last, its recovery codes go, too."""
    current = _locked(person)
    found = of(current).filter(pk=factor.pk).first()
    if not found:
        return  # somebody was faster: it is on record once
    found.delete()
    if not of(current).exists():
        _recovery_codes(current).delete()
    _note(current, "person.factor_removed", factor, by=by)


@transaction.atomic
def renew_codes(person: User, *, by: Actor) -> list[str]:
    """Recovery codes in place of the old ones. Raises StateConflict where there is no factor that they stand in for."""
    current = _locked(person)
    if not of(current).exists():
        raise StateConflict(_("Recovery codes stand in for an app or a passkey: add one of these first."))
    _recovery_codes(current).delete()
    made = RecoveryCodes.activate(current)
    _note(current, "person.factor_added", made.instance, by=by)
    return list(made.get_unused_codes())


def reseal_all() -> int:
    """Encrypt what the server keeps of them under the first key; returns how many. Raises vault.Unreadable."""
    sealed = list(Authenticator.objects.select_for_update().filter(type__in=(Type.TOTP, Type.RECOVERY_CODES)))
    for factor in sealed:
        key = "secret" if factor.type == Type.TOTP else "seed"
        factor.data[key] = vault.reseal(factor.data[key].encode()).decode()
        factor.save(update_fields=["data"])
    return len(sealed)


def _locked(person: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _recovery_codes(person: User) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES)


def _note(person: User, event: str, factor: Authenticator, *, by: Actor, is_harmless: bool = False) -> None:
    said = {"factor": NAMES[Type(factor.type)], "factor_name": factor.data.get("name", "")}
    none = {"credential_id": "", "public_key_sha256": ""}
    said |= signing.facts_of(factor) if factor.type == Type.WEBAUTHN else none
    credentials.note_factor(person, event, said, by=by, at=clock.now(), is_harmless=is_harmless)
