"""Whatever the database's superuser does to the log is found; with an anchor, even a whole rewritten history."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from approvals.models import Approval
from audit import keys, message
from audit.canonical import canonical
from audit.models import Event
from audit.tasks import sequence
from audit.verify import Tampered, everything
from tests.audit.superuser import OldCopy, as_database_superuser
from tests.audit.test_sequencer import write
from tests.factories import EMAIL_PAYLOAD, approve, make_approval, make_user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("rows_alone"),
    pytest.mark.shows("tampering-is-found"),
]

COLUMNS = {"content": "audit_eventbody", "mac": "audit_event", "leaf": "audit_event", "prev": "audit_event"}


@pytest.fixture
def decided() -> Approval:
    """One request among others, all of it under two anchored checkpoints."""
    approve(make_approval(), by=make_user())
    approval = approve(make_approval(), by=make_user(), edited={**EMAIL_PAYLOAD, "body": "Corrected."})
    sequence()
    approve(make_approval(), by=make_user())
    sequence()
    return approval


def chain(approval: Approval) -> list[Event]:
    return list(Event.objects.about("approval", approval.pk))


def remove(*events: Event, tree: bool = True) -> None:
    """Without a trace in the tables that name them."""
    ids = [event.pk for event in events]
    for table in ("audit_eventbody", *(["audit_leaf"] if tree else []), "audit_event"):
        as_database_superuser(f"DELETE FROM {table} WHERE event_id = ANY(%s)", ids)


def remove_rows(approval: Approval) -> None:
    """From the tables that repeat what the log says."""
    for table in ("voteseat", "vote", "opening", "notification", "assignment", "payloadversion"):
        as_database_superuser(f"DELETE FROM approvals_{table} WHERE approval_id = %s", approval.pk)
    as_database_superuser("DELETE FROM approvals_approval WHERE id = %s", approval.pk)


def forget_tree() -> None:
    for table in ("checkpoint", "leaf", "node"):
        as_database_superuser(f"DELETE FROM audit_{table}")
    as_database_superuser("UPDATE audit_anchor SET sent_id = NULL, sending_id = NULL")


def forge(approval: Approval) -> None:
    """Put other words into an event and sign it and all that follow it anew, with the stolen HMAC key."""
    prev = message.ROOT
    key_id, key = keys.signing_key()
    for event in chain(approval):
        body = event.content | {"prev": prev.hex()}
        if event.type == "approval.voted":
            body["data"]["comment"] = "I never looked."
        content = canonical(body)
        signed = message.message(key_id=key_id, body=content)
        tag = message.mac(key, signed)
        leaf = message.leaf(signed, tag)
        as_database_superuser(
            "UPDATE audit_event SET prev = %s, mac = %s, leaf = %s WHERE event_id = %s",
            prev,
            tag,
            leaf,
            event.pk,
        )
        as_database_superuser(
            "UPDATE audit_eventbody SET content = %s WHERE event_id = %s", content, event.pk
        )
        prev = leaf


def code(*, anchor: bool = True) -> int:
    """What `verify_audit` exits with."""
    try:
        report = everything(anchor=Path(settings.AUDIT_ANCHOR_FILE) if anchor else None)
    except Tampered:
        return 1
    return 2 if report.doubts else 0


class TestWhatTheLogItselfTells:
    """Found without an anchor, by anyone who has the keys."""

    @pytest.fixture(autouse=True)
    def _is_found(self, rows_alone: None, decided: Approval) -> Iterator[None]:
        assert (code(), code(anchor=False)) == (0, 2)
        yield
        assert (code(), code(anchor=False)) == (1, 1)
        # The test's end looks whether every key leads somewhere.
        as_database_superuser(
            "DELETE FROM audit_leaf WHERE event_id NOT IN (SELECT event_id FROM audit_event)"
        )

    def test_modified_event(self, decided: Approval) -> None:
        edited = next(event for event in chain(decided) if event.type == "approval.edited")
        as_database_superuser(
            "UPDATE audit_eventbody SET content = replace(convert_from(content, 'UTF8'), 'Corrected', 'Altered')::bytea "
            "WHERE event_id = %s",
            edited.pk,
        )

    @pytest.mark.parametrize("tree", [True, False])
    def test_event_deleted_in_the_middle(self, decided: Approval, tree: bool) -> None:
        remove(chain(decided)[1], tree=tree)

    @pytest.mark.parametrize("tree", [True, False])
    def test_tail_of_a_chain_deleted(self, decided: Approval, tree: bool) -> None:
        remove(*chain(decided)[-2:], tree=tree)

    @pytest.mark.parametrize("tree", [True, False])
    def test_tail_of_the_log_deleted(self, decided: Approval, tree: bool) -> None:
        remove(*Event.objects.order_by("-place__index")[:3], tree=tree)

    def test_events_reordered_in_their_chain(self, decided: Approval) -> None:
        first, second = chain(decided)[1:3]
        as_database_superuser("UPDATE audit_event SET seq = 99 WHERE event_id = %s", first.pk)
        as_database_superuser("UPDATE audit_event SET seq = %s WHERE event_id = %s", first.seq, second.pk)
        as_database_superuser("UPDATE audit_event SET seq = %s WHERE event_id = %s", second.seq, first.pk)

    def test_leaves_reordered_in_the_tree(self, decided: Approval) -> None:
        as_database_superuser("UPDATE audit_leaf SET index = index + 1000 WHERE index = 1")
        as_database_superuser("UPDATE audit_leaf SET index = 1 WHERE index = 2")
        as_database_superuser("UPDATE audit_leaf SET index = 2 WHERE index = 1001")

    @pytest.mark.parametrize("seq", [2, 99])
    def test_event_inserted(self, decided: Approval, seq: int) -> None:
        as_database_superuser(
            """
            UPDATE audit_event SET seq = seq + 1000 WHERE subject_id = %(id)s AND seq >= %(seq)s;
            UPDATE audit_event SET seq = seq - 999 WHERE subject_id = %(id)s AND seq >= 1000;
            INSERT INTO audit_event SELECT (jsonb_populate_record(event, jsonb_build_object(
                'event_id', gen_random_uuid(), 'seq', %(seq)s::int, 'leaf', '\\x01'))).*
            FROM audit_event AS event WHERE subject_id = %(id)s AND seq = 1;
            INSERT INTO audit_eventbody
            SELECT new.event_id, body.content FROM audit_event AS new, audit_event AS old JOIN audit_eventbody body
                USING (event_id) WHERE new.leaf = '\\x01' AND old.subject_id = %(id)s AND old.seq = 1
            """.replace("%(id)s", f"'{decided.pk}'").replace("%(seq)s", str(seq)),
        )

    def test_whole_approval_removed(self, decided: Approval) -> None:
        remove(*chain(decided))

    def test_whole_approval_removed_and_the_leaves_closed_up(self, decided: Approval) -> None:
        remove(*chain(decided))
        as_database_superuser(
            "CREATE TEMP TABLE kept AS SELECT row_number() OVER (ORDER BY index) - 1 AS index, event_id FROM audit_leaf"
        )
        as_database_superuser("DELETE FROM audit_leaf")
        as_database_superuser("INSERT INTO audit_leaf (index, event_id) SELECT index, event_id FROM kept")

    def test_history_forged_with_the_hmac_key_before_the_last_anchor(self, decided: Approval) -> None:
        forge(decided)

    def test_inner_node_altered(self, decided: Approval) -> None:
        as_database_superuser("UPDATE audit_node SET hash = sha256(hash) WHERE level = 1 AND index = 1")

    def test_inner_node_removed(self, decided: Approval) -> None:
        as_database_superuser("DELETE FROM audit_node WHERE level = 1 AND index = 1")

    def test_checkpoint_altered(self, decided: Approval) -> None:
        as_database_superuser("UPDATE audit_checkpoint SET root = sha256(root) WHERE number = 1")

    def test_checkpoint_removed(self, decided: Approval) -> None:
        as_database_superuser("DELETE FROM audit_checkpoint WHERE number = 1")


class TestWhatOnlyAnAnchorTells:
    """A history that is sound in itself: exit 1 with the anchor, and without one 2, as for any log."""

    @pytest.fixture(autouse=True)
    def _is_found(self, rows_alone: None) -> Iterator[None]:
        write(5)
        sequence()
        self.copy = OldCopy()
        write(5)
        sequence()
        assert (code(), code(anchor=False)) == (0, 2)
        yield
        assert (code(), code(anchor=False)) == (1, 2)

    def test_old_dump_restored(self) -> None:
        self.copy.restore()

    def test_old_dump_restored_and_gone_on_with(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.copy.restore()
        write(9)
        self.sequence_without_asking(monkeypatch)

    def test_tail_deleted_with_all_that_covers_it(self) -> None:
        remove(*Event.objects.order_by("-place__index")[:5])
        as_database_superuser("DELETE FROM audit_checkpoint WHERE number = 2")
        as_database_superuser("DELETE FROM audit_node WHERE (index + 1) << level > 5")
        as_database_superuser("UPDATE audit_anchor SET sent_id = 1")

    def test_tree_built_anew_over_a_history_forged_with_the_hmac_key(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        approval = approve(make_approval(), by=make_user())
        sequence()
        forge(approval)
        as_database_superuser("UPDATE approvals_vote SET comment = 'I never looked.'")
        forget_tree()

        self.sequence_without_asking(monkeypatch)

    def test_whole_approval_removed_and_the_tree_built_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        approval = approve(make_approval(), by=make_user())
        sequence()
        remove(*chain(approval))
        remove_rows(approval)
        forget_tree()

        self.sequence_without_asking(monkeypatch)

    def sequence_without_asking(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As a worker does that knows of no anchor."""
        with monkeypatch.context() as patch:
            patch.setattr(settings, "AUDIT_ANCHOR_FILE", "")
            sequence()


def test_any_flipped_byte_of_200_events_is_found() -> None:
    chosen = random.Random(200)
    write(200)
    sequence()
    missed = []
    for number, event in enumerate(Event.objects.all()):
        column = list(COLUMNS)[number % len(COLUMNS)]
        length = len(bytes(event.body.content)) if column == "content" else 32
        flip = (column, chosen.randrange(length), 1 << chosen.randrange(8))
        flip_byte(event, *flip)
        if code(anchor=False) != 1:
            missed.append((event, flip))
        flip_byte(event, *flip)

    assert missed == []
    assert code() == 0


def flip_byte(event: Event, column: str, position: int, bit: int) -> None:
    as_database_superuser(
        f"UPDATE {COLUMNS[column]} SET {column} = set_byte({column}, %s, get_byte({column}, %s) # %s) WHERE event_id = %s",
        position,
        position,
        bit,
        event.pk,
    )
