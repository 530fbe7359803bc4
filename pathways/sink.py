"""Where messages go on a machine of development: into files of their own, and no further."""

from __future__ import annotations

import os
from pathlib import Path

SCHEME = "sink:"
FOLDER = "outgoing"


def address(url: str, data: Path) -> str:
    """The address of the settings as adapters get it: ``sink:`` followed by the folder."""
    return f"{SCHEME}{data / FOLDER}" if url == SCHEME else url


def keep(url: str, name: str, text: str | bytes) -> None:
    """Write one message down. The same name is the same message, sent again. Only the owner may read: it holds what was
    meant for somebody.
    """
    folder = Path(url.removeprefix(SCHEME))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text.encode() if isinstance(text, str) else text)
