"""Every event becomes one leaf, every minute has a signed checkpoint, and the tree proves both."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

from audit import checkpoint, clock, keys, log, merkle, sequencer, tree
from audit.checkpoint import NotSigned
from audit.message import SYSTEM, NewEvent, Subject
from audit.models import Checkpoint, Leaf, Node
from tests.audit.superuser import as_database_superuser

pytestmark = pytest.mark.django_db


def write(count: int, subject: str = "test", *, at=None) -> list[log.Written]:  # type: ignore[no-untyped-def]
    """So many events in one chain, of a kind that no table repeats."""
    about, data = Subject("channel", subject), {"test": "1", "arrived": True}
    with transaction.atomic():
        return [
            log.record(NewEvent(about, "channel.answered", actor=SYSTEM, at=at or clock.now(), data=data))
            for _ in range(count)
        ]


def leaves() -> list[bytes]:
    return [bytes(leaf) for leaf in Leaf.objects.order_by("index").values_list("event__leaf", flat=True)]


def root_of(hashes: list[bytes]) -> bytes:
    frontier = merkle.Frontier()
    for hash_ in hashes:
        frontier.append(hash_)
    return frontier.root()


def test_checkpoint_covers_every_event_in_the_order_of_time() -> None:
    events = write(5)

    (signed,) = sequencer.run()

    assert leaves() == [event.leaf for event in events]
    assert (signed.number, signed.size, bytes(signed.root)) == (1, 5, root_of(leaves()))


def test_tree_grows_by_what_came_since() -> None:
    write(3)
    sequencer.run()
    write(6)

    (signed,) = sequencer.run()

    assert (signed.number, signed.size, bytes(signed.root)) == (2, 9, root_of(leaves()))
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(9))


def test_quiet_minute_has_a_checkpoint_too() -> None:
    write(3)
    (first,) = sequencer.run()

    (second,) = sequencer.run()

    assert (second.size, bytes(second.root)) == (first.size, bytes(first.root))
    assert bytes(second.previous) == bytes(first.hash)


def test_empty_log_has_a_checkpoint() -> None:
    (signed,) = sequencer.run()

    assert (signed.size, bytes(signed.root)) == (0, merkle.EMPTY)


def test_much_that_waits_is_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 4)
    write(11)

    signed = sequencer.run()

    assert [one.size for one in signed] == [4, 8, 11]
    assert bytes(signed[-1].root) == root_of(leaves())


def test_what_an_outage_left_is_found_in_parts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    sequencer.run()
    monkeypatch.setattr(sequencer, "BATCH", 4)
    start = clock.now()
    for hour in range(11):
        write(1, at=start + timedelta(hours=hour))
    sequencer.step()

    assert [one.size for one in sequencer.run()] == [8, 11]


def test_event_that_was_committed_long_after_its_time_is_found_within_the_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequencer, "WHOLE", 3)
    sequencer.run()
    write(1, at=clock.now() - timedelta(days=2))

    sizes = [sequencer.run()[0].size for _ in range(3)]

    assert sizes == [0, 0, 1]


def test_note_is_signed_and_says_what_the_row_says() -> None:
    write(3)
    (signed,) = sequencer.run()

    note = checkpoint.read(signed.note)
    note.check(keys.public_key(note.key_id))

    assert note.statement.origin == "127.0.0.1/audit"
    assert (note.statement.size, note.statement.root) == (3, signed.root)
    assert (note.statement.at, note.statement.previous) == (signed.at, checkpoint.FIRST)


def test_note_is_checked_with_nothing_but_the_public_key() -> None:
    (signed,) = sequencer.run()
    public = keys.public_key(signed.key_id).public_bytes_raw()

    text, _, line = signed.note.rpartition("\n— ")
    signature = line.split(" ")[1]

    Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(signature)[4:], text.encode())


@pytest.mark.parametrize(
    ("old", "new"), [("\n3\n", "\n4\n"), ("127.0.0.1", "127.0.0.2"), ("time 2", "time 1")]
)
def test_altered_note_is_refused(old: str, new: str) -> None:
    write(3)
    (signed,) = sequencer.run()

    note = checkpoint.read(signed.note.replace(old, new))

    with pytest.raises(NotSigned):
        note.check(keys.public_key(note.key_id))


def test_origin_stays_where_the_site_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    sequencer.run()
    monkeypatch.setattr(settings, "PUBLIC_URL", "https://elsewhere.example")

    (signed,) = sequencer.run()

    assert signed.note.startswith("127.0.0.1/audit\n")


@pytest.mark.parametrize("size", [1, 2, 7, 8, 13])
def test_stored_tree_proves_every_leaf_and_every_earlier_checkpoint(size: int) -> None:
    roots = {}
    for number in range(1, size + 1):
        write(1)
        roots[number] = bytes(sequencer.run()[0].root)
    stored = leaves()

    for index in range(size):
        merkle.check_inclusion(stored[index], index, size, tree.inclusion_proof(index, size), roots[size])
    for old in range(1, size + 1):
        merkle.check_consistency(old, size, tree.consistency_proof(old, size), roots[old], roots[size])


def test_hole_in_the_stored_tree_is_named() -> None:
    write(4)
    sequencer.run()
    as_database_superuser("DELETE FROM audit_node WHERE level = 1 AND index = 1")

    with pytest.raises(tree.NodeMissing, match="Node 1 of level 1"):
        tree.inclusion_proof(0, 4)


def test_nothing_is_signed_on_top_of_a_damaged_tree() -> None:
    write(4)
    sequencer.run()
    as_database_superuser("UPDATE audit_node SET hash = sha256(hash) WHERE level = 2")
    write(1)

    with pytest.raises(tree.NodeMissing, match="not the root that checkpoint 1 signs"):
        sequencer.run()

    assert Checkpoint.objects.count() == 1


@pytest.mark.shows("a-killed-sequencer")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_leaf SET index = index + 100",
        "DELETE FROM audit_leaf",
        "TRUNCATE audit_leaf",
        "UPDATE audit_node SET hash = ''",
        "DELETE FROM audit_node",
        "UPDATE audit_checkpoint SET note = ''",
        "DELETE FROM audit_checkpoint",
        "INSERT INTO audit_leaf (index, event_id) SELECT 9, event_id FROM audit_event LIMIT 1",
        # A second root for the size of the last checkpoint, and a checkpoint that leaves out a number.
        """INSERT INTO audit_checkpoint SELECT number + 1, size, '\\x00', at, hash, sha256('x'), key_id, 'x', horizon
           FROM audit_checkpoint""",
        """INSERT INTO audit_checkpoint SELECT number + 2, size, root, at, hash, sha256('x'), key_id, 'x', horizon
           FROM audit_checkpoint""",
        """INSERT INTO audit_checkpoint SELECT number + 1, 1, root, at, hash, sha256('x'), key_id, 'x', horizon
           FROM audit_checkpoint""",
    ],
)
def test_database_refuses_what_would_break_the_tree(sql: str) -> None:
    write(4)
    sequencer.run()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert (Leaf.objects.count(), Node.objects.count(), Checkpoint.objects.count()) == (4, 3, 1)


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """Another process holds the sequencer's lock."""
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [sequencer.LOCK])
    yield
    other.close()


@pytest.mark.shows("a-killed-sequencer")
@pytest.mark.usefixtures("elsewhere")
def test_second_sequencer_leaves_it_to_the_first() -> None:
    assert sequencer.run() == []
    assert not Checkpoint.objects.exists()
