"""Which renderers are there, and which one fits a payload?

To add one: a file beside this one with `read`, a template in `templates/approvals/payload/rendered/` that shows what
`read` gives as `shown`, and a line in RENDERERS. A renderer never guesses: what it cannot show faithfully is Unfit.
Its template shows every text by `visible` or `whole`, for an agent wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from django.utils.translation import gettext_lazy as _

from approvals.payload.renderers import change, email, event, message, order, records
from approvals.payload.renderers.fields import Fields, Unfit

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

logger = structlog.get_logger(__name__)


class Read(Protocol):
    """What a renderer is: the payload's fields as a dataclass for its template. Raises Unfit if it is no such thing."""

    def __call__(self, fields: Fields, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Renderer:
    """`title` heads the rendering; `template` is a file under `approvals/payload/rendered/`."""

    title: StrPromise
    template: str
    read: Read


RENDERERS = (
    Renderer(_("As a calendar event"), "_event.html", event.read),
    Renderer(_("As an order"), "_order.html", order.read),
    Renderer(_("As an e-mail"), "_email.html", email.read),
    Renderer(_("As a change"), "_change.html", change.read),
    Renderer(_("As a message"), "_message.html", message.read),
    Renderer(_("As a table"), "_records.html", records.read),
)
"""The first that fits is shown, so the more particular stand first."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A payload as the thing that it is. `others` are the fields of which the rendering shows nothing."""

    title: str
    template: str
    shown: Any
    others: list[str]


def rendering_of(value: Any) -> Rendering | None:
    """Of the payload, or of the one object in it that has fields of its own; None where no renderer fits."""
    return next((found for found in _renderings(value) if found), None)


def _renderings(value: Any) -> Iterator[Rendering | None]:
    if not isinstance(value, dict):
        return
    objects = [key for key, member in value.items() if isinstance(member, dict)]
    around = [key for key in value if key not in objects]
    for renderer in RENDERERS:
        yield _rendering(renderer, value, [])
        if len(objects) == 1:
            yield _rendering(renderer, value[objects[0]], around)


def _rendering(renderer: Renderer, value: dict[str, Any], around: list[str]) -> Rendering | None:
    """None as well where the renderer has a defect: a reading aid must not keep a person from the exact fields."""
    try:
        fields = Fields(value)
        shown = renderer.read(fields)
        return Rendering(
            str(renderer.title),
            f"approvals/payload/rendered/{renderer.template}",
            shown,
            around + fields.others(),
        )
    except Unfit:
        return None
    except Exception:
        logger.exception("renderer_failed", renderer=renderer.template)
        return None
