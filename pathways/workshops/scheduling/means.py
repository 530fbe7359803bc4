"""People, rooms, vans and devices: what a session needs and what cannot be in two places (``engaging``)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.database import changed, insert_for
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.people.models import Membership
from pathways.permissions import Member
from pathways.places.models import Place, Room, Tour
from pathways.workshops import policies, tongues
from pathways.workshops.models import (
    Engagement,
    Means,
    MeansKind,
    MeansUnit,
)

LONGEST_NAME, MOST_UNITS = 100, 200
KINDS = {
    MeansKind.TRAINER: D_("formatrice ou formateur"),
    MeansKind.INTERPRETER: D_("interprète"),
    MeansKind.ROOM: D_("salle"),
    MeansKind.VAN: D_("véhicule"),
    MeansKind.DEVICES: D_("matériel"),
}


@dataclass(frozen=True, slots=True)
class MeansForm:
    kind: MeansKind
    name: str
    account_id: uuid.UUID | None = None
    room_id: uuid.UUID | None = None
    tour_id: uuid.UUID | None = None
    languages: tuple[str, ...] = ()
    remote: bool = False
    units: int = 1
    shared: bool = False

    @classmethod
    def of(cls, kept: Means) -> MeansForm:
        names = ("kind", "name", "account_id", "room_id", "tour_id", "remote", "units", "shared")
        return cls(**{name: getattr(kept, name) for name in names}, languages=tuple(kept.languages))


def get(db: Session, member: Member, means_id: uuid.UUID) -> Means:
    found = db.get(Means, means_id)
    if found is None or not policies.may_engage(member, found.organisation_id, shared=found.shared):
        raise NotFound(D_("Ce moyen n'existe pas."))
    return found


def list_for(member: Member, *, archived: bool = False) -> sa.Select[Means]:
    """The organisation's own, then what others lend."""
    own = Means.organisation_id == member.organisation_id
    if archived:
        return sa.select(Means).where(own, Means.archived_at.is_not(None)).order_by(Means.kind, Means.name)
    query = sa.select(Means).where(sa.or_(own, Means.shared), Means.archived_at.is_(None))
    return query.order_by(sa.case((own, 0), else_=1), Means.kind, Means.name, Means.id)


def create(db: Session, member: Member, form: MeansForm, *, id: uuid.UUID | None = None) -> Means:  # noqa: A002 - what it is
    _may_write(member, member.organisation_id)
    if id is not None and db.get(Means, id) is not None:
        return editable(db, member, id)
    made = Means(organisation_id=member.organisation_id, **_checked(db, member, form))
    if id is not None:
        made.id = id
    return _kept(db, made)


def update(db: Session, member: Member, means_id: uuid.UUID, form: MeansForm, *, version: int) -> Means:
    found = editable(db, member, means_id, lock=True)
    values = _checked(db, member, form, but=found.id)
    if all(getattr(found, name) == value for name, value in values.items()):
        return found
    if version != found.version:
        raise Conflict(D_("Un collègue a modifié cette fiche entre-temps. Relisez, puis enregistrez de nouveau."))
    for name, value in values.items():
        setattr(found, name, value)
    found.version += 1
    return _kept(db, found)


def archive(db: Session, member: Member, means_id: uuid.UUID, *, archived: bool = True) -> Means:
    """No longer offered, and its calendar's address is dead; what it is bound to stays."""
    found = editable(db, member, means_id, lock=True)
    if (found.archived_at is not None) != archived:
        found.archived_at = clock.now() if archived else None
        found.version += 1
        db.flush()
    return found


def of_room(db: Session, room: Room) -> Means:
    """The means that a room is: made when it is first used."""
    place = db.get_one(Place, room.place_id)
    name = f"{room.name} – {place.name}"[:LONGEST_NAME]
    return _same(db, Means.room_id == room.id, place.organisation_id, MeansKind.ROOM, name, room_id=room.id)


def of_tour(db: Session, tour: Tour) -> Means:
    """The van of a tour."""
    name = tour.name[:LONGEST_NAME]
    return _same(db, Means.tour_id == tour.id, tour.organisation_id, MeansKind.VAN, name, tour_id=tour.id)


def _same(
    db: Session,
    which: sa.ColumnElement[bool],
    organisation_id: uuid.UUID,
    kind: MeansKind,
    name: str,
    **link: uuid.UUID,
) -> Means:
    known = db.scalar(sa.select(Means).where(which))
    if known is not None:
        return known
    values = {"id": ids.new_id(), "organisation_id": organisation_id, "kind": kind, "name": name, "languages": []}
    values |= {"remote": False, "units": 1, "shared": False, "version": 1} | link
    if changed(db, insert_for(db)(Means).values(values).on_conflict_do_nothing()):
        db.add(MeansUnit(means_id=values["id"]))
        db.flush()
    return db.scalars(sa.select(Means).where(which)).one()


def _kept(db: Session, one: Means) -> Means:
    """Stored, with as many units as it says. Units that are still bound do not go."""
    db.add(one)
    db.flush()
    numbers = db.scalars(sa.select(MeansUnit.number).filter_by(means_id=one.id).order_by(MeansUnit.number)).all()
    db.add_all([MeansUnit(means_id=one.id) for _ in range(one.units - len(numbers))])
    db.flush()
    surplus = len(numbers) - one.units
    if surplus > 0:
        bound = set(db.scalars(sa.select(Engagement.unit).where(Engagement.unit.in_(numbers))))
        loose = [number for number in reversed(numbers) if number not in bound][:surplus]
        if len(loose) < surplus:
            raise Conflict(
                D_("%(units)s sont déjà pris par des séances : gardez-en au moins autant."), units=len(bound)
            )
        db.execute(sa.delete(MeansUnit).where(MeansUnit.number.in_(loose)))
    return one


def editable(db: Session, member: Member, means_id: uuid.UUID, *, lock: bool = False) -> Means:
    """The sheet, for whoever may change it: others may engage what is lent, and no more."""
    found = get(db, member, means_id)
    _may_write(member, found.organisation_id)
    if lock:
        db.refresh(found, with_for_update=True)
    return found


def _may_write(member: Member, organisation_id: uuid.UUID) -> None:
    if not policies.may_edit(member, organisation_id):
        raise Forbidden(D_("Seule la structure qui prête ce moyen peut modifier sa fiche."))


def _checked(db: Session, member: Member, form: MeansForm, *, but: uuid.UUID | None = None) -> dict[str, Any]:
    errors = _wrong_words(form)
    if form.account_id is not None and not _is_member(db, member, form.account_id):
        errors.append(_error("account", D_("Cette personne n'est pas membre de la structure.")))
    if form.room_id is not None and not _is_own_room(db, member, form.room_id):
        errors.append(_error("room", D_("Cette salle n'existe pas.")))
    elif form.room_id is not None and _has_sheet(db, Means.room_id == form.room_id, but):
        errors.append(_error("room", D_("Cette salle a déjà une fiche.")))
    tour = db.get(Tour, form.tour_id) if form.tour_id is not None else None
    if form.tour_id is not None and (tour is None or tour.organisation_id != member.organisation_id):
        errors.append(_error("tour", D_("Cette tournée n'existe pas.")))
    elif tour is not None and _has_sheet(db, Means.tour_id == tour.id, but):
        errors.append(_error("tour", D_("Ce véhicule a déjà une fiche.")))
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    person = form.kind in {MeansKind.TRAINER, MeansKind.INTERPRETER}
    return {
        "kind": form.kind,
        "name": form.name,
        "account_id": form.account_id if person else None,
        "room_id": form.room_id if form.kind is MeansKind.ROOM else None,
        "tour_id": form.tour_id if form.kind is MeansKind.VAN else None,
        "languages": list(dict.fromkeys(form.languages)) if person else [],
        "remote": form.remote and person,
        "units": form.units,
        "shared": form.shared,
    }


def _wrong_words(form: MeansForm) -> list[dict[str, str]]:
    errors: list[dict[str, str]] = []
    if not form.name:
        errors.append(_error("name", D_("Donnez un nom.")))
    elif len(form.name) > LONGEST_NAME:
        errors.append(_error("name", D_("C'est trop long : %(most)s signes au plus."), most=LONGEST_NAME))
    if not 1 <= form.units <= MOST_UNITS:
        errors.append(_error("units", D_("Un nombre de %(least)s à %(most)s."), least=1, most=MOST_UNITS))
    elif form.units > 1 and form.kind is not MeansKind.DEVICES:
        said = D_("Seul le matériel se compte : une personne, une salle ou un véhicule est un seul.")
        errors.append(_error("units", said))
    unknown = tongues.unknown(form.languages)
    return errors + [_error("languages", D_("« %(value)s » n'est pas dans la liste."), value=code) for code in unknown]


def _error(field: str, message: str, **values: object) -> dict[str, str]:
    return {"field": field, "message": i18n.sentence(message, values)}


def _is_member(db: Session, member: Member, account_id: uuid.UUID) -> bool:
    query = sa.select(Membership.id).filter_by(account_id=account_id, organisation_id=member.organisation_id)
    return db.scalar(query) is not None


def _is_own_room(db: Session, member: Member, room_id: uuid.UUID) -> bool:
    query = sa.select(Place.organisation_id).join(Room, Room.place_id == Place.id).where(Room.id == room_id)
    return db.scalar(query) == member.organisation_id


def _has_sheet(db: Session, which: sa.ColumnElement[bool], but: uuid.UUID | None) -> bool:
    query = sa.select(Means.id).where(which)
    return db.scalar(query if but is None else query.where(Means.id != but)) is not None
