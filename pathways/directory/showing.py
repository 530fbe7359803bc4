"""What was found, as JSON."""

from __future__ import annotations

from pathways import clock
from pathways.directory.finding import Found, FoundPlace, FoundSession
from pathways.directory.schemas import DirectoryOut, DirectoryPlaceOut, DirectorySessionOut, SpotOut
from pathways.places import vocabularies
from pathways.places.territories import Spot
from pathways.workshops.seating import seats
from pathways.workshops.showing import title_of


def answer(found: Found, url: str, language: str) -> DirectoryOut:
    return DirectoryOut(
        spot=_spot(found.spot) if found.spot else None,
        others=[_spot(one) for one in found.others],
        unknown=found.unknown,
        places=[_place(one, url) for one in found.places],
        sessions=None if found.sessions is None else [_session(one, url, language) for one in found.sessions],
        more_places=found.more_places,
        more_sessions=found.more_sessions,
    )


def _spot(spot: Spot) -> SpotOut:
    return SpotOut(
        code=spot.code,
        name=spot.name,
        department=spot.department,
        latitude=spot.latitude,
        longitude=spot.longitude,
        approximate=spot.approximate,
    )


def _place(found: FoundPlace, url: str) -> DirectoryPlaceOut:
    place = found.place
    services, care = vocabularies.codes("services", place.services), vocabularies.codes("care", place.care)
    return DirectoryPlaceOut(
        id=place.id,
        name=place.name,
        address=place.address,
        postcode=place.postcode,
        commune=place.commune,
        commune_code=place.commune_code,
        latitude=None if place.is_at_centre else place.latitude,
        longitude=None if place.is_at_centre else place.longitude,
        km=_rounded(found.km),
        phone=place.phone,
        hours=place.hours,
        needs=vocabularies.needs_of(services, care, place.languages),
        languages=place.languages,
        is_mobile=place.is_mobile,
        updated_on=place.updated_on,
        url=f"{url}/near/places/{place.id}",
    )


def _session(found: FoundSession, url: str, language: str) -> DirectorySessionOut:
    session = found.session
    title = title_of(session.workshop, language)
    return DirectorySessionOut(
        id=session.id,
        code=session.code,
        title=title.text,
        title_language=title.own.tag,
        title_french=session.workshop.titles["fr"],
        theme=session.workshop.theme,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=session.timezone,
        languages=session.languages,
        interpretation=session.interpretation,
        place_id=session.place_id,
        commune=session.place.commune if session.place else None,
        km=_rounded(found.km),
        price=session.workshop.price,
        seats=session.capacity + session.allowance,
        free_seats=max(seats.free(session), 0),
        standing=seats.standing(session, clock.now()),
        url=f"{url}/s/{session.code}",
    )


def _rounded(km: float | None) -> float | None:
    return None if km is None else round(km, 1)
