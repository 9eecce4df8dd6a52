"""What does an administrator say of a new key, or of one that comes in another's place?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.postgres.forms import SimpleArrayField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from approvals import keys
from approvals.models import EVERY_SCOPE, Agent, Scope
from approvals.models.agent import ANY
from audit import clock
from grants.models import User


class NamedSplitDateTime(AdminSplitDateTime):
    """Django writes the names of the two inputs beside them, where nothing ties them to the inputs."""

    def __init__(self) -> None:
        super().__init__()
        for one, name in zip(self.widgets, (gettext_lazy("Date"), gettext_lazy("Time")), strict=True):
            one.attrs["aria-label"] = name


class EndForm(forms.Form):
    """Which key is to be, and until when it opens anything: never is said in so many words."""

    key_id = forms.UUIDField(widget=forms.HiddenInput)
    expires_at = forms.SplitDateTimeField(
        required=False, widget=NamedSplitDateTime, label=gettext_lazy("Expires")
    )
    never = forms.BooleanField(
        required=False,
        label=gettext_lazy("Never expires"),
        help_text=gettext_lazy(
            "It opens the endpoint until it is revoked. Nobody is reminded of it, so a copy that was forgotten "
            "somewhere works for good."
        ),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial={"expires_at": clock.now() + keys.LIFETIME, **initial})
        help_text = _("In %(zone)s. People are told %(days)s days before.")
        days = _(" and ").join(str(one) for one in keys.WARNED)
        values = {"zone": timezone.get_current_timezone_name(), "days": days}
        self.fields["expires_at"].help_text = help_text % values

    def clean_expires_at(self) -> datetime | None:
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        if expires_at and expires_at <= clock.now():
            raise forms.ValidationError(_("Choose a time that is still to come."))
        return expires_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.pop("never", False):
            cleaned["expires_at"] = None
        elif "expires_at" not in self.errors and cleaned.get("expires_at") is None:
            self.add_error("expires_at", _("Say until when it counts, or tick that it never expires."))
        return cleaned


class KeyForm(EndForm):
    """Who answers for the key, what it may do, and until when."""

    owner = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        help_text=gettext_lazy(
            "Answers for the key, and so never decides what comes in with it. Nor do you, who create it."
        ),
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        initial=EVERY_SCOPE,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "radiolist"}),
        label=gettext_lazy("May"),
        help_text=gettext_lazy("Leave out what the program does not need. It never changes."),
    )
    action_types = SimpleArrayField(
        forms.CharField(max_length=100),
        initial=[ANY],
        label=gettext_lazy("Action types"),
        help_text=gettext_lazy("Comma-separated, of those of the agent; * for all that the agent may use."),
    )
    workflows = SimpleArrayField(
        forms.CharField(max_length=100),
        initial=[ANY],
        label=gettext_lazy("Workflows"),
        help_text=gettext_lazy("Comma-separated, of those of the agent; * for all that the agent may use."),
    )
    field_order = ["key_id", "owner", "scopes", "action_types", "workflows", "expires_at", "never"]

    def __init__(self, data: Any = None, *, agent: Agent, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self._agent = agent

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            names = ("scopes", "action_types", "workflows")
            cleaned["powers"] = keys.Powers(**{name: cleaned.pop(name) for name in names})
            for field, sentence in keys.objections(self._agent, cleaned["powers"]).items():
                self.add_error(field, sentence)
        return cleaned


def overlaps() -> list[tuple[int, str]]:
    """How long the old key may go on beside the new one, by hours."""
    days = [
        (count * 24, ngettext("%(count)d day", "%(count)d days", count) % {"count": count})
        for count in (1, 7, 30)
    ]
    return [(0, _("not at all: the old key ends at once")), (1, _("1 hour")), *days]


class RotationForm(EndForm):
    """How long the old key goes on, and until when the new one counts."""

    overlap = forms.TypedChoiceField(
        choices=overlaps,
        coerce=lambda hours: timedelta(hours=int(hours)),
        initial=24,
        label=gettext_lazy("Both work for"),
        help_text=gettext_lazy("Time for the agent to change over. A key that may be stolen ends at once."),
    )
    field_order = ["key_id", "overlap", "expires_at", "never"]
