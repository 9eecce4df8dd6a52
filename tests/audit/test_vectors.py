"""The vectors in docs/vectors are what the code makes, and hold by the verifier's own formulas."""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import json
from typing import Any

import pytest
from django.conf import settings

from audit.management import vectors
from audit.pack import verify_pack as outside

FOLDER = settings.BASE_DIR / "docs" / "vectors"


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


@pytest.mark.parametrize("name", sorted(vectors.render()))
def test_each_file_is_what_the_code_makes(name: str) -> None:
    assert (FOLDER / name).read_text() == vectors.render()[name]


def test_canonical_json() -> None:
    for case in read("canonical.json"):
        assert outside.canonical(case["value"]).decode() == case["canonical"]


def test_events_have_their_mac_and_leaf_and_follow_one_another() -> None:
    said, before = read("events.json"), outside.ROOT
    for event in said["events"]:
        body = event["body"].encode()
        message = outside.message_of(said["key_id"], body)
        mac = hmac.digest(base64.b64decode(said["key"]), message, "sha256")
        assert hashlib.sha256(message).hexdigest() == event["message_sha256"]
        assert mac.hex() == event["mac"]
        assert outside.leaf_of(message, mac).hex() == event["leaf"]
        assert json.loads(body)["prev"] == before
        before = event["leaf"]


def test_proofs_lead_to_the_roots() -> None:
    tree = read("tree.json")
    leaves, roots = ([bytes.fromhex(one) for one in tree[name]] for name in ("leaves", "roots"))
    for one in tree["inclusion"]:
        proof = [bytes.fromhex(hash_) for hash_ in one["proof"]]
        assert outside.is_included(leaves[one["index"]], one["index"], one["size"], proof, roots[one["size"]])
    for one in tree["consistency"]:
        proof = [bytes.fromhex(hash_) for hash_ in one["proof"]]
        assert outside.is_extended(one["old"], one["new"], proof, roots[one["old"]], roots[one["new"]])


def test_checkpoints_are_signed_and_name_one_another() -> None:
    said, before = read("checkpoints.json"), bytes(32)
    key_id, _ = outside.read_key(said["public_key"])
    for source, hash_ in zip(said["notes"], said["hashes"], strict=True):
        note = outside.read_note(source)
        outside.check_note(note, {key_id: said["public_key"]}, outside.Trust({key_id: said["public_key"]}))
        assert note.previous == before
        before = hashlib.sha256(source.encode()).digest()
        assert before.hex() == hash_
    assert outside.read_note(said["notes"][0]).root == hashlib.sha256().digest()  # the empty log's


def test_the_passkeys_signature_is_over_the_manifest() -> None:
    said = read("signature.json")

    outside._check_assertion(said["manifest"], said["signature"])

    assert said["manifest"]["words_sha256"] == hashlib.sha256(outside.canonical(said["words"])).hexdigest()
    with pytest.raises(outside.Tampered):
        outside._check_assertion({**said["manifest"], "verdict": "reject"}, said["signature"])


def test_the_sample_is_the_one_that_the_note_draws() -> None:
    said = read("sample.json")
    seed = hashlib.sha256(said["seed_note"].encode()).digest()

    drawn = heapq.nsmallest(
        said["count"], said["population"], key=lambda one: hashlib.sha256(seed + one.encode()).digest()
    )

    assert drawn == said["sample"]


def test_the_receipt_is_valid() -> None:
    key = read("checkpoints.json")["public_key"]
    secret = read("events.json")
    trust = outside.Trust({key.split("+")[0]: key}, {secret["key_id"]: base64.b64decode(secret["key"])})

    assert outside.check_receipt((FOLDER / "receipt.json").read_bytes(), trust).code == 0
