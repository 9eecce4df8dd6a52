"""A receipt proves itself to somebody who has nothing but it, and refuses any change."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from approvals import lifecycle
from audit import checkpoint, keys, receipts
from audit.models import Event
from audit.pack import verify_pack
from audit.pack.verify_pack import Report, Trust, check_receipt
from audit.receipts import Receipt, receipt_of
from audit.tasks import sequence
from tests.audit.receipts.stories import CORRECTED, PROPOSED, told
from tests.audit.test_sequencer import write
from tests.factories import approve, make_approval, make_policy, make_user, reject

pytestmark = pytest.mark.django_db

VERIFIER = Path(verify_pack.__file__)


def public_key() -> str:
    key_id, key = keys.checkpoint_key()
    return checkpoint.public_text(key_id, key.public_key())


def given_all() -> Trust:
    key_id = public_key().split("+")[0]
    anchor = Path(settings.AUDIT_ANCHOR_FILE).read_text()
    return Trust({key_id: public_key()}, dict(settings.AUDIT_HMAC_KEYS), anchor)


def checked(receipt: Receipt, trust: Trust | None = None) -> Report:
    return check_receipt(receipt.content, trust or Trust())


def outside(folder: Path, content: bytes, *args: str) -> tuple[int, str]:
    """The verifier, copied alone into an empty folder and run there by itself."""
    (folder / "verify_pack.py").write_bytes(VERIFIER.read_bytes())
    (folder / "receipt.json").write_bytes(content)
    command = [sys.executable, "-I", "verify_pack.py", "receipt.json", *args]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={}, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.shows("receipts-prove-themselves")
def test_it_is_valid_to_an_outsider_with_the_public_key_alone(tmp_path: Path) -> None:
    receipt = receipt_of(str(told().pk))

    code, said = outside(tmp_path, receipt.content, "--key", public_key())

    assert code == 0, said
    assert "with the key" in said
    assert "that you gave" in said
    assert "2 versions of the payload have their SHA-256, and follow from their changes" in said
    assert "1 people approved" in said
    assert "the agent was handed exactly the payload that was approved" in said
    assert "NOT PROVEN  that nothing followed the last event" in said


def test_with_every_key_and_the_anchor_more_is_proven(tmp_path: Path) -> None:
    receipt = receipt_of(str(told().pk))
    pairs = [f"{name}:{base64.b64encode(key).decode()}" for name, key in settings.AUDIT_HMAC_KEYS.items()]
    (tmp_path / "hmac").write_text("\n".join(pairs))
    (tmp_path / "key").write_text(public_key())

    code, said = outside(
        tmp_path,
        receipt.content,
        "--key",
        "key",
        "--hmac-keys",
        "hmac",
        "--anchor",
        settings.AUDIT_ANCHOR_FILE,
    )

    assert code == 0, said
    assert "HMAC-SHA256 fits each of them" in said
    assert "is in the anchor" in said


def test_without_a_key_from_elsewhere_it_says_so() -> None:
    report = checked(receipt_of(str(told().pk)))

    said = " ".join(report.proven)
    raw = keys.checkpoint_key()[1].public_key().public_bytes_raw()
    assert f"whose SHA-256 is {hashlib.sha256(raw).hexdigest()}: compare it" in said


def test_another_key_from_elsewhere_is_unknown_or_tampered() -> None:
    receipt = receipt_of(str(told().pk))
    other = (
        "other+" + checkpoint.public_text("other", keys.checkpoint_key()[1].public_key()).partition("+")[2]
    )

    with pytest.raises(verify_pack.UnknownKey):
        checked(receipt, Trust({"other": other}))


@pytest.mark.shows("receipts-prove-themselves")
@pytest.mark.parametrize(("bit", "is_keyed"), [(0x01, False), (0x20, True)])
def test_any_changed_byte_is_refused(bit: int, is_keyed: bool) -> None:
    make_policy(pattern="none")
    approval = make_approval(payload={"a": 1}, action="Ring", rationale="So.")
    sequence()
    content = bytearray(receipt_of(str(approval.pk)).content)

    assert check_receipt(bytes(content), given_all()).code == 0
    trust = given_all() if is_keyed else Trust()
    for place in range(len(content)):
        content[place] ^= bit
        assert is_refused(bytes(content), trust), f"byte {place} of {len(content)}"
        content[place] ^= bit


def is_refused(content: bytes, trust: Trust) -> bool:
    try:
        return check_receipt(content, trust).code != 0
    except (verify_pack.Tampered, verify_pack.Unreadable, verify_pack.UnknownKey):
        return True


def test_what_is_cut_off_doubled_or_added_is_refused() -> None:
    content = receipt_of(str(told().pk)).content

    for other in (
        content[:-1],
        content + b"\n",
        b" " + content,
        content + content,
        b"",
        b"{}",
        b"[" * 100_000,
    ):
        assert is_refused(other, Trust())


@pytest.mark.parametrize(
    "change",
    [
        lambda doc: doc["summary"]["votes"][0]["data"].update(comment="Other."),
        lambda doc: doc["summary"]["decision"]["actor"].update(label="Somebody"),
        lambda doc: doc["events"].pop(),
        lambda doc: doc["events"].pop(2),
        lambda doc: doc["events"].append(doc["events"][-1]),
        lambda doc: doc["events"].reverse(),
        lambda doc: doc["events"][0].update(body=None, mac=None, key_id=None),
        lambda doc: doc["events"][0].update(more=1),
        lambda doc: doc["subject"].update(id="other"),
        lambda doc: doc.update(v=2),
        lambda doc: doc.update(v=True),
        lambda doc: doc["public_keys"].append(doc["public_keys"][0]),
        lambda doc: doc["summary"]["history"][0].update(seq=True),
    ],
)
def test_a_change_in_one_spelling_is_refused_as_well(change: Any) -> None:
    write(5)
    document = json.loads(receipt_of(str(told().pk)).content)

    change(document)

    assert is_refused(rfc8785.dumps(document) + b"\n", Trust())


def test_receipts_of_every_end_are_valid_and_agree_with_the_summary() -> None:
    rejected = reject(make_approval(), by=make_user())
    cancelled = make_approval()
    lifecycle.cancel(cancelled.pk, by=cancelled.key)
    two = make_approval(
        payload=PROPOSED, risk="critical", assignees=("sales@example.com", "finance@example.com")
    )
    approve(two, by=make_user())
    approve(two, by=make_user("finance@example.com"), edited=CORRECTED)
    approve(two, by=make_user())
    open_ = make_approval()
    sequence()

    for one in (rejected, cancelled, two, open_):
        assert checked(receipt_of(str(one.pk)), given_all()).code == 0
    assert "2 people approved" in " ".join(checked(receipt_of(str(two.pk))).proven)


def test_an_outcome_of_another_payload_is_said_in_so_many_words() -> None:
    report = checked(receipt_of(str(told(mismatch=True).pk)))

    assert any("ANOTHER payload than was approved" in line for line in report.proven)


def test_what_is_withheld_from_the_agent_is_said_and_everything_else_holds() -> None:
    request = str(told().pk)

    receipt = receipt_of(request, for_agent=True)

    report = checked(receipt, given_all())
    assert report.code == verify_pack.INCOMPLETE
    assert b"account of last year" not in receipt.content
    assert base64.b64encode(b"account of last") not in receipt.content
    assert "2 of them are shown by their hash alone" in report.missing[0]  # opened, commented


def test_it_stays_the_same_while_nothing_follows_and_is_recorded(tmp_path: Path) -> None:
    request = str(told().pk)
    first = receipt_of(request)
    write(20)
    sequence()

    call_command("receipt", request, "--out", str(tmp_path / "r.json"))

    assert (tmp_path / "r.json").read_bytes() == first.content == receipt_of(request).content
    (event,) = Event.objects.about("log", "disclosures").with_content()
    assert event.content["data"]["request"] == request
    assert event.content["data"]["form"] == "command"


def test_a_purged_body_leaves_the_rest_valid_and_is_missing() -> None:
    from tests.audit.superuser import as_database_superuser

    request = str(told().pk)
    as_database_superuser(
        "DELETE FROM audit_eventbody WHERE event_id IN (SELECT event_id FROM audit_event WHERE subject_id = %s AND seq = 3)",
        request,
    )

    assert checked(receipt_of(request), given_all()).code == verify_pack.INCOMPLETE


@pytest.mark.parametrize(
    ("make", "code"), [(lambda: "01a206bd-6d5c-73fa-8e46-324cde75923d", 4), (lambda: "x", 4)]
)
def test_an_unknown_request_has_no_receipt(make: Any, code: int) -> None:
    with pytest.raises(CommandError, match="holds nothing about") as refusal:
        call_command("receipt", make())

    assert refusal.value.returncode == code


def test_what_no_checkpoint_covers_yet_is_named() -> None:
    approval = make_approval()
    sequence()
    approve(approval, by=make_user())

    with pytest.raises(CommandError, match=r"approval.granted \(event 4\): no signed checkpoint") as refusal:
        call_command("receipt", str(approval.pk))

    assert refusal.value.returncode == 2


def test_a_receipt_is_of_a_decision_where_the_reader_asks_for_that() -> None:
    approval = make_approval()
    sequence()

    with pytest.raises(receipts.StillOpen):
        receipt_of(str(approval.pk), only_decided=True)


_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(value=_ANY)
def test_the_verifiers_own_canonical_json_is_rfc_8785(value: Any) -> None:
    try:
        wanted = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:  # a float that is a whole number beyond 2**53
        return
    assert verify_pack.canonical(value) == wanted


@pytest.mark.parametrize(
    "value", [1e21, 1e-7, 1.5e300, 5e-324, 123456789012345680000.0, 0.000001, -1e-10, 1e20]
)
def test_numbers_are_spelt_as_ecmascript_does(value: float) -> None:
    wanted = {1e21: "1e+21", 1e20: "100000000000000000000", 123456789012345680000.0: "123456789012345680000"}

    assert verify_pack.canonical(value).decode() == wanted.get(
        value, rfc8785.dumps(value).decode() if value % 1 else "1.5e+300"
    )


def test_both_texts_that_introduce_a_receipt_are_one() -> None:
    from audit.receipts import document

    assert (verify_pack.ABOUT, verify_pack.TYPE) == (document.ABOUT, document.TYPE)


def test_the_verifier_imports_nothing_but_python_and_cryptography() -> None:
    imported = {
        line.split()[1].split(".")[0]
        for line in VERIFIER.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }

    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize(
    ("args", "code"),
    [(["nowhere.json"], 4), (["--nonsense"], 4), ([], 4), (["receipt.json", "--key", "x+y+z"], 4)],
)
def test_wrong_usage_has_a_code_of_its_own(tmp_path: Path, args: list[str], code: int) -> None:
    (tmp_path / "receipt.json").write_text("{}")

    done = subprocess.run(
        [sys.executable, str(VERIFIER), *args], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == code, done.stderr


def test_with_a_hidden_event_nothing_is_said_to_have_happened_once() -> None:
    approval = told()
    whole, hidden = receipt_of(str(approval.pk)), receipt_of(str(approval.pk), for_agent=True)

    report = checked(hidden)

    assert "approved, once" in " ".join(checked(whole).proven)
    assert ", once" not in " ".join(report.proven)
    assert "nothing else was claimed, reported" in " ".join(report.open)


def test_a_public_key_with_a_blank_is_refused() -> None:
    document = dict(receipt_of(str(told().pk)).document)
    document["public_keys"] = [f"{document['public_keys'][0]} "]

    with pytest.raises(verify_pack.Tampered):
        check_receipt(verify_pack.canonical(document) + b"\n", Trust())
