"""How does one address answer: as a page, as a fragment of it, or with a way onward?"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from approvals.models import Approval
from approvals.views import kept_posts
from grants.models import User

CARRIED = (
    *("tab", "risk", "action_type", "agent", "workflow", "q", "overdue", "second"),
    *("alike", "group", "after"),
)
"""What of the inbox's address goes along to a request and back."""

_KEYS_DECIDE_NOTHING = _("An agent's key opens no page and decides nothing: a person signs in and decides.")

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request by somebody who signed in."""

    user: User
    htmx: HtmxDetails


def signed_in(
    view: Callable[Concatenate[PersonRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A person without a session signs in first, and comes back to a page that can be opened again.

    An agent's key is no session: it opens nothing here, and decides nothing.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            if kept_posts.is_sent_again(request):
                kept_posts.forget(request)
            return view(cast("PersonRequest", request), *args, **kwargs)
        if _brings_a_key(request):
            return render(request, "403.html", {"sentence": _KEYS_DECIDE_NOTHING}, status=403)
        return to_sign_in(request, kwargs.get("pk"))

    return wrapped


def _brings_a_key(request: HttpRequest) -> bool:
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    return scheme.lower() == "bearer"


def to_sign_in(request: HttpRequest, pk: Any = None) -> HttpResponse:
    """A POST is not repeated after signing in: it leads back to the page that it was sent from, and the sign-in
    page carries what was typed there."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    page = _page_to_open_again(request, htmx, pk)
    if packed := kept_posts.pack(request):
        context = {"next": page, "kept": packed, "form": AuthenticationForm()}
        return render(request, "registration/sign_in.html", context, status=401)
    response = redirect_to_login(page)
    return HttpResponseClientRedirect(response.url) if htmx else response


def _page_to_open_again(request: HttpRequest, htmx: HtmxDetails | None, pk: Any) -> str:
    if htmx and htmx.current_url_abs_path:
        return htmx.current_url_abs_path
    is_of_request = pk and request.resolver_match and request.resolver_match.namespace == "approvals"
    if is_of_request and request.method not in ("GET", "HEAD"):
        return Approval(pk=pk).get_absolute_url() + carried(request)
    return request.get_full_path()


def post_only(
    page: str, *names: str
) -> Callable[
    [Callable[Concatenate[PersonRequest, P], HttpResponse]],
    Callable[Concatenate[PersonRequest, P], HttpResponse],
]:
    """Only a POST acts at this address; opening it leads to the page that the form stands on.

    `page` is that page's name, `names` are the parts of the address that both have.
    """

    def decorate(
        view: Callable[Concatenate[PersonRequest, P], HttpResponse],
    ) -> Callable[Concatenate[PersonRequest, P], HttpResponse]:
        @wraps(view)
        def wrapped(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            return HttpResponseRedirect(
                reverse(page, kwargs={name: kwargs[name] for name in names}) + carried(request)
            )

        return wrapped

    return decorate


def wants_fragment(request: PersonRequest) -> bool:
    """Whether htmx asks, and will swap what it gets; going back in the history takes the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def show(
    request: PersonRequest, page: str, context: dict[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """The page, or its fragment where htmx asked for it."""
    template = fragment if fragment and wants_fragment(request) else page
    response = render(request, template, {**context, "carry": carried(request)}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def onward(request: PersonRequest, url: str, **also: str) -> HttpResponse:
    """After a POST: the address to open next, for the browser (303) as for htmx."""
    target = url + carried(request, **also)
    if request.htmx:
        return HttpResponseClientRedirect(target)
    return see_other(target)


def see_other(to: Any, *args: Any) -> HttpResponse:
    """After a POST: open that page with a GET (303). `to` is an address, or a view's name with its arguments."""
    response = redirect(to, *args)
    response.status_code = 303
    return response


def carried(request: HttpRequest, **also: str | None) -> str:
    """The inbox's tab and filters, and what is named besides, as "?…"; or nothing. None leaves a name out."""
    kept = request.GET.copy()
    for name in set(kept) - set(CARRIED):
        del kept[name]
    for name, value in also.items():
        kept.setlist(name, [] if value is None else [value])
    return f"?{kept.urlencode()}" if kept else ""
