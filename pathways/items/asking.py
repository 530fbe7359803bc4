"""What the routes of the bank ask for by their signature: a list to look at, ladders to choose from."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import Query
from sqlalchemy.orm import Session

from pathways.i18n import D_
from pathways.items.bank import Wanted
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.documents import Kind
from pathways.referentials.ladders import Ladders, ladders_of
from pathways.web.fields import Line, Short

Framework = Annotated[Short, Query()]
ORIGINS = {"own": D_("les nôtres"), "shipped": D_("livrées"), "withdrawn": D_("les nôtres, retirées")}


def wanted_of(
    *,
    words: Annotated[Line, Query()] = "",
    skill: Annotated[Short, Query()] = "",
    strand: Annotated[Short, Query()] = "",
    kind: Annotated[Short, Query()] = "",
    origin: Annotated[Short, Query()] = "",
    coverage: Annotated[Short, Query(description="`with:ar` or `without:ar`")] = "",
    due: Annotated[bool, Query()] = False,
) -> Wanted:
    side, _, language = coverage.partition(":")
    return Wanted(
        words=words,
        skill=skill,
        strand=strand,
        kind=kind if kind in get_args(Kind) else "",
        origin=origin if origin in ORIGINS else "",
        translated=language if side == "with" else "",
        untranslated=language if side == "without" else "",
        due=due,
    )


def ladders_for(db: Session, member: Member, framework: str, *, archived: bool = False) -> Ladders:
    referential = referentials_service.latest(db, framework)
    return ladders_of(db, referential, member.organisation_id, archived=archived)
