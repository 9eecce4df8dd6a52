"""How does an administrator add an agent and change what it may propose?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from approvals import held, keys
from approvals.admin import key_rows, loosenings
from approvals.admin.agent_keys import AgentKeyPages
from approvals.models import Agent
from audit import clock
from grants.admin import administrator
from grants.models import User
from grants.roles import Role


class AgentForm(forms.ModelForm):  # type: ignore[type-arg]
    """An agent; a change that lets it do more waits for a second administrator."""

    change: held.Change | None = None
    """What it would loosen; None where it counts at once. A new agent has no program behind it yet."""

    class Meta:
        model = Agent
        fields = ("name", "owner", "action_types", "workflows", "is_active")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.instance._state.adding:
            self.change = held.agents.weigh(Agent(pk=self.instance.pk, **cleaned), changed=self.changed_data)
            loosenings.require_first(self.change)
        return cleaned


@admin.register(Agent)
class AgentAdmin(loosenings.HoldingAdmin):
    """An agent is deactivated, never deleted: its requests name it. Its keys come and go on its page."""

    kept_by = Role.AGENTS
    form = AgentForm
    list_display = ["name", "owner", "scope", "is_active", "keys_now", "created_at"]
    list_filter = ["is_active"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__email"]
    fields = ["name", "owner", "action_types", "workflows", "is_active"]

    @admin.display(description=_("action types"))
    def scope(self, agent: Agent) -> str:
        return ", ".join(agent.action_types)

    @admin.display(description=_("keys"))
    def keys_now(self, agent: Agent) -> str:
        return key_rows.in_short(agent, clock.now())

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Agent]:
        return super().get_queryset(request).prefetch_related("keys__owner")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = User.objects.filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        by = administrator(request).as_actor()
        if form.change:
            self.hold(request, form.change)
        elif change:
            keys.change_agent(obj, by=by, changed=form.changed_data)
        else:
            created = keys.create_agent(
                obj.name, owner=obj.owner, by=by, action_types=obj.action_types, workflows=obj.workflows
            )
            obj.pk, obj.created_at = created.pk, created.created_at

    def get_urls(self) -> list[URLPattern]:
        pages = AgentKeyPages(self.admin_site)
        own = [
            self.own_page("<uuid:agent_id>/keys/add/", pages.create, name="approvals_agentkey_create"),
            self.own_page(
                "<uuid:agent_id>/keys/<uuid:key_id>/revoke/", pages.revoke, name="approvals_agentkey_revoke"
            ),
            self.own_page(
                "<uuid:agent_id>/keys/<uuid:key_id>/rotate/", pages.rotate, name="approvals_agentkey_rotate"
            ),
        ]
        return own + super().get_urls()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        agent: models.Model | None = kwargs.get("obj")
        if isinstance(agent, Agent):
            context["keys"] = key_rows.rows(agent, clock.now())
        return super().render_change_form(request, context, *args, **kwargs)
