"""The jury of a network at its desk: who is named, for which badges, and who leaves."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways.badges.candidacy import calling, jury
from pathways.badges.issuing import drafting
from pathways.badges.models import JuryMember
from pathways.badges.pages.network_doors import Keeper, KeeperForm, Said, Sent, own_network, page
from pathways.errors import Conflict, DomainError, Invalid, NotFound
from pathways.i18n import D_
from pathways.people.models import Account, Membership, Organisation
from pathways.permissions import Member
from pathways.web.dependencies import DB, ReadDB
from pathways.web.routing import Router
from pathways.workshops.forms import Filled

router = Router()


@router.get("/network/jury")
def pool(request: Request, member: Keeper, db: ReadDB, said: Said = "") -> Response:
    return _pool(request, db, member, Filled(), said=said)


@router.post("/network/jury")
def name(request: Request, member: KeeperForm, db: DB, sent: Sent) -> Response:
    """Named again, somebody decides on what is said now."""
    issuer = own_network(db, member)
    try:
        with db.begin_nested():
            calling.call(db, member, issuer.id, sent.get("email"), achievements=sent.all("achievements"))
    except (Conflict, Invalid) as error:
        return _pool(request, db, member, sent, refused=error)
    return RedirectResponse("/network/jury?said=named#top", 303)


@router.post("/network/jury/leave")
def leave(member: KeeperForm, db: DB, sent: Sent) -> Response:
    account_id = sent.identifier("account")
    if account_id is None:
        raise NotFound(D_("Cette personne n'est pas du jury."))
    jury.leave(db, member, own_network(db, member).id, account_id)
    return RedirectResponse("/network/jury?said=unnamed", 303)


@router.get("/network/jury/leave")
def back(member: Keeper) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return RedirectResponse("/network/jury", 303)


# --- inside ---------------------------------------------------------------------------------------------------


def _pool(
    request: Request,
    db: Session,
    member: Member,
    filled: Filled,
    *,
    said: str = "",
    refused: DomainError | None = None,
) -> Response:
    issuer = own_network(db, member)
    named = jury.pool(db, issuer.id)
    return page(
        request,
        "network-jury.html",
        network=issuer,
        people=_people(db, named),
        badges={one.achievement.slug: one.name for one in drafting.listed(db, issuer)},
        filled=filled,
        refused=refused,
        said=said,
    )


def _people(db: Session, named: Sequence[JuryMember]) -> list[tuple[JuryMember, str, list[str]]]:
    """``(member of the jury, name, organisations)``, the first named first."""
    ids = [one.account_id for one in named]
    names = {row.id: row.name for row in db.execute(sa.select(Account.id, Account.name).where(Account.id.in_(ids)))}
    places: dict[uuid.UUID, list[str]] = {}
    query = (
        sa.select(Membership.account_id, Organisation.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.account_id.in_(ids))
        .order_by(Organisation.name)
    )
    for account_id, place in db.execute(query):
        places.setdefault(account_id, []).append(place)
    return [(one, names.get(one.account_id, ""), places.get(one.account_id, [])) for one in named]
