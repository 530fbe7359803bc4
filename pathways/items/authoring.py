"""The items of an organisation's own: written, revised, withdrawn. A revision never changes, so that what was published
goes on asking what it was published with.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from pathways import clock, ids
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.items import flaws, pictures, service
from pathways.items.documents import OwnItemDocument
from pathways.items.flaws import Flaw
from pathways.items.models import Item, ItemRevision
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.documents import fingerprint_of
from pathways.referentials.ladders import ladders_of

LETTERS_OF_A_CODE = 6
LOOKED_FOR = 14
"""Words of a text that the database looks for in the others."""
ASKED_FOR_TWINS = 1000
"""Questions with nearly all of these words that are looked at more closely."""
_REVISED = D_(
    "Une collègue ou un collègue a changé cette question entre-temps. Votre texte est encore là : comparez, puis "
    "enregistrez-le si c'est bien le bon."
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What somebody wrote: the document if it has the shape of one, and everything that is wrong with it."""

    document: OwnItemDocument | None
    flaws: tuple[Flaw, ...]
    pictures: Mapping[str, pictures.Known] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Flaw, ...]:
        return tuple(flaw for flaw in self.flaws if not flaw.warning)

    @property
    def warnings(self) -> tuple[Flaw, ...]:
        return tuple(flaw for flaw in self.flaws if flaw.warning)


@dataclass(frozen=True, slots=True)
class Twin:
    """Another item that says nearly the same."""

    code: str
    skill: str
    stem: str


def examined(db: Session, framework: str, raw: Mapping[str, Any]) -> Examined:
    """Check what would become an item by the rules of the files. ``raw``: the item's document as plain values."""
    try:
        document = OwnItemDocument.model_validate(dict(raw))
    except ValidationError as error:
        return Examined(None, tuple(flaws.shape_flaws(error)))
    return _examined(db, framework, document)


def _examined(db: Session, framework: str, document: OwnItemDocument) -> Examined:
    readers = referentials_service.readers_of(db, framework)
    known = pictures.known(db, [one.file for one in document.pictures()])
    found = flaws.flaws_of(document, readers) + flaws.too_many(document) + flaws.unsafe_patterns(document)
    found += flaws.pictures_missing(document, known)
    if document.verify_by and document.verify_by < clock.now().date():
        found.append(Flaw(("verify_by",), "verify-by", D_("cette date est passée : revérifiez, puis changez-la"), True))
    return Examined(document, tuple(found), known)


def keep(
    db: Session,
    member: Member,
    framework: str,
    document: OwnItemDocument,
    *,
    code: str | None = None,
    number: int | None = None,
    key: uuid.UUID | None = None,
) -> ItemRevision:
    """Store a new item (no ``code``), or the next revision of an own one.

    ``number`` is the revision that its author was looking at (``None``: whatever it is); another one is a
    :class:`Conflict`, and nothing is overwritten. ``key``: the same one twice makes one item. The same text twice makes
    one revision. Raises :class:`Invalid` with every error of the document.
    """
    told = _examined(db, framework, document)
    if told.errors:
        raise refused(told.errors)
    if code is None:
        return _create(db, member, framework, told, key)
    item = own(db, member, framework, code)
    db.refresh(item, with_for_update=True)
    current = last_revision(db, item)
    document = document.model_copy(update={"code": item.code, "skill": current.skill})
    body = service.body_of(document, told.pictures)
    if current.fingerprint == fingerprint_of(body, 64):
        return current
    if number is not None and number != current.number:
        raise Conflict(_REVISED)
    return _next(db, member, item, document, body, after=current)


def _next(
    db: Session, member: Member, item: Item, document: OwnItemDocument, body: dict[str, Any], *, after: ItemRevision
) -> ItemRevision:
    was_withdrawn = item.current_id is None
    revision = service.revise(db, item, document, body, edited_by=member.account_id)
    if was_withdrawn:
        item.current_id = None
    item.sought = service.sought_of(document)
    db.flush()
    if after.text_fingerprint == revision.text_fingerprint:
        for row in after.translations:
            if row.is_current:
                service.carry_over(db, revision, row)
    db.flush()
    return revision


def _create(db: Session, member: Member, framework: str, told: Examined, key: uuid.UUID | None) -> ItemRevision:
    assert told.document is not None
    known = ladders_of(db, referentials_service.latest(db, framework), member.organisation_id)
    if told.document.skill not in known.skills:
        raise refused([Flaw(("skill",), "orphan-item", D_("cette micro-compétence n'existe pas"))])
    made = _id_of(member, key)
    if key is not None and (there := db.get(Item, made)) is not None:
        return last_revision(db, there)
    code = _free_code(db, framework, told.document.skill)
    document = told.document.model_copy(update={"code": code})
    item = Item(
        id=made,
        framework=framework,
        code=code,
        skill=document.skill,
        organisation_id=member.organisation_id,
        sought=service.sought_of(document),
    )
    try:
        with db.begin_nested():
            db.add(item)
            db.flush()
    except IntegrityError:  # the same press, twice at once: the other one made it
        return last_revision(db, db.get_one(Item, made))
    revision = service.revise(db, item, document, service.body_of(document, told.pictures), edited_by=member.account_id)
    db.flush()
    return revision


def _id_of(member: Member, key: uuid.UUID | None) -> uuid.UUID:
    return ids.new_id() if key is None else ids.stable_id("own item", str(member.organisation_id), str(key))


def made_with(db: Session, member: Member, key: uuid.UUID | None) -> Item | None:
    """What an earlier press with this key made."""
    return db.get(Item, _id_of(member, key)) if key else None


def _free_code(db: Session, framework: str, skill: str) -> str:
    while True:
        code = f"{skill}-{ids.new_code(LETTERS_OF_A_CODE)}"
        if db.scalar(sa.select(Item.id).filter_by(framework=framework, code=code)) is None:
            return code


def refused(found: Iterable[Flaw]) -> Invalid:
    """Everything that is wrong, field by field."""
    errors = [{"field": ".".join(map(str, flaw.at)) or "item", "message": sentence(flaw)} for flaw in found]
    return Invalid(errors[0]["message"], errors=errors)


def sentence(flaw: Flaw) -> str:
    """In the language in use."""
    said = flaw.said()
    said = said[:1].upper() + said[1:]
    return said if said.endswith((".", "!", "?")) else f"{said}."


# --- finding ---


def visible(db: Session, member: Member, framework: str, code: str) -> Item:
    """The item, withdrawn or not, if the member's organisation may ask it: otherwise it does not exist."""
    found = db.scalar(
        sa.select(Item).where(Item.framework == framework, Item.code == code, service.may_ask(member.organisation_id))
    )
    if found is None or (found.current_id is None and found.organisation_id is None):
        raise NotFound(D_("Cette question n'existe pas."))
    return found


def own(db: Session, member: Member, framework: str, code: str) -> Item:
    """The same, to be changed: only an item of the organisation's own may be."""
    found = visible(db, member, framework, code)
    if found.organisation_id != member.organisation_id:
        raise Forbidden(
            D_("Cette question est livrée avec pathways : elle ne se change pas. Copiez-la pour l'adapter.")
        )
    return found


def last_revision(db: Session, item: Item) -> ItemRevision:
    """The current revision, or the last one of a withdrawn item."""
    query = sa.select(ItemRevision).options(selectinload(ItemRevision.translations))
    if item.current_id is not None:
        return db.scalars(query.where(ItemRevision.id == item.current_id)).one()
    return db.scalars(query.filter_by(item_id=item.id).order_by(ItemRevision.number.desc()).limit(1)).one()


def document_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The document behind the body of a revision as plain values, its pictures named by their digests: to be changed
    or copied.
    """
    raw = {name: value for name, value in body.items() if name != "code"}
    raw["options"] = [dict(option) for option in raw["options"]]
    for holder in [raw, *raw["options"]]:
        if drawn := holder["picture"]:
            file = f"{drawn['sha256']}.{drawn['file'].rsplit('.', 1)[1]}"
            holder["picture"] = {"file": file, "alt": drawn["alt"], "words": drawn["words"]}
    return raw


def twins(
    db: Session, organisation_id: uuid.UUID, framework: str, texts: Collection[str], *, without: str = ""
) -> list[Twin]:
    """The items that say nearly the same as ``texts``, the nearest first. The database drops nearly all of the others:
    a text that shares over four words of five with this one lacks at most a fifth of this one's words.
    """
    wanted = flaws.tokens_of(" ".join(texts))
    if not wanted:
        return []
    may_lack = int(len(wanted) * (1 - flaws.NEAR_DUPLICATE))
    longest = sorted(wanted, key=lambda word: (-len(word), word))[:LOOKED_FOR]
    there = [sa.case((Item.sought.contains(word, autoescape=True), 1), else_=0) for word in longest]
    rows = db.execute(
        sa.select(Item.code, Item.skill, ItemRevision.segments)
        .join(ItemRevision, ItemRevision.id == Item.current_id)
        .where(
            Item.framework == framework,
            Item.code != without,
            service.may_ask(organisation_id),
            sum(there, sa.literal(0)) >= max(1, len(longest) - may_lack),
        )
        .limit(ASKED_FOR_TWINS)
    )
    near = []
    for row in rows:
        shared = flaws.overlap(wanted, flaws.tokens_of(" ".join(row.segments.values())))
        if shared > flaws.NEAR_DUPLICATE:
            near.append((-shared, Twin(row.code, row.skill, row.segments["stem"])))
    return [twin for _, twin in sorted(near, key=lambda one: (one[0], one[1].code))]


# --- in and out of use ---


def withdraw(db: Session, member: Member, framework: str, code: str) -> Item:
    """New diagnostics do not ask it any more; published ones keep it. Twice changes nothing."""
    item = own(db, member, framework, code)
    item.current_id = None
    db.flush()
    return item


def bring_back(db: Session, member: Member, framework: str, code: str) -> Item:
    item = own(db, member, framework, code)
    if item.current_id is None:
        item.current_id = last_revision(db, item).id
        db.flush()
    return item


# --- taking over what another organisation shared ---


def adopt(
    db: Session,
    member: Member,
    framework: str,
    revisions: Sequence[ItemRevision],
    *,
    skill: Callable[[str], str],
    key: uuid.UUID,
) -> dict[str, str]:
    """Own copies of items that another organisation shared inside a diagnostic, with their translations; returns the
    new code of each. ``skill`` gives the micro-skill in the words of the copier. The same ``key`` twice copies once,
    and a question that is asked there in the very same words already is not copied again.
    """
    there = _asked_in(db, member, framework, {skill(revision.skill) for revision in revisions})
    codes = {}
    for revision in revisions:
        if known := there.get((skill(revision.skill), revision.text_fingerprint)):
            codes[revision.code] = known
            continue
        document = OwnItemDocument.model_validate(document_of(revision.body) | {"skill": skill(revision.skill)})
        own_key = ids.stable_id("adopted", str(key), revision.code)
        copy = keep(db, member, framework, document, key=own_key)
        codes[revision.code] = copy.code
        if not copy.translations:
            for row in revision.translations:
                if row.is_current:
                    service.carry_over(db, copy, row)
    db.flush()
    return codes


def _asked_in(db: Session, member: Member, framework: str, skills: Collection[str]) -> dict[tuple[str, str], str]:
    """Codes of the organisation's own items by micro-skill and the fingerprint of their texts."""
    query = (
        sa.select(Item.skill, ItemRevision.text_fingerprint, Item.code)
        .join(ItemRevision, ItemRevision.id == Item.current_id)
        .where(Item.framework == framework, Item.organisation_id == member.organisation_id, Item.skill.in_(skills))
    )
    return {(row[0], row[1]): row[2] for row in db.execute(query)}
