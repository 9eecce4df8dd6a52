"""How does a person sign in by a provider, show there once more who they are, and remove it again?"""

from __future__ import annotations

from typing import Any, cast

import structlog
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from allauth.account.stages import LoginStage
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from approvals import identities
from approvals.exceptions import NotPermitted
from approvals.views import kept_posts
from approvals.views.account import again_provider, openid
from approvals.views.account.attempts import too_many
from approvals.views.account.factors import PAGE, fresh
from approvals.views.page import PersonRequest, post_only, see_other, show, signed_in
from grants.models import User
from grants.providers import Provider, named

_FOLDER = "approvals/account"
_SETTLES = "provider_said"
_ASKED = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
"""The factors for which the second step asks."""
_LONGEST_KEPT = 500_000
"""Characters of a form that could not be sent, which wait in the session meanwhile."""
logger = structlog.get_logger(__name__)


@require_POST
def going(request: HttpRequest, name: str) -> HttpResponse:
    """To the provider's page, by one of ours: a form that was redirected there, the browser would hold back."""
    kept = request.POST.get(kept_posts.FIELD, "")
    kept = kept if len(kept) <= _LONGEST_KEPT else ""
    return _send(request, _provider(name), is_again=False, kept=kept)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def again(request: PersonRequest, name: str) -> HttpResponse:
    """GET: the button that asks the provider whether it is still this person. POST: to the provider's page."""
    provider = _provider(name)
    if not identities.of(request.user).filter(provider=name).exists():
        raise Http404
    if request.method == "POST":
        return _send(request, provider, is_again=True, kept="")
    context = {"provider": provider, "next": request.GET.get("next", "")}
    return show(request, f"{_FOLDER}/again_provider.html", context)


@require_safe
def callback(request: HttpRequest, name: str) -> HttpResponse:
    """The provider's answer, which counts once and in this session only."""
    provider = _provider(name)
    try:
        answer = openid.answer(request, provider)
        if answer.is_again:
            again_provider.note(request, provider, answer)
            return HttpResponseRedirect(answer.next) if answer.next else see_other(PAGE)
        person = identities.admit(provider, answer.claims)
        return _come_in(request, provider, person, answer)
    except NotPermitted as refusal:
        return _refused(request, provider, str(refusal), "refused")
    except openid.Failed as failure:
        return _refused(request, provider, _sentence(failure, provider), str(failure))
    except IntegrityError:
        return _refused(
            request, provider, _("Somebody signed in there at the same moment. Try again."), "race"
        )


@signed_in
@post_only(PAGE)
@fresh
def removal(request: PersonRequest, pk: int) -> HttpResponse:
    """Remove one of one's own."""
    identity = get_object_or_404(identities.of(request.user), pk=pk)
    try:
        identities.remove(request.user, identity, by=request.user.as_actor())
    except NotPermitted as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("It was removed. You are told by e-mail, too."))
    return see_other(PAGE)


class Factor(AuthenticateStage):
    """The second step of signing in; a provider that is trusted with it has asked already."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        by = [named(record.get("provider", "")) for record in records if record["method"] == "socialaccount"]
        if any(provider and provider.replaces_second_factor for provider in by):
            return False
        return super()._should_handle(request)


class Settle(LoginStage):
    """What the provider said comes true once a second factor was shown, too."""

    key = _SETTLES
    urlname = None

    def handle(self) -> tuple[HttpResponse | None, bool]:
        said = self.login.state.pop(_SETTLES, None)
        provider = named(said["provider"]) if said else None
        if provider is None:
            return None, True
        try:
            identities.settle(provider, said["claims"], cast(User, self.login.user))
        except NotPermitted as refusal:
            return _refused(self.request, provider, str(refusal), "refused"), False
        return None, True


def _provider(name: str) -> Provider:
    provider = named(name)
    if provider is None:
        raise Http404
    return provider


def _send(request: HttpRequest, provider: Provider, *, is_again: bool, kept: str) -> HttpResponse:
    if not ratelimit.consume(request, action="to_provider"):
        return too_many(request)
    onward = get_next_redirect_url(request) or ""
    try:
        address = openid.way_to(request, provider, is_again=is_again, onward=onward, kept=kept)
    except openid.Failed as failure:
        return _refused(request, provider, _sentence(failure, provider), str(failure))
    return render(request, f"{_FOLDER}/going.html", {"provider": provider, "way_there": address})


def _come_in(request: HttpRequest, provider: Provider, person: User, answer: openid.Answer) -> HttpResponse:
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, person, "socialaccount", provider=provider.name)
    state: dict[str, Any] = {}
    if provider.replaces_second_factor or not is_mfa_enabled(person, _ASKED):
        identities.settle(provider, answer.claims, person)
        person.refresh_from_db()
    else:
        state = {_SETTLES: {"provider": provider.name, "claims": answer.claims}}
    page = kept_posts.unpack(request, answer.kept, person) if answer.kept else ""
    response: HttpResponse = perform_login(
        request, Login(user=person, redirect_url=page or answer.next or None, state=state)
    )
    if not request.user.is_authenticated:
        request.session.cycle_key()  # half signed in: not under a key that somebody planted
    return response


def _refused(request: HttpRequest, provider: Provider, sentence: str, reason: str) -> HttpResponse:
    address = get_adapter().get_client_ip(request)
    logger.warning("sign_in_refused", provider=provider.name, reason=reason, address=address)
    return render(request, f"{_FOLDER}/provider_refused.html", {"sentence": sentence}, status=403)


def _sentence(failure: openid.Failed, provider: Provider) -> str:
    if isinstance(failure, openid.Cancelled):
        return _("%(provider)s did not let you in.") % {"provider": provider.label}
    return _("What %(provider)s answered cannot be believed, or it did not answer. Try again.") % {
        "provider": provider.label
    }
