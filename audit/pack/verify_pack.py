#!/usr/bin/env python3
"""Does a receipt, or a pack of them, prove what it says? One file: Python 3.11 and `cryptography`, nothing else.

    python verify_pack.py receipt.json --key 'desk-1+4f1d2c3b+AQE…'

It knows nothing of the application that wrote the receipt: every formula is written out here once more, as
docs/audit.md describes them. Exit 0: valid. 1: tampered. 2: incomplete. 3: a key is unknown. 4: it cannot be read, or
the call is wrong.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import heapq
import hmac
import json
import re
import shutil
import struct
import sys
import tempfile
import unicodedata
import zipfile
import zlib
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

VALID, TAMPERED, INCOMPLETE, UNKNOWN_KEY, UNREADABLE = range(5)

TYPE = "countersign-receipt/1"
ABOUT = (
    "A receipt of one request: what was proposed, shown, changed, decided and reported. `summary` repeats what "
    "`events` say; each event stands there as the bytes that were signed. leaf = SHA-256(0x00, message, mac), "
    'message = "countersign-audit/1\\n" key_id "\\n" length "\\n" body; `proof` leads from the leaf to the root of '
    "`checkpoint` (RFC 6962), which `public_keys` check. verify_pack.py does all of that; compare its key with one "
    "from elsewhere."
)
PACK_TYPE = "countersign-pack/1"
PACK_ABOUT = (
    "Evidence of requests. receipts.jsonl has one receipt a line, all under the checkpoint here; checkpoints.jsonl "
    "leads there from one signed note to the next by consistency proofs; population.txt lists what was asked for, and "
    "a sample of it are the requests with the smallest SHA-256(SHA-256(seed), id). manifest.json has the SHA-256 of "
    "every file. verify_pack.py checks all of that; reports and index.csv are for reading."
)
MANIFEST_TYPE = "countersign-manifest/1"
READ_FIRST = (
    "pack.json",
    "population.txt",
    "checkpoints.jsonl",
    "receipts.jsonl",
    "left_out.txt",
    "policies.jsonl",
)
"""What a pack has beside its reports, index, anchor and this file."""
ASKED = {"v", "type", "about", "from", "to", "filters", "sample", "seed", "checkpoint"}
"""What pack.json says."""
LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of one receipt."""

FIRST = ("approval.requested", "approval.not_required", "draft.recorded")
DECISIONS = (
    *("approval.granted", "approval.rejected", "approval.cancelled", "approval.not_required"),
    *("draft.used", "draft.discarded", "draft.replaced"),
)
OUTCOMES = ("execution.reported", "execution.mismatch")
VOTES = ("approval.voted", "approval.granted", "approval.rejected")
ROOT = "00" * 32


class Tampered(Exception):
    """What it says is not what was signed."""


class Unreadable(Exception):
    """It is no receipt, or no pack."""


class UnknownKey(Exception):
    """It was signed with a key that was not given."""


@dataclass
class Trust:
    """What the reader brings along: public keys by id, HMAC keys by id, checkpoints from elsewhere."""

    public: dict[str, str] = field(default_factory=dict)
    secret: dict[str, bytes] = field(default_factory=dict)
    anchor: str | None = None


@dataclass
class Report:
    """What was asked for, what is proven, what is not, and what is missing; in sentences."""

    asked: list[str] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        return INCOMPLETE if self.missing else VALID


# JSON in one spelling: RFC 8785.


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes. Raises Unreadable for what JSON cannot carry."""
    try:
        return _json(value).encode()
    except (UnicodeEncodeError, RecursionError):
        raise Unreadable("It holds what JSON cannot carry.") from None


def _json(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        return f"[{','.join(map(_json, value))}]"
    members = sorted(value.items(), key=lambda one: one[0].encode("utf-16-be"))
    return "{" + ",".join(f"{_json(name)}:{_json(one)}" for name, one in members) + "}"


def _number(value: float) -> str:
    """A number as ECMAScript writes it."""
    if isinstance(value, int):
        if abs(value) >= 2**53:
            raise Unreadable("It holds a number that JSON's readers do not agree on.")
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        raise Unreadable("It holds a number that JSON cannot carry.")
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(power or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if not digits:
        return "0"
    return ("-" if value < 0 else "") + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """The digits with their point after the first `point` of them."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    power = f"e{point - 1:+d}"
    return f"{digits}{power}" if count == 1 else f"{digits[0]}.{digits[1:]}{power}"


def parse(content: bytes) -> Any:
    """JSON. Raises Unreadable."""
    try:
        return json.loads(content.decode())
    except (ValueError, RecursionError):
        raise Unreadable("It is not JSON.") from None


# The log: leaves, tree, checkpoints.


def message_of(key_id: str, body: bytes) -> bytes:
    return b"\n".join((b"countersign-audit/1", key_id.encode(), str(len(body)).encode(), body))


def leaf_of(message: bytes, mac: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + message + mac).digest()


def parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = parent(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = parent(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def is_extended(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """RFC 9162, 2.1.4.2: whether the tree of `new` leaves begins with that of `old`."""
    if old == 0:
        return not proof
    if old >= new:
        return old == new and not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = parent(sibling, first), parent(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = parent(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and (first, second) == (old_root, new_root)


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_NOTE = re.compile(
    r"(?P<text>(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<at>[0-9T:.-]{26}Z)\nprevious (?P<previous>[A-Za-z0-9+/]{43}=)\n)"
    r"\n— (?P<key_id>[A-Za-z0-9._-]{1,64}) (?P<signature>[A-Za-z0-9+/]{91}=)\n"
)


@dataclass
class Note:
    """A checkpoint: at this time the log had `size` events under `root`. `source` is the whole signed note."""

    source: str
    text: str
    origin: str
    size: int
    root: bytes
    at: str
    previous: bytes
    key_id: str
    signature: bytes


def read_note(source: Any) -> Note:
    """Raises Tampered."""
    found = _NOTE.fullmatch(source) if isinstance(source, str) else None
    if found is None:
        raise Tampered("The checkpoint is no signed note.")
    raw = {name: _strict_base64(found[name]) for name in ("root", "previous", "signature")}
    return Note(
        source=source,
        text=found["text"],
        origin=found["origin"],
        size=int(found["size"]),
        root=raw["root"],
        at=found["at"],
        previous=raw["previous"],
        key_id=found["key_id"],
        signature=raw["signature"],
    )


def _strict_base64(text: Any) -> bytes:
    """Only one spelling counts. Raises Tampered."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (NotBase64, TypeError, ValueError):
        raise Tampered("Something is not base64.") from None
    if base64.b64encode(raw).decode() != text:
        raise Tampered("Something is base64 in another spelling.")
    return raw


def read_key(text: str) -> tuple[str, bytes]:
    """The id and the Ed25519 key of `id+hint+base64`. Raises Unreadable."""
    key_id, _, rest = text.partition("+")
    hint, _, coded = rest.partition("+")
    try:
        raw = base64.b64decode(coded, validate=True)
    except (NotBase64, ValueError):
        raw = b""
    if len(raw) != 33 or raw[:1] != b"\x01" or not key_id:
        raise Unreadable(f"This is no public key as note verifiers read it (id+hint+base64): {text!r}.")
    if hint != hashlib.sha256(f"{key_id}\n".encode() + raw).digest()[:4].hex():
        raise Unreadable(f"The public key {key_id!r} was mistyped: its four bytes do not name it.")
    return key_id, raw[1:]


def fingerprint(text: str) -> str:
    """SHA-256 over the 32 bytes of a public key."""
    return hashlib.sha256(read_key(text)[1]).hexdigest()


def check_note(note: Note, enclosed: dict[str, str], trust: Trust) -> str:
    """Check the signature; says whose. Raises Tampered, UnknownKey, Unreadable."""
    own = enclosed.get(note.key_id)
    if trust.public and note.key_id not in trust.public:
        raise UnknownKey(f"The checkpoint is signed with the key {note.key_id!r}, which you did not give.")
    text = trust.public.get(note.key_id, own)
    if text is None or own is None:
        raise Tampered(f"The public key {note.key_id!r} is missing from the file.")
    if own != text:
        raise Tampered(f"The file has another public key {note.key_id!r} than you gave.")
    raw = read_key(text)[1]
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(note.signature[4:], note.text.encode())
    except InvalidSignature:
        raise Tampered(f"The checkpoint's signature does not fit the public key {note.key_id!r}.") from None
    if note.signature[:4].hex() != text.split("+")[1]:
        raise Tampered("The checkpoint's signature does not name its key.")
    if trust.public:
        return f"the key {note.key_id!r} that you gave"
    return f"the key {note.key_id!r} in the file itself, whose SHA-256 is {fingerprint(text)}: compare it"


# What a passkey signed (docs/audit.md: Signed decisions).


def check_signatures(body: dict[str, Any]) -> int:
    """Every passkey's signature in an event; returns how many. Raises Tampered."""
    data, count = body["data"], 0
    for decision in (data, *(data.get("votes") or ())):
        manifest, signature = decision.get("manifest") or {}, decision.get("signature")
        if bool(signature) != (manifest.get("signed_with") == "passkey"):
            raise Tampered("A manifest and its signature disagree on whether a passkey signed.")
        if signature:
            _check_place(manifest, decision, body)
            _check_assertion(manifest, signature)
            count += 1
    return count


def _check_place(manifest: dict[str, Any], decision: dict[str, Any], body: dict[str, Any]) -> None:
    words = {
        "acknowledged": list(decision.get("acknowledged") or ()),
        **{name: decision.get(name) or "" for name in ("category", "comment", "sentence")},
    }
    wanted = {
        "request": body["subject"]["id"],
        "payload_version": body["payload_version"],
        "payload_sha256": body["payload_sha256"],
        "verdict": decision.get("verdict"),
        "resolution": decision.get("resolution") or "",
        "person": (decision.get("person") or {}).get("id"),
        "principal": (decision.get("on_behalf_of") or {}).get("id"),
        "grant": decision.get("grant"),
        "words_sha256": hashlib.sha256(canonical(words)).hexdigest(),
    }
    if decision is body["data"]:
        wanted |= {"person": body["actor"]["id"], "name": body["actor"]["label"]}
    for name, value in wanted.items():
        if manifest.get(name) != value:
            raise Tampered(f"A signed manifest's {name} is not that of its event.")
    waited = datetime.fromisoformat(decision["decided_at"]) - datetime.fromisoformat(manifest["at"])
    if not timedelta() <= waited <= timedelta(minutes=5):
        raise Tampered("A signed manifest is of another time than its decision.")


def _check_assertion(manifest: dict[str, Any], signature: dict[str, Any]) -> None:
    client, device = _websafe(signature["client_data"]), _websafe(signature["authenticator_data"])
    said = parse(client)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(canonical(manifest)).digest()).rstrip(b"=").decode()
    if said.get("type") != "webauthn.get" or said.get("challenge") != challenge:
        raise Tampered("A passkey signed something else than the manifest.")
    if said.get("crossOrigin", False) is not False or urlsplit(said["origin"]).hostname != manifest["site"]:
        raise Tampered("A passkey signed on another site.")
    if len(device) < 37 or device[:32] != hashlib.sha256(manifest["site"].encode()).digest():
        raise Tampered("A passkey belongs to another site.")
    if device[32] & 0x05 != 0x05:
        raise Tampered("An authenticator did not verify who was there.")
    _check_passkey(signature, device + hashlib.sha256(client).digest())


def _check_passkey(signature: dict[str, Any], signed: bytes) -> None:
    key, tag = load_der_public_key(_websafe(signature["public_key"])), _websafe(signature["signature"])
    try:
        match signature["algorithm"], key:
            case (-7, ec.EllipticCurvePublicKey(curve=ec.SECP256R1())):
                key.verify(tag, signed, ec.ECDSA(hashes.SHA256()))
            case (-35, ec.EllipticCurvePublicKey(curve=ec.SECP384R1())):
                key.verify(tag, signed, ec.ECDSA(hashes.SHA384()))
            case (-8, ed25519.Ed25519PublicKey()):
                key.verify(tag, signed)
            case (-257, rsa.RSAPublicKey()):
                key.verify(tag, signed, padding.PKCS1v15(), hashes.SHA256())
            case _:
                raise Tampered("A passkey's algorithm is not one that decisions are signed with.")
    except InvalidSignature:
        raise Tampered("A passkey's signature does not fit its public key.") from None


def _websafe(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# What the events say, in short; and RFC 6902 for the changes.


def summary_of(request: str, bodies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a receipt's `summary` must say, from the events that it shows, in their order."""
    proposals = [one for one in bodies if one["type"] in FIRST]
    return {
        "request": request,
        "proposal": _entry(proposals[0]) if proposals else None,
        "versions": [_version(one) for one in bodies if one["type"] in (*FIRST, "approval.edited")],
        "votes": [_entry(one) for one in bodies if one["type"] == "approval.voted"],
        "decision": _last(bodies, DECISIONS),
        "claim": _last(bodies, ("approval.claimed",)),
        "outcome": _last(bodies, OUTCOMES),
        "history": [{name: one[name] for name in ("seq", "at", "type", "actor")} for one in bodies],
    }


def _last(bodies: Sequence[dict[str, Any]], types: Sequence[str]) -> dict[str, Any] | None:
    found = [one for one in bodies if one["type"] in types]
    return _entry(found[-1]) if found else None


def _entry(body: dict[str, Any]) -> dict[str, Any]:
    names = ("seq", "type", "at", "actor", "authority", "payload_version", "payload_sha256")
    data = {name: value for name, value in body["data"].items() if name not in ("payload", "votes")}
    return {**{name: body[name] for name in names}, "data": data}


def _version(body: dict[str, Any]) -> dict[str, Any]:
    names = ("seq", "at", "actor", "payload_version", "payload_sha256")
    data = body["data"]
    return {
        **{name: body[name] for name in names},
        "payload": data.get("payload"),
        "changes": data.get("changes", []),
    }


def patched(value: Any, changes: Sequence[dict[str, Any]]) -> Any:
    """The value after an RFC 6902 patch of add, remove and replace. Raises Tampered."""
    whole: dict[str, Any] = {"": json.loads(json.dumps(value))}
    for change in changes:
        path = ["", *(part.replace("~1", "/").replace("~0", "~") for part in change["path"].split("/")[1:])]
        try:
            _patch(whole, path, change)
        except (LookupError, TypeError, ValueError):
            raise Tampered("The changes of a version do not fit the version before it.") from None
    return whole[""]


def _patch(whole: Any, path: Sequence[str], change: dict[str, Any]) -> None:
    place = whole
    for part in path[:-1]:
        place = place[int(part)] if isinstance(place, list) else place[part]
    last: Any = path[-1]
    if isinstance(place, list):
        last = len(place) if last == "-" else int(last)
    match change["op"]:
        case "add" if isinstance(place, list):
            place.insert(last, change["value"])
        case "add":
            place[last] = change["value"]
        case "replace":
            place[last]
            place[last] = change["value"]
        case "remove":
            del place[last]
        case _:
            raise ValueError


# A receipt, from its bytes to sentences.


def check_receipt(content: bytes, trust: Trust) -> Report:
    """Everything about one receipt. Raises Tampered, UnknownKey, Unreadable."""
    document = parse(content)
    if not isinstance(document, dict) or document.get("type") != TYPE:
        raise Unreadable("It is no receipt.")
    if canonical(document) + b"\n" != content:
        raise Tampered("It is spelt otherwise than it was written.")
    wanted = {"about", "checkpoint", "events", "public_keys", "subject", "summary", "type", "v"}
    if document.keys() != wanted or canonical(document["v"]) != b"1" or document["about"] != ABOUT:
        raise Tampered("It has other parts than a receipt, or another introduction.")
    try:
        return _check_document(document, trust)
    except Unreadable as error:  # of a part: the whole is a receipt
        raise Tampered(str(error)) from None
    except (AttributeError, LookupError, TypeError, UnsupportedAlgorithm, ValueError):
        raise Tampered("Something in it has another shape than it was written in.") from None


def _check_document(document: dict[str, Any], trust: Trust) -> Report:
    report = Report()
    note = read_note(document["checkpoint"])
    enclosed = {read_key(text)[0]: text for text in document["public_keys"]}
    if [*enclosed.values()] != document["public_keys"] or [*enclosed] != [note.key_id]:
        raise Tampered("It holds other public keys than the one that signed its checkpoint.")
    signer = check_note(note, enclosed, trust)
    bodies = [*_check_events(document, note, trust, report)]
    report.proven.append(
        f"each of them is under the root that {note.origin} signed at {note.at} over {note.size} events, with {signer}"
    )
    if trust.anchor is not None:
        _check_anchored(note, trust.anchor, report)
    if canonical(document["summary"]) != canonical(summary_of(document["subject"]["id"], bodies)):
        raise Tampered("The summary says something else than the events.")
    report.proven.append("the summary says what the events say")
    _check_story(bodies, report, is_whole=len(bodies) == len(document["events"]))
    _say_open(trust, report)
    return report


def _check_events(
    document: dict[str, Any], note: Note, trust: Trust, report: Report
) -> Iterator[dict[str, Any]]:
    subject, before, withheld = document["subject"], ROOT, 0
    if subject["kind"] != "approval" or subject.keys() != {"kind", "id"} or not document["events"]:
        raise Tampered("It is of no request, or without events.")
    for seq, event in enumerate(document["events"], 1):
        body = _check_event(event, note, trust)
        if body is None:
            withheld += 1
        elif (body["subject"], body["seq"], body["prev"]) != (subject, seq, before):
            raise Tampered(f"Event {seq} does not follow the one before it.")
        before = event["leaf"]
        if body is not None:
            yield body
    count = len(document["events"])
    kept = " and chained without a gap, the first to the last" if not withheld else ""
    report.proven.append(f"{count} events, each one byte for byte what was stored{kept}")
    if withheld:
        report.missing.append(
            f"{withheld} of them are shown by their hash alone: withheld from whom this receipt is for, or purged"
        )
    if trust.secret:
        report.proven.append("the application's HMAC-SHA256 fits each of them that is shown")


def _check_event(event: dict[str, Any], note: Note, trust: Trust) -> dict[str, Any] | None:
    if event.keys() != {"body", "key_id", "mac", "leaf", "leaf_index", "proof"}:
        raise Tampered("An event has other parts than were written.")
    leaf, index = bytes.fromhex(event["leaf"]), event["leaf_index"]
    hexes = [event["leaf"], *event["proof"], *([event["mac"]] if event["mac"] is not None else [])]
    if type(index) is not int or any(not re.fullmatch("[0-9a-f]{64}", one) for one in hexes):
        raise Tampered("A hash or a place is spelt otherwise than it was written.")
    if not is_included(leaf, index, note.size, [bytes.fromhex(one) for one in event["proof"]], note.root):
        raise Tampered(f"The event at leaf {index} is not under the signed root.")
    if event["body"] is None:
        if event["key_id"] is not None or event["mac"] is not None:
            raise Tampered("An event without its body has a signature.")
        return None
    body, mac = _strict_base64(event["body"]), bytes.fromhex(event["mac"])
    message = message_of(event["key_id"], body)
    if leaf_of(message, mac) != leaf:
        raise Tampered(f"The event at leaf {index} is not what was signed.")
    if trust.secret:
        _check_mac(event["key_id"], message, mac, trust)
    said: dict[str, Any] = parse(body)
    if canonical(said) != body or said["v"] != 1:
        raise Tampered(f"The event at leaf {index} is of another format.")
    return said


def _check_mac(key_id: str, message: bytes, mac: bytes, trust: Trust) -> None:
    if key_id not in trust.secret:
        raise UnknownKey(f"An event is signed with the HMAC key {key_id!r}, which you did not give.")
    if not hmac.compare_digest(hmac.digest(trust.secret[key_id], message, "sha256"), mac):
        raise Tampered("The HMAC of an event does not fit the key that you gave.")


def _check_anchored(note: Note, anchor: str, report: Report) -> None:
    if note.source in anchor:
        report.proven.append("this very checkpoint is in the anchor that you gave")
    else:
        report.missing.append("the anchor that you gave does not hold this checkpoint")


def _check_story(bodies: Sequence[dict[str, Any]], report: Report, *, is_whole: bool) -> None:
    """Payloads have their hashes, versions follow from their changes, and what ran is what was approved."""
    for body in bodies:
        payload, wanted = body["data"].get("payload"), body["payload_sha256"]
        if None not in (payload, wanted) and hashlib.sha256(canonical(payload)).hexdigest() != wanted:
            raise Tampered(f"Event {body['seq']} shows another payload than its SHA-256 says.")
    versions = [_version(body) for body in bodies if body["type"] in (*FIRST, "approval.edited")]
    shown = [one for one in versions if one["payload"] is not None]
    for before, after in pairwise(shown):
        if canonical(patched(before["payload"], after["changes"])) != canonical(after["payload"]):
            raise Tampered(f"Version {after['payload_version']} is not what its changes make.")
    many = f"{len(shown)} versions of the payload have their SHA-256, and follow from their changes"
    report.proven.append(many if len(shown) > 1 else "the payload has its SHA-256")
    _check_votes(bodies, report)
    _check_course(bodies, report, is_whole=is_whole)


def _check_votes(bodies: Sequence[dict[str, Any]], report: Report) -> None:
    counts = {body["seq"]: check_signatures(body) for body in bodies if body["type"] in VOTES}
    votes = [body for body in bodies if body["type"] == "approval.voted"]
    signed = sum(counts[body["seq"]] for body in votes)
    if signed:
        report.proven.append(
            f"{signed} of {len(votes)} votes are signed by a passkey, over exactly this decision"
        )
    if len(votes) > signed:
        report.open.append(
            f"who cast {len(votes) - signed} of {len(votes)} votes: the application says so, no passkey signed them"
        )


def _check_course(bodies: Sequence[dict[str, Any]], report: Report, *, is_whole: bool) -> None:
    """With `is_whole` every event of the request is shown, so that what is not there did not happen."""
    granted = [body for body in bodies if body["type"] == "approval.granted"]
    claimed = [body for body in bodies if body["type"] == "approval.claimed"]
    for body in granted:
        _check_grant(body, bodies, report)
    approved = [body["payload_sha256"] for body in granted]
    if claimed:
        if [body["payload_sha256"] for body in claimed] != approved:
            raise Tampered("The agent was handed another payload than was approved.")
        once = ", once" if is_whole else ""
        report.proven.append(f"the agent was handed exactly the payload that was approved{once}")
    if not is_whole:
        report.open.append(
            "that nothing else was claimed, reported, voted or decided: an event that is shown by its hash may say so"
        )
    for body in bodies:
        if body["type"] in OUTCOMES:
            is_same = body["data"]["executed_sha256"] in approved
            if is_same != (body["type"] == "execution.reported"):
                raise Tampered("The outcome's type does not fit the hash that the agent reported.")
            said = "exactly that payload" if is_same else "ANOTHER payload than was approved"
            report.proven.append(f"the agent reported that it executed {said}: {body['data']['status']}")


def _check_grant(body: dict[str, Any], bodies: Sequence[dict[str, Any]], report: Report) -> None:
    """Every vote that it counts was cast before, as an approval, on the payload that it approves."""
    cast = {
        one["data"].get("vote"): (one["payload_version"], one["payload_sha256"])
        for one in bodies
        if one["type"] == "approval.voted"
        and one["data"]["verdict"] == "approve"
        and one["seq"] < body["seq"]
    }
    votes = body["data"].get("votes") or ()
    approved = (body["payload_version"], body["payload_sha256"])
    if any(cast.get(vote.get("vote")) != approved for vote in votes):
        raise Tampered("The approval counts a vote that was not cast on what it approves.")
    people = {(vote.get("person") or {}).get("id") for vote in votes}
    report.proven.append(f"{len(people)} people approved, all of them the very payload that was granted")


def _say_open(trust: Trust, report: Report) -> None:
    if not trust.public:
        report.open.append("whose key it is: give the public key from elsewhere with --key")
    if not trust.secret:
        report.open.append("that the application's HMAC key signed the events: that takes --hmac-keys")
    if trust.anchor is None:
        report.open.append("that the checkpoint left the house: compare it with an anchor, --anchor")
    report.open += [
        "that nothing followed the last event shown here",
        "that the application told the truth when it wrote, and that the database's clock was right",
        "that a passkey is its person's: person.factor_added in the log says when it was registered",
    ]


# A pack: a zip of receipts under one checkpoint.


def check_pack(path: Path, trust: Trust) -> Report:
    """Everything about a pack, in flat memory. Raises Tampered, UnknownKey, Unreadable."""
    try:
        _check_bytes(path)
        with zipfile.ZipFile(path) as pack:
            _check_manifest(pack)
            return _check_contents(pack, trust)
    except Unreadable as error:  # of a part: the whole is a zip
        raise Tampered(str(error)) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        struct.error,
    ) as error:
        raise Unreadable(f"It is no whole zip: {error}") from None
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
        raise Tampered("Something in it has another shape than it was written in.") from None


def _check_bytes(path: Path) -> None:
    """Written anew from what it holds, it must be the same: no byte of a zip is then free to change."""
    with zipfile.ZipFile(path) as pack:  # before anything is unpacked: a small file may come to a disk full
        size = path.stat().st_size
        entries = pack.infolist()
        if any(
            one.compress_type != zipfile.ZIP_STORED or one.file_size != one.compress_size for one in entries
        ):
            raise Tampered("The zip has an entry that is compressed, and packs are written without.")
        if sum(one.file_size for one in entries) > size:
            raise Tampered("The zip says that it holds more than its own bytes.")
    with tempfile.TemporaryFile() as again:
        with zipfile.ZipFile(path) as pack, zipfile.ZipFile(again, "w", zipfile.ZIP_STORED) as copy:
            for name in pack.namelist():
                info = zipfile.ZipInfo(name)
                info.create_system, info.external_attr = 3, 0o600 << 16
                with pack.open(name) as source, copy.open(info, "w", force_zip64=True) as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
        again.seek(0)
        with path.open("rb") as stream:
            if _sha256(stream) != _sha256(again):
                raise Tampered("The zip is packed otherwise than it was written.")


def _sha256(stream: IO[bytes]) -> str:
    hash_ = hashlib.sha256()
    while piece := stream.read(1 << 20):
        hash_.update(piece)
    return hash_.hexdigest()


def _check_manifest(pack: zipfile.ZipFile) -> None:
    names = pack.namelist()
    if len(set(names)) != len(names) or names[-1:] != ["manifest.json"]:
        raise Tampered("It has a file twice, or no manifest at its end.")
    content = pack.read("manifest.json")
    manifest = parse(content)
    if canonical(manifest) + b"\n" != content:
        raise Tampered("The manifest is spelt otherwise than it was written.")
    if manifest.keys() != {"v", "type", "files"} or manifest["type"] != MANIFEST_TYPE or manifest["v"] != 1:
        raise Tampered("The manifest has other parts than were written.")
    if manifest["files"].keys() != set(names[:-1]):
        raise Tampered("The manifest names other files than are there.")
    for name, wanted in manifest["files"].items():
        with pack.open(name) as stream:
            if _sha256(stream) != wanted:
                raise Tampered(f"{name} is not what the manifest says.")


def _check_contents(pack: zipfile.ZipFile, trust: Trust) -> Report:
    if missing := set(READ_FIRST) - set(pack.namelist()):
        raise Tampered(f"It lacks {', '.join(sorted(missing))}.")
    content = pack.read("pack.json")
    said = parse(content)
    if said["type"] != PACK_TYPE or said["v"] != 1 or said["about"] != PACK_ABOUT:
        raise Tampered("pack.json is of another format.")
    report = Report()
    _check_asked(said, report)
    last = read_note(said["checkpoint"])
    _check_checkpoints(pack, said, last, trust, report)
    _check_receipts(pack, said, trust, report)
    _check_policies(pack, last, trust, report)
    _check_choice(pack, said, report)
    if trust.anchor is not None:
        _check_anchored(last, trust.anchor, report)
    _say_open(trust, report)
    report.open += [
        "that the population lists every request of that time: verify_audit over the database shows that",
        "what index.csv and the reports say: they are for reading, the receipts are the evidence",
    ]
    return report


def _check_asked(said: dict[str, Any], report: Report) -> None:
    """What was asked for is spelt as it was written, since moments are compared as texts; and the reader sees it."""
    if said.keys() != ASKED or said["filters"].keys() != {"approval", "actor", "policy"}:
        raise Tampered("pack.json has other parts than were written.")
    if not _is_moment(said["to"]) or not (said["from"] is None or _is_moment(said["from"])):
        raise Tampered("The time that the pack is of is spelt otherwise than it was written.")
    sample = said["sample"]
    if sample is not None and (type(sample) is not int or sample < 1):
        raise Tampered("The size of the sample is no number from 1 on.")
    filters = ", ".join(f"{name} {_json(one)}" for name, one in said["filters"].items() if one)
    report.asked += [
        f"requests from {said['from'] or 'the first'} on and before {said['to']}",
        f"filters: {filters or 'none'}",
        f"sample: {f'{sample} of them' if sample else 'none, all of them'}",
    ]


def _is_moment(text: Any) -> bool:
    """Of one form alone, which exists in the calendar."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return False
    return bool(datetime.fromisoformat(text))


def _check_checkpoints(
    pack: zipfile.ZipFile, said: dict[str, Any], last: Note, trust: Trust, report: Report
) -> None:
    """Each note is signed and extends the one before; the seed is the last one of its time; the end is the pack's."""
    before: Note | None = None
    seed, after_seed, count, signers = read_note(said["seed"]), None, 0, set[str]()
    for line in _lines(pack, "checkpoints.jsonl"):
        one = parse(line)
        note = read_note(one["note"])
        signers.add(check_note(note, {read_key(one["public_key"])[0]: one["public_key"]}, trust))
        proof = [bytes.fromhex(hash_) for hash_ in one["proof"]]
        if before and not (
            note.origin == before.origin
            and note.at >= before.at
            and is_extended(before.size, note.size, proof, before.root, note.root)
        ):
            raise Tampered(f"The checkpoint over {note.size} events does not extend the one before it.")
        if before and before.source == seed.source:
            after_seed = note
        before, count = note, count + 1
        is_seed_there = note.source == seed.source or after_seed is not None
    if before is None or before.source != last.source or not is_seed_there:
        raise Tampered("The checkpoints do not end with the pack's own, or lack its seed.")
    _check_seed(seed, after_seed, said["to"])
    if said["sample"] is not None and after_seed is None:
        report.missing.append(
            "a checkpoint after the seed, which shows that the seed was the last one of its time and nobody picked it"
        )
    report.proven.append(
        f"{count} checkpoints extend one another, up to the one of {last.at} over {last.size} events; signed with "
        + " and ".join(sorted(signers))
    )


def _check_seed(seed: Note, after: Note | None, to: str) -> None:
    if seed.at > to:
        raise Tampered("The seed was signed after the time that the pack is of.")
    if after and (after.at <= to or after.previous != hashlib.sha256(seed.source.encode()).digest()):
        raise Tampered("The seed is not the last checkpoint of the time that the pack is of.")


def _check_receipts(pack: zipfile.ZipFile, said: dict[str, Any], trust: Trust, report: Report) -> None:
    within = Trust(trust.public, trust.secret)
    events = votes = passkeys = 0
    for count, line in enumerate(_lines(pack, "receipts.jsonl"), 1):
        found = check_receipt(line, within)
        document = parse(line)
        if document["checkpoint"] != said["checkpoint"]:
            raise Tampered(f"Receipt {count} is under another checkpoint than the pack.")
        if not _is_of_time(document["summary"], said):
            raise Tampered(f"Receipt {count} is of another time than the pack.")
        events += len(document["events"])
        votes += len(document["summary"]["votes"])
        passkeys += sum(vote["data"].get("signature") is not None for vote in document["summary"]["votes"])
        report.missing += [f"receipt {count}: {one}" for one in found.missing]
    report.proven += [
        f"every receipt holds, each event of them under the pack's checkpoint: {events} events",
        f"{votes} votes stand in them, {passkeys} of them signed by a passkey that was checked",
    ]


def _is_of_time(summary: dict[str, Any], said: dict[str, Any]) -> bool:
    first = summary["history"][0]["at"] if summary["history"] else said["to"]
    return bool((said["from"] is None or said["from"] <= first) and first <= said["to"])


def _check_policies(pack: zipfile.ZipFile, last: Note, trust: Trust, report: Report) -> None:
    known = set()
    for line in _lines(pack, "policies.jsonl"):
        body = _check_event(parse(line), last, trust)
        if body is None or body["type"] != "policy.changed":
            raise Tampered("policies.jsonl holds something else than versions of policies.")
        known.add(body["data"]["id"])
    wanted = set()
    for line in _lines(pack, "receipts.jsonl"):
        proposal = parse(line)["summary"]["proposal"]
        wanted |= {proposal["data"]["policy"]["id"]} if proposal else set()
    if wanted - known:
        report.missing.append(f"{len(wanted - known)} of {len(wanted)} policies that judged the requests")
    report.proven.append(f"{len(known)} versions of policies, as the log has them, judged these requests")


def _check_choice(pack: zipfile.ZipFile, said: dict[str, Any], report: Report) -> None:
    """The receipts are of the population, or of its sample, in that order; what is left out is named."""
    left_out = [line.decode().rstrip("\n") for line in _lines(pack, "left_out.txt")]
    population = (line.decode().rstrip("\n") for line in _lines(pack, "population.txt"))
    if said["sample"] is not None:
        seed = hashlib.sha256(said["seed"].encode()).digest()
        chosen: Iterable[str] = heapq.nsmallest(
            said["sample"], population, key=lambda one: hashlib.sha256(seed + one.encode()).digest()
        )
        report.proven.append(
            f"the sample of {said['sample']} is the one that the checkpoint of {read_note(said['seed']).at} draws"
        )
    else:
        chosen = population
    _refuse_repeated(line for line in _lines(pack, "population.txt"))
    _refuse_repeated(line.encode() for line in left_out)
    without = set(left_out)
    given = (parse(line)["subject"]["id"] for line in _lines(pack, "receipts.jsonl"))
    count = 0
    for wanted, found in zip_longest((one for one in chosen if one not in without), given):
        count += 1
        if wanted is None or wanted != found:
            raise Tampered("The receipts are not those of the population, or of its sample.")
    report.proven.append(f"{count} receipts are those of the population that the pack lists")
    if left_out:
        report.missing.append(
            f"{len(left_out)} requests that no checkpoint covered yet: {', '.join(left_out[:5])}"
        )


def _refuse_repeated(ids: Iterable[bytes]) -> None:
    """As short hashes, so that memory stays small. The receipts are those of these ids, so none of them repeats."""
    known = set[bytes]()
    for id_ in ids:
        short = hashlib.sha256(id_).digest()[:16]
        if short in known:
            raise Tampered("A request stands twice in the population, or in what is left out.")
        known.add(short)


def _lines(pack: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with pack.open(name) as stream:
        while line := stream.readline(LONGEST_LINE):
            if not line.endswith(b"\n"):
                raise Tampered(f"{name} has a line without its end.")
            yield line


# The command line.


def visible(text: str) -> str:
    """On one line, with what nobody would see as escapes."""
    return "".join(_visible(mark) for mark in text)


def _visible(mark: str) -> str:
    code = ord(mark)
    is_blank = mark in "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" or 0xFE00 <= code <= 0xFE0F
    if mark == " " or (mark.isprintable() and not is_blank and unicodedata.category(mark) != "Cf"):
        return mark
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(UNREADABLE, f"{self.prog}: {message}\n")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(description="Checks a receipt or a pack without the application that wrote it.")
    parser.add_argument("file", type=Path, help="a receipt (.json) or a pack (.zip)")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="TEXT|FILE",
        help="a public key, id+hint+base64, that you have from elsewhere",
    )
    parser.add_argument("--hmac-keys", type=Path, metavar="FILE", help="id:base64, as in AUDIT_HMAC_KEYS")
    parser.add_argument("--anchor", type=Path, metavar="FILE", help="checkpoints from outside the house")
    return parser.parse_args(argv)


def _trust(options: argparse.Namespace) -> Trust:
    """Raises Unreadable, OSError."""
    trust = Trust()
    for given in options.key:
        texts = [given] if "+" in given else Path(given).read_text(encoding="utf-8").split()
        for text in texts:
            trust.public[read_key(text.strip())[0]] = text.strip()
    if options.hmac_keys:
        for pair in re.split(r"[,\s]+", options.hmac_keys.read_text(encoding="utf-8").strip()):
            key_id, _, coded = pair.partition(":")
            try:
                trust.secret[key_id] = base64.b64decode(coded, validate=True)
            except (NotBase64, ValueError):
                raise Unreadable("The HMAC keys are no lines of id:base64.") from None
    if options.anchor:
        trust.anchor = options.anchor.read_text(encoding="utf-8").replace("\r\n", "\n")
    return trust


def main(argv: Sequence[str] | None = None) -> int:
    """Print what is proven and what is not; returns the exit code."""
    options = _arguments(argv)
    try:
        report = _check(options.file, _trust(options))
    except Tampered as error:
        return _end(TAMPERED, f"TAMPERED  {error}")
    except UnknownKey as error:
        return _end(UNKNOWN_KEY, f"UNKNOWN KEY  {error}")
    except (OSError, Unreadable, UnicodeDecodeError) as error:
        return _end(UNREADABLE, f"CANNOT BE READ  {error}")
    return _tell(report)


def _check(path: Path, trust: Trust) -> Report:
    with path.open("rb") as stream:
        is_pack = stream.read(2) == b"PK" or path.suffix == ".zip"
    return check_pack(path, trust) if is_pack else check_receipt(path.read_bytes(), trust)


def _tell(report: Report) -> int:
    for heading, lines in (
        ("ASKED FOR", report.asked),
        ("PROVEN", report.proven),
        ("NOT PROVEN", report.open),
        ("MISSING", report.missing),
    ):
        for line in lines:
            sys.stdout.write(f"{heading:<11} {visible(line)}\n")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return _end(report.code, f"{'INCOMPLETE' if report.missing else 'VALID'}  checked at {at}")


def _end(code: int, sentence: str) -> int:
    (sys.stderr if code in (TAMPERED, UNKNOWN_KEY, UNREADABLE) else sys.stdout).write(
        visible(sentence) + "\n"
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
