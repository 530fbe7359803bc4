"""What importing a file of resources would do, and everything that is wrong with it, before anything changes; then all
of it, or nothing.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from pathways import i18n, ids
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_
from pathways.items.exchange.documents import Draft, Told
from pathways.items.exchange.files import Sent
from pathways.learning.models import Resource
from pathways.learning.resources import exchange, service
from pathways.learning.resources.checks import shapes
from pathways.learning.resources.documents import OwnResourceDocument
from pathways.learning.resources.service import MOST_OWN, NEW_CODE, Bank
from pathways.people.models import Organisation
from pathways.permissions import Member
from pathways.places import service as places_service
from pathways.referentials.documents import fingerprint_of

MOST_ROWS = 1_000
"""Resources in one file."""
_SHIPPED = D_("cette ressource est livrée avec pathways : videz la case « code » pour en faire une à vous")
_NOT_YOURS = D_("ce code n'est pas celui d'une de vos ressources : videz la case « code » pour en faire une nouvelle")


class Status(enum.StrEnum):
    """What the import makes of one row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(slots=True)
class Row:
    """One resource of the file, examined."""

    draft: Draft
    status: Status = Status.REFUSED
    document: OwnResourceDocument | None = None
    own: Resource | None = None
    """The resource of the organisation that it is."""

    @property
    def title(self) -> str:
        return str((self.draft.raw or {}).get("title") or "")[:120]


@dataclass(frozen=True, eq=False)
class Plan:
    """What importing a file would do."""

    framework: str
    bank: Bank
    rows: tuple[Row, ...]
    told: tuple[Told, ...]

    @cached_property
    def errors(self) -> list[Told]:
        return [one for one in self.told if not one.warning]

    @cached_property
    def warnings(self) -> list[Told]:
        return [one for one in self.told if one.warning]

    @cached_property
    def counts(self) -> dict[Status, int]:
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in Status}

    @property
    def is_idle(self) -> bool:
        """Whether everything in the file is there already."""
        return not self.errors and not self.counts[Status.NEW] and not self.counts[Status.CHANGED]

    @cached_property
    def seal(self) -> str:
        """What the person agreed to: another one means that the bank changed since the report."""
        return fingerprint_of([[row.draft.line, row.status, row.own.version if row.own else 0] for row in self.rows])


def plan(db: Session, member: Member, framework: str, sent: Sent, *, to_keep: bool = False) -> Plan:
    """What importing ``sent`` would do. ``to_keep``: nobody else of the organisation imports until this ends."""
    bank = service.bank_of(db, member, framework)
    if to_keep:
        turn = sa.select(Organisation.id).where(Organisation.id == member.organisation_id)
        db.execute(turn.with_for_update(key_share=True))
    query = sa.select(Resource).where(Resource.framework == framework, service.visible_to(member.organisation_id))
    held = db.scalars(query).all()
    drafts, told = exchange.drafts_of(sent)
    if len(drafts) > MOST_ROWS:
        raise Invalid(D_("Le fichier compte plus de %(most)s ressources. Découpez-le."), most=MOST_ROWS)
    if not drafts and not told:
        told.append(Told(1, "", i18n.gettext(D_("le fichier ne contient aucune ressource"))))
    examining = _Examining(db, member, bank, held)
    rows = [examining.row(draft) for draft in drafts]
    new = sum(row.status is Status.NEW for row in rows)
    if len(examining.own) + new > MOST_OWN:
        said = i18n.sentence(D_("Au plus %(most)s ressources à vous."), {"most": MOST_OWN})
        told.append(Told(1, "", said))
    for row in rows:
        told += row.draft.told
    return Plan(bank.ladders.code, bank, tuple(rows), tuple(sorted(set(told))))


def keep(db: Session, member: Member, planned: Plan) -> None:
    """Do what a plan without errors said."""
    if planned.errors:
        raise Conflict(D_("Ce fichier a des erreurs : rien n'a été importé."))
    for row in planned.rows:
        if row.status is Status.NEW and row.document is not None:
            db.add(
                Resource(
                    id=ids.new_id(),
                    organisation_id=member.organisation_id,
                    framework=planned.framework,
                    code=f"r-{ids.new_code(NEW_CODE).lower()}",
                    made_by=member.account_id,
                    **service.values_of(row.document, planned.bank),
                )
            )
        elif row.status is Status.CHANGED and row.document is not None and row.own is not None:
            service.write(row.own, row.document, planned.bank)
    db.flush()


class _Examining:
    """The rules that each draft is held against."""

    def __init__(self, db: Session, member: Member, bank: Bank, held: Any) -> None:
        self.db, self.member, self.bank = db, member, bank
        self.own: Mapping[str, Resource] = {one.code: one for one in held if service.origin_of(member, one) == "own"}
        self.others = {one.code: one for one in held if one.code not in self.own}
        self.contents = {_content(service.document_of(one)): one for one in self.own.values()}
        self.codes: dict[str, int] = {}
        self.in_file: dict[str, int] = {}

    def row(self, draft: Draft) -> Row:
        row = Row(draft, own=self.own.get(draft.code))
        if self._is_theirs_unchanged(draft):
            row.status = Status.SAME
            return row
        self._code(row)
        row.document = self._document(draft)
        if any(not one.warning for one in draft.told) or row.document is None:
            row.status = Status.REFUSED
            return row
        content = _content(row.document)
        if row.own is None:
            row.own = self.contents.get(content)  # the very same, sent a second time without its code
            self._twice(draft, content)
        same = row.own is not None and _content(service.document_of(row.own)) == content
        row.status = Status.SAME if same else Status.CHANGED if row.own is not None else Status.NEW
        if any(not one.warning for one in draft.told):
            row.status = Status.REFUSED
        return row

    def _is_theirs_unchanged(self, draft: Draft) -> bool:
        """A resource of others that went out with one's own and comes back as it was: it is there already."""
        theirs = self.others.get(draft.code)
        if theirs is None or draft.code in self.codes or any(not one.warning for one in draft.told):
            return False
        try:
            document = OwnResourceDocument.model_validate(draft.raw)
        except ValidationError:
            return False
        if _content(document) != _content(service.document_of(theirs)):
            return False
        self.codes[draft.code] = draft.line
        return True

    def _code(self, row: Row) -> None:
        draft = row.draft
        if draft.code in self.others:
            draft.tell(("code",), _SHIPPED)
        elif draft.code and row.own is None:
            draft.tell(("code",), _NOT_YOURS)
        if draft.code in self.codes and draft.code:
            said = D_("le code %(code)s est déjà à la ligne %(line)s")
            draft.tell(("code",), said, code=draft.code[:60], line=self.codes[draft.code])
        self.codes.setdefault(draft.code, draft.line)

    def _twice(self, draft: Draft, content: str) -> None:
        if content in self.in_file:
            draft.tell((), D_("la même ressource est déjà à la ligne %(line)s"), line=self.in_file[content])
        self.in_file.setdefault(content, draft.line)

    def _document(self, draft: Draft) -> OwnResourceDocument | None:
        told = {(one.line, one.column) for one in draft.told if not one.warning}
        document = None
        try:
            document = OwnResourceDocument.model_validate(draft.raw)
        except ValidationError as error:
            found = shapes(error)
        else:
            found = service.flaws(document, self.bank)
            self._place(draft, document)
        for flaw in found:
            if draft.place(flaw.at) not in told:  # one sentence for one cell
                draft.tell_said(flaw.at, flaw.said(), warning=flaw.warning)
        return document

    def _place(self, draft: Draft, document: OwnResourceDocument) -> None:
        if document.place_id is None:
            return
        try:
            places_service.get(self.db, self.member, document.place_id)
        except NotFound as error:
            draft.tell_said(("place_id",), i18n.gettext(error.message))


def _content(document: OwnResourceDocument) -> str:
    return fingerprint_of(document.model_dump(mode="json"), 64)
