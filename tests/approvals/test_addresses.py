"""One form for an address, and one mailbox for all its spellings."""

from __future__ import annotations

import pytest

from approvals import authority
from approvals.addresses import Addresses, in_one_form, mailbox
from audit import clock
from tests.factories import make_approval, make_approver

ANA = "ana@acme.example"


@pytest.mark.shows("look-alike-letters")
@pytest.mark.parametrize(
    ("sent", "form"),
    [
        ("  Ana@ACME.example\n", ANA),
        ("ana＠acme．example", ANA),  # noqa: RUF001 - full width
        ("Ａｎａ@acme.example", ANA),  # noqa: RUF001 - full width
        ("ana@xn--mnchen-3ya.example", "ana@münchen.example"),
        ("Ana+News@acme.example", "ana+news@acme.example"),
    ],
)
def test_an_address_has_one_form(sent: str, form: str) -> None:
    assert in_one_form(sent) == form
    assert in_one_form(form) == form


@pytest.mark.shows("look-alike-letters")
@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ('"ana"@acme.example', "quotation"),
        ("ana@evil.example@acme.example", "one @"),
        ("ana＠evil.example@acme.example", "one @"),  # noqa: RUF001 - full width
        ("ana\u200b@acme.example", "invisible"),
        ("ana\x00@acme.example", "control"),
        ("an a@acme.example", "blanks"),
        ("ana@\u202eacme.example", "invisible"),
        ("ana@\u0430cme.example", "several scripts"),
        ("ana@xn--cme-7cd.example", "several scripts"),
        ("an\u0131@acme.example", "plain letters"),
        ("sam", "e-mail address"),
        ("", "e-mail address"),
    ],
)
def test_what_could_pass_for_another_address_is_refused(sent: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        in_one_form(sent)


def test_a_tag_leads_to_the_same_mailbox() -> None:
    assert mailbox("ana+x+y@acme.example") == mailbox(ANA) == ANA
    assert mailbox("+x@acme.example") == "+x@acme.example"
    assert mailbox("") == ""


def test_every_spelling_of_the_mailbox_belongs_to_the_addresses() -> None:
    some = Addresses(frozenset({"ben@acme.example"}), ANA).besides(["cat@acme.example"])

    assert all(one in some for one in ("ben@acme.example", "cat@acme.example", ANA, "ana+x@acme.example"))
    assert not any(one in some for one in ("", "dan@acme.example", "ana@acme.example.net"))
    assert "" not in Addresses()


IN_OTHER_LETTERS = ["ana+x@xn--mnchen-3ya.example", "ana@mu\u0308nchen.example", "ana@ｍünchen.example"]  # noqa: RUF001


@pytest.mark.shows("look-alike-letters")
@pytest.mark.parametrize("kept", IN_OTHER_LETTERS)
def test_a_domain_in_other_letters_is_the_same_mailbox(kept: str) -> None:
    assert mailbox(kept) == "ana@münchen.example"
    assert kept in Addresses(frozenset(), "ana@münchen.example")


@pytest.mark.django_db
@pytest.mark.shows("nobody-decides-their-own-proposal")
@pytest.mark.parametrize("kept", IN_OTHER_LETTERS)
def test_a_person_is_barred_however_their_address_is_kept(kept: str) -> None:
    ana = make_approver(kept)
    approval = make_approval(initiated_by="ana@xn--mnchen-3ya.example")

    assert not authority.may_decide(ana, approval, at=clock.now()).allowed
    assert not authority.decidable_by(ana, at=clock.now()).exists()
