"""Wishes for programs: leave one, read what became of it, and what is wished in an area."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from pathways import i18n, ids, throttle
from pathways.permissions import Member, Permission
from pathways.places import areas
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, Address, OwnSettings, ReadDB, Requires, public
from pathways.web.fields import Short
from pathways.web.routing import Router
from pathways.workshops import wishes
from pathways.workshops.api.bookings import Key, once
from pathways.workshops.codes import Codes
from pathways.workshops.models import Wish

router = Router(tags=["wishes"], route_class=StrictRoute)
Token = Annotated[str, Path(max_length=60, description="The last part of the address of the wish.")]
Planner = Annotated[Member, Depends(Requires(Permission.TERRITORIES_READ))]


class WishIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: Short = Field(max_length=10, description="In which the workshop is wished.")
    theme: Short = Field(max_length=60, description="A theme of the Coop.")
    commune: Short = Field(max_length=5, description="INSEE code.")
    reads_in: Short = Field(default=i18n.SOURCE, max_length=10, description="Language of the slip.")


class WishOut(BaseModel):
    code: str
    url: str
    state: str
    language: str
    theme: str
    commune: str
    session_id: str | None = Field(description="The session that was opened for it.")


class DemandOut(BaseModel):
    language: str
    theme: str
    people: int | None = Field(description="From ten people on, unless it would tell of one or two by comparison.")
    at_least: int
    at_most: int | None


@router.post("/wishes", status_code=201, response_model=WishOut, summary="Leave a wish")
@public("anybody may leave a wish; it holds no name")
def leave(body: WishIn, db: DB, settings: OwnSettings, address: Address, key: Key = None) -> Any:
    codes, new = Codes(settings.secret), ids.random_id()
    bucket = throttle.bucket(settings.secret, "wish", address)

    def act() -> dict[str, Any]:
        throttle.check(db, bucket, limit=wishes.MOST_AN_HOUR, minutes=60)  # a repetition is no other wish
        reads_in = body.reads_in if body.reads_in in i18n.languages() else i18n.SOURCE
        made = wishes.leave(
            db,
            codes,
            language=body.language,
            theme=body.theme,
            commune_code=body.commune,
            reads_in=reads_in,
            key=new,
        )
        throttle.count(db, bucket, minutes=60)
        return {"id": str(made.wish.id)}

    done = once(db, "slip", "wish", key, body.model_dump(mode="json"), act)
    return _told(db.get_one(Wish, done), codes, settings.url)


@router.get("/wishes/{wish_token}", response_model=WishOut, summary="What became of a wish")
@public("whoever holds a wish may read it")
def read(wish_token: Token, db: ReadDB, settings: OwnSettings) -> Any:
    codes = Codes(settings.secret)
    return _told(wishes.of_token(db, codes, wish_token), codes, settings.url)


@router.post("/wishes/{wish_token}/withdraw", response_model=WishOut, summary="Take a wish back")
@public("whoever holds a wish may take it back")
def withdraw(wish_token: Token, db: DB, settings: OwnSettings) -> Any:
    codes = Codes(settings.secret)
    found = wishes.of_token(db, codes, wish_token)
    wishes.withdraw(db, found)
    return _told(found, codes, settings.url)


@router.get("/wishes", response_model=list[DemandOut], summary="What is wished in an area")
def demand(member: Planner, db: ReadDB, area: Annotated[str, Query(max_length=60)] = "") -> Any:
    """``area``: ``department:45``, ``region:24``, ``epci:...`` or ``basin:`` and its id. Nothing below three people."""
    chosen = areas.find(db, member, area)
    around = {one.key: one for one in areas.around(db, member)} | {chosen.key: chosen}
    return [
        {
            "language": one.language,
            "theme": one.theme,
            "people": one.exact,
            "at_least": wishes.EXACT if one.many else wishes.FEWEST,
            "at_most": None if one.many else wishes.EXACT - 1,
        }
        for one in wishes.demand(db, list(around.values()))
        if one.area.key == chosen.key
    ]


def _told(wish: Wish, codes: Codes, url: str) -> dict[str, Any]:
    return {
        "code": ids.readable(codes.code_of(wish.id)),
        "url": f"{url}/wish/{codes.token_of(wish.id)}",
        "state": "over" if wishes.is_over(wish) else wish.state.value,
        "language": wish.language,
        "theme": wish.theme,
        "commune": wish.commune_code,
        "session_id": str(wish.session_id) if wish.session_id else None,
    }
