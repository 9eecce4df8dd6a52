"""How is a pack written? As a zip that comes out the same, byte for byte, for the same files: nothing in it is free."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from audit.canonical import canonical

MANIFEST = "manifest.json"
MANIFEST_TYPE = "countersign-manifest/1"


class Archive:
    """A new zip. Files go in one after the other, in pieces, and the manifest of their SHA-256 last.

    Nothing is compressed, since compressors differ; each entry has one date, mode and system.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip = zipfile.ZipFile(path, "x", zipfile.ZIP_STORED)
        self._hashes: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """One file."""
        hash_ = hashlib.sha256()
        with self._open(name) as stream:
            for piece in pieces:
                hash_.update(piece)
                stream.write(piece)
        self._hashes[name] = hash_.hexdigest()

    def close(self) -> None:
        """Write the manifest."""
        manifest = {"v": 1, "type": MANIFEST_TYPE, "files": self._hashes}
        with self._open(MANIFEST) as stream:
            stream.write(canonical(manifest) + b"\n")
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self._zip.close()
            self._path.unlink()

    def _open(self, name: str) -> IO[Any]:
        info = zipfile.ZipInfo(name)  # of 1 January 1980
        info.create_system = 3
        info.external_attr = 0o600 << 16
        return self._zip.open(info, "w", force_zip64=True)
