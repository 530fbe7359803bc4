"""The fields and pictures of an item's form as they come in. Pictures are decoded before the database is asked for: on
SQLite nobody else waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items import pictures
from pathways.items.pictures import Cleaned
from pathways.texts import salvaged

MOST_FIELDS = 400
LONGEST_FIELD = 2_000
UPLOADED = "_file"
"""How the name of a file's field ends: ``picture_file`` gives ``picture``."""
SALVAGED = (
    D_("C'était trop long : la fin a été coupée."),
    D_("Un caractère invisible ne pouvait pas être gardé : il a été retiré. Relisez."),
)
"""What :func:`salvaged` says of a field, marked here: it stands beneath the languages."""


@dataclass(slots=True)
class Submitted:
    """What somebody sent. ``errors`` by field, for what could not be taken."""

    fields: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, Cleaned] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def keep_pictures(self, db: Session) -> None:
        """Store what was sent and put its name where the item's document will look for it: from now on the form
        carries the name, and the file need not be sent again.
        """
        for name, picture in self.pictures.items():
            kept = pictures.keep(db, picture)
            self.fields[name] = pictures.file_of(kept.sha256, kept.media_type)
        for name in [name for name in self.fields if name.endswith("_drop") and self.fields[name]]:
            self.fields[name.removesuffix("_drop")] = ""
            self.fields[name] = ""


@dataclass(frozen=True, slots=True)
class _Sent:
    fields: Mapping[str, str]
    files: Mapping[str, bytes]


async def _sent(request: Request) -> _Sent:
    form = await request.form()
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for name, value in list(form.multi_items())[:MOST_FIELDS]:
        if isinstance(value, UploadFile):
            if value.filename:  # browsers send a field without a file, too
                files[name] = await value.read()
        else:
            fields[name] = value
    return _Sent(fields, files)


def submitted(sent: Annotated[_Sent, Depends(_sent)]) -> Submitted:
    """Each text cleaned, each picture decoded; what is wrong with one of them loses nothing of the others."""
    found = Submitted()
    for name, value in sent.fields.items():
        found.fields[name], wrong = salvaged(value, LONGEST_FIELD)
        if wrong:
            found.errors[name] = i18n.gettext(wrong)
    for name, body in sent.files.items():
        try:
            found.pictures[name.removesuffix(UPLOADED)] = pictures.cleaned(body)
        except Invalid as error:
            found.errors[name.removesuffix(UPLOADED)] = i18n.sentence(error.message, error.values)
    return found


Sent = Annotated[Submitted, Depends(submitted)]
