"""What no database takes, at each address of the site: in the path, in the query, in each field of each form.

The addresses, the columns of the admin's lists and the fields come from the site itself, so that none can be
forgotten. An answer below 500 is all that is asked here; what each page says of it, its own tests ask.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client

from grants.models import User
from tests.factories import PASSWORD, make_approval, make_approver, make_grant, make_policy, make_user
from tests.site.addresses import FORM, ask, filled, patterns

pytestmark = pytest.mark.django_db

VALUES = {
    "NUL": "a%00b",
    "half of a surrogate pair": "%ED%A0%80",
    "no UTF-8": "%FF",
    "long": "x" * 7_000,
    "many words": "a%20" * 2_000,
    "many digits": "9" * 400,
    "below zero": "-1",
    "no date": "99999-13-45",
}
NAMES = (
    "_changelist_filters", "_popup", "_to_field", "action_type", "after", "all", "app_label", "e", "field_name",
    "format", "from", "model_name", "next", "o", "of", "overdue", "p", "q", "request", "risk", "tab", "term", "to",
    "view", "workflow",
)  # fmt: skip
"""What the pages and the admin read from an address, apart from the columns of its lists."""

READ_WHOLE = ("after", "of", "p", "q")
LOOKUPS = ("", "__gte", "__year")
ODD_FOR_COLUMNS = ("half of a surrogate pair", "below zero", "many digits")
IN_FIELDS = ("NUL", "half of a surrogate pair", "long", "many digits")
IN_PATHS = ("NUL", "half of a surrogate pair", "many digits", "long")
APART = ("/api/", "/healthz", "/readyz")
"""The endpoint answers with problems, and tests of its own ask how."""


@pytest.fixture
def places() -> dict[str, Any]:
    """Something at each kind of address, for somebody who may open them all."""
    boss = make_approver("boss@example.com")
    User.objects.filter(pk=boss.pk).update(is_staff=True, is_superuser=True, is_auditor=True)
    approval = make_approval(assignees=("boss@example.com", "sales@example.com"), policy=make_policy())
    grant = make_grant(boss, make_user("deputy@example.com"))
    return {
        "pk": approval.pk,
        "agent_id": approval.agent_id,
        "key_id": approval.key_id,
        "grant_id": grant.pk,
        "loosening_id": grant.pk,
        "person_id": boss.pk,
        "uidb36": boss.pk.hex,
        "key": "set-password",
        "name": "nowhere",
        "language": "en",
        "version": "1",
        "action_type": "external_email",
        "membership_id": 1,
        "id": boss.pk,
        "object_id": approval.pk,
        "content_type_id": 1,
        "app_label": "approvals",
        "url": "nowhere",
    }


@pytest.fixture
def client(places: dict[str, Any]) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(email="boss@example.com"))
    return client


ADDRESSES = sorted({one for one in patterns() if not one.startswith(APART)})


class Fields(HTMLParser):
    """The names of the form fields of a page, with their values."""

    def __init__(self, page: HttpResponse) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(page.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("input", "select", "textarea", "button") and given.get("name"):
            self.found[str(given["name"])] = given.get("value") or ""


@pytest.mark.parametrize("pattern", [one for one in ADDRESSES if "<" in one])
def test_a_path_with_a_bad_part(pattern: str, places: dict[str, Any], client: Client) -> None:
    for part in re.findall(r"<(?:\w+:)?(\w+)>", pattern):
        for what in IN_PATHS:
            answer = ask(client, "GET", filled(pattern, places, **{part: VALUES[what][:2000]}))
            assert answer.status_code < 500, f"{pattern} with {what} as {part}"


@pytest.mark.parametrize("pattern", [one for one in ADDRESSES if "object_id" not in one])
def test_a_query_with_a_bad_value(pattern: str, places: dict[str, Any], client: Client) -> None:
    url = filled(pattern, places)
    for what, value in VALUES.items():
        whole = "&".join(f"{name}={value[:200]}" for name in NAMES)
        queries = [whole, *(f"{name}={value}" for name in READ_WHOLE)]
        queries += [f"{name}={value}" for name in columns_of(pattern) if what in ODD_FOR_COLUMNS]
        for query in queries:
            assert ask(client, "GET", f"{url}?{query}").status_code < 500, f"{url} with {what}: {query[:80]}"


def columns_of(pattern: str) -> list[str]:
    """For a list of the admin, what an address could try to filter it by."""
    found = re.fullmatch(r"/admin/(audit|grants|approvals)/(\w+)/", pattern)
    if not found:
        return []
    fields = apps.get_model(found[1], found[2])._meta.get_fields()
    return [f"{field.name}{lookup}" for field in fields for lookup in LOOKUPS]


@pytest.mark.parametrize("pattern", [one for one in ADDRESSES if "<path:" not in one])
def test_a_form_with_a_bad_field(pattern: str, places: dict[str, Any], client: Client) -> None:
    url = filled(pattern, places)
    page = ask(client, "GET", url)
    if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
        return
    fields = Fields(page).found
    targets = [url, *(url.replace("/review/", "/decision/") for _ in [0] if url.endswith("/review/"))]
    for name in fields:
        others = urlencode({other: value for other, value in fields.items() if other != name})
        for what in IN_FIELDS:
            for target in targets:
                answer = ask(client, "POST", target, f"{others}&{quote(name)}={VALUES[what]}")
                assert answer.status_code < 500, f"{target} with {what} in {name}"


def test_signing_in_with_bad_values(places: dict[str, Any]) -> None:
    stranger = Client(raise_request_exception=False)
    for value in VALUES.values():
        for body in (f"username={value}&password={PASSWORD}", f"username=boss@example.com&password={value}"):
            assert ask(stranger, "POST", "/sign-in/", f"{body}&next={value}").status_code < 500
            assert ask(stranger, "POST", "/admin/login/", f"{body}&next={value}").status_code < 500


def test_a_cookie_with_a_nul_is_no_session() -> None:
    cookie = 'sessionid="' + r"\000" * 8 + '"'

    answer = Client(raise_request_exception=False).get("/approvals/", HTTP_COOKIE=cookie)

    assert answer.status_code == 302


def test_the_address_of_the_report_is_refused(client: Client) -> None:
    assert client.get("/approvals/reassignments/?of=%00").status_code == 400


def test_an_agent_gets_a_problem() -> None:
    answer = Client().get(f"/api/v1/approvals?runId={'x' * 9000}")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_what_is_wrong_in_a_form_is_said_beside_the_field(client: Client, places: dict[str, Any]) -> None:
    body = f"of=a%00b&approvals={places['pk']}&to=other%40example.com&reason=Away."

    answer = client.generic("POST", "/approvals/reassignments/", body, content_type=FORM)

    assert answer.status_code == 422
    assert 'id="of-error"' in answer.content.decode()
