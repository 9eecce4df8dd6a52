"""The policy pages: who reads them, what they show, and what a sample proposal would get."""

from __future__ import annotations

import json

import pytest

from approvals.policy import TEMPLATE, load_table
from audit.message import SYSTEM
from tests.approvals.views.browse import client_of, text_of
from tests.factories import approve, make_approval, make_approver, make_policy, make_user

pytestmark = pytest.mark.django_db

LIST = "/approvals/policies/"
DETAIL = "/approvals/policies/external_email/"
TRIAL = "/approvals/policies/external_email/trial/"
PAGES = [LIST, DETAIL, TRIAL, "/approvals/policy-template.yaml"]


def test_the_table_shows_each_policy_with_what_to_look_at_again():
    load_table(TEMPLATE.read_text(), by=SYSTEM)

    text = text_of(client_of(make_approver()).get(LIST))

    for words in (
        "financial_transaction",
        "Exception based",
        "Draft only",
        "8 hours",
        "finance-lead@example.com",
    ):
        assert words in text
    assert "to look at again" in text


@pytest.mark.parametrize("path", PAGES)
def test_a_person_without_authority_may_not_read_them(path):
    make_policy()

    assert client_of(make_user("new@example.com")).get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "person",
    [
        make_approver,
        lambda: make_user("auditor@example.com", is_auditor=True),
        lambda: make_user("staff@example.com", is_staff=True),
        lambda: make_user("reviewer@example.com"),
        lambda: make_approval() and make_user("sales@example.com"),
    ],
)
def test_whoever_has_some_reads_them(path, person):
    make_policy(reviewers=["reviewer@example.com"])

    assert client_of(person()).get(path, follow=True).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_signs_in_first(client, path):
    make_policy()

    assert client.get(path).headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize(
    "path", ["/approvals/policies/unheard/", f"{DETAIL}?workflow=x", "/approvals/policies/%00/"]
)
def test_no_policy_is_not_found(path):
    make_policy()

    assert client_of(make_approver()).get(path).status_code == 404


def test_a_policy_for_a_workflow_or_for_everything_has_its_page():
    make_policy("*")
    make_policy(workflow="billing", notes="Ask the head of billing")
    client = client_of(make_approver())

    assert client.get("/approvals/policies/*/").status_code == 200
    assert "Ask the head of billing" in text_of(client.get(f"{DETAIL}?workflow=billing"))


@pytest.mark.shows("invisible-characters")
def test_a_policys_texts_show_what_nobody_would_see():
    make_policy(notes="Ask\u202e the boss", reason="Why\u200b not")
    approval = make_approval()
    client = client_of(make_approver())

    pages = [client.get(DETAIL).content.decode(), client.get(approval.get_absolute_url()).content.decode()]

    assert all("\u202e" not in page and "\u200b" not in page for page in pages)
    assert all("U+202E" in page for page in pages)


def test_the_page_shows_terms_ladder_and_versions():
    make_policy()
    make_policy(
        risk="critical",
        condition="payload.amount > 5000",
        escalation=[{"emails": ["cfo@example.com"], "after_minutes": 90}],
        reason="The audit asked for it",
    )

    text = text_of(client_of(make_approver()).get(DETAIL))

    for words in (
        "payload.amount &gt; 5000",
        "cfo@example.com",
        "90 minutes after",
        "Version 1",
        "The audit asked",
    ):
        assert words in text


def test_the_page_shows_which_evidence_is_demanded():
    make_policy(required_evidence_tones=["emerald", "any"])

    assert "Supports, Any: some evidence" in text_of(client_of(make_approver()).get(DETAIL))


def test_an_item_of_the_sample_says_what_a_submission_would():
    make_policy(pattern="exception_based", condition='evidence.exists(e, e.tone == "red")')
    sample = {"confidence": 0.9, "evidence": [{"label": "x"}]}

    assert "It runs without a person" in text_of(
        client_of(make_approver()).post(TRIAL, {"sample": json.dumps(sample)})
    )


def test_the_candidate_is_shown_with_how_people_decided():
    policy = make_policy(shadow_condition="payload.amount > 100", minimum_confidence=0.8)
    for amount in (5, 6):
        approve(make_approval(policy=policy, payload={"amount": amount}, confidence=0.9), by=make_user())

    response = client_of(make_approver()).get(DETAIL)

    assert (response.context["shadow"].decided, response.context["shadow"].would_run) == (2, 2)
    assert "30 decided requests are asked for" in text_of(response)


def test_a_sample_is_judged_and_nothing_is_stored():
    from approvals.models import Approval

    make_policy(pattern="exception_based", condition="payload.amount > 100")
    client = client_of(make_approver())

    runs = client.post(TRIAL, {"sample": json.dumps({"confidence": 0.9, "payload": {"amount": 5}})})
    waits = client.post(TRIAL, {"sample": json.dumps({"confidence": 0.9, "payload": {}})})

    assert "It runs without a person" in text_of(runs)
    assert "payload.amount is not there" in text_of(waits)
    assert not Approval.objects.exists()


@pytest.mark.parametrize("tones", [[], ["any"], ["red", "emerald"]])
@pytest.mark.parametrize("labels", [[], ["Contract"]])
def test_the_sample_that_the_page_offers_fits(labels, tones):
    make_policy(
        required_evidence=labels,
        required_evidence_tones=tones,
        require_initiated_by=True,
        headline=["/amount"],
        sla_minutes=None,
    )
    client = client_of(make_approver())

    response = client.post(TRIAL, {"sample": client.get(DETAIL).context["trial"].sample})

    assert response.status_code == 200
    assert "People are asked" in text_of(response)


@pytest.mark.parametrize(
    ("sample", "sentence"),
    [
        ("", "JSON"),
        ("[]", "as a JSON object"),
        ('{"risk": "huge"}', "low, medium, high or critical"),
        ('{"confidence": 3}', "0 to 1"),
        ('{"confidence": true}', "0 to 1"),
        ('{"slaMinutes": 0}', "above 0"),
        ('{"payload": []}', "an object"),
        ('{"evidence": [{"value": 1}]}', "each with a label"),
        ('{"evidence": [{"label": "x", "tone": "gold"}]}', "a tone that there is"),
        ('{"speed": 3}', "There is no field speed"),
        ('{"risk": "critical"}', "at least one named reviewer"),
        ('{"risk": "<script>"}', "low, medium"),
    ],
)
def test_a_sample_that_would_be_refused_says_why(sample, sentence):
    make_policy()

    response = client_of(make_approver()).post(TRIAL, {"sample": sample})

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "<script>" not in text_of(response).replace("<script src", "")


def test_htmx_gets_the_trial_alone():
    make_policy()

    text = text_of(client_of(make_approver()).post(TRIAL, {"sample": "{}"}, headers={"HX-Request": "true"}))

    assert 'id="trial"' in text
    assert "<html" not in text


def test_the_starting_table_is_downloaded():
    response = client_of(make_approver()).get("/approvals/policy-template.yaml")

    assert "policies.yaml" in response.headers["Content-Disposition"]
    assert b"draft_generation" in response.content


def test_a_title_stands_beside_the_key_wherever_a_reviewer_sees_the_policy():
    policy = make_policy(title="E-mail <outside>")
    approval = make_approval(policy=policy)
    client = client_of(make_user())

    for path in (LIST, DETAIL, f"{approval.get_absolute_url()}", "/jump/?q=OUTSIDE"):
        text = " ".join(text_of(client.get(path)).split())
        assert "E-mail &lt;outside&gt;" in text
        assert "external_email" in text
    assert "E-mail &lt;outside&gt; (external_email)" in client.get(approval.get_absolute_url()).text


def test_a_policy_without_a_title_is_named_by_its_key_alone():
    approval = make_approval(policy=make_policy())

    text = client_of(make_user()).get(approval.get_absolute_url()).text

    assert "external_email" in text
    assert "(external_email)" not in text
