"""Lending by the form: what is asked, what is previewed, and that nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit import clock
from grants.models import DelegatedGrant
from tests.approvals.views.browse import client_of, text_of
from tests.factories import make_approval, make_approver, make_grant, make_policy, make_user

pytestmark = pytest.mark.django_db

FORM = "/approvals/delegated/new/"
PREVIEW = "/approvals/delegated/preview/"
FIELDS = ["grantee", "scope", "highest_risk", "expires_at", "reason"]


def moment(**after):
    return (clock.now() + timedelta(**after)).strftime("%Y-%m-%dT%H:%M")


def filled(**changes):
    """The form as a finance manager who goes on leave fills it in."""
    make_user("deputy@example.com", name="Tomas Lindqvist")
    values = {
        "grantee": "deputy@example.com",
        "scope": "part",
        "action_types": ["external_email"],
        "highest_risk": "high",
        "expires_at": moment(days=7),
        "reason": "On leave.",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def finance():
    return make_user("finance@example.com", name="Priya Raman")


def test_what_is_filled_in_is_lent_and_shown():
    posted = filled(workflows=["vendors"], more_workflows="payroll, , travel")

    response = client_of(finance()).post(FORM, posted)

    grant = DelegatedGrant.objects.get()
    assert (response.status_code, response.url) == (303, grant.get_absolute_url())
    assert grant.workflows == ["vendors", "payroll", "travel"]
    assert grant.action_types == ["external_email"]
    assert grant.expires_at.strftime("%Y-%m-%dT%H:%M") == posted["expires_at"]


def test_everything_is_lent_when_it_is_said():
    client_of(finance()).post(FORM, filled(scope="everything", action_types=None))

    assert DelegatedGrant.objects.get().is_whole


@pytest.mark.shows("a-grant-has-limits")
@pytest.mark.parametrize("changes", [{"action_types": None}, {"scope": None, "action_types": None}])
def test_nothing_named_never_becomes_everything(changes):
    response = client_of(finance()).post(FORM, filled(**changes))

    assert response.status_code == 422
    assert "Name an action type or a workflow" in text_of(response)
    assert not DelegatedGrant.objects.exists()


def test_everything_beside_a_part_is_asked_about():
    response = client_of(finance()).post(FORM, filled(scope="everything"))

    assert response.status_code == 422
    assert "not both" in text_of(response)


def test_a_start_may_be_said():
    client_of(finance()).post(FORM, filled(starts_at=moment(days=2)))

    assert not DelegatedGrant.objects.get().is_active(clock.now())


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost():
    posted = filled(grantee="nobody@example.com", expires_at=moment(days=-1), workflows=["vendors"])

    response = client_of(finance()).post(FORM, posted)

    text = text_of(response)
    assert response.status_code == 422
    assert 'id="grantee-error"' in text
    assert 'id="expires_at-error"' in text
    for kept in ('value="nobody@example.com"', f'value="{posted["expires_at"]}"', 'value="On leave."'):
        assert kept in text
    assert ticked_in(text) == {"external_email", "vendors"}
    assert 'value="high" selected' in " ".join(text.split())


def ticked_in(text):
    flat = " ".join(text.split())
    boxes = [tag.split(">")[0] for tag in flat.split("<input")[1:]]
    return {tag.split('value="')[1].split('"')[0] for tag in boxes if "checkbox" in tag and "checked" in tag}


def test_an_empty_form_names_all_that_is_missing():
    response = client_of(finance()).post(FORM, {})

    assert response.status_code == 422
    assert set(response.context["errors"]) == set(FIELDS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("expires_at", "tomorrow"),
        ("starts_at", "0000-13-40T99:99"),
        ("grantee", "a\0b"),
        ("more_workflows", "a\0b"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(field, value):
    response = client_of(finance()).post(FORM, filled(**{field: value}))

    assert response.status_code == 422
    assert field in response.context["errors"]
    assert not DelegatedGrant.objects.exists()


def test_names_come_from_the_policies_and_from_what_waits():
    make_policy("refund", workflow="shop")
    make_policy("*")
    make_approval(assignees=("finance@example.com",), workflow="vendors")

    context = client_of(finance()).get(FORM).context

    assert context["action_types"] == ["external_email", "refund"]
    assert context["workflows"] == ["shop", "vendors"]


def test_people_are_offered_from_grants_and_policies_and_nobody_else():
    make_policy(reviewers=["finance@example.com", "legal@example.com", "left@example.com"])
    make_user("left@example.com", is_active=False)
    for address in ("legal@example.com", "stranger@example.com"):
        make_user(address)
    make_grant(make_user("before@example.com"), finance())

    offered = client_of(finance()).get(FORM).context["colleagues"]

    assert [person.email for person in offered] == ["before@example.com", "legal@example.com"]


def test_whoever_may_not_read_the_policies_is_offered_nobody():
    make_policy(reviewers=["legal@example.com"])
    make_user("legal@example.com")

    assert client_of(make_user("new@example.com")).get(FORM).context["colleagues"] == []


def test_the_preview_says_what_it_would_be_and_cover():
    make_approval(assignees=("finance@example.com",))

    response = client_of(finance()).post(PREVIEW, filled(), headers={"HX-Request": "true"})

    text = " ".join(text_of(response).split())
    assert "<form" not in text
    assert (
        "Tomas Lindqvist decides in the place of Priya Raman: external_email, in any workflow, up to high risk."
        in text
    )
    assert "It would cover 1 pending request now." in text


def test_the_preview_needs_neither_times_nor_a_reason_and_stores_nothing():
    posted = filled(expires_at=None, reason=None, starts_at="nonsense")

    response = client_of(make_approver("finance@example.com")).post(PREVIEW, posted)

    assert response.context["preview"].covers == "0"
    assert not DelegatedGrant.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"grantee": "nobody@example.com"}, "Nobody active here has that address"),
        ({"grantee": "a\0b"}, "Nobody active here has that address"),
        ({"action_types": None}, "Name an action type or a workflow"),
        ({"highest_risk": None}, "Choose the highest risk"),
    ],
)
def test_the_preview_says_what_is_still_open(changes, sentence):
    response = client_of(finance()).post(PREVIEW, filled(**changes))

    assert response.status_code == 200
    assert sentence in text_of(response)


def test_without_javascript_the_preview_is_the_page_with_what_was_typed():
    response = client_of(finance()).post(PREVIEW, filled(reason="A <b>wedding</b>"))

    text = text_of(response)
    assert "It would cover 0 pending requests now." in text
    assert 'value="A &lt;b&gt;wedding&lt;/b&gt;"' in text


def test_a_preview_opened_by_its_address_leads_to_the_form():
    assert client_of(finance()).get(PREVIEW).url == FORM


@pytest.mark.parametrize("path", [FORM, PREVIEW])
def test_a_post_without_its_token_changes_nothing(path):
    response = client_of(finance(), enforce_csrf_checks=True).post(path, filled())

    assert response.status_code == 403
    assert not DelegatedGrant.objects.exists()
