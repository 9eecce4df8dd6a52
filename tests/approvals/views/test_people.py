"""People are picked by name: who is offered, what stands beside them, and how a typed name is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlencode

from approvals import absence, lifecycle
from approvals.models import Approval, Assignment, Comment
from audit import clock, reader
from grants.models import DelegatedGrant, User
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import (
    approve,
    joined_earlier,
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
)
from tests.unsaid import told_of

pytestmark = pytest.mark.django_db

BULK = "/approvals/reassignments/"
LENDING = "/approvals/delegated/new/"
SALES = "sales@example.com"
MOST_QUERIES = 14


def found(client: Client, address: str, text: str = "") -> dict[str, Any]:
    response = client.get(f"{address}{'&' if '?' in address else '?'}{urlencode({'q': text})}")
    assert response.status_code == 200
    return {option.user.email: option for option in response.context["options"]}


def named(approval: Approval) -> set[str]:
    return set(Assignment.objects.filter(approval=approval, removed_at=None).values_list("email", flat=True))


def hannah(**fields: Any) -> User:
    return make_user("hannah@example.com", name="Hannah Vogel", **fields)


def of_policy(**fields: Any) -> Approval:
    return make_approval(policy=make_policy(reviewers=[SALES, "hannah@example.com"], **fields), assignees=())


@pytest.mark.parametrize(
    "text", ["han", "VOG", "vogel han", "hannah@ex", "Hannah Vogel <hannah@example.com>", ""]
)
def test_words_of_the_name_and_of_the_address_find_a_person(text: str) -> None:
    hannah()
    client = client_of(make_user())

    assert "hannah@example.com" in found(client, url("receivers", of_policy()), text)


@pytest.mark.parametrize("text", ["annah", "example", "com", "hannah tomas", "(", "han\0\\", "%", "."])
def test_other_texts_find_nobody(text: str) -> None:
    hannah()
    address = url("receivers", of_policy())

    assert "hannah@example.com" not in found(client_of(make_user()), address, text)


def test_nobody_is_found_whom_one_may_not_know_of() -> None:
    approval = of_policy()
    make_user("stranger@example.com", name="Han Stranger")
    hannah()

    assert set(found(client_of(make_user()), url("receivers", approval), "han")) == {"hannah@example.com"}
    assert found(client_of(make_user("new@example.com")), "/approvals/delegated/people/", "han") == {}


def test_ten_are_shown_and_more_are_told_of() -> None:
    approval = of_policy()
    for number in range(11):
        make_approver(f"han{number}@example.com")
    client = client_of(make_user())

    response = client.get(url("receivers", approval), {"q": "han"})

    assert len(response.context["options"]) == 10
    assert "data-more" in text_of(response)


@pytest.mark.parametrize("of", ["Han", "nobody at all", "\ufffd"])
def test_people_are_offered_while_in_whose_place_is_still_being_typed(of: str) -> None:
    of_policy()
    hannah()

    response = client_of(make_user()).get("/approvals/reassignments/receivers/", {"of": of, "q": "han"})

    assert response.status_code == 200


def test_beside_a_name_stands_the_role_and_until_when_they_are_away() -> None:
    approval, at = of_policy(), clock.now()
    hannah(is_auditor=True)
    make_approver("away@example.com")
    make_grant(make_user("away@example.com"), make_user("deputy@example.com"))
    said = absence.announce(hannah(), starts_at=at, ends_at=at + timedelta(days=3), note="Skiing")

    options = found(client_of(make_user()), url("receivers", approval))

    assert options["hannah@example.com"].role == "reviewer of the policy, auditor"
    assert options["hannah@example.com"].absence == f"away until {said.until}: Skiing"
    assert options["away@example.com"].role == "approver"
    assert options["away@example.com"].absence == f"away until {reader.day_of(at + timedelta(days=1))}"
    assert options[SALES].absence == ""


def test_a_grant_that_does_not_cover_the_request_says_nothing_of_being_away() -> None:
    approval = of_policy()
    make_grant(hannah(), is_whole=False, action_types=["refund"])

    assert found(client_of(make_user()), url("receivers", approval))["hannah@example.com"].absence == ""


def test_without_a_request_nobody_reads_from_the_list_what_others_lent() -> None:
    make_policy(reviewers=[SALES, "hannah@example.com"])
    make_grant(hannah())

    options = found(client_of(make_user()), "/approvals/delegated/people/")

    assert options["hannah@example.com"].absence == ""


def test_each_who_cannot_be_asked_is_shown_with_the_reason_and_refused_when_posted() -> None:
    owner = make_approver("owner@example.com")
    approval = make_approval(
        policy=make_policy(reviewers=[SALES, "gone@example.com"]),
        assignees=("finance@example.com",),
        key=make_key(make_agent(owner=owner))[0],
        initiated_by="runs-for@example.com",
    )
    make_user("gone@example.com", is_active=False)
    for name in ("finance", "runs-for"):
        make_user(f"{name}@example.com")
    with told_of(approval.as_subject(), "approval.taken_back"):
        Assignment.objects.filter(email="gone@example.com").update(removed_at=clock.now())
    hannah = make_approver("hannah@example.com")
    client = client_of(make_user())
    expected = {
        SALES: "You cannot hand a request to yourself.",
        "finance@example.com": "named on this request already",
        "gone@example.com": "deactivated",
        "owner@example.com": "party to this request",
        "runs-for@example.com": "party to this request",
        hannah.email: "",
    }

    options = found(client, url("receivers", approval))

    assert set(options) == set(expected)
    for address, reason in expected.items():
        assert reason in options[address].reason
        assert bool(options[address].reason) == bool(reason)
        posted = {"instead_of": SALES, "to": address, "reason": "On leave."}
        if reason:
            response = client.post(url("reassignment", approval), posted)
            assert response.status_code == 422
            assert reason in text_of(response)
            assert "You can ask Hannah." in text_of(response)
    assert SALES in named(approval)


def test_at_high_risk_the_reason_says_why_and_the_refusal_who_can() -> None:
    approval = make_approval(
        risk="high",
        policy=make_policy(reviewers=[SALES, "hannah@example.com"], quorum=1),
        assignees=("finance@example.com",),
    )
    hannah()
    with told_of(approval.as_subject(), "approval.taken_back"):
        Assignment.objects.filter(email="hannah@example.com").update(removed_at=clock.now())
    make_grant(make_user(), make_user("deputy@example.com"))
    client = client_of(make_user())
    posted = {"instead_of": SALES, "to": "deputy@example.com", "reason": "On leave."}

    reason = found(client, url("receivers", approval))["deputy@example.com"].reason
    response = client.post(url("reassignment", approval), posted)

    assert "deputy@example.com is none of these" in reason
    assert f"{reason} You can ask Hannah Vogel." in text_of(response)


def test_who_has_voted_is_not_told_to_those_who_vote_independently() -> None:
    approval = make_approval(risk="critical", assignees=(SALES, "finance@example.com"))
    # Written as if an approver had joined before the request came.
    early = make_approver("early@example.com")
    joined_earlier(early, at=approval.created_at - timedelta(hours=1))
    approve(approval, by=early)

    blind = found(client_of(make_user()), url("receivers", approval))["early@example.com"]
    seeing = found(client_of(make_user("root@example.com", is_staff=True)), url("receivers", approval))

    assert blind.reason == ""
    assert "has a part in this decision" in seeing["early@example.com"].reason


def test_a_whole_name_means_its_person() -> None:
    approval = make_approval()
    make_grant(make_user(), hannah())

    posted = {"instead_of": SALES, "to": " hannah vogel ", "reason": "On leave."}
    response = client_of(make_user()).post(url("reassignment", approval), posted)

    assert response.status_code == 303
    assert named(approval) == {"hannah@example.com"}


def test_the_way_in_which_a_pick_is_written_means_its_address() -> None:
    approval = make_approval()
    client = client_of(make_user())
    make_grant(make_user(), hannah())
    written = found(client, url("receivers", approval), "hannah")["hannah@example.com"].written

    client.post(url("reassignment", approval), {"instead_of": SALES, "to": written, "reason": "On leave."})

    assert written == "Hannah Vogel <hannah@example.com>"
    assert named(approval) == {"hannah@example.com"}


def test_part_of_a_name_is_asked_about_and_the_choice_counts_for_that_text_alone() -> None:
    approval, client = make_approval(), client_of(make_user())
    for name in ("hannah", "hanno"):
        make_grant(make_user(), make_user(f"{name}@example.com", name=name.title()))
    posted = {"instead_of": SALES, "to": "han", "reason": "On leave."}

    asked = client.post(url("reassignment", approval), posted)
    form = form_in(asked, "reassignment-form") | {"instead_of": SALES}
    other = client.post(
        url("reassignment", approval), {**form, "to": "hanna", "to_among": "hanno@example.com"}
    )

    assert asked.status_code == other.status_code == 422
    assert "Nobody is called just “han”" in text_of(asked)
    assert (form["to"], form["reason"], form["to_asked"]) == ("han", "On leave.", "han")
    assert "Nobody is called just “hanna”" in text_of(other)
    assert named(approval) == {SALES}

    client.post(url("reassignment", approval), {**form, "to_among": "hanno@example.com"})

    assert named(approval) == {"hanno@example.com"}


def test_two_people_of_one_name_are_asked_about() -> None:
    for address in ("a@example.com", "b@example.com"):
        make_grant(make_user(), make_user(address, name="Hannah Vogel"))

    response = client_of(make_user()).post(LENDING, {"grantee": "Hannah Vogel"})

    assert response.status_code == 422
    assert "Several people are called “Hannah Vogel”" in text_of(response)
    assert text_of(response).count('name="grantee_among"') == 2
    assert not DelegatedGrant.objects.filter(grantee__email="a@example.com", reason="").exists()


def test_a_choice_that_cannot_be_made_is_shown_with_its_reason() -> None:
    approval = make_approval(assignees=(SALES, "hannah@example.com"))
    hannah()
    posted = {"instead_of": SALES, "to": "hann", "reason": "On leave."}

    page = text_of(client_of(make_user()).post(url("reassignment", approval), posted))

    assert "hannah@example.com is named on this request already." in page
    assert "disabled" in page


def test_a_name_that_nobody_has_is_said() -> None:
    posted = {"instead_of": SALES, "to": "<Zoe>", "reason": "On leave."}

    response = client_of(make_user()).post(url("reassignment", make_approval()), posted)

    assert response.status_code == 422
    assert "Nobody whom you know of here is called “&lt;Zoe&gt;”: give their e-mail address." in text_of(
        response
    )


def test_several_are_handed_on_to_a_person_by_name() -> None:
    approval, client = make_approval(), client_of(make_user())
    make_grant(make_user(), hannah())

    options = found(client, f"{BULK}receivers/?of={SALES}")
    client.post(BULK, {"approvals": [approval.pk], "to": "Hannah Vogel", "reason": "On leave."})

    assert options[SALES].reason == "You cannot hand a request to yourself."
    assert named(approval) == {"hannah@example.com"}


def test_an_absent_colleagues_requests_are_found_by_their_name() -> None:
    approval = make_approval(policy=make_policy(reviewers=["hannah@example.com"]), assignees=())
    hannah()
    client = client_of(make_approver())

    by_name = client.get(BULK, {"of": "Hannah Vogel"})
    picked = client.get(BULK, {"of": "Hannah Vogel <hannah@example.com>"})
    asked = client.get(BULK, {"of": "hann"})
    chosen = client.get(BULK, {"of": "hann", "of_asked": "hann", "of_among": "hannah@example.com"})

    assert [list(page.context["rows"]) for page in (by_name, picked, asked, chosen)] == [
        [approval],
        [approval],
        [],
        [approval],
    ]
    assert asked.status_code == 422
    assert "Nobody is called just “hann”" in text_of(asked)
    assert "Nothing pending" not in text_of(asked)
    assert set(found(client, f"{BULK}named/", "hann")) == {"hannah@example.com"}


def test_of_several_the_person_who_is_asked_already_is_said() -> None:
    make_approval(assignees=("hannah@example.com",))
    make_grant(hannah(), make_approver())

    options = found(client_of(make_approver()), f"{BULK}receivers/?of=hannah@example.com", "hann")

    assert options["hannah@example.com"].reason == "They are asked already: choose somebody else."


def test_authority_is_lent_to_a_person_by_name_and_each_who_cannot_hold_it_is_shown_why() -> None:
    make_policy(reviewers=[SALES, "gone@example.com", "hannah@example.com"])
    make_user("gone@example.com", is_active=False)
    hannah()
    client = client_of(make_user())
    terms = {
        "scope": "everything",
        "highest_risk": "low",
        "expires_at": "2099-01-01T00:00",
        "reason": "Leave",
    }

    options = found(client, "/approvals/delegated/people/")
    refused = client.post(LENDING, {**terms, "grantee": "gone@example.com"})
    client.post(
        LENDING,
        {
            **terms,
            "grantee": "Hannah Vogel",
            "expires_at": f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}",
        },
    )

    assert "own authority already" in options[SALES].reason
    assert options["gone@example.com"].reason in text_of(refused)
    assert options["hannah@example.com"].reason == ""
    assert DelegatedGrant.objects.get().grantee.email == "hannah@example.com"


def test_those_whom_a_comment_would_not_tell_are_shown_with_what_to_do() -> None:
    approval = of_policy()
    hannah()
    make_grant(make_user("finance@example.com"), make_user())
    client = client_of(make_user())

    options = found(client, url("readers", approval))
    refused = client.post(url("comments", approval), {"text": "@finance@example.com, look"})

    assert set(options) == {"hannah@example.com", "finance@example.com"}
    assert options["hannah@example.com"].reason == ""
    assert "Reassign it to them" in options["finance@example.com"].reason
    assert refused.status_code == 422
    assert "@finance@example.com, look" in text_of(refused)
    assert not Comment.objects.exists()


def test_a_party_is_told_in_a_comments_list_that_it_cannot_read_the_request() -> None:
    approval = make_approval()
    make_grant(make_user("owner@example.com"), make_user(), is_whole=False, action_types=["refund"])

    option = found(client_of(make_user()), url("readers", approval), "owner")["owner@example.com"]

    assert option.reason == "Cannot read this request, so would not be told."


def test_those_who_can_be_picked_come_first() -> None:
    approval = make_approval()
    for name in ("alma", "berta"):
        make_grant(make_user(), make_user(f"{name}@example.com"))
    with told_of(approval.as_subject(), "approval.escalated"):
        Assignment.objects.create(
            approval=approval, email="alma@example.com", source="agent", created_at=clock.now()
        )

    options = found(client_of(make_user()), url("receivers", approval))

    assert next(iter(options)) == "berta@example.com"


def test_a_reader_who_decides_nothing_sees_only_people_of_the_request_and_their_own() -> None:
    approval = make_approval()
    lifecycle.reassign(approval.pk, by=make_user(), to=hannah().email, reason="Away", instead_of=SALES)
    make_approver("boss@example.com")

    assert set(found(client_of(make_user()), url("readers", approval))) == {"hannah@example.com"}


@pytest.mark.parametrize("place", ["receivers", "readers", "lending", "several"])
def test_it_takes_few_queries(place: str, django_assert_max_num_queries: Any) -> None:
    approval = make_approval(policy=make_policy(reviewers=[f"p{n}@example.com" for n in range(20)]))
    for number in range(20):
        make_grant(make_user(f"p{number}@example.com"), make_approver())
    client = client_of(make_user())
    address = {
        "receivers": url("receivers", approval),
        "readers": url("readers", approval),
        "lending": "/approvals/delegated/people/",
        "several": f"{BULK}receivers/",
    }[place]

    with django_assert_max_num_queries(MOST_QUERIES):
        assert len(found(client, address, "p")) == 10


def test_strangers_to_the_request_are_looked_up_one_by_one_and_not_more_than_ten(
    django_assert_max_num_queries: Any,
) -> None:
    approval = make_approval()
    for number in range(20):
        make_grant(
            make_user(), make_user(f"p{number}@example.com"), revoked_at=clock.now(), revoked_by=make_user()
        )
    client = client_of(make_user())

    with django_assert_max_num_queries(MOST_QUERIES + 20):
        options = found(client, url("readers", approval), "p")

    assert all(option.reason for option in options.values())


def test_a_person_signs_in_first() -> None:
    for address in ("/approvals/delegated/people/", f"{BULK}receivers/"):
        assert Client().get(address)["Location"].startswith("/sign-in/")
