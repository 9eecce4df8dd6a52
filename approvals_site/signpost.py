"""Which address does `demo.json` name, while several instances may run on one folder? One that answers."""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from approvals_site.ports import LOOPBACK, is_answering


class Signpost:
    """The hold of one instance on the note: a new instance takes it over, and one that lives mends it."""

    def __init__(self, note: Path, url: str) -> None:
        self._note = note
        self._url = url

    def point_here(self) -> None:
        content = self._read()
        if content and content.get("url") != self._url:
            self._write({**content, "url": self._url})

    def mend(self) -> None:
        """Point here where the note names an instance of this machine that has ended."""
        named = urlsplit(str(self._read().get("url", "")))
        if named.hostname == LOOPBACK and named.port and not is_answering(named.port):
            self.point_here()

    def _read(self) -> dict[str, object]:
        with suppress(OSError, ValueError):
            content = json.loads(self._note.read_text(encoding="utf-8"))
            if isinstance(content, dict):
                return content
        return {}  # not there, or just being made

    def _write(self, content: dict[str, object]) -> None:
        """In one step; nobody else on this machine may read it."""
        draft = self._note.with_name(f".{self._note.name}.{secrets.token_hex(8)}")
        private = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(private, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
        draft.replace(self._note)
