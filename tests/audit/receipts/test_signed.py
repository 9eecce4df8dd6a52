"""What a passkey signed is checked outside as it is inside: a stolen HMAC key and a signed checkpoint do not help."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from approvals.models import Approval
from audit.pack import verify_pack
from audit.pack.verify_pack import Tampered, Trust, check_receipt
from audit.receipts import receipt_of
from audit.tasks import sequence
from tests.approvals.signing.test_passkeys import voted
from tests.audit.test_signatures import SPOILT, forge, make_signed

pytestmark = pytest.mark.django_db


def checked(approval: Approval) -> verify_pack.Report:
    sequence()
    return check_receipt(receipt_of(str(approval.pk)).content, Trust())


def test_a_vote_signed_by_a_passkey_is_proven() -> None:
    assert "1 of 1 votes are signed by a passkey, over exactly this decision" in checked(make_signed()).proven


@pytest.mark.shows("receipts-prove-themselves")
def test_words_changed_with_a_stolen_log_key_are_found_outside_as_well() -> None:
    approval = make_signed()
    forge(approval, lambda body: body["data"].update(comment="Pay at once."))

    with pytest.raises(Tampered, match="words_sha256"):
        checked(approval)


def test_what_cannot_be_read_within_a_receipt_is_tampering() -> None:
    approval = make_signed()
    forge(approval, SPOILT["no client data"])

    with pytest.raises(Tampered, match="not JSON"):
        checked(approval)


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_whatever_does_not_fit_is_found(spoil: Callable[[dict[str, Any]], Any]) -> None:
    body = voted(make_signed())
    spoilt = deepcopy(body)
    spoil(spoilt)
    assert verify_pack.check_signatures(body) == 1

    with pytest.raises(
        (Tampered, verify_pack.Unreadable, AttributeError, LookupError, TypeError, ValueError)
    ):  # check_receipt says Tampered
        verify_pack.check_signatures(spoilt)
