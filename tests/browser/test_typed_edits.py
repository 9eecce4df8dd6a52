"""What a reviewer typed outlives a double click, Back, another row, an ended session, a 502 and a lost connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from approvals.models import Approval, Comment
from tests.browser import fields
from tests.factories import PASSWORD, make_approval, make_user
from tests.web_proxy import Proxy, proxy

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": ["string", "null"]},
        "b": {"type": "string"},
        "note": {"type": "string"},
        "n": {"type": "integer"},
    },
    "required": ["a", "b"],
}
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
Open = Callable[..., Page]


@pytest.fixture
def approval(site: str) -> Approval:
    make_user()
    return make_approval(action="Trial", payload={"a": None, "b": "x"}, schema=SCHEMA)


@pytest.fixture
def between(site: str) -> Iterator[Proxy]:
    with proxy(site) as found:
        yield found


def field(page: Page, name: str) -> Locator:
    return fields.field(page, f"payload/{name}")


def open_request(page: Page, approval: Approval) -> None:
    page.goto(approval.get_absolute_url())


def review(page: Page) -> None:
    page.get_by_role("button", name="Review decision").click()


def expect_final(page: Page, text: str) -> None:
    expect(page).to_have_url(re.compile("/review/$"))
    expect(page.locator("details.exact pre")).to_have_text(text)


def sign_in_here(page: Page, email: str = "sales@example.com") -> None:
    expect(page.get_by_label("E-mail address")).to_be_focused()  # the page has settled
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.shows("typing-is-kept")
@BOTH
def test_a_double_click_keeps_the_edit_and_sends_one_form(approval, between, sign_in: Open, javascript):
    page = sign_in("sales@example.com", javascript=javascript, base_url=between.url)
    open_request(page, approval)
    field(page, "note").fill("n1")

    page.get_by_role("button", name="Review decision").dblclick()

    expect_final(page, '{"a":null,"b":"x","note":"n1"}')
    if javascript:
        assert sum(path.endswith("/review/") for path in between.posts) == 1


@BOTH
def test_back_and_another_field_keeps_both(approval, sign_in: Open, javascript):
    page = sign_in("sales@example.com", javascript=javascript)
    open_request(page, approval)
    field(page, "a").fill("set")
    review(page)
    expect_final(page, '{"a":"set","b":"x"}')

    page.go_back()
    expect(field(page, "a")).to_have_value("set")
    field(page, "b").fill("y")
    review(page)

    expect_final(page, '{"a":"set","b":"y"}')


@pytest.mark.shows("typing-is-kept")
@BOTH
def test_two_tabs_never_take_one_anothers_edit_away(approval, sign_in: Open, javascript):
    first = sign_in("sales@example.com", javascript=javascript)
    open_request(first, approval)
    second = first.context.new_page()
    open_request(second, approval)
    field(first, "note").fill("first")
    review(first)
    expect_final(first, '{"a":null,"b":"x","note":"first"}')

    field(second, "b").fill("second")
    review(second)

    expect(second.get_by_role("heading", name="Your edits from the other page")).to_be_visible()
    expect(second.locator(".kept")).to_contain_text("first")
    expect(field(second, "b")).to_have_value("second")


def test_what_is_typed_is_saved_and_said_a_moment_later(approval, sign_in: Open):
    page = sign_in("sales@example.com")
    open_request(page, approval)
    field(page, "note").fill("typed")
    field(page, "n").fill("12x")

    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"Saved \d"))
    page.reload()

    expect(field(page, "note")).to_have_value("typed")
    expect(field(page, "n")).to_have_value("12x")


def test_typing_into_what_is_left_out_shows_that_it_is_there(approval, sign_in: Open):
    page = sign_in("sales@example.com")
    open_request(page, approval)

    field(page, "note")
    tick = page.get_by_role("checkbox", name="Empty text Note")
    tick.check()
    field(page, "note").fill("typed")

    expect(tick).not_to_be_checked()
    review(page)
    expect_final(page, '{"a":null,"b":"x","note":"typed"}')


def test_another_row_and_back_keeps_the_edit(approval, sign_in: Open):
    make_approval(action="The other one")
    page = sign_in("sales@example.com")
    open_request(page, approval)
    field(page, "note").press_sequentially("typed")

    page.get_by_role("link", name=re.compile("The other one")).first.click()
    expect(page.locator("h1")).to_have_text("The other one")
    page.go_back()

    expect(page.locator("h1")).to_have_text("Trial")
    expect(field(page, "note")).to_have_value("typed")


@BOTH
@pytest.mark.parametrize("way", ["Reject", "Reassign"])
def test_the_other_buttons_keep_the_edit(approval, sign_in: Open, javascript, way):
    page = sign_in("sales@example.com", javascript=javascript)
    open_request(page, approval)
    field(page, "note").press_sequentially("typed")

    page.get_by_role("link" if javascript else "button", name=way, exact=True).click()
    page.get_by_role("link", name=re.compile("Back to the request")).click()

    expect(field(page, "note")).to_have_value("typed")


@BOTH
def test_an_ended_session_gives_the_form_back_filled_in(approval, sign_in: Open, javascript):
    page = sign_in("sales@example.com", javascript=javascript)
    open_request(page, approval)
    page.context.clear_cookies(name="sessionid")
    field(page, "note").fill("typed")

    review(page)
    sign_in_here(page)

    expect(field(page, "note")).to_have_value("typed")
    review(page)
    expect_final(page, '{"a":null,"b":"x","note":"typed"}')


@BOTH
def test_a_sign_in_elsewhere_gives_the_form_back_filled_in(approval, sign_in: Open, javascript):
    page = sign_in("sales@example.com", javascript=javascript)
    open_request(page, approval)
    other = page.context.new_page()
    page.context.clear_cookies(name="sessionid")
    other.goto("/sign-in/")
    sign_in_here(other)
    field(page, "note").fill("typed")

    review(page)

    # Where the script has saved in between, the page has a token of the new session already.
    expect(page.get_by_text(re.compile("nothing was sent|The final payload")).first).to_be_visible()
    if not page.url.endswith("/review/"):
        expect(field(page, "note")).to_have_value("typed")
        review(page)
    expect_final(page, '{"a":null,"b":"x","note":"typed"}')


@pytest.mark.parametrize("mode", ["502", "drop"])
def test_an_answer_from_a_proxy_or_none_leaves_the_page(approval, between, sign_in: Open, mode):
    page = sign_in("sales@example.com", base_url=between.url)
    open_request(page, approval)
    field(page, "note").fill("typed")
    between.mode = mode

    review(page)

    expect(page.locator("#decision-panel [role=alert]")).to_contain_text("What you typed is still here")
    expect(field(page, "note")).to_have_value("typed")
    between.mode = "pass"
    review(page)
    expect_final(page, '{"a":null,"b":"x","note":"typed"}')


def test_what_countersign_says_of_its_own_trouble_stands_beside_the_button(approval, sign_in: Open):
    page = sign_in("sales@example.com")
    open_request(page, approval)
    said = {
        "status": 503,
        "headers": {"Countersign": "1"},
        "body": '<p role="alert">The database is away.</p>',
    }
    page.route("**/review/", lambda route: route.fulfill(**said))
    field(page, "note").fill("typed")

    review(page)

    expect(page.locator("#decision-panel [role=alert]")).to_have_text(
        "The database is away. What you typed is still here."
    )
    expect(field(page, "note")).to_have_value("typed")


@pytest.mark.parametrize("mode", ["502", "drop"])
def test_saving_goes_on_when_the_connection_is_back(approval, between, sign_in: Open, mode):
    page = sign_in("sales@example.com", base_url=between.url)
    open_request(page, approval)
    between.mode = mode
    field(page, "note").fill("typed")
    expect(page.locator("[data-saved]")).to_contain_text("Not saved")

    between.mode = "pass"
    field(page, "note").press_sequentially(" more")

    expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved"))


def test_a_signed_out_page_says_so_and_saves_once_one_signs_in_again(approval, sign_in: Open):
    page = sign_in("sales@example.com")
    open_request(page, approval)
    page.context.clear_cookies(name="sessionid")
    field(page, "note").fill("typed")
    expect(page.locator("[data-saved]")).to_contain_text("you are signed out")
    other = page.context.new_page()
    other.goto("/sign-in/")
    sign_in_here(other)

    field(page, "note").press_sequentially(" more")

    expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved"))


@pytest.mark.parametrize("mode", ["502", "drop"])
def test_without_javascript_a_failed_post_is_repeated_by_reloading(approval, between, sign_in: Open, mode):
    page = sign_in("sales@example.com", javascript=False, base_url=between.url)
    open_request(page, approval)
    field(page, "note").fill("typed")
    between.mode = mode
    with suppress(PlaywrightError):  # Chromium's own page where the connection was dropped
        review(page)
    page.wait_for_timeout(500)  # until that page stands
    between.mode = "pass"

    page.reload()

    expect_final(page, '{"a":null,"b":"x","note":"typed"}')


def test_a_comment_survives_a_502_and_another_row(approval, between, sign_in: Open):
    page = sign_in("sales@example.com", base_url=between.url)
    open_request(page, approval)
    page.locator("#text").fill("Looks odd")
    between.mode = "502"
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("[data-failed]")).to_be_visible()
    between.mode = "pass"

    page.reload()
    expect(page.locator("#text")).to_have_value("Looks odd")
    page.get_by_role("button", name="Comment").click()

    expect(page.locator("#history-panel")).to_contain_text("Looks odd")
    expect(page.locator("#text")).to_have_value("")
    assert Comment.objects.count() == 1


@BOTH
def test_a_rejections_comment_survives_an_ended_session(approval, sign_in: Open, javascript):
    page = sign_in("sales@example.com", javascript=javascript)
    page.goto(f"{approval.get_absolute_url()}rejection/")
    page.get_by_label("Decline").check()
    page.locator("textarea[name=comment]").fill("Not now")
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name=re.compile("^Reject")).click()
    sign_in_here(page)

    expect(page.locator("textarea[name=comment]")).to_have_value("Not now")
    page.get_by_role("button", name=re.compile("^Reject")).click()
    expect(page.locator("#decision-panel")).to_contain_text("Sales")
    assert Approval.objects.get().status == "rejected"


def test_a_comment_is_not_brought_back_for_another_person(sign_in: Open):
    make_user()
    make_user("finance@example.com")
    approval = make_approval(assignees=("sales@example.com", "finance@example.com"))
    page = sign_in("sales@example.com")
    open_request(page, approval)
    page.locator("#text").fill("Between us")
    page.context.clear_cookies(name="sessionid")
    page.goto("/sign-in/")
    sign_in_here(page, "finance@example.com")
    page.wait_for_url("**/approvals/")

    open_request(page, approval)
    expect(page.locator("#text")).to_have_value("")
    page.context.clear_cookies(name="sessionid")
    page.goto("/sign-in/")
    sign_in_here(page)
    page.wait_for_url("**/approvals/")
    open_request(page, approval)

    expect(page.locator("#text")).to_have_value("Between us")


def test_what_is_typed_while_a_row_is_added_goes_on(sign_in: Open, between):
    make_user()
    approval = make_approval(payload={"b": "x", "tags": ["t"]})
    page = sign_in("sales@example.com", base_url=between.url)
    open_request(page, approval)

    between.mode = "slow"
    field(page, "tags/0")
    page.get_by_role("button", name=re.compile("^Add to")).first.click()
    for text in ("one", "two", "three"):
        field(page, "b").fill(text)
        page.wait_for_timeout(800)
    expect(page.locator('[name="payload/tags/1"]')).to_be_visible(timeout=10_000)
    between.mode = "pass"

    expect(field(page, "b")).to_have_value("three")
    field(page, "tags/1").fill("u")
    review(page)
    expect_final(page, '{"b":"three","tags":["t","u"]}')


def test_a_comment_after_an_ended_session_leaves_an_unsaved_edit(approval, sign_in: Open):
    page = sign_in("sales@example.com")
    open_request(page, approval)
    page.context.clear_cookies(name="sessionid")
    field(page, "note").fill("typed")
    expect(page.locator("[data-saved]")).to_contain_text("you are signed out")
    page.locator("#text").fill("Looks odd")

    page.get_by_role("button", name="Comment").click()

    expect(page.locator("[data-failed]")).to_contain_text("Sign in in another tab")
    expect(field(page, "note")).to_have_value("typed")
    expect(page.locator("#text")).to_have_value("Looks odd")
