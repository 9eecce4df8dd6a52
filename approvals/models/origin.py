"""Which agents and workflows has a person been asked by? What the inbox offers to filter by, without counting."""

from __future__ import annotations

from django.db import models

from approvals.models.agent import Agent

EVERYBODY = ""
"""In place of an address: the request was asked of people, whoever they were."""


class Origin(models.Model):
    """An agent and a workflow that asked the person of that address, once or a million times. Triggers write it."""

    email = models.EmailField(blank=True)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)
    workflow = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email", "agent", "workflow"], name="origin_once"),
        ]
        indexes = [models.Index(fields=["email", "workflow"], name="origin_by_workflow")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.workflow} → {self.email or 'everybody'}"
