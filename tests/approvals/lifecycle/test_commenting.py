"""People talk about a request: who may, what is kept, and who is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals import lifecycle
from approvals.exceptions import InvalidInput, NotPermitted
from approvals.models import Approval, Comment, Notification
from audit.models import Event
from grants.models import User
from tests.factories import approve, make_approval, make_approver, make_grant, make_user, reject

pytestmark = pytest.mark.django_db

SALES = "sales@example.com"


def say(approval: Approval, text: str, *, by: User | None = None) -> Comment:
    return lifecycle.comment(approval.pk, by=by or make_user(SALES), text=text)


def told() -> list[str]:
    return list(Notification.objects.filter(kind="mentioned").values_list("recipient", flat=True))


def readers() -> dict[str, User]:
    """Everybody who may read a request that names Sales, by why."""
    deputy = make_user("deputy@example.com")
    make_grant(make_user(SALES), deputy)
    return {
        "assignee": make_user(SALES),
        "approver": make_approver(),
        "delegate": deputy,
        "auditor": make_user("auditor@example.com", is_auditor=True),
        "administrator": make_user("admin@example.com", is_staff=True),
    }


@pytest.mark.parametrize("who", ["assignee", "approver", "delegate", "auditor", "administrator"])
def test_all_who_may_read_it_may_comment(who: str) -> None:
    person, approval = readers()[who], make_approval()

    say(approval, "Is this the new contract?", by=person)

    assert approval.comments.get().user == person


def test_a_delegate_comments_on_what_others_decided_meanwhile() -> None:
    approval, deputy = make_approval(), make_user("deputy@example.com")
    make_grant(make_user(SALES), deputy)
    approve(approval, by=make_user(SALES))

    say(approval, "I was about to ask for the contract.", by=deputy)

    assert approval.comments.get().user == deputy


def test_a_delegate_is_told_of_what_was_decided_meanwhile() -> None:
    make_grant(make_user(SALES), make_user("deputy@example.com"))
    approval = make_approval()
    approve(approval, by=make_user(SALES))

    say(approval, "@deputy, this is done.")

    assert told() == ["deputy@example.com"]


@pytest.mark.parametrize("flags", [{}, {"is_superuser": True}, {"is_auditor": True, "is_active": False}])
def test_nobody_else_comments(flags: dict[str, bool]) -> None:
    approval = make_approval()

    with pytest.raises(NotPermitted):
        say(approval, "Let me in.", by=make_user("stranger@example.com", **flags))

    assert not Comment.objects.exists()
    assert Event.objects.about("approval", approval.pk).count() == 1


def test_who_was_deactivated_meanwhile_does_not_comment() -> None:
    approval, person = make_approval(), make_user(SALES)
    User.objects.filter(pk=person.pk).update(is_active=False)

    with pytest.raises(NotPermitted):
        say(approval, "One more thing.", by=person)


@pytest.mark.parametrize("decide", [approve, reject])
def test_there_is_something_to_say_after_the_decision_too(decide: object) -> None:
    approval = make_approval()
    decide(approval, by=make_user(SALES))  # type: ignore[operator]

    say(approval, "The client rang: thank you.")

    assert approval.comments.count() == 1


def test_the_log_has_the_words_and_who_was_told() -> None:
    boss, approval = make_approver("boss@example.com"), make_approval()

    said = say(approval, " Look here, @boss.\r\nPlease. ")

    event = Event.objects.about("approval", approval.pk).last()
    assert event is not None
    body = json.loads(bytes(event.body.content))
    assert (said.text, said.told) == ("Look here, @boss.\nPlease.", [boss.email])
    assert body["type"] == "approval.commented"
    assert body["actor"]["id"] == str(make_user(SALES).pk)
    assert body["data"] == {"comment": str(said.pk), "text": said.text, "told": [boss.email]}


def test_a_comment_decides_nothing() -> None:
    approval = make_approval()

    say(approval, "Approved.")

    assert Approval.objects.get(pk=approval.pk).is_pending


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@boss", ["boss@example.com"]),
        ("@BOSS, look", ["boss@example.com"]),
        ("ask @boss@example.com.", ["boss@example.com"]),
        ("(@boss)", ["boss@example.com"]),
        ("@boss and @boss again", ["boss@example.com"]),
        ("@boss @auditor", ["boss@example.com", "auditor@example.com"]),
        ("boss@example.com", []),
        ("@@boss", []),
        ("@bos", []),
        ("@sales", []),
        ("nobody at all", []),
    ],
)
def test_who_is_mentioned_is_told_if_they_may_read_it(text: str, expected: list[str]) -> None:
    make_approver("boss@example.com")
    make_user("auditor@example.com", is_auditor=True)
    make_user("stranger@example.com")
    make_user("gone@example.com", is_auditor=True, is_active=False)
    approval = make_approval()

    say(approval, text)

    assert told() == expected


@pytest.mark.parametrize(
    "name", ["stranger", "stranger@example.com", "gone", "gone@example.com", "nobody@other.example"]
)
def test_somebody_who_cannot_read_it_is_refused_by_name_with_what_to_do(name: str) -> None:
    make_user("stranger@example.com")
    make_user("gone@example.com", is_auditor=True, is_active=False)
    approval = make_approval()

    with pytest.raises(
        InvalidInput, match=rf"@{name} cannot read this request.* reassign it to them"
    ) as refusal:
        say(approval, f"@{name}, please look")

    assert [error.pointer for error in refusal.value.errors] == ["text"]
    assert not Comment.objects.exists()
    assert told() == []


def test_nobody_is_sent_to_reassign_it_to_a_party() -> None:
    approval = make_approval()

    with pytest.raises(InvalidInput, match="@owner cannot read this request") as refusal:
        say(approval, "@owner, look")

    assert "reassign" not in str(refusal.value)


def test_after_the_decision_nobody_is_sent_to_reassign_it() -> None:
    make_user("stranger@example.com")
    approval = make_approval()
    approve(approval, by=make_user(SALES))

    with pytest.raises(InvalidInput) as refusal:
        say(approval, "@stranger, look")

    assert "reassign" not in str(refusal.value)
    assert "leave out the @" in str(refusal.value)


def test_each_name_that_would_not_be_told_is_said() -> None:
    make_approver("boss@example.com")
    make_user("stranger@example.com")
    approval = make_approval()

    with pytest.raises(InvalidInput) as refusal:
        say(approval, "@boss @stranger @nobody@other.example")

    assert [error.message.split()[0] for error in refusal.value.errors] == [
        "@stranger",
        "@nobody@other.example",
    ]


def test_a_name_that_two_readers_have_is_asked_about() -> None:
    make_approver("sam@example.com")
    make_approver("sam@other.example")
    approval = make_approval()

    with pytest.raises(InvalidInput, match=r"write @sam@example\.com or @sam@other\.example"):
        say(approval, "@sam")

    say(approval, "@sam@other.example")
    assert told() == ["sam@other.example"]


def test_a_name_that_only_one_reader_has_means_that_one() -> None:
    make_approver("sam@example.com")
    make_user("sam@other.example")

    say(make_approval(), "@sam")

    assert told() == ["sam@example.com"]


def test_a_delegate_is_found_by_name() -> None:
    make_grant(make_user(SALES), make_user("deputy@example.com"))
    approval = make_approval()

    say(approval, "@deputy, it is yours this week")

    assert told() == ["deputy@example.com"]


def test_ten_people_are_told_and_more_are_refused() -> None:
    names = [f"boss-{letter}" for letter in "abcdefghijk"]
    for name in names:
        make_approver(f"{name}@example.com")
    approval = make_approval()

    with pytest.raises(InvalidInput, match="at most 10 people; this one names 11"):
        say(approval, " ".join(f"@{name}" for name in names))
    say(approval, " ".join(f"@{name}" for name in names[:10]))

    assert told() == [f"{name}@example.com" for name in names[:10]]


def test_a_text_full_of_signs_asks_the_database_once(django_assert_max_num_queries: Any) -> None:
    approval = make_approval()

    with django_assert_max_num_queries(25):
        say(approval, " ".join(f"@{number}" for number in range(600)))

    assert told() == []


@pytest.mark.parametrize("text", ["", "  \r\n ", "a\0b", "x" * 4001])
def test_what_says_nothing_or_too_much_is_refused(text: str) -> None:
    approval = make_approval()

    with pytest.raises(InvalidInput) as refusal:
        say(approval, text)

    assert [error.pointer for error in refusal.value.errors] == ["text"]
    assert not Comment.objects.exists()


def test_a_comment_may_be_long() -> None:
    approval = make_approval()

    said = say(approval, "x" * 4000)

    assert len(said.text) == 4000


def test_markup_is_kept_as_it_was_typed() -> None:
    approval = make_approval()

    assert say(approval, "<b>1 < 2</b> & **more**").text == "<b>1 < 2</b> & **more**"
