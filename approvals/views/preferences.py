"""What does this person want to hear, and where? And does it arrive?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from approvals import trying
from approvals.exceptions import AlreadyReported, InvalidInput, TooManyAttempts
from approvals.models import Channel, ChannelTest
from approvals.notifications import preferences
from approvals.notifications.channels import all_kinds, email
from approvals.notifications.preferences import EVENTS
from approvals.notifications.routing import Route
from approvals.views.page import PersonRequest, post_only, see_other, show, signed_in
from approvals.views.refusals import refused, say_when, status_of
from audit import clock

PAGE = "notification-preferences"
ASKING = timedelta(minutes=2)
"""How long the page of a test asks by itself how far it came: it would keep an unattended session alive."""


@dataclass(frozen=True, slots=True)
class Column:
    """One channel of the table: e-mail, or the person's own."""

    key: str
    name: str
    kind: str
    last_test: ChannelTest | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One box of the table: whether one event is told through one channel."""

    name: str
    column: Column
    is_on: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notification_preferences(request: PersonRequest) -> HttpResponse:
    """The table of events and channels; a POST stores it whole."""
    if request.method != "POST":
        return _page(request)
    wanted = _routes_of(request.POST.getlist("on"))
    try:
        preferences.choose(request.user, wanted)
    except InvalidInput as refusal:
        return _page(request, wanted=wanted, refusal=refusal)
    return _back(request, _("Saved."))


@signed_in
@post_only("notification-preferences")
def channels(request: PersonRequest) -> HttpResponse:
    """Add a channel of one's own."""
    typed = {name: request.POST.get(name, "").replace("\0", "") for name in ("kind", "name", "address")}
    try:
        channel = preferences.add_own(request.user, **typed)
    except InvalidInput as refusal:
        return _page(request, refusal=refusal, typed={**typed, "address": ""})
    return _back(request, _("%(channel)s was added. Send it a test.") % {"channel": channel.name})


@signed_in
@post_only("notification-preferences")
def removal(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Remove one of one's own channels."""
    channel = _own(request, str(pk))
    try:
        preferences.remove(channel, by=request.user.as_actor()) if channel else None
    except InvalidInput as refusal:
        return _page(request, refusal=refusal)
    return _back(request, _("The channel was removed."), at="#channels")


@signed_in
@post_only("notification-preferences")
def tests(request: PersonRequest) -> HttpResponse:
    """Have a test sent through one of one's own channels, and show how far it comes."""
    channel = _own(request, request.POST.get("channel", ""))
    try:
        test = trying.ask_for_test(request.user, channel)
    except TooManyAttempts as refusal:
        return _page(request, refusal=refusal)
    return _see(test)


@require_safe
@signed_in
def notification_test(request: PersonRequest, pk: UUID) -> HttpResponse:
    """How far a test came, and the question whether it arrived. The page asks again while it is on its way."""
    test = get_object_or_404(ChannelTest.objects.select_related("channel"), pk=pk, user=request.user)
    at = clock.now()
    context = {
        "test": test,
        "at": at,
        "label": _label(test),
        "asks_again": test.is_waiting and at - test.created_at < ASKING,
        "is_lost": test.is_waiting and at - test.created_at >= trying.LIFE,
    }
    return show(
        request, "approvals/preferences/test.html", context, fragment="approvals/preferences/_progress.html"
    )


@signed_in
@post_only("notification-test", "pk")
def arrival(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The person's answer to that question."""
    test = get_object_or_404(ChannelTest.objects.select_related("user", "channel"), pk=pk, user=request.user)
    if request.POST.get("arrived") in ("yes", "no"):
        try:
            trying.answer(test, arrived=request.POST["arrived"] == "yes")
        except AlreadyReported as refusal:
            messages.warning(request, str(refusal))
    return _see(test)


def _page(
    request: PersonRequest,
    *,
    wanted: set[tuple[str, Route]] | None = None,
    refusal: InvalidInput | TooManyAttempts | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    columns = _columns(request)
    heard = preferences.chosen(request.user) if wanted is None else wanted
    context: dict[str, Any] = {
        "columns": columns,
        "rows": [
            (label, [_cell(event, column, heard) for column in columns]) for event, label in EVENTS.items()
        ],
        "kinds": preferences.kinds_to_add().values(),
        "typed": typed or {},
        "at": clock.now(),
        **refused(refusal),
    }
    status = status_of(refusal) if refusal else 200
    response = show(request, "approvals/preferences/preferences.html", context, status=status)
    say_when(response, refusal)
    return response


def _columns(request: PersonRequest) -> list[Column]:
    last: dict[UUID | None, ChannelTest] = {}
    for test in ChannelTest.objects.filter(user=request.user).order_by("created_at"):
        last[test.channel_id] = test
    own = preferences.own_channels(request.user)
    return [
        Column(email.KIND, _("E-mail"), request.user.email, last.get(None)),
        *(Column(str(one.pk), one.name, all_kinds()[one.kind].LABEL, last.get(one.pk)) for one in own),
    ]


def _cell(event: str, column: Column, heard: set[tuple[str, Route]]) -> Cell:
    route = None if column.key == email.KIND else UUID(column.key)
    return Cell(f"{event}:{column.key}", column, (event, route) in heard)


def _own(request: PersonRequest, key: str) -> Channel | None:
    """The person's own channel of that id, or None for e-mail. Raises Http404 for anybody else's."""
    if key == email.KIND:
        return None
    try:
        found: Channel = get_object_or_404(preferences.own_channels(request.user), pk=UUID(key))
    except ValueError:
        raise Http404 from None
    return found


def _label(test: ChannelTest) -> str:
    return test.channel.name if test.channel else test.user.email


def _back(request: PersonRequest, sentence: str, *, at: str = "") -> HttpResponse:
    messages.success(request, sentence)
    return see_other(reverse(PAGE) + at)


def _see(test: ChannelTest) -> HttpResponse:
    return see_other("notification-test", test.pk)


def _routes_of(names: Iterable[str]) -> set[tuple[str, Route]]:
    """From the form's names, `event:email` or `event:` and a channel's id."""
    found: set[tuple[str, Route]] = set()
    for name in names:
        event, channel = name.partition(":")[::2]
        try:
            found.add((event, None if channel == email.KIND else UUID(channel)))
        except ValueError:
            continue
    return found
