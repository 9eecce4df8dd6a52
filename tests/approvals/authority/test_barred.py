"""Who is a party to a request stays one, whatever is changed afterwards and however they are written."""

from __future__ import annotations

import pytest

from approvals import authority
from approvals.exceptions import NotPermitted
from approvals.models import Agent, Approval, read_whole
from approvals.reach import perhaps_short
from audit import clock
from grants.models import User
from tests.factories import (
    approve,
    give_key,
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db

SALES = "sales@example.com"


def is_refused(approval: Approval, person: User, sentence: str) -> bool:
    """They decide neither in person nor by a grant, and no list and no button offers it to them."""
    deputy, at = make_user("deputy@example.com"), clock.now()
    make_grant(person, deputy)
    (whole,) = read_whole(Approval.objects.filter(pk=approval.pk))
    for one in (whole, Approval.objects.with_parties().get(pk=approval.pk)):
        assert person.email in authority.barred_addresses(one)
        assert authority.may_receive(person.email, one, by=make_user("by@example.com"), at=at)
    for decider in (person, deputy):
        with pytest.raises(NotPermitted):
            approve(approval, by=decider)
        assert not authority.decidable_by(decider, at=at).filter(pk=approval.pk).exists()
    return sentence in authority.may_decide(person, whole, at=at).reason


@pytest.mark.shows("the-minter-is-barred", "a-key-in-anothers-name")
def test_who_made_a_key_in_anothers_name_does_not_decide_what_comes_in_with_it() -> None:
    minter = make_user(SALES)
    key, _ = make_key(make_agent(), owner=make_user("other@example.com"), minted_by=minter)

    assert is_refused(make_approval(key=key), minter, "You made the key")


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("owners-stay-barred", "a-key-in-anothers-name")
def test_who_gives_the_agent_and_the_key_away_lifts_no_bar() -> None:
    owner, straw_man = make_user(SALES), make_user("straw@example.com")
    approval = make_approval(key=make_key(make_agent(owner=owner))[0])
    Agent.objects.update(owner=straw_man)
    give_key(approval.key, straw_man)

    assert is_refused(approval, owner, "You answered for this agent when it asked")


@pytest.mark.shows("authors-leave-critical-alone")
def test_who_wrote_the_policy_does_not_decide_a_critical_request_under_it() -> None:
    author = make_approver(SALES)
    approval = make_approval(policy=make_policy(risk="critical", author=author))

    assert is_refused(approval, author, "You wrote the policy that judges this critical request")


@pytest.mark.shows("authors-leave-critical-alone")
def test_who_wrote_the_policy_decides_what_is_less_than_critical() -> None:
    author = make_user(SALES)
    approval = make_approval(policy=make_policy(risk="high", author=author), risk="high")

    assert approve(approval, by=author).status == "approved"


@pytest.mark.shows("authors-leave-critical-alone")
def test_an_author_is_not_waited_for_on_a_critical_request() -> None:
    make_user("finance@example.com")
    policy = make_policy(risk="critical", author=make_user(SALES), reviewers=[SALES, "finance@example.com"])
    approval = make_approval(policy=policy, assignees=())

    codes = {one["code"] for one in approval.warnings or []}

    assert {"too_few_people", "too_few_people_told"} <= codes
    assert perhaps_short(Approval.objects.all(), clock.now()).exists()


@pytest.mark.shows("nobody-decides-their-own-proposal", "self-approval", "one-form-of-an-address")
@pytest.mark.parametrize(
    ("sent", "account"),
    [
        ("SALES@Example.com", SALES),
        (" sales@example.com ", SALES),
        ("ｓａｌｅｓ＠example．com", SALES),  # noqa: RUF001 - full width
        ("sales+x@example.com", SALES),
        (SALES, "sales+x@example.com"),
        ("sales+x@example.com", "sales+y@example.com"),
    ],
)
def test_whom_the_agent_runs_for_is_barred_however_they_are_written(sent: str, account: str) -> None:
    person = make_user(account)
    approval = make_approval(initiated_by=sent, assignees=(account,))

    assert is_refused(approval, person, "The agent runs on your behalf")
    assert perhaps_short(Approval.objects.all(), clock.now()).exists()


@pytest.mark.parametrize("other", ["sal@example.com", "sales@example.com.net", "sales_x@example.com"])
def test_another_mailbox_is_not_barred(other: str) -> None:
    person = make_user(other)
    approval = make_approval(initiated_by="sales+x@example.com", assignees=(other,))

    assert authority.decidable_by(person, at=clock.now()).exists()
    assert approve(approval, by=person).status == "approved"
