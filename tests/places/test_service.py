"""The sheets of places: what is written, who may, and what the directory finds them by."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.permissions import Role
from pathways.places import houses, service, tours
from pathways.places.houses import RoomForm, TenantForm
from pathways.places.models import Place, PlaceTrait, Tenant
from pathways.places.place_forms import phone_of
from tests.places import situations
from tests.places.situations import commune, form, member, place, session


@pytest.fixture
def keeper(db):
    return member(db)


def traits(db, one: Place) -> list[str]:
    return sorted(db.scalars(sa.select(PlaceTrait.trait).filter_by(place_id=one.id)))


def refused(db, who, **fields) -> dict[str, str]:
    with pytest.raises(Invalid) as error, db.begin_nested():
        service.create(db, who, form(**fields))
    return {one["field"]: one["message"] for one in error.value.errors}


def test_a_place_is_found_by_what_it_says(db, keeper):
    made = place(
        db,
        keeper,
        services=("Aide aux démarches administratives",),
        publics=("Seniors",),
        fees=("Gratuit",),
        languages=("fr", "ti"),
    )
    assert {"need:papers", "public:seniors", "language:ti", "need:language", "fee:free"} <= set(traits(db, made))
    service.update(db, keeper, made.id, form(languages=("fr",)), version=1)
    assert traits(db, made) == ["language:fr"]


def test_a_room_without_a_step_says_so_of_the_place(db, keeper):
    made = place(db, keeper)
    room = houses.add_room(db, keeper, made.id, RoomForm("Salle", step_free=True))
    assert "access:wheelchair" in traits(db, made)
    houses.change_room(db, keeper, made.id, room.id, RoomForm("Salle"), version=1)
    assert "access:wheelchair" not in traits(db, made)


def test_the_commune_is_found_from_the_postcode_however_it_is_written(db, keeper):
    commune(db, "99001", "Saint-Jean-d'Ailleurs", "99123", at=(47.0, 2.0))
    commune(db, "99002", "Le Bourg", "99123")
    made = place(db, keeper, commune="st jean d’ailleurs")
    assert (made.commune, made.commune_code) == ("Saint-Jean-d'Ailleurs", "99001")
    assert (made.latitude, made.longitude, made.is_at_centre) == (47.0, 2.0, True)
    assert service.form_of(made).latitude is None  # nobody typed it
    service.update(db, keeper, made.id, form(commune="Le Bourg"), version=1)
    assert (made.commune_code, made.latitude) == ("99002", None)
    service.update(db, keeper, made.id, form(commune="Le Bourg", latitude=47.25, longitude=1.5), version=2)
    assert (made.latitude, made.is_at_centre) == (47.25, False)
    assert "Le Bourg, Saint-Jean-d'Ailleurs" in refused(db, keeper, commune="Autre")["commune"]


def test_a_postcode_that_nobody_knows_is_believed(db, keeper):
    made = place(db, keeper, postcode="98799", commune="Clipperton")
    assert (made.commune, made.commune_code, made.latitude) == ("Clipperton", None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "ab"),
        ("name", "x" * 151),
        ("postcode", "4500"),
        ("postcode", "٤٥٠٠٠"),
        ("commune", ""),
        ("summary", "x" * 281),
        ("description", "x" * 10_001),
        ("hours", "du lundi au vendredi"),
        ("hours", "Mo-Fr 09:00-12:00, " * 40),
        ("phone", "3646"),
        ("phone", "+44 20 7946 0000"),
        ("emails", ("accueil",)),
        ("websites", ("javascript:alert(1)",)),
        ("booking_url", "ftp://exemple.fr/x"),
        ("accessibility_url", "https://"),
        ("pivot", "123"),
        ("services", ("Coiffure",)),
        ("kinds", ("XYZ",)),
        ("languages", ("xx",)),
        ("other_labels", tuple("abcdefghijk")),
    ],
)
def test_what_cannot_stand_on_a_sheet_is_refused_at_its_field(db, keeper, field, value):
    assert field in refused(db, keeper, **{field: value})


@pytest.mark.parametrize(("latitude", "longitude"), [(47.0, None), (None, 2.0), (95.0, 2.0), (47.0, 999.0), (0.0, 0.0)])
def test_coordinates_are_two_and_on_the_earth(db, keeper, latitude, longitude):
    assert "latitude" in refused(db, keeper, latitude=latitude, longitude=longitude)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("02 47 00 00 00", "+33247000000"),
        ("02.47.00.00.00", "+33247000000"),
        ("+33 (2) 47 00 00 00", "+33247000000"),
        ("0033247000000", "+33247000000"),
        ("0590 00 00 00", "+590590000000"),
        ("0692 00 00 00", "+262692000000"),
        ("0639 00 00 00", "+262639000000"),
        ("17", "17"),
    ],
)
def test_a_telephone_number_as_the_exchange_formats_write_it(typed, kept):
    assert phone_of(typed) == kept


def test_the_same_twice_is_one_and_something_else_is_a_conflict(db, keeper):
    made = place(db, keeper)
    changed = form(summary="Ouvert à tous")
    service.update(db, keeper, made.id, changed, version=1)
    assert service.update(db, keeper, made.id, changed, version=1).version == 2
    with pytest.raises(Conflict):
        service.update(db, keeper, made.id, form(summary="Autre"), version=1)
    service.withdraw(db, keeper, made.id)
    service.withdraw(db, keeper, made.id)
    assert situations.acts(db, keeper, "place") == ["created", "updated", "withdrawn"]


def test_to_vouch_for_a_sheet_renews_its_date_once_a_day(db, keeper):
    made = place(db, keeper)
    service.vouch(db, keeper, made.id)
    assert made.version == 1  # written today
    made.updated_on = service.today().replace(year=2020)
    db.flush()
    service.vouch(db, keeper, made.id)
    assert made.updated_on == service.today()


def test_everybody_reads_and_only_the_keeper_writes(db, keeper):
    made = place(db, keeper)
    stranger = member(db)
    assert service.get(db, stranger, made.id) is made
    assert service.public(db, made.id) is made
    for act in (service.withdraw, service.vouch):
        with pytest.raises(Forbidden):
            act(db, stranger, made.id)
    with pytest.raises(Forbidden):
        houses.add_room(db, stranger, made.id, RoomForm("Salle"))
    service.withdraw(db, keeper, made.id)
    for act in (service.get, service.withdraw, service.vouch, service.own):
        with pytest.raises(NotFound):
            act(db, stranger, made.id)
    with pytest.raises(NotFound):
        service.public(db, made.id)
    assert service.get(db, keeper, made.id) is made


def test_who_only_reads_makes_no_place(db):
    with pytest.raises(Forbidden):
        place(db, member(db, role=Role.PRESCRIBER))


def test_the_list_finds_by_words_of_name_and_commune_and_by_postcode(db, keeper):
    one = place(db, keeper, "Médiathèque Éluard")
    other = place(db, keeper, "Mairie", postcode="98999")
    theirs = place(db, member(db), "Médiathèque des autres")
    assert service.search(db, keeper, words="mediatheque eluard") == [one]
    assert service.search(db, keeper, words="98999") == [other]
    assert theirs not in service.search(db, keeper, words="mediatheque")
    assert theirs in service.search(db, keeper, words="mediatheque des autres", everybody=True)
    assert service.search(db, keeper, words="%") == []
    service.withdraw(db, keeper, other.id)
    assert service.search(db, keeper)[-1] is other  # still one's own, after the others
    assert other not in service.search(db, keeper, words="98999", everybody=True)


def test_a_room_that_sessions_name_is_not_removed(db, keeper):
    made = place(db, keeper)
    used, free = (houses.add_room(db, keeper, made.id, RoomForm(name)) for name in ("Bleue", "Verte"))
    session(db, keeper.organisation_id, made, room_id=used.id)
    with pytest.raises(Conflict), db.begin_nested():
        houses.remove_room(db, keeper, made.id, used.id)
    houses.remove_room(db, keeper, made.id, free.id)
    assert [one.name for one in houses.rooms_of(db, made.id)] == ["Bleue"]


def test_a_stop_that_sessions_name_stays_and_the_van_comes_no_more(db, keeper):
    tour = situations.tour(db, keeper)
    here = place(db, keeper)
    first = service.today()
    kept = tours.add_stop(db, keeper, tour.id, situations.stop(here, first=first, on_holidays=True))
    session(db, keeper.organisation_id, here, stop_id=kept.id)
    tours.remove_stop(db, keeper, tour.id, kept.id)
    assert tours.stop(db, tour, kept.id) is kept
    assert tours.occurrences(db, tour, first, first.replace(year=first.year + 1)) == []


def test_a_structure_inside_may_be_of_this_server_or_only_a_name(db, keeper):
    made = place(db, keeper)
    other = member(db, name="Centre social")
    by_name = houses.add_tenant(db, keeper, made.id, TenantForm("Permanence", hours="Tu 09:00-12:00"))
    here = houses.add_tenant(db, keeper, made.id, TenantForm(organisation_id=other.organisation_id))
    assert (by_name.organisation_id, here.name) == (None, "Centre social")
    for wrong in (
        TenantForm(),
        TenantForm("X", services=("Coiffure",)),
        TenantForm("X", hours="le mardi"),
        TenantForm("X", organisation_id=uuid.uuid4()),
    ):
        with pytest.raises(Invalid), db.begin_nested():
            houses.add_tenant(db, keeper, made.id, wrong)
    seen = houses.seen_of(by_name)
    houses.change_tenant(db, keeper, made.id, by_name.id, TenantForm("Permanence sociale"), seen=seen)
    with pytest.raises(Conflict):
        houses.change_tenant(db, keeper, made.id, by_name.id, TenantForm("Autre"), seen=seen)
    houses.remove_tenant(db, keeper, made.id, by_name.id)
    assert db.get(Tenant, by_name.id) is None
    with pytest.raises(NotFound):
        houses.remove_tenant(db, keeper, place(db, keeper).id, here.id)  # of another place


def test_pressed_twice_a_room_and_a_structure_are_made_once(db, keeper):
    made, key = place(db, keeper), uuid.uuid4()
    for _ in range(2):
        houses.add_room(db, keeper, made.id, RoomForm("Salle"), key=key)
        houses.add_tenant(db, keeper, made.id, TenantForm("Permanence"), key=key)
    assert len(houses.rooms_of(db, made.id)) == len(houses.tenants_of(db, made.id)) == 1


@pytest.mark.parametrize("wrong", [RoomForm(""), RoomForm("x" * 101), RoomForm("Salle", -1), RoomForm("Salle", 501)])
def test_what_cannot_be_a_room(db, keeper, wrong):
    with pytest.raises(Invalid):
        houses.add_room(db, keeper, place(db, keeper).id, wrong)


def test_a_form_read_from_a_sheet_and_written_back_is_the_same_sheet(db, keeper):
    made = place(db, keeper, services=("Aide aux démarches administratives",), latitude=47.0, longitude=2.0)
    before = service.form_of(made)
    service.update(db, keeper, made.id, before, version=1)
    assert service.form_of(made) == before
    assert replace(before) == before
