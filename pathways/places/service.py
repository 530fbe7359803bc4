"""The sheets of places: read by everybody, written by the organisation that keeps them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import changes, clock, i18n, ids
from pathways.clock import PARIS
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.places import policies, vocabularies
from pathways.places.models import Commune, Place, PlaceTrait, Postcode, Room
from pathways.places.place_forms import PlaceForm, Wrong, faults, regular
from pathways.places.territories import flat_name

KIND = "place"
MOST_LISTED, MOST_CHOICES = 100, 500
_NO_PLACE = D_("Ce lieu n'existe pas.")
_MISSING = D_("Quelque chose manque ou ne va pas. Rien n'est perdu : corrigez, puis enregistrez.")
MOVED = D_(
    "Une collègue ou un collègue a changé cette fiche entre-temps. Votre texte est encore là : comparez, puis "
    "enregistrez-le si c'est bien le bon."
)
_LISTS = frozenset(one.name for one in fields(PlaceForm) if str(one.type).startswith("tuple"))


def get(db: Session, member: Member, place_id: uuid.UUID) -> Place:
    """A place of the directory, or one's own that has left it."""
    found = db.get(Place, place_id)
    if found is None or (found.withdrawn_at is not None and found.organisation_id != member.organisation_id):
        raise NotFound(_NO_PLACE)
    return found


def own(db: Session, member: Member, place_id: uuid.UUID) -> Place:
    """A place whose sheet the member may write."""
    found = get(db, member, place_id)
    if not policies.may_keep(member, found.organisation_id):
        raise Forbidden(D_("La fiche de ce lieu est tenue par une autre structure."))
    return found


def public(db: Session, place_id: uuid.UUID) -> Place:
    found = db.get(Place, place_id)
    if found is None or found.withdrawn_at is not None:
        raise NotFound(_NO_PLACE)
    return found


def matching(member: Member, *, words: str = "", everybody: bool = False) -> sa.Select[Place]:
    """One's own places, withdrawn ones too, or everybody's that are in the directory."""
    query = sa.select(Place)
    if everybody:
        query = query.where(Place.withdrawn_at.is_(None))
    else:
        query = query.where(Place.organisation_id == member.organisation_id)
    for word in i18n.folded(words).split()[:6]:
        hit = Place.sought.contains(word, autoescape=True)
        query = query.where(sa.or_(hit, Place.postcode.startswith(word, autoescape=True)))
    return query


def search(db: Session, member: Member, *, words: str = "", everybody: bool = False, offset: int = 0) -> list[Place]:
    """By name; one more than a page holds, where there are more."""
    query = matching(member, words=words, everybody=everybody)
    order = query.order_by(Place.withdrawn_at.is_not(None), Place.sought, Place.id)
    return list(db.scalars(order.offset(offset).limit(MOST_LISTED + 1)))


def choices(db: Session, member: Member, *, mobile: bool = False) -> Sequence[Place]:
    """One's own places to choose from: fixed ones, or vans."""
    query = matching(member).where(Place.withdrawn_at.is_(None), Place.is_mobile.is_(mobile))
    return db.scalars(query.order_by(Place.sought, Place.id).limit(MOST_CHOICES)).all()


def form_of(place: Place) -> PlaceForm:
    """What stands on the sheet, to be written again. A centre of the commune is nothing that anybody wrote."""
    kept: dict[str, Any] = {one.name: getattr(place, one.name) for one in fields(PlaceForm)}
    kept |= {name: tuple(kept[name]) for name in _LISTS}
    if place.is_at_centre:
        kept |= {"latitude": None, "longitude": None}
    return PlaceForm(**kept)


# --- writing ---


def create(db: Session, member: Member, form: PlaceForm, *, key: uuid.UUID | None = None) -> Place:
    """A new sheet, in the directory at once. The same ``key`` twice makes one."""
    if not policies.may_keep(member, member.organisation_id):
        raise Forbidden(D_("Votre rôle ne permet pas de tenir des fiches."))
    made = ids.new_id() if key is None else ids.stable_id("place", str(member.organisation_id), str(key))
    if key is not None and (there := db.get(Place, made)) is not None:
        return there
    form = checked(db, form)
    place = Place(id=made, organisation_id=member.organisation_id, source_id=str(made), beside={}, version=1)
    _write(db, place, form)
    place.created_at = place.updated_at
    try:
        with db.begin_nested():
            db.add(place)
            db.flush()
    except IntegrityError:  # the same press, twice at once
        return db.get_one(Place, made)
    save_traits(db, place)
    changes.note(db, place.organisation_id, KIND, place.id, "created")
    return place


def update(db: Session, member: Member, place_id: uuid.UUID, form: PlaceForm, *, version: int) -> Place:
    """Write a sheet as it shall be. ``version`` is the one that its author was looking at; the same twice is one."""
    place = _held(db, member, place_id)
    form = checked(db, form)
    if place.version != version:
        if form_of(place) == form:
            return place
        raise Conflict(MOVED)
    _write(db, place, form)
    return _written(db, place, "updated")


def vouch(db: Session, member: Member, place_id: uuid.UUID) -> Place:
    """Everything on the sheet is still right today: its date says so to everybody who reads or imports it."""
    place = _held(db, member, place_id)
    if place.updated_on == today():
        return place
    place.updated_on = today()
    return _written(db, place, "updated")


def withdraw(db: Session, member: Member, place_id: uuid.UUID, *, withdrawn: bool = True) -> Place:
    """Take a place out of the directory, or put it back. Twice changes nothing."""
    place = _held(db, member, place_id)
    if withdrawn == (place.withdrawn_at is not None):
        return place
    place.withdrawn_at = clock.now() if withdrawn else None
    return _written(db, place, "withdrawn" if withdrawn else "updated")


def today() -> date:
    return clock.now().astimezone(PARIS).date()


def sought_of(name: str, commune: str) -> str:
    return i18n.folded(f"{name} {commune}")[:300]


def checked(db: Session, form: PlaceForm) -> PlaceForm:
    """The form, regular and with the code of its commune. Raises :class:`Invalid` with what is wrong by field."""
    form = regular(form)
    wrong: Wrong = faults(form)
    if not {"postcode", "commune"} & {field for field, _ in wrong}:
        commune, said = _commune(db, form)
        if said:
            wrong.append(("commune", said))
        elif commune is not None:
            form = replace(form, commune_code=commune.code, commune=commune.name)
    if wrong:
        raise Invalid(_MISSING, errors=[{"field": field, "message": said} for field, said in wrong])
    return form


def communes_at(db: Session, postcode: str) -> Sequence[Commune]:
    served = sa.select(Commune).join(Postcode, Postcode.commune_code == Commune.code)
    return db.scalars(served.where(Postcode.postcode == postcode).order_by(Commune.name)).all()


def _commune(db: Session, form: PlaceForm) -> tuple[Commune | None, str]:
    """The commune that is meant, or what to say. A postcode that this server does not know (of a business, of a town
    abroad in the sea) is believed.
    """
    there = communes_at(db, form.postcode)
    same = [one for one in there if flat_name(one.name) == flat_name(form.commune)]
    if form.commune_code:
        same = [one for one in there if one.code == form.commune_code] or same
    if not there or same:
        return (same[0] if same else None), ""
    names = ", ".join(one.name for one in there[:12])
    said = D_("%(postcode)s est le code postal de : %(names)s.")
    return None, i18n.sentence(said, {"postcode": form.postcode, "names": names})


def _write(db: Session, place: Place, form: PlaceForm) -> None:
    for one in fields(PlaceForm):
        value = getattr(form, one.name)
        setattr(place, one.name, list(value) if one.name in _LISTS else value)
    place.sought = sought_of(form.name, form.commune)
    place.updated_on, place.updated_at = today(), clock.now()
    locate(db, place)


def locate(db: Session, place: Place) -> None:
    """Without coordinates of its own a place is found at the centre of its commune."""
    place.is_at_centre = False
    if place.latitude is None and place.commune_code:
        centre = db.get(Commune, place.commune_code)
        if centre is not None and centre.latitude is not None:
            place.latitude, place.longitude, place.is_at_centre = centre.latitude, centre.longitude, True


def save_traits(db: Session, place: Place) -> None:
    """What the directory finds the place by. A room that is reached without a step says so of the place."""
    step_free = db.scalar(sa.select(sa.func.count()).select_from(Room).filter_by(place_id=place.id, step_free=True))
    described: Any = place  # its columns are what they hold, once it is loaded
    wanted = set(vocabularies.traits_of(described)) | ({"access:wheelchair"} if step_free else set())
    there = set(db.scalars(sa.select(PlaceTrait.trait).filter_by(place_id=place.id)))
    if gone := there - wanted:
        db.execute(sa.delete(PlaceTrait).where(PlaceTrait.place_id == place.id, PlaceTrait.trait.in_(gone)))
    if new := wanted - there:
        db.execute(sa.insert(PlaceTrait), [{"trait": trait, "place_id": place.id} for trait in sorted(new)])


def _held(db: Session, member: Member, place_id: uuid.UUID) -> Place:
    """The sheet, held until the transaction ends."""
    place = own(db, member, place_id)
    db.refresh(place, with_for_update=True)
    return place


def _written(db: Session, place: Place, act: str) -> Place:
    place.version += 1
    place.updated_at = clock.now()
    db.flush()
    save_traits(db, place)
    changes.note(db, place.organisation_id, KIND, place.id, act)
    return place
