"""Which person is it that a sign-in provider names, and what do its groups give them?

A provider's word counts by its issuer and the subject that it never gives to another; an address only joins the two
for the first time, and only where the provider has verified it (docs/rules.md: an-identity-is-joined-once).
"""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals import credentials
from approvals.addresses import reaches
from approvals.exceptions import NotPermitted
from audit import clock
from audit.message import Actor
from grants import accounts, membership
from grants.models import ApproverMembership, User
from grants.providers import Authority, Provider, named

Claims = dict[str, Any]
"""What a provider says of who signed in: checked by `views/account/openid.py` before."""


def of(person: User) -> QuerySet[SocialAccount]:
    """The person's identities, oldest first."""
    return SocialAccount.objects.filter(user=person).order_by("date_joined", "pk")


def providers_of(person: User) -> list[Provider]:
    """Those at which the person has an identity; without a query where there are none at all."""
    if not settings.OIDC_PROVIDERS:
        return []
    names = set(of(person).values_list("provider", flat=True))
    return [one for one in settings.OIDC_PROVIDERS.values() if one.name in names]


def belongs(provider: Provider, claims: Claims, person: User) -> bool:
    """Whether the provider means this person."""
    return _known(provider, claims).filter(user=person).exists()


@transaction.atomic
def admit(provider: Provider, claims: Claims) -> User:
    """Whom the provider means. Nothing changes for them yet but that an account is made. Raises NotPermitted."""
    known = _known(provider, claims).first()
    email = known.user.email if known else _verified_email(provider, claims)
    if _domain(email) not in provider.allowed_domains:
        raise NotPermitted(
            _("%(provider)s does not speak for addresses of %(domain)s here. Sign in another way.")
            % {"provider": provider.label, "domain": _domain(email)}
        )
    person = User.objects.select_for_update(no_key=True).filter(email=email).first()
    if person is None and provider.creates_people:
        person = _created(provider, claims, email)
    if person is None or (person.proven_at and not person.is_active):
        raise NotPermitted(
            _("Nobody comes in here as %(email)s. Ask an administrator for an account.") % {"email": email}
        )
    if not known:
        _require_free(person, provider, claims)
    return person


@transaction.atomic
def settle(provider: Provider, claims: Claims, person: User) -> None:
    """Join the identity to the person, and give them the authority that the provider's groups say.

    Once nothing more is asked of who signs in: a second factor comes before. Raises NotPermitted.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not belongs(provider, claims, person):
        _require_free(person, provider, claims)
        _join(person, provider, claims)
    _bring_in_line(person, provider, claims)


@transaction.atomic
def remove(person: User, identity: SocialAccount, *, by: Actor) -> None:
    """Remove one of the person's own. Raises NotPermitted where nothing else would open the account."""
    current = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    found = of(current).filter(pk=identity.pk).first()
    if not found:
        return  # somebody was faster: it is on record once
    if not current.has_usable_password() and of(current).count() == 1:
        raise NotPermitted(_("Nothing else opens your account. Choose a password first."))
    said = {"provider": found.provider, "issuer": str(found.extra_data.get("iss", ""))}
    found.delete()
    if provider := named(found.provider):
        _bring_in_line(current, provider, {})  # what its groups gave ends with it
    credentials.note_factor(
        current, "person.identity_removed", said, by=by, at=clock.now(), is_harmless=False
    )


def label_of(identity: SocialAccount) -> str:
    """How people know its provider."""
    provider = named(identity.provider)
    return provider.label if provider else identity.provider


def _known(provider: Provider, claims: Claims) -> QuerySet[SocialAccount]:
    """By issuer and subject: under another issuer the same subject is somebody else."""
    return SocialAccount.objects.select_related("user").filter(
        provider=provider.name, uid=claims["sub"], extra_data__iss=claims["iss"]
    )


def _verified_email(provider: Provider, claims: Claims) -> str:
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email or claims.get("email_verified") is not True:
        raise NotPermitted(
            _("%(provider)s does not say that it has verified your address. Ask its administrators.")
            % {"provider": provider.label}
        )
    return email.strip().lower()


def _domain(email: str) -> str:
    return email.rpartition("@")[2]


def _created(provider: Provider, claims: Claims, email: str) -> User:
    """An account for who has none. A name that somebody else has, or none can read, is left out."""
    if User.objects.filter(reaches("email", email)).exists():
        raise NotPermitted(
            _("Somebody has an account for the mailbox of %(email)s already. Sign in as they do.")
            % {"email": email}
        )
    name = claims.get("name")
    person = User(email=email, name=name[:150] if isinstance(name, str) else "")
    try:
        person.clean()
    except ValidationError:
        person.name = ""
    accounts.add(person, by=provider.as_actor())
    return person


def _require_free(person: User, provider: Provider, claims: Claims) -> None:
    """One identity of a provider for each person, and one person for each subject, whatever its issuer is called."""
    same = SocialAccount.objects.filter(provider=provider.name)
    if of(person).filter(provider=provider.name).exists() or same.filter(uid=claims["sub"]).exists():
        raise NotPermitted(
            _("The account of %(email)s belongs to another identity of %(provider)s. Sign in another way.")
            % {"email": person.email, "provider": provider.label}
        )


def _join(person: User, provider: Provider, claims: Claims) -> None:
    """From now on the identity opens the account. The first thing that ever opened it holds nobody up."""
    said = {"provider": provider.name, "issuer": str(claims["iss"])}
    SocialAccount.objects.create(
        user=person, provider=provider.name, uid=claims["sub"], extra_data={"iss": claims["iss"]}
    )
    is_first, at, by = person.proven_at is None, clock.now(), provider.as_actor()
    if is_first:
        person.proven_at, person.is_active = at, True
        person.save(update_fields=["proven_at", "is_active"])
        accounts.note(person, "person.confirmed", by=by)
    credentials.note_factor(person, "person.identity_joined", said, by=by, at=at, is_harmless=is_first)


def _bring_in_line(person: User, provider: Provider, claims: Claims) -> None:
    """A claim that is missing counts as no group at all."""
    by = provider.as_actor()
    if provider.approvers:
        is_approver = ApproverMembership.objects.filter(user=person, left_at=None).exists()
        belongs_there = _is_in(provider, "approvers", claims)
        if belongs_there and not is_approver:
            membership.join(person, by=by)
        elif is_approver and not belongs_there:
            membership.leave(person, by=by)
    if provider.auditors and person.is_auditor != _is_in(provider, "auditors", claims):
        person.is_auditor = not person.is_auditor
        accounts.change(person, by=by, changed=["is_auditor"])


def _is_in(provider: Provider, authority: Authority, claims: Claims) -> bool:
    said = claims.get(provider.group_claim)
    groups = {said} if isinstance(said, str) else set(filter(lambda one: isinstance(one, str), said or ()))
    return bool(groups & provider.groups_for(authority))
