"""Which channel hears of a policy's breaches? Added, tested and removed here; people look after their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import held, trying
from approvals.admin import loosenings
from approvals.exceptions import InvalidInput, TooManyAttempts
from approvals.models import Channel, Policy
from approvals.notifications import preferences
from grants.admin import administrator
from grants.roles import Role


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new channel; where it leads is typed once and never shown."""

    policy = forms.ModelChoiceField(
        Policy.objects.current(), help_text=gettext_lazy("Whose breaches it hears of.")
    )
    kind = forms.ChoiceField(choices=[])
    address = forms.CharField(
        label=gettext_lazy("Address of the incoming webhook"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "vTextField"}),
        help_text=gettext_lazy("A secret: kept encrypted, and shown nowhere."),
    )

    ASKED = ("policy", "kind", "name", "address")
    change: held.Change

    class Meta:
        model = Channel
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = preferences.kinds_to_add().values()
        self.fields["kind"].choices = [(one.KIND, one.LABEL) for one in kinds]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.change = held.channels.weigh(**{name: cleaned[name] for name in self.ASKED})
                loosenings.require_first(self.change)
            except InvalidInput as refusal:
                for error in refusal.errors:
                    self.add_error(error.pointer, error.message)
        return cleaned


@admin.register(Channel)
class ChannelAdmin(loosenings.HoldingAdmin):
    """The policies' channels. A channel does not change: one is added, by two administrators, and another removed."""

    kept_by = Role.POLICIES
    form = ChannelForm
    list_display = ["name", "kind", "policy", "created_at", "removed_at"]
    fields = ["policy", "kind", "name", "address"]
    change_form_template = "admin/approvals/channel/change_form.html"

    @admin.display(description=gettext_lazy("policy"))
    def policy(self, channel: Channel) -> str:
        if not channel.workflow:
            return channel.action_type
        names = {"action_type": channel.action_type, "workflow": channel.workflow}
        return _("%(action_type)s in %(workflow)s") % names

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        return Channel.objects.of_teams()

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return ["name", "kind", "policy", "created_at", "removed_at"] if obj else self.fields

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        self.hold(request, form.change)

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.own_page("<uuid:pk>/test/", self.test, name="approvals_channel_test"),
            self.own_page("<uuid:pk>/removal/", self.removal, name="approvals_channel_removal"),
        ]
        return own + super().get_urls()

    def test(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Have a test sent, and go to its page, which shows how far it comes and asks whether it arrived."""
        channel = self._in_use(request, pk)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:approvals_channel_change", args=[pk]))
        try:
            sent = trying.ask_for_test(administrator(request), channel)
        except TooManyAttempts as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:approvals_channel_change", args=[pk]))
        return HttpResponseRedirect(reverse("notification-test", args=[sent.pk]))

    def removal(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Remove it, and wipe where it leads."""
        channel = self._in_use(request, pk)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:approvals_channel_change", args=[pk]))
        preferences.remove(channel, by=administrator(request).as_actor())
        messages.success(request, _("%(channel)s was removed.") % {"channel": channel})
        return HttpResponseRedirect(reverse("admin:approvals_channel_changelist"))

    def _in_use(self, request: HttpRequest, pk: Any) -> Channel:
        return get_object_or_404(self.get_queryset(request).filter(removed_at=None), pk=pk)
