"""The organisation's own ladders of micro-skills on pages: a whole ladder is one form."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Form, Query
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.referentials import own, service
from pathways.referentials.ladders import ladders_of
from pathways.referentials.models import Strand
from pathways.referentials.own import DEVICES, MOST_RUNGS, Rung
from pathways.texts import clean, one_line
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line, Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/ladders")

Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.CONTENT_WRITE))]
Framework = Annotated[Short, Query()]
LONGEST = 300
_MISSING = D_("Quelque chose manque ou ne va pas. Rien n'est perdu : corrigez, puis enregistrez.")


@dataclass(slots=True)
class LadderForm:
    """What stands in the form of a ladder."""

    fields: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    said: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    theirs: LadderForm | None = None
    """What a colleague kept in between."""

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def lines(self) -> list[int]:
        """The lines that hold a micro-skill, in the order that their authors gave them."""
        filled = [row for row in range(MOST_RUNGS) if self.get(f"skill-{row}-title") or self.get(f"skill-{row}-code")]
        return sorted(filled, key=lambda row: (_number(self.get(f"skill-{row}-place"), row + 1), row))

    def rungs(self) -> list[Rung]:
        return [
            Rung(
                title=self.get(f"skill-{row}-title"),
                level=_number(self.get(f"skill-{row}-level"), 0),
                code=self.get(f"skill-{row}-code"),
                device=self.get(f"skill-{row}-device") or "any",
                requires=own.requires_of(self.get(f"skill-{row}-requires")),
                archived=bool(self.get(f"skill-{row}-archived")),
            )
            for row in self.lines()
        ]

    def at_lines(self, error: Invalid) -> dict[str, str]:
        """The errors of the rungs at the lines of the form that they came from."""
        lines, found = self.lines(), {}
        for entry in error.errors:
            parts = entry["field"].split("-")
            if len(parts) == 3:  # skill-2-title
                parts[1] = str(lines[int(parts[1])])
            found["-".join(parts)] = i18n.sentence(entry["message"], {})
        return found


def form_of(strand: Strand) -> LadderForm:
    fields = {"title": strand.title, "description": strand.description, "version": str(strand.version)}
    rungs = own.rungs_of(strand)
    for row, rung in enumerate(rungs):
        at = f"skill-{row}"
        fields |= {f"{at}-code": rung.code, f"{at}-title": rung.title, f"{at}-level": str(rung.level)}
        fields |= {f"{at}-device": rung.device, f"{at}-requires": own.requires_in_words(rung.requires)}
        fields |= {f"{at}-place": str(row + 1), f"{at}-archived": "on" if rung.archived else ""}
    return LadderForm(fields, min(MOST_RUNGS, max(4, len(rungs) + 1)))


async def _submitted(request: Request) -> LadderForm:
    fields: dict[str, str] = {}
    for name, value in list((await request.form()).multi_items())[:200]:
        if isinstance(value, str):
            try:
                fields[name] = one_line(clean(value[:LONGEST]))
            except PydanticCustomError:
                fields[name] = one_line("".join(letter for letter in value[:LONGEST] if letter.isprintable()))
    return LadderForm(fields, min(MOST_RUNGS, _number(fields.get("rows", ""), 4)))


Sent = Annotated[LadderForm, Depends(_submitted)]


@router.get("")
def ladders(request: Request, member: Reader, db: ReadDB, framework: Framework = service.USUAL_FRAMEWORK) -> Response:
    return _list(request, member, db, framework)


@router.post("")
def create(
    request: Request,
    member: WriterForm,
    db: DB,
    title: Annotated[Line, Form()] = "",
    key: Annotated[str, Form(max_length=64)] = "",
    framework: Framework = service.USUAL_FRAMEWORK,
) -> Response:
    try:
        made = own.create(db, member, framework=framework, title=title, key=_key(key))
    except Invalid as error:
        return _list(
            request, member, db, framework, title=title, said=i18n.sentence(error.message, error.values), status=422
        )
    return RedirectResponse(f"/ladders/{made.id}", 303)


@router.get("/{ladder_id}")
def ladder(request: Request, member: Reader, ladder_id: uuid.UUID, db: ReadDB) -> Response:
    strand = own.get(db, member, ladder_id)
    return _page(request, member, db, strand, form_of(strand))


@router.post("/{ladder_id}")
def change(request: Request, member: WriterForm, ladder_id: uuid.UUID, form: Sent, db: DB) -> Response:
    strand = own.get(db, member, ladder_id)
    if form.get("action") == "more":
        form.rows = min(MOST_RUNGS, form.rows + 4)
        return _page(request, member, db, strand, form)
    try:
        with db.begin_nested():
            own.change(
                db,
                member,
                ladder_id,
                version=_number(form.get("version"), 0),
                title=form.get("title"),
                description=form.get("description"),
                rungs=form.rungs(),
            )
    except Conflict as error:
        form.fields["version"] = str(strand.version)  # to be kept on purpose over the colleague's
        form.said, form.theirs = i18n.sentence(error.message, error.values), form_of(strand)
        return _page(request, member, db, strand, form, status=409)
    except Invalid as error:
        form.said, form.errors = i18n.gettext(_MISSING), form.at_lines(error)
        return _page(request, member, db, strand, form, status=422)
    return RedirectResponse(f"/ladders/{ladder_id}", 303)


@router.post("/{ladder_id}/archive")
def archive(member: WriterForm, ladder_id: uuid.UUID, db: DB) -> Response:
    own.archive(db, member, ladder_id, archived=True)
    return RedirectResponse(f"/ladders/{ladder_id}", 303)


@router.post("/{ladder_id}/bring-back")
def bring_back(member: WriterForm, ladder_id: uuid.UUID, db: DB) -> Response:
    own.archive(db, member, ladder_id, archived=False)
    return RedirectResponse(f"/ladders/{ladder_id}", 303)


def _list(
    request: Request, member: Member, db: Session, framework: str, *, title: str = "", said: str = "", status: int = 200
) -> Response:
    return render(
        request,
        "ladders.html",
        status=status,
        referential=service.latest(db, framework),
        ladders=own.all_of(db, member, framework),
        may_write=member.may(Permission.CONTENT_WRITE),
        framework=framework,
        title=title,
        said=said,
        key=str(ids.random_id()),
    )


def _page(
    request: Request, member: Member, db: Session, strand: Strand, form: LadderForm, *, status: int = 200
) -> Response:
    assert strand.framework is not None
    referential = service.latest(db, strand.framework)
    return render(
        request,
        "ladder.html",
        status=status,
        strand=strand,
        form=form,
        said=form.said,
        errors=form.errors,
        theirs=form.theirs,
        levels=referential.levels,
        devices=DEVICES,
        known=ladders_of(db, referential, member.organisation_id),
        may_write=member.may(Permission.CONTENT_WRITE),
        framework=strand.framework,
    )


def _number(text: str, usual: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else usual


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
