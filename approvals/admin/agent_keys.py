"""How does an agent get a key, and how does it lose one? The secret is on one response, and nowhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals import keys
from approvals.admin.key_forms import EndForm, KeyForm, RotationForm
from approvals.exceptions import InvalidInput, StateConflict
from approvals.models import Agent, AgentKey
from grants.admin import administrator


class AgentKeyPages:
    """Three pages under an agent's own: create a key, rotate one, revoke one.

    A form names the key to be: sent twice, it makes no second key, and shows the first no more.
    """

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def create(self, request: HttpRequest, agent_id: UUID) -> HttpResponse:
        """A key that may do what the form says."""
        agent = get_object_or_404(Agent.objects.select_related("owner"), pk=agent_id)
        form = KeyForm(
            request.POST or None, agent=agent, initial={"key_id": uuid.uuid4(), "owner": agent.owner_id}
        )
        title = _("Create a key for %(agent)s") % {"agent": agent}
        if not form.is_valid():
            return self._page(request, "add", agent, title, status=_status(form), form=form)
        person = administrator(request)
        try:
            made = keys.create_key(agent, by=person.as_actor(), minted_by=person, **form.cleaned_data)
        except keys.AlreadyMade as refusal:
            return _again(request, agent, refusal)
        except InvalidInput as refusal:
            form.add_error(None, str(refusal))
            return self._page(request, "add", agent, title, status=422, form=form)
        return self._created(request, agent, *made)

    def rotate(self, request: HttpRequest, agent_id: UUID, key_id: UUID) -> HttpResponse:
        """A key that may do what this one may, which ends after an overlap."""
        key = _found(agent_id, key_id)
        form = RotationForm(request.POST or None, initial={"key_id": uuid.uuid4()})
        if not form.is_valid():
            title = _("Rotate %(key)s?") % {"key": key}
            return self._page(request, "rotate", key.agent, title, status=_status(form), form=form, key=key)
        person = administrator(request)
        try:
            made = keys.rotate_key(key, by=person.as_actor(), minted_by=person, **form.cleaned_data)
        except keys.AlreadyMade as refusal:
            return _again(request, key.agent, refusal)
        except StateConflict as refusal:
            messages.error(request, str(refusal))
            return _to_agent(key.agent)
        key.refresh_from_db(fields=["expires_at"])
        return self._created(request, key.agent, *made, replaced=key)

    def revoke(self, request: HttpRequest, agent_id: UUID, key_id: UUID) -> HttpResponse:
        """Asks once; from the next call on the key opens nothing."""
        key = _found(agent_id, key_id)
        if request.method != "POST":
            return self._page(request, "revoke", key.agent, _("Revoke %(key)s?") % {"key": key}, key=key)
        keys.revoke_key(key, by=administrator(request).as_actor())
        messages.success(request, _("The key %(key)s is revoked.") % {"key": key})
        return _to_agent(key.agent)

    def _created(
        self, request: HttpRequest, agent: Agent, key: AgentKey, text: str, replaced: AgentKey | None = None
    ) -> TemplateResponse:
        title = _("A key for %(agent)s") % {"agent": agent}
        return self._page(request, "created", agent, title, key=key, text=text, replaced=replaced)

    def _page(
        self, request: HttpRequest, name: str, agent: Agent, title: str, *, status: int = 200, **extra: Any
    ) -> TemplateResponse:
        context = {
            **self.site.each_context(request),
            "opts": Agent._meta,
            "original": agent,
            "title": title,
            **extra,
        }
        template = f"admin/approvals/agentkey/{name}.html"
        return TemplateResponse(
            request, template, context, status=status, headers={"Cache-Control": "no-store"}
        )


def _status(form: EndForm) -> int:
    return 422 if form.is_bound else 200


def _found(agent_id: UUID, key_id: UUID) -> AgentKey:
    """The agent's key. Raises Http404."""
    known = AgentKey.objects.select_related("agent__owner", "owner")
    return get_object_or_404(known, pk=key_id, agent=agent_id)


def _again(request: HttpRequest, agent: Agent, refusal: keys.AlreadyMade) -> HttpResponseRedirect:
    messages.warning(request, str(refusal))
    return _to_agent(agent)


def _to_agent(agent: Agent) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:approvals_agent_change", args=[agent.pk]))
