"""The formats by the ends of their names, and a file as a page carries it between the report and the import, so that no
server has to keep it. Pure.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from pathways.i18n import D_
from pathways.translations.exchange import po, xliff
from pathways.translations.exchange.units import LARGEST_FILE, Read, UnitsFile, refused

FORMATS: dict[str, ModuleType] = {"po": po, "xlf": xliff}
MEDIA_TYPES = {"po": "text/x-gettext-translation; charset=utf-8", "xlf": "application/x-xliff+xml; charset=utf-8"}
_ENDINGS = {"po": "po", "pot": "po", "xlf": "xlf", "xliff": "xlf", "xml": "xlf"}
_AGAIN = D_("Le fichier n'a pas pu être repris. Choisissez-le de nouveau.")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as somebody sent it."""

    name: str
    data: bytes

    @property
    def kind(self) -> str:
        return _ENDINGS.get(self.name.rpartition(".")[2].casefold(), "")

    def read(self, language: str) -> Read:
        """Its units; raises :class:`Invalid` for what is no such file."""
        if not self.kind:
            raise refused(D_("Choisissez un fichier PO (.po) ou XLIFF 1.2 (.xlf, .xliff)."))
        reading: Callable[[bytes, str], Read] = FORMATS[self.kind].read
        return reading(self.data, language)


def opened(data: bytes, name: str) -> Sent:
    return Sent(" ".join("".join(sign for sign in name if sign.isprintable()).split())[-100:], data)


def written(file: UnitsFile, kind: str) -> bytes:
    writing: Callable[[UnitsFile], bytes] = FORMATS[kind].written
    return writing(file)


def packed(sent: Sent) -> str:
    return base64.urlsafe_b64encode(zlib.compress(sent.data, 6)).decode("ascii")


def unpacked(text: str, name: str) -> Sent:
    """The file in a text of :func:`packed`. A browser brought it: everything in it is examined again."""
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(base64.urlsafe_b64decode(text.encode("ascii")), LARGEST_FILE)
        if not unpacking.eof:
            raise refused(_AGAIN)
    except (ValueError, binascii.Error, zlib.error) as error:
        raise refused(_AGAIN) from error
    return opened(data, name)
