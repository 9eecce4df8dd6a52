"""The rows of the truth table, and what `docs/rules.md` says of each, worked out a second time.

Nothing here asks the product who may decide: `expected` reads the rules once more, from how people were made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

Naming = Literal["no", "policy", "agent", "reassigned", "escalation", "removed"]
Group = Literal["no", "before", "after", "left"]
Account = Literal["plain", "superuser", "inactive"]
Party = Literal[
    "no",
    "initiator",
    "agent owner",
    "key owner",
    "former agent owner",
    "former key owner",
    "key minter",
    "policy author",
]
Lent = Literal["whole", "action type", "workflow", "other action type", "other workflow", "lower risk",
               "future", "expired", "revoked"]  # fmt: skip

LENDING = ("whole", "action type", "workflow")
SELF_APPROVABLE = ("low", "medium")


@dataclass(frozen=True)
class Person:
    """A person beside one request: who named them, whether they are an approver, and what bars them."""

    naming: Naming = "no"
    group: Group = "no"
    account: Account = "plain"
    party: Party = "no"

    def __str__(self) -> str:
        words = {"named by": self.naming, "approver": self.group, "is": self.party}
        told = [f"{word} {value}" for word, value in words.items() if value != "no"]
        return ", ".join([self.account, *told])


@dataclass(frozen=True)
class Grant:
    """What another person lends the person of the row."""

    lent: Lent
    grantor: Person

    def __str__(self) -> str:
        return f"{self.lent} from ({self.grantor})"


@dataclass(frozen=True)
class Row:
    """One person and one request. `policy_names`: whether the policy has reviewers of its own on it."""

    person: Person
    grants: tuple[Grant, ...] = ()
    risk: str = "low"
    allows_self: bool = False
    policy_names: bool = True

    def __str__(self) -> str:
        lent = "".join(f"; {grant}" for grant in self.grants)
        terms = f"{' self allowed' * self.allows_self}{' no reviewers' * (not self.policy_names)}"
        return f"{self.person}{lent} @ {self.risk}{terms}"

    @property
    def people(self) -> tuple[Person, ...]:
        return (self.person, *(grant.grantor for grant in self.grants))


@dataclass(frozen=True)
class Answer:
    """`through`: the grant by its place in the row; None in person."""

    basis: str
    through: int | None = None


def expected(row: Row) -> Answer | None:
    """Whose authority the person of the row decides on; None where they may not."""
    if _is_barred(row.person, row):
        return None
    own = _own_basis(row.person, row.risk)
    if own and not _is_agents_pick(row.person, own, row):
        return Answer(own)
    lent = [(i, basis) for i, grant in enumerate(row.grants) if (basis := _lent_basis(grant, row))]
    wanted = [(i, b) for i, b in lent if not _is_agents_pick(row.grants[i].grantor, b, row)]
    if wanted:
        return Answer(wanted[0][1], wanted[0][0])
    if own:
        return Answer(own)
    return Answer(lent[0][1], lent[0][0]) if lent else None


def expected_use(row: Row) -> Answer | None:
    """Whose authority the person of the row uses a draft on: nobody is barred, and their own comes first."""
    if row.person.account == "inactive":
        return None
    if own := _own_basis(row.person, row.risk):
        return Answer(own)
    for i, grant in enumerate(row.grants):
        lends = grant.lent in LENDING and grant.grantor.account != "inactive"
        if lends and (basis := _own_basis(grant.grantor, row.risk)):
            return Answer(basis, i)
    return None


def _is_barred(person: Person, row: Row) -> bool:
    if person.account == "inactive":
        return True
    if person.party == "policy author":
        return row.risk == "critical"
    may_decide_own = row.allows_self and row.risk in SELF_APPROVABLE
    return person.party != "no" and not may_decide_own


def _own_basis(person: Person, risk: str) -> str | None:
    is_approver = person.group == "before" or (person.group == "after" and risk != "critical")
    is_named = person.naming in ("policy", "agent", "reassigned", "escalation")
    if is_named and not (is_approver and person.naming == "agent"):
        return "assignee"
    return "approvers" if is_approver else None


def _is_agents_pick(person: Person, basis: str, row: Row) -> bool:
    """Where the policy names reviewers, an agent's choice does not fill their seat."""
    return row.policy_names and basis == "assignee" and person.naming == "agent"


def _lent_basis(grant: Grant, row: Row) -> str | None:
    if grant.lent not in LENDING or _is_barred(grant.grantor, row):
        return None
    return _own_basis(grant.grantor, row.risk)


NAMINGS: tuple[Naming, ...] = ("no", "policy", "agent", "reassigned", "escalation", "removed")
GROUPS: tuple[Group, ...] = ("no", "before", "after", "left")
ACCOUNTS: tuple[Account, ...] = ("plain", "superuser", "inactive")
PARTIES: tuple[Party, ...] = (
    "no", "initiator", "agent owner", "key owner", "former agent owner", "former key owner",
    "key minter", "policy author"
)  # fmt: skip
"""A former owner answered for it when the request came, and does no more."""
LENTS: tuple[Lent, ...] = (*LENDING, "other action type", "other workflow", "lower risk", "future", "expired", "revoked")  # fmt: skip
GRANTORS = (
    Person("policy"),
    Person("agent"),
    Person("reassigned"),
    Person("escalation"),
    Person("removed"),
    Person(group="before"),
    Person(group="after"),
    Person(group="left"),
    Person(),
    Person("policy", account="inactive"),
    Person(account="superuser"),
)


def rows() -> Iterator[Row]:
    """Every row once."""
    yield from dict.fromkeys([*_in_person(), *_lent(), *_both()])


def _in_person() -> Iterator[Row]:
    everybody = product(NAMINGS, GROUPS, ("low", "critical"))
    for naming, group, risk in everybody:
        for account in ACCOUNTS:
            yield Row(Person(naming, group, account), risk=risk)
    for risk, allows, party in product(("low", "medium", "high", "critical"), (False, True), PARTIES):
        for naming, group in (("policy", "no"), ("agent", "no"), ("no", "before"), ("no", "no")):
            yield Row(Person(naming, group, party=party), risk=risk, allows_self=allows)  # type: ignore[arg-type]
    for group, account in product(GROUPS, ACCOUNTS):
        yield Row(Person("agent", group, account), policy_names=False)


def _lent() -> Iterator[Row]:
    for lent, grantor, risk in product(LENTS, GRANTORS, ("medium", "critical")):
        yield Row(Person(), (Grant(lent, grantor),), risk)
    for account, risk in product(("superuser", "inactive"), ("low", "critical")):
        yield Row(Person(account=account), (Grant("whole", Person("policy")),), risk)
    for party, allows, risk in product(PARTIES[1:], (False, True), ("low", "medium", "high", "critical")):
        yield Row(Person(), (Grant("whole", Person("policy", party=party)),), risk, allows)
        yield Row(Person(party=party), (Grant("whole", Person("policy")),), risk, allows)


def _both() -> Iterator[Row]:
    """Own authority beside what is lent, and several grants at once."""
    for naming, group, names in product(NAMINGS, ("no", "before"), (False, True)):
        if names or naming in ("agent", "no", "reassigned"):
            for grantor in (Person("agent"), Person(group="before")):
                yield Row(Person(naming, group), (Grant("whole", grantor),), policy_names=names)  # type: ignore[arg-type]
    for first, second in product(("expired", "other workflow", "whole"), repeat=2):
        grants = (Grant(first, Person("agent")), Grant(second, Person("policy")))  # type: ignore[arg-type]
        yield Row(Person(), grants)
        yield Row(Person("agent"), grants)
