"""Reading a JSON file that anybody may have written, and writing files that are there whole or not at all."""

from __future__ import annotations

import codecs
import errno
import json
import os
import stat
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from pathways.diagnostics.simulating.problems import TwiceKeyed, WrongFile

STANDARD: Final = "-"
"""In place of the name of a file that is written: standard output."""
_SAID: Final = (
    ("Expecting value", "il manque une valeur"),
    ("Expecting property name", "il manque une clé entre guillemets droits"),
    ("Expecting ':'", "il manque « : » après une clé"),
    ("Expecting ','", "il manque une virgule, ou ce qui précède n'est pas fermé"),
    ("Unterminated string", "un texte commence ici et ne finit pas"),
    ("Invalid control character", "un retour à la ligne ou un signe invisible dans un texte"),
    ("Invalid \\", "une barre oblique inverse suivie d'un signe qu'elle n'admet pas"),
    ("Extra data", "il y a quelque chose après la fin"),
)


def read_json(path: Path, most_bytes: int) -> Any:
    """Return what a JSON file holds; raises :class:`WrongFile` naming line and column.

    UTF-8 with or without its mark, UTF-16 and UTF-32 with theirs. Objects whose keys are written twice are
    :class:`TwiceKeyed`. ``NaN`` and numbers too large for a float are read, as floats that are not finite.
    """
    text = _text(path, _bytes(path, most_bytes))
    if not text.strip():
        raise WrongFile(str(path), [("", "le fichier est vide")])
    try:
        return json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except json.JSONDecodeError as error:
        said = next((french for english, french in _SAID if error.msg.startswith(english)), "ce n'est pas du JSON")
        raise WrongFile(str(path), [(f"ligne {error.lineno}, colonne {error.colno}", said)]) from None
    except RecursionError:
        raise WrongFile(str(path), [("", "des listes ou des objets trop emboîtés")]) from None


def _bytes(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:  # a name with a NUL sign is a ValueError
        raise WrongFile(str(path), [("", f"le fichier ne se lit pas, {_why(error)}")]) from None
    if len(content) > most_bytes:
        raise WrongFile(str(path), [("", f"le fichier dépasse {most_bytes // 1_000_000} Mo")])
    return content


def _text(path: Path, content: bytes) -> str:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE))
    encoding = json.detect_encoding(content) if marked else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        said = f"l'octet {content[error.start]:#04x} n'est pas de l'UTF-8 : enregistrez le fichier en UTF-8"
        raise WrongFile(str(path), [(f"ligne {line}, octet {column}", said)]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) == len(pairs):
        return read
    times = Counter(key for key, _ in pairs)
    twice = TwiceKeyed(read)
    twice.twice = tuple(key for key, count in times.items() if count > 1)
    return twice


def _integer(digits: str) -> int | float:
    """An integer, or a float where nobody means each of the digits."""
    return int(digits) if len(digits) < 18 else float(digits)


class Replacement:
    """A file that is written beside its place and put there by :meth:`commit`; without it, nothing is left.

    ``-`` is standard output; a pipe or a device is written to as it is, since there is no place to put it in.
    Raises :class:`WrongFile` when it cannot be written. Used as a context manager.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._beside: Path | None = None
        self._place = Path(os.path.realpath(name))  # a link stays a link
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        try:
            self._file = self._opened()
        except (OSError, ValueError) as error:
            raise WrongFile(self.name, [("", f"ne peut pas être écrit, {_why(error)}")]) from None
        return self

    def _opened(self) -> BinaryIO:
        if self.name == STANDARD:
            if sys.stdout is None:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            return sys.stdout.buffer
        if self._place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if self._place.exists() and not self._place.is_file():
            return self._place.open("wb")
        mode = _mode(self._place)
        number, beside = tempfile.mkstemp(prefix=f".{self._place.name[:100]}.", suffix=".part", dir=self._place.parent)
        self._beside = Path(beside)
        self._beside.chmod(mode)
        return os.fdopen(number, "wb")

    def write(self, content: bytes) -> None:
        """Write; what is wrong with the disk is a :class:`WrongFile`, a closed pipe stays what it is."""
        assert self._file is not None
        try:
            self._file.write(content)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise WrongFile(self.name, [("", f"ne peut pas être écrit, {_why(error)}")]) from None

    def commit(self) -> None:
        """Put the file in its place."""
        assert self._file is not None
        try:
            self._file.flush()
            if self._beside is not None:
                os.fsync(self._file.fileno())
                self._file.close()
                self._beside.replace(self._place)
                self._beside = None
        except BrokenPipeError:
            raise
        except OSError as error:
            raise WrongFile(self.name, [("", f"ne peut pas être écrit, {_why(error)}")]) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None and self.name != STANDARD:
            with suppress(OSError):
                self._file.close()
        if self._beside is not None:
            self._beside.unlink(missing_ok=True)


def _mode(place: Path) -> int:
    """The mode of the file that is replaced, or that of a new one."""
    if place.exists():
        return stat.S_IMODE(place.stat().st_mode)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


_WHY: Final = {
    errno.ENOENT: "il n'existe pas, ou son dossier n'existe pas",
    errno.EACCES: "l'accès est refusé",
    errno.EPERM: "l'accès est refusé",
    errno.EROFS: "le disque est en lecture seule",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "un des dossiers de son chemin est un fichier",
    errno.ENAMETOOLONG: "son nom est trop long",
    errno.ENOSPC: "le disque est plein",
    errno.EBADF: "la sortie est fermée",
}


def _why(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return _WHY.get(number or 0) or getattr(error, "strerror", None) or "ce n'est pas un nom de fichier"
