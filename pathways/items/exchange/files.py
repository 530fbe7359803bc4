"""A file of items as somebody sent it: opened once, and carried by the page between the report and the import, so that
no server has to keep it. Pure.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pathways import i18n, spreadsheets
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items.exchange.documents import Draft, Told
from pathways.items.exchange.rows import drafts_of_table
from pathways.items.exchange.yaml_files import drafts_of_yaml, source_of
from pathways.referentials.reading import Source
from pathways.spreadsheets import Table, TableRow

LARGEST_UNPACKED = 40_000_000
_AGAIN = D_("Le fichier n'a pas pu être repris. Choisissez-le de nouveau.")


@dataclass(frozen=True, slots=True)
class Sent:
    """A table, or the text of a YAML file and what is in it; and the pictures that came beside."""

    name: str
    table: Table | None = None
    text: str = ""
    source: Source | None = field(default=None, compare=False, repr=False)
    images: Mapping[str, str] = field(default_factory=dict)
    """Digests of pictures by the names of their files."""

    def drafts(self, known: Mapping[str, Mapping[str, Any]]) -> tuple[list[Draft], list[Told]]:
        """The items in it, and what is to be said of the file as a whole. ``known``: bodies of items by code."""
        if self.table:
            return drafts_of_table(self.table, known)
        assert self.source is not None
        return drafts_of_yaml(self.source)


def opened(data: bytes, name: str) -> Sent:
    """Raises :class:`Invalid` with a sentence that says what is wrong with the file."""
    name = " ".join(name.split())[-100:]
    if not re.search(r"\.ya?ml$", name, re.IGNORECASE):
        return Sent(name, table=spreadsheets.read(data, name))
    try:
        text = data[: spreadsheets.LARGEST_FILE].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        said = D_("Ligne %(line)s : le fichier n'est pas en UTF-8. Enregistrez-le en UTF-8.")
        told = i18n.sentence(said, {"line": line})
        raise Invalid(said, errors=[{"field": "file", "message": told}], line=line) from error
    return Sent(name, text=text, source=source_of(text, name))


def packed(sent: Sent) -> str:
    """The file as a text that a form can carry."""
    held: dict[str, Any] = {"name": sent.name, "table": sent.table and asdict(sent.table), "text": sent.text}
    held["images"] = dict(sent.images)
    document = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(document.encode(), 6)).decode("ascii")


def unpacked(text: str) -> Sent:
    """The file in a text of :func:`packed`; everything in it is examined again, since a browser brought it."""
    try:
        unpacking = zlib.decompressobj()
        document = unpacking.decompress(base64.urlsafe_b64decode(text.encode("ascii")), LARGEST_UNPACKED)
        if not unpacking.eof:
            raise Invalid(_AGAIN, errors=[{"field": "file", "message": _AGAIN}])
        found = json.loads(document)
        table = found["table"] and Table(
            tuple(map(_cell, found["table"]["header"])),
            tuple(TableRow(int(row["line"]), tuple(map(_cell, row["cells"]))) for row in found["table"]["rows"]),
        )
        name, text = _cell(found["name"]), _cell(found["text"])
        images = {_cell(file): _cell(digest) for file, digest in found["images"].items()}
        source = None if table else source_of(text, name)
        return Sent(name, table or None, text, source, images)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, binascii.Error, zlib.error) as error:
        raise Invalid(_AGAIN, errors=[{"field": "file", "message": _AGAIN}]) from error


def _cell(value: Any) -> str:
    if not isinstance(value, str) or len(value) > spreadsheets.LARGEST_FILE or spreadsheets.forbidden_sign(value):
        raise ValueError("no text of a file")
    return value
