"""How does an agent get a key, and how does it lose one? The secret is on one response, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid
from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import AdminSplitDateTime
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import keys
from approvals.models import Agent, AgentKey
from audit import clock
from grants.admin import administrator
from grants.models import User


class KeyForm(forms.Form):
    """Who answers for the key, and until when it opens anything."""

    key_id = forms.UUIDField(widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        help_text=gettext_lazy(
            "Answers for the key, and so never decides what comes in with it. Nor do you, who create it."
        ),
    )
    expires_at = forms.SplitDateTimeField(
        required=False,
        widget=AdminSplitDateTime,
        label=gettext_lazy("Expires"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_text = _("In %(zone)s. Empty: it opens the endpoint until it is revoked.")
        self.fields["expires_at"].help_text = help_text % {"zone": timezone.get_current_timezone_name()}

    def clean_expires_at(self) -> datetime | None:
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        if expires_at and expires_at <= clock.now():
            raise forms.ValidationError(_("Choose a time that is still to come."))
        return expires_at


class AgentKeyPages:
    """Two pages under an agent's own: create a key, revoke one."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def create(self, request: HttpRequest, agent_id: UUID) -> HttpResponse:
        """The form names the key to be: sent twice, it makes no second key, and shows the first no more."""
        agent = get_object_or_404(Agent, pk=agent_id)
        initial = {"key_id": uuid.uuid4(), "owner": agent.owner_id}
        form = KeyForm(request.POST or None, initial=initial)
        if not form.is_valid():
            status = 422 if form.is_bound else 200
            return self._page(
                request,
                "add",
                agent,
                _("Create a key for %(agent)s") % {"agent": agent},
                status=status,
                form=form,
            )
        if AgentKey.objects.filter(pk=form.cleaned_data["key_id"]).exists():
            messages.warning(request, _("That key was created already. Its text is shown once only."))
            return _to_agent(agent)
        person = administrator(request)
        key, text = keys.create_key(agent, by=person.as_actor(), minted_by=person, **form.cleaned_data)
        return self._page(
            request, "created", agent, _("A key for %(agent)s") % {"agent": agent}, key=key, text=text
        )

    def revoke(self, request: HttpRequest, agent_id: UUID, key_id: UUID) -> HttpResponse:
        """Asks once; from the next call on the key opens nothing."""
        key = get_object_or_404(AgentKey.objects.select_related("agent", "owner"), pk=key_id, agent=agent_id)
        if request.method != "POST":
            return self._page(request, "revoke", key.agent, _("Revoke %(key)s?") % {"key": key}, key=key)
        keys.revoke_key(key, by=administrator(request).as_actor())
        messages.success(request, _("The key %(key)s is revoked.") % {"key": key})
        return _to_agent(key.agent)

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


def _to_agent(agent: Agent) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:approvals_agent_change", args=[agent.pk]))
