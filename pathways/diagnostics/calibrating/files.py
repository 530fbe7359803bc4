"""Files that cannot be read, said in one sentence."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from pathways.diagnostics.simulating.problems import WrongFile

WHY: Final = {
    errno.ENOENT: "il n'existe pas",
    errno.EACCES: "l'accès est refusé",
    errno.EPERM: "l'accès est refusé",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "un des dossiers de son chemin est un fichier",
    errno.ENAMETOOLONG: "son nom est trop long",
}
UTF_8: Final = "n'est pas de l'UTF-8 : enregistrez le fichier en UTF-8"


def unreadable(path: Path, error: Exception) -> WrongFile:
    """Return what to raise for a file that cannot be read."""
    number = getattr(error, "errno", None)
    said = WHY.get(number or 0) or getattr(error, "strerror", None) or "ce n'est pas un nom de fichier"
    return WrongFile(str(path), [("", f"le fichier ne se lit pas, {said}")])


def not_utf_8(path: Path) -> WrongFile:
    """Return what to raise for a text that is not UTF-8, with the first line that is not."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                return WrongFile(str(path), [(f"ligne {number}", f"l'octet {line[error.start]:#04x} {UTF_8}")])
    return WrongFile(str(path), [("", f"le fichier {UTF_8}")])
