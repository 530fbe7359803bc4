"""The ladders that one organisation may choose from: those of a referential, then those it made itself."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from pathways import i18n
from pathways.i18n import D_
from pathways.referentials.models import MicroSkill, Referential, Strand

OWN_DOMAIN = "own"
OWN_TITLE = D_("Les nôtres")


@dataclass(frozen=True, slots=True)
class Ladders:
    """A referential as one organisation sees it. Without own ladders it is the referential itself."""

    referential: Referential
    organisation_id: uuid.UUID | None = None
    own: tuple[Strand, ...] = ()

    @property
    def id(self) -> uuid.UUID:
        return self.referential.id

    @property
    def code(self) -> str:
        return self.referential.code

    @property
    def title(self) -> str:
        return self.referential.title

    @property
    def levels(self) -> dict[str, Any]:
        return self.referential.levels

    @property
    def strands(self) -> list[Strand]:
        return [*self.referential.strands, *self.own]

    @property
    def domains(self) -> list[dict[str, str]]:
        """``[{"code", "title"}]`` in order; the own ladders are a domain of their own, the last one."""
        return [
            *self.referential.domains,
            *([{"code": OWN_DOMAIN, "title": i18n.gettext(OWN_TITLE)}] if self.own else []),
        ]

    @property
    def fingerprint(self) -> str:
        """What the shipped part says; own ladders count by what each of them holds (see ``composing``)."""
        return self.referential.fingerprint

    @property
    def skills(self) -> dict[str, MicroSkill]:
        """Micro-skills by code, in the order of the ladders. A ladder that is offered may hold rungs that are not."""
        return {skill.code: skill for strand in self.strands for skill in strand.skills}


def ladders_of(
    db: Session, referential: Referential, organisation_id: uuid.UUID | None, *, archived: bool = False
) -> Ladders:
    """``archived``: with what is not offered any more, to read what was published with it."""
    if organisation_id is None:
        return Ladders(referential)
    return Ladders(referential, organisation_id, tuple(_own(db, referential.code, organisation_id, archived=archived)))


def _own(db: Session, framework: str, organisation_id: uuid.UUID, *, archived: bool) -> Sequence[Strand]:
    rungs = Strand.skills if archived else Strand.skills.and_(MicroSkill.archived_at.is_(None))
    query = (
        sa.select(Strand)
        .where(Strand.organisation_id == organisation_id, Strand.framework == framework)
        .order_by(Strand.position, Strand.id)
        .options(selectinload(rungs))
    )
    if not archived:
        query = query.where(Strand.archived_at.is_(None))
    return [one for one in db.scalars(query) if one.skills]
