"""Is the payload a chat message, and what will be read there? Blocks become text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from approvals.payload.pointers import ABSENT
from approvals.payload.renderers.fields import Fields, Unfit
from approvals.payload.renderers.texts import Prose, prose

_WHERE = (
    "channel",
    "channelid",
    "channelname",
    "room",
    "conversation",
    "to",
    "recipient",
    "recipients",
    "phone",
    "phonenumber",
)
_TEXT = ("text", "message", "body", "content")
_INNER = ("text", "title", "fields", "elements", "accessory")
MOST_BLOCKS = 500


@dataclass(frozen=True, slots=True)
class Message:
    where: list[str]
    sender: list[str]
    thread: str
    texts: list[Prose]


def read(fields: Fields) -> Message:
    """Raises Unfit without a place and a text."""
    where = fields.names(*_WHERE)
    blocks, text = fields.take("blocks"), fields.text(*_TEXT)
    if not where or (not text and blocks is ABSENT):
        raise Unfit
    texts = [] if blocks is ABSENT else [_of_blocks(blocks)]
    texts += prose(_("Text") if blocks is ABSENT else _("Text for notifications"), text)
    return Message(
        where=where,
        sender=fields.names("from", "sender", "username"),
        thread=fields.scalar("threadts", "thread", "threadid", "inreplyto"),
        texts=texts,
    )


def _of_blocks(blocks: Any) -> Prose:
    if not isinstance(blocks, list) or not 0 < len(blocks) <= MOST_BLOCKS:
        raise Unfit
    lines = ["\n".join(_texts(block)) for block in blocks]
    note = _("Blocks, shown as text. Their exact source is in the fields below.")
    return Prose(_("Message"), "\n\n".join(lines), note)


def _texts(block: Any) -> Iterator[str]:
    """The texts of a block in its order; what has none is named by its type, so that nothing is passed over."""
    if isinstance(block, str):
        yield block
    elif isinstance(block, list):
        for item in block:
            yield from _texts(item)
    elif isinstance(block, dict):
        yield from _of_block(block)
    else:
        raise Unfit


def _of_block(block: dict[str, Any]) -> Iterator[str]:
    inner = [text for key in _INNER if key in block for text in _texts(block[key])]
    address = block.get("url") or block.get("image_url")
    kind = block.get("type")
    if not isinstance(kind, str):
        raise Unfit
    if kind == "button":
        inner = [_("[button] %(text)s") % {"text": " ".join(inner)}]
    elif kind == "rich_text_section":
        inner = ["".join(inner)]
    elif not inner:
        named = next(
            (block[key] for key in ("alt_text", "name", "user_id", "channel_id") if key in block), ""
        )
        inner = [f"[{kind}] {named}".strip()]
    if isinstance(address, str):
        inner[-1] += f" <{address}>"
    yield from inner
