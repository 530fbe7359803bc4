"""The bank: who sees what, what is written, shared, archived, copied."""

from __future__ import annotations

import uuid

import pytest

from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.learning.models import Device, LinkState, ResourceKind
from pathways.learning.resources import service
from pathways.learning.resources.documents import OwnResourceDocument
from pathways.learning.resources.service import Asked
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.workshops.models import Reading

FRAMEWORK = "inclusion-numerique"


def a_member(db) -> Member:
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    organisation = people.create_organisation(db, name="Une structure")
    return Member(account.id, "", organisation.id, "", Role.TRAINER, OF_ROLE[Role.TRAINER])


@pytest.fixture
def member(db) -> Member:
    return a_member(db)


def a_video(**changes) -> OwnResourceDocument:
    given = {"kind": "video", "title": "Voir le Wi-Fi", "minutes": 6, "teaches": [{"skill": "CNX-01"}]}
    given |= {"languages": ["fr", "ar"], "url": "https://video.example/wifi"}
    return OwnResourceDocument.model_validate(given | changes)


def make(db, member, **changes):
    return service.create(db, member, a_video(**changes), framework=FRAMEWORK)


def codes(db, member, **asked) -> list[str]:
    return [one.code for one in service.list_for(db, member, FRAMEWORK, Asked(**asked))]


def test_ones_own_stand_before_the_shipped_ones(db, member):
    made = make(db, member)
    found = codes(db, member)
    assert found[0] == made.code
    assert len(found) == 31


def test_filters(db, member):
    made = make(db, member, reading="none", device="phone")
    assert codes(db, member, skill="CNX-01") == [made.code, "cnx-01-wifi-forfait"]
    assert codes(db, member, kind=ResourceKind.VIDEO) == [made.code]
    assert codes(db, member, reading=Reading.NONE) == [made.code]
    assert codes(db, member, language="ar", origin="own") == [made.code]
    assert codes(db, member, language="ti", origin="own") == []
    assert codes(db, member, words="wi-fi VOIR", origin="own") == [made.code]
    assert "ord-03-souris" not in codes(db, member, device=Device.PHONE)
    assert made.code not in codes(db, member, device=Device.COMPUTER)
    assert len(codes(db, member, origin="shipped")) == 30


def test_what_needs_no_language_is_found_in_each(db, member):
    made = make(db, member, languages=[], wordless=True)
    assert codes(db, member, language="ti", origin="own") == [made.code]


def test_anothers_does_not_exist_until_it_is_shared(db, member):
    made, other = make(db, member), a_member(db)
    with pytest.raises(NotFound):
        service.get(db, other, made.id)
    assert made.code not in codes(db, other)
    service.share(db, member, made.id, shared=True)
    assert codes(db, other, origin="shared") == [made.code]
    with pytest.raises(Forbidden):
        service.change(db, other, made.id, a_video(), version=made.version)
    copied = service.copy(db, other, made.id)
    assert copied.title == made.title
    assert copied.code != made.code
    service.share(db, member, made.id, shared=False)
    with pytest.raises(NotFound):
        service.get(db, other, made.id)


def test_a_shipped_one_is_copied_whole_and_changed(db, member):
    [shipped] = [one for one in service.list_for(db, member, FRAMEWORK) if one.code == "mel-04-ecrire"]
    copied = service.copy(db, member, shipped.id)
    assert copied.sheet == shipped.sheet
    document = service.document_of(copied)
    assert document.sheet is not None
    changed = document.sheet.model_copy(update={"remember": "Relisez l'adresse."})
    now = service.change(db, member, copied.id, document.model_copy(update={"sheet": changed}), version=1)
    assert now.sheet["remember"] == "Relisez l'adresse."
    assert now.sheet["picture"] == shipped.sheet["picture"]
    assert now.sheets == {}
    assert service.of_code(db, copied.code).id == copied.id
    with pytest.raises(Forbidden):
        service.change(db, member, shipped.id, document, version=shipped.version)


def test_the_same_key_makes_one(db, member):
    key = uuid.uuid4()
    made = [service.create(db, member, a_video(), framework=FRAMEWORK, key=key).id for _ in range(2)]
    assert made[0] == made[1]


def test_two_colleagues_cannot_overwrite_each_other(db, member):
    made = make(db, member)
    service.change(db, member, made.id, a_video(title="Voir les barres"), version=1)
    with pytest.raises(Conflict):
        service.change(db, member, made.id, a_video(title="Voir autre chose"), version=1)
    again = service.change(db, member, made.id, a_video(title="Voir les barres"), version=1)
    assert (again.version, again.title) == (2, "Voir les barres")


def test_another_address_has_not_been_looked_at(db, member):
    made = make(db, member)
    made.link_state, made.link_failures = LinkState.LOST, 3
    service.change(db, member, made.id, a_video(url="https://video.example/new"), version=1)
    assert (made.link_state, made.link_failures) == (LinkState.UNKNOWN, 0)


def test_archived_it_is_listed_no_more(db, member):
    made = make(db, member)
    service.archive(db, member, made.id, archived=True)
    assert made.code not in codes(db, member)
    assert codes(db, member, archived=True) == [made.code]
    service.archive(db, member, made.id, archived=False)
    assert made.code in codes(db, member)


WRONG = {
    "teaches": {"teaches": [{"skill": "ZZZ-01"}]},
    "languages": {"languages": ["xx"]},
    "url": {"url": None},
    "place_id": {"kind": "help", "url": None, "place_id": str(uuid.UUID(int=9))},
    "titles": {"titles": {"xx": "Quelque chose"}},
    "checked_on": {"checked_on": "2099-01-01"},
}


@pytest.mark.parametrize("field", WRONG)
def test_what_is_wrong_is_said_by_field(db, member, field):
    with pytest.raises(Invalid) as caught:
        make(db, member, **WRONG[field])
    assert [one["field"] for one in caught.value.errors] == [field]


def test_a_sheet_shows_no_picture_that_is_not_here(db, member):
    step = {"title": "Un pas", "text": "Faites un pas."}
    sheet = {"picture": {"file": "ailleurs.svg", "alt": "Rien."}, "intro": "Bonjour.", "steps": [step] * 5}
    with pytest.raises(Invalid) as caught:
        make(db, member, kind="page", url=None, sheet=sheet | {"remember": "Voilà."})
    assert [one["field"] for one in caught.value.errors] == ["sheet"]
