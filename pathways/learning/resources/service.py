"""The bank of resources: those that come with a framework, an organisation's own, and those that others share.

A pathway's step points to a resource and follows it: a text that was made better is the same resource. One that is
archived is proposed no more, and stays in the steps that have it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from pathways import clock, i18n, ids
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_, N_, folded
from pathways.items.flaws import Flaw
from pathways.learning.models import Device, LinkState, Resource, ResourceKind
from pathways.learning.resources.checks import flaws_of
from pathways.learning.resources.documents import OwnResourceDocument
from pathways.permissions import Member
from pathways.places import service as places_service
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders, ladders_of
from pathways.workshops.models import Reading

MOST_OWN, MOST_LISTED = 2_000, 3_000
DRAFT = "draft"
NEW_CODE = 8
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,63}")
_NOT_THERE = D_("Cette ressource n'existe pas.")
_NOT_YOURS = D_("Cette ressource n'est pas à vous : copiez-la, puis changez votre copie.")
_MISSING = D_("Quelque chose manque ou ne va pas. Rien n'est perdu : corrigez, puis enregistrez.")
MOVED = D_(
    "Une collègue ou un collègue a changé cette ressource entre-temps. Votre texte est encore là : comparez, puis "
    "enregistrez-le si c'est bien le bon."
)
COLUMNS = (
    *("kind", "title", "titles", "summary", "minutes", "languages", "subtitles", "wordless", "reading", "is_online"),
    *("place_id", "cost_cents", "licence", "url", "practice", "checked_on"),
)
"""Of a resource, those that its document says as they are kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for in the bank. Empty: whatever."""

    words: str = ""
    skill: str = ""
    language: str = ""
    kind: ResourceKind | None = None
    reading: Reading | None = None
    device: Device | None = None
    origin: str = ""
    """``own``, ``shipped``, ``shared``."""
    archived: bool = False


def list_for(db: Session, member: Member, framework: str, asked: Asked | None = None) -> list[Resource]:
    """What an organisation may propose: its own first, then the shipped ones, then those that others share. Translated
    sheets are left where they are: a list does not show them.
    """
    asked = asked or Asked()
    own, shipped = Resource.organisation_id == member.organisation_id, Resource.organisation_id.is_(None)
    query = sa.select(Resource).where(Resource.framework == framework, visible_to(member.organisation_id))
    gone = Resource.archived_at.is_not(None)
    query = query.where(gone & own if asked.archived else ~gone)
    for column, wanted in ((Resource.kind, asked.kind), (Resource.reading, asked.reading)):
        if wanted is not None:
            query = query.where(column == wanted)
    if asked.device is not None:
        query = query.where(Resource.device.in_([asked.device, Device.ANY]))
    rank = sa.case((own, 0), (shipped, 1), else_=2)
    query = query.options(defer(Resource.sheets)).limit(MOST_LISTED)
    found = db.scalars(query.order_by(rank, Resource.code, Resource.id)).all()
    return [one for one in found if _is_meant(member, one, asked)]


def get(db: Session, member: Member, resource_id: uuid.UUID) -> Resource:
    """A resource that a member may see; any other does not exist."""
    found = db.scalar(sa.select(Resource).where(Resource.id == resource_id, visible_to(member.organisation_id)))
    if found is None or (found.archived_at is not None and found.organisation_id != member.organisation_id):
        raise NotFound(_NOT_THERE)
    return found


def of_code(db: Session, code: str) -> Resource:
    """The sheet that an address names. Whoever has the address may read it: there is nobody in it."""
    found = None
    if _CODE.fullmatch(code):
        query = sa.select(Resource).where(Resource.code == code, Resource.archived_at.is_(None))
        first = sa.case((Resource.organisation_id.is_(None), 0), else_=1)
        found = db.scalars(query.order_by(first, Resource.framework, Resource.id).limit(1)).first()
    if found is None or not found.sheet:
        raise NotFound(N_("Cette page n'existe pas."))
    return found


def visible_to(organisation_id: uuid.UUID) -> sa.ColumnElement[bool]:
    own, shipped = Resource.organisation_id == organisation_id, Resource.organisation_id.is_(None)
    return sa.or_(shipped, own, Resource.shared_with_all.is_(True))


def document_of(resource: Resource) -> OwnResourceDocument:
    """What is kept, as it is written, to be written again."""
    values: dict[str, Any] = {name: getattr(resource, name) for name in COLUMNS}
    return OwnResourceDocument.model_validate(
        values
        | {"teaches": resource.teaches, "device": resource.device.value, "sheet": plain_sheet(resource.sheet) or None}
    )


def plain_sheet(sheet: dict[str, Any]) -> dict[str, Any]:
    """A sheet without what only a page needs of its pictures."""
    if not sheet:
        return {}
    kept = {"file", "alt", "words"}

    def bare(holder: dict[str, Any]) -> dict[str, Any]:
        drawn = holder.get("picture")
        return holder | {"picture": {name: drawn[name] for name in drawn.keys() & kept} if drawn else None}

    return bare(sheet) | {"steps": [bare(step) for step in sheet["steps"]]}


# --- writing ---


def create(
    db: Session, member: Member, document: OwnResourceDocument, *, framework: str, key: uuid.UUID | None = None
) -> Resource:
    """An own resource. The same ``key`` twice makes one."""
    made = ids.new_id() if key is None else ids.stable_id("own resource", str(member.organisation_id), str(key))
    if key is not None and (there := db.get(Resource, made)) is not None:
        return there
    bank = bank_of(db, member, framework)
    check(db, member, document, bank)
    own = sa.select(sa.func.count()).select_from(Resource).where(Resource.organisation_id == member.organisation_id)
    if (db.scalar(own) or 0) >= MOST_OWN:
        raise Invalid(D_("Au plus %(most)s ressources à vous."), most=MOST_OWN)
    resource = Resource(
        id=made,
        organisation_id=member.organisation_id,
        framework=framework,
        code=f"r-{ids.new_code(NEW_CODE).lower()}",
        made_by=member.account_id,
        **values_of(document, bank),
    )
    try:
        with db.begin_nested():
            db.add(resource)
            db.flush()
    except IntegrityError:  # the same press, twice at once
        return db.get_one(Resource, made)
    return resource


def change(
    db: Session, member: Member, resource_id: uuid.UUID, document: OwnResourceDocument, *, version: int
) -> Resource:
    """Write an own resource as it shall be. ``version`` is the one that its author was looking at; the same change
    twice is one.
    """
    resource = _own(db, member, resource_id)
    if document_of(resource) == document:
        return resource
    if resource.version != version:
        raise Conflict(MOVED)
    bank = bank_of(db, member, resource.framework)
    check(db, member, document, bank)
    write(resource, document, bank)
    db.flush()
    return resource


def write(resource: Resource, document: OwnResourceDocument, bank: Bank) -> None:
    """A new address has not been looked at yet."""
    if resource.url != document.url:
        resource.link_state, resource.link_looked_at, resource.link_failures = LinkState.UNKNOWN, None, 0
    for name, value in values_of(document, bank, resource).items():
        setattr(resource, name, value)
    resource.version += 1
    resource.updated_at = clock.now()


def share(db: Session, member: Member, resource_id: uuid.UUID, *, shared: bool) -> Resource:
    """Let every organisation of this server propose and copy it, or no more. Twice changes nothing."""
    resource = _own(db, member, resource_id)
    known = ladders_of(db, referentials_service.latest(db, resource.framework), None).skills
    if shared and not {one["skill"] for one in resource.teaches} & known.keys():
        said = D_(
            "Cette ressource n'apprend que vos propres micro-compétences : les autres ne pourraient rien en faire."
        )
        raise Invalid(said)
    if resource.shared_with_all != shared:
        resource.shared_with_all = shared
        resource.version += 1
        db.flush()
    return resource


def archive(db: Session, member: Member, resource_id: uuid.UUID, *, archived: bool) -> Resource:
    """Propose it no more, or again. Twice changes nothing."""
    resource = _own(db, member, resource_id)
    if archived != (resource.archived_at is not None):
        resource.archived_at = clock.now() if archived else None
        resource.version += 1
        db.flush()
    return resource


def copy(db: Session, member: Member, resource_id: uuid.UUID, *, key: uuid.UUID | None = None) -> Resource:
    """An own copy of any resource that one may see, with the micro-skills that are on one's own ladders."""
    source = get(db, member, resource_id)
    document = document_of(source)
    known = ladders_of(db, referentials_service.latest(db, source.framework), member.organisation_id).skills
    kept = tuple(one for one in document.teaches if one.skill in known)
    place = document.place_id if source.organisation_id == member.organisation_id else None
    if not kept:
        raise Invalid(D_("Aucune de ses micro-compétences n'est sur vos échelles."))
    copied = document.model_copy(update={"teaches": kept, "place_id": place})
    made = create(db, member, copied, framework=source.framework, key=key)
    if made.version == 1:
        made.sheets, made.summaries, made.states = dict(source.sheets), dict(source.summaries), dict(source.states)
        db.flush()
    return made


@dataclass(frozen=True, eq=False, slots=True)
class Bank:
    """What an organisation's resources of one framework are held against."""

    ladders: Ladders
    pictures: Mapping[str, Mapping[str, Any]]
    """Digest and size by file name, of what the shipped sheets show: an own sheet may show the same."""


def bank_of(db: Session, member: Member, framework: str) -> Bank:
    known = ladders_of(db, referentials_service.latest(db, framework), member.organisation_id)
    shipped = sa.select(Resource.sheet).where(Resource.framework == framework, Resource.organisation_id.is_(None))
    pictures: dict[str, Mapping[str, Any]] = {}
    for sheet in db.scalars(shipped):
        for holder in (sheet, *sheet.get("steps", ())):
            if drawn := holder.get("picture"):
                pictures[drawn["file"]] = {name: drawn[name] for name in ("sha256", "width", "height")}
    return Bank(known, pictures)


def check(db: Session, member: Member, document: OwnResourceDocument, bank: Bank) -> None:
    """Raise :class:`Invalid` with everything that is wrong, by field."""
    wrong = [(str(flaw.at[0]), flaw.said()) for flaw in flaws(document, bank) if not flaw.warning]
    if document.place_id is not None:
        try:
            places_service.get(db, member, document.place_id)
        except NotFound as error:
            wrong.append(("place_id", i18n.gettext(error.message)))
    if wrong:
        raise Invalid(_MISSING, errors=[{"field": field, "message": said} for field, said in wrong])


def flaws(document: OwnResourceDocument, bank: Bank) -> list[Flaw]:
    """What is wrong with it, and what is only to be looked at."""
    found = flaws_of(document, bank.ladders.referential.readers, bank.ladders.skills, clock.now().date())
    for picture in document.sheet.pictures() if document.sheet else ():
        if picture.file not in bank.pictures:
            said, values = D_("l'image « %(name)s » n'est pas connue ici"), {"name": picture.file}
            found.append(Flaw(("sheet",), "missing-picture", said, values=values))
    return found


def _drawn(document: OwnResourceDocument, bank: Bank) -> dict[str, Any]:
    """The sheet as it is kept, with what a page needs of its pictures."""
    if document.sheet is None:
        return {}
    sheet = document.sheet.model_dump(mode="json")
    for holder in (sheet, *sheet["steps"]):
        if holder["picture"]:
            holder["picture"] |= bank.pictures[holder["picture"]["file"]]
    return sheet


def values_of(document: OwnResourceDocument, bank: Bank, resource: Resource | None = None) -> dict[str, Any]:
    """The columns that a document decides. Translations of a sheet whose French changed are gone: they would say
    something else than what stands above them.
    """
    values: dict[str, Any] = {name: getattr(document, name) for name in COLUMNS}
    values |= {name: list(values[name]) for name in ("languages", "subtitles")}
    values["titles"] = {language: title for language, title in document.titles.items() if title}
    values["teaches"] = [one.model_dump(mode="json") for one in document.teaches]
    values["device"] = Device(document.device)
    before = resource and document_of(resource)
    if before is None or before.sheet != document.sheet:
        values["sheet"] = _drawn(document, bank)
        values |= {"sheets": {}, "summaries": {}}
    values["states"] = dict.fromkeys(values["titles"], DRAFT) | _read_over(resource, values["titles"])
    return values


def _read_over(resource: Resource | None, titles: dict[str, str]) -> dict[str, str]:
    """States of the titles that stay as they are."""
    if resource is None:
        return {}
    same = {language for language, title in titles.items() if resource.titles.get(language) == title}
    return {language: state for language, state in resource.states.items() if language in same}


def _own(db: Session, member: Member, resource_id: uuid.UUID) -> Resource:
    """An own resource, held until the end of the transaction: two colleagues go one after the other."""
    resource = get(db, member, resource_id)
    if resource.organisation_id != member.organisation_id:
        raise Forbidden(_NOT_YOURS)
    db.refresh(resource, with_for_update=True)
    return resource


def origin_of(member: Member, resource: Resource) -> str:
    if resource.organisation_id is None:
        return "shipped"
    return "own" if resource.organisation_id == member.organisation_id else "shared"


def speaks(resource: Resource) -> list[str]:
    """The languages in which somebody can follow it, French first. Of a sheet, those of its translations."""
    found = {*resource.languages, *resource.subtitles}
    if not resource.languages and not resource.wordless:
        found |= {i18n.SOURCE, *resource.summaries}  # translated with the sheet, and never without it
    return sorted(found, key=lambda code: (code != i18n.SOURCE, code))


def _is_meant(member: Member, one: Resource, asked: Asked) -> bool:
    if asked.origin and origin_of(member, one) != asked.origin:
        return False
    if asked.skill and asked.skill not in _skills(one):
        return False
    if asked.language and not one.wordless and asked.language not in speaks(one):
        return False
    said = folded(" ".join([one.title, one.summary, one.code, *one.titles.values(), *_skills(one)]))
    return all(word in said for word in folded(asked.words).split()[:6])


def _skills(one: Resource) -> Sequence[str]:
    return [taught["skill"] for taught in one.teaches]
