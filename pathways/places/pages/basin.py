"""Living basins at the desk: sets of communes, drawn by hand or taken from INSEE's table."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Depends, File, Query, UploadFile
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids, spreadsheets
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.places import basins, territories
from pathways.places.models import Basin
from pathways.places.pages.sent import Form, Sent, filled
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/basins")

OF = {"basin_id": basins.get}
Reader = Annotated[Member, Depends(Requires(Permission.PLACES_READ, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.TERRITORIES_WRITE, of=OF))]
Operator = Annotated[Member, Depends(RequiresForm(Permission.SERVER_OPERATE))]
ON_A_PAGE, MOST_PAGES, MOST_FOUND = 50, 200, 12


@router.get("")
def all_basins(
    request: Request,
    member: Reader,
    db: ReadDB,
    q: Annotated[Line, Query()] = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    return _list(request, member, db, filled({"key": str(ids.random_id())}), sought=q, page=page)


@router.post("")
def create(request: Request, member: WriterForm, form: Sent, db: DB) -> Response:
    made = ids.stable_id("basin", str(member.organisation_id), form.get("key") or str(ids.random_id()))
    if db.get(Basin, made) is not None:
        return RedirectResponse(f"/basins/{made}", 303)
    try:
        with db.begin_nested():
            basins.create(db, member, name=form.get("name"), codes=_codes(form), basin_id=made)
    except IntegrityError:  # the same press, twice at once
        pass
    except Invalid as error:
        form.told(error)
        return _list(request, member, db, form, status=422)
    return RedirectResponse(f"/basins/{made}", 303)


@router.post("/import")
def import_table(
    request: Request, member: Operator, db: DB, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """INSEE's table, for everybody on this server."""
    form = filled({"key": str(ids.random_id())})
    try:
        if file is None or not file.filename:
            said = D_("Choisissez un fichier.")
            raise _wrong_file(said)
        with db.begin_nested():
            found = basins.load_table(db, file.file.read(spreadsheets.LARGEST_FILE + 1), file.filename)
    except Invalid as error:
        form.told(error)
        form.fields["import"] = [one["message"] for one in error.errors]
        return _list(request, member, db, form, status=422)
    form.fields["done"] = [
        i18n.sentence(
            D_("%(basins)s bassins, %(communes)s communes."), {"basins": one.basins, "communes": one.communes}
        )
        for one in found
    ]
    return _list(request, member, db, form)


@router.get("/{basin_id}")
def basin(
    request: Request, member: Reader, basin_id: uuid.UUID, db: ReadDB, find: Annotated[Line, Query()] = ""
) -> Response:
    found = basins.get(db, member, basin_id)
    return _page(request, member, db, found, _form_of(db, found), find=find)


@router.post("/{basin_id}")
def change(request: Request, member: WriterForm, basin_id: uuid.UUID, form: Sent, db: DB) -> Response:
    """One form, several buttons: keep, look for a commune, add one, take one out."""
    found = basins.get(db, member, basin_id)
    if form.get("action") == "find":
        return _page(request, member, db, found, form, find=form.get("find"))
    try:
        with db.begin_nested():
            basins.update(
                db, member, basin_id, name=form.get("name"), codes=_codes(form), version=form.number("version")
            )
    except (Invalid, Conflict) as error:
        form.told(error)
        form.fields["version"] = [str(found.version)]
        return _page(request, member, db, found, form, status=409 if isinstance(error, Conflict) else 422)
    return RedirectResponse(f"/basins/{basin_id}", 303)


@router.post("/{basin_id}/delete")
def delete(member: WriterForm, basin_id: uuid.UUID, db: DB) -> Response:
    basins.delete(db, member, basin_id)
    return RedirectResponse("/basins", 303)


def _wrong_file(said: str) -> Invalid:
    return Invalid(said, errors=[{"field": "file", "message": said}])


def _codes(form: Form) -> list[str]:
    """Codes typed or pasted, one a line or between spaces and commas, and those that were ticked."""
    typed = form.get("communes").replace(",", " ").replace(";", " ").split()
    return [*typed, *form.all("code")]


def _form_of(db: Session, basin: Basin) -> Form:
    codes = list(basins.commune_codes(db, basin.id))
    return filled({"name": basin.name, "version": basin.version, "code": codes})


def _list(
    request: Request,
    member: Member,
    db: Session,
    form: Form,
    *,
    sought: str = "",
    page: int = 1,
    status: int = 200,
) -> Response:
    found = basins.list_for(db, member, words=sought, limit=ON_A_PAGE + 1, offset=(page - 1) * ON_A_PAGE)
    return render(
        request,
        "basins.html",
        status=status,
        basins=found[:ON_A_PAGE],
        more=len(found) > ON_A_PAGE and page < MOST_PAGES,
        page=page,
        sought=sought,
        form=form,
        errors=form.errors,
        systems=basins.SYSTEMS,
        may_write=member.may(Permission.TERRITORIES_WRITE),
        may_import=member.may(Permission.SERVER_OPERATE),
    )


def _page(
    request: Request,
    member: Member,
    db: Session,
    basin: Basin,
    form: Form,
    *,
    find: str = "",
    status: int = 200,
) -> Response:
    shown = list(basins.communes(db, basin.id))
    there = {one.code for one in shown}
    ticked = [code for code in form.all("code") if code not in there]
    return render(
        request,
        "basin.html",
        status=status,
        basin=basin,
        form=form,
        errors=form.errors,
        communes=shown,
        added=[spot for code in ticked[:200] if (spot := territories.spot_of(db, code))],
        found=[one for one in territories.find(db, find, limit=MOST_FOUND) if one.code not in there] if find else [],
        sought=find,
        systems=basins.SYSTEMS,
        may_write=member.may(Permission.TERRITORIES_WRITE) and basin.organisation_id == member.organisation_id,
    )
