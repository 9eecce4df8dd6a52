"""The pages about one's grants: who sees which, what they cover, what was decided under them, and the way back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from approvals import delegation
from approvals.delegation import GrantTerms
from audit import clock
from grants.models import DelegatedGrant
from tests.approvals.views.browse import client_of, text_of
from tests.factories import approve, make_approval, make_grant, make_user

pytestmark = pytest.mark.django_db

LIST = "/approvals/delegated/"
FLAGS = {"auditor": {"is_auditor": True}, "administrator": {"is_staff": True}}


def lend(**fields):
    """The finance manager lends the deputy external e-mails up to high risk, as the form does it."""
    make_user("deputy@example.com", name="Tomas Lindqvist")
    terms = {
        "highest_risk": "high",
        "action_types": ["external_email"],
        "expires_at": clock.now() + timedelta(days=7),
        "reason": "On leave.",
    }
    grantor = make_user("finance@example.com", name="Priya Raman")
    return delegation.give(grantor, "deputy@example.com", GrantTerms(**(terms | fields)))


def revocation(grant):
    return reverse("approvals:revocation", args=[grant.pk])


def test_the_list_tells_what_one_lends_from_what_one_holds():
    grant = lend()

    lender = client_of(grant.grantor).get(LIST).context
    holder = client_of(grant.grantee).get(LIST).context

    assert (lender["lent"], lender["held"]) == ([(grant, "active")], [])
    assert (holder["lent"], holder["held"]) == ([], [(grant, "active")])


def test_the_list_of_a_stranger_is_empty_and_says_how_to_begin():
    lend()

    text = text_of(client_of(make_user("other@example.com")).get(LIST))

    assert "Tomas Lindqvist" not in text
    assert 'href="/approvals/delegated/new/"' in text


def test_what_is_to_come_is_told_from_what_counts():
    grant = lend(starts_at=clock.now() + timedelta(days=1))

    response = client_of(grant.grantor).get(LIST)

    assert response.context["lent"] == [(grant, "coming")]
    assert "To come" in text_of(response)


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_what_is_over_moves_to_a_tab_of_its_own(how):
    grant = lend() if how == "revoked" else make_grant(expires_at=clock.now() - timedelta(minutes=1))
    if how == "revoked":
        delegation.revoke(grant.pk, by=grant.grantor)
    client = client_of(grant.grantor)

    now, ended = client.get(LIST).context, client.get(LIST, {"tab": "ended"}).context

    assert now["lent"] == []
    assert ended["rows"] == [(grant, how)]


@pytest.mark.parametrize("role", FLAGS)
def test_whoever_oversees_finds_everybodys(role):
    grant = lend()
    client = client_of(make_user("other@example.com", **FLAGS[role]))

    rows = client.get(LIST, {"tab": "all"}).context["rows"]

    assert rows == [(grant, "active")]


def test_nobody_else_finds_everybodys():
    lend()

    context = client_of(make_user("other@example.com")).get(LIST, {"tab": "all"}).context

    assert (context["tab"], context["lent"]) == ("open", [])


def test_pages_of_the_ended_follow_each_other_without_gap_or_repetition():
    past = clock.now() - timedelta(minutes=1)
    grants = [make_grant(expires_at=past) for _ in range(30)]
    client = client_of(grants[0].grantor)

    first = client.get(LIST, {"tab": "ended"}).context
    second = client.get(LIST, {"tab": "ended", "after": first["following"]}).context

    rows = [grant for grant, _ in first["rows"] + second["rows"]]
    assert (len(first["rows"]), rows) == (25, grants[::-1])
    assert second["following"] is None


@pytest.mark.parametrize("after", ["x", "\0", "0" * 40])
def test_a_cursor_that_makes_no_sense_shows_the_start(after):
    grant = make_grant(expires_at=clock.now() - timedelta(minutes=1))

    context = client_of(grant.grantor).get(LIST, {"tab": "ended", "after": after}).context

    assert context["rows"] == [(grant, "expired")]


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_takes_as_many_queries_for_many_grants_as_for_one(rows, django_assert_max_num_queries):
    for number in range(rows):
        make_grant(grantee=make_user(f"deputy{number}@example.com"))
    client = client_of(make_user("grantor@example.com"))

    with django_assert_max_num_queries(6):
        assert len(client.get(LIST).context["lent"]) == rows


def test_a_grant_is_a_sentence_with_what_it_covers_now():
    grant = lend(workflows=["vendors"])
    make_approval(assignees=("finance@example.com",), workflow="vendors")
    make_approval(assignees=("finance@example.com",), workflow="other")

    text = " ".join(text_of(client_of(grant.grantee).get(grant.get_absolute_url())).split())

    assert (
        "Tomas Lindqvist decides in the place of Priya Raman: external_email, in the workflow vendors, up to high risk."
        in text
    )
    assert "It covers 1 pending request now." in text
    assert "On leave." in text


@pytest.mark.parametrize(
    ("fields", "covers"),
    [
        ({"assignees": ("finance@example.com",)}, "1"),
        ({"assignees": ("sales@example.com",)}, "0"),
        ({"assignees": ("finance@example.com",), "risk": "critical"}, "0"),
        ({"assignees": ("finance@example.com",), "initiated_by": "finance@example.com"}, "0"),
        ({"assignees": ("finance@example.com",), "initiated_by": "deputy@example.com"}, "0"),
    ],
    ids=[
        "the grantor's",
        "somebody else's",
        "above the risk",
        "the grantor is barred",
        "the grantee is barred",
    ],
)
def test_it_covers_what_the_grantor_may_decide_and_the_grantee_is_not_barred_from(fields, covers):
    grant = lend()
    make_approval(**fields)

    response = client_of(grant.grantor).get(grant.get_absolute_url())

    assert response.context["covers"] == covers


def test_what_was_lent_to_the_grantor_is_not_covered():
    grant = lend()
    make_grant(make_user("sales@example.com"), grant.grantor)
    make_approval(assignees=("sales@example.com",))

    response = client_of(grant.grantor).get(grant.get_absolute_url())

    assert response.context["covers"] == "0"


def test_it_counts_no_further_than_99(monkeypatch):
    monkeypatch.setattr("approvals.views.inbox.counting.MOST_COUNTED", 3)
    grant = lend()
    for _ in range(4):
        make_approval(assignees=("finance@example.com",))

    assert "It covers 2+ pending requests now." in text_of(
        client_of(grant.grantor).get(grant.get_absolute_url())
    )


def test_what_was_decided_under_it_is_linked():
    grant = lend()
    approval = make_approval(action="Pay 12,000 EUR", assignees=("finance@example.com",))
    approve(approval, by=grant.grantee)

    text = text_of(client_of(grant.grantor).get(grant.get_absolute_url()))

    assert f'<a href="{approval.get_absolute_url()}">Pay 12,000 EUR</a>' in text
    assert "approved by Tomas Lindqvist" in text


def test_its_history_is_told_from_the_log():
    grant = lend()
    delegation.revoke(grant.pk, by=grant.grantee)

    response = client_of(grant.grantor).get(grant.get_absolute_url())

    told = [(line.actor, line.what) for line in response.context["history"]]
    assert told == [("Priya Raman", "lent it"), ("Tomas Lindqvist", "gave it back")]


def test_what_ended_says_who_ended_it_and_offers_nothing_to_press():
    grant = lend()
    delegation.revoke(grant.pk, by=make_user("admin@example.com", name="Robin", is_staff=True))

    response = client_of(grant.grantor).get(grant.get_absolute_url())

    assert "by Robin" in text_of(response)
    assert revocation(grant) not in text_of(response)
    assert response.context["covers"] == ""


def test_a_stranger_gets_the_404_of_a_grant_that_never_was():
    grant, client = lend(), client_of(make_user("other@example.com"))

    hidden = client.get(grant.get_absolute_url())
    missing = client.get(reverse("approvals:grant", args=[uuid4()]))

    assert (hidden.status_code, hidden.content) == (404, missing.content)
    assert client.post(revocation(grant)).status_code == 404
    assert DelegatedGrant.objects.unrevoked().exists()


@pytest.mark.parametrize("role", FLAGS)
def test_whoever_oversees_reads_it(role):
    client = client_of(make_user("other@example.com", **FLAGS[role]))

    assert client.get(lend().get_absolute_url()).status_code == 200


def test_an_auditor_is_told_that_they_take_nothing_back():
    grant, client = lend(), client_of(make_user("other@example.com", is_auditor=True))

    page, response = client.get(grant.get_absolute_url()), client.post(revocation(grant))

    assert revocation(grant) not in text_of(page)
    assert response.status_code == 403
    assert "Only the person who lent it" in text_of(response)


@pytest.mark.parametrize("who", ["grantor", "grantee"])
def test_it_is_revoked_by_a_button(who):
    grant = lend()
    client = client_of(getattr(grant, who))

    response = client.post(revocation(grant))

    assert (response.status_code, response.url) == (303, grant.get_absolute_url())
    assert "Revoked" in text_of(client.get(response.url))


def test_revoking_what_ended_is_a_conflict_on_its_page():
    grant = lend()
    client = client_of(grant.grantor)
    client.post(revocation(grant))

    response = client.post(revocation(grant))

    assert response.status_code == 409
    assert "This grant has ended already. Nothing was changed." in text_of(response)


def test_revoking_is_never_a_get():
    grant = lend()

    assert client_of(grant.grantor).get(revocation(grant)).url == grant.get_absolute_url()
    assert DelegatedGrant.objects.unrevoked().exists()


def test_revoking_without_the_forms_token_changes_nothing():
    grant = lend()

    assert client_of(grant.grantor, enforce_csrf_checks=True).post(revocation(grant)).status_code == 403
    assert DelegatedGrant.objects.unrevoked().exists()


@pytest.mark.parametrize("path", [LIST, "/approvals/delegated/new/", f"/approvals/delegated/{UUID(int=7)}/"])
def test_whoever_has_not_signed_in_does_so_first(client, path):
    assert client.get(path).url == f"/sign-in/?next={path}"
