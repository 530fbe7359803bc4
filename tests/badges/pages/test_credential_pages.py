"""The public side of a badge: its page, its files, share links, Open Badges 2.0; by anybody, and without a name."""

from __future__ import annotations

import json
import re
import uuid

import pytest
import sqlalchemy as sa

from pathways.badges.formats import baking
from pathways.badges.formats.status_list import is_revoked
from pathways.badges.holding import held, holders, hosting
from pathways.badges.issuing import revoking
from pathways.badges.issuing.revoking import Why
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import (
    AwardRequest,
    Credential,
    Endorsement,
    Holder,
    ListOf,
    RequestState,
    StatusList,
)
from tests.badges.pages.holding_pages import Place, place_with_a_badge
from tests.web.world import rows_of

ENDINGS = {
    "json": "application/vc+ld+json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
}


@pytest.fixture
def place(database, settings) -> Place:
    return place_with_a_badge(database, settings)


def plain(text: str) -> str:
    return text.replace("&#39;", "'")


def act(place: Place, do) -> None:
    """`do(db, signer, holder, credential)`, kept."""
    with place.database.begin() as db:
        credential = db.scalars(sa.select(Credential).filter_by(id=place.credential_id).options(*held.whole())).one()
        do(db, Signer.of(place.settings), db.get(Holder, place.holder_id), credential)


def taken_back(why: Why):
    return lambda db, signer, _holder, credential: revoking.take_back(db, signer, [credential], why, by=None)


def erased(db, signer, holder, _credential) -> None:
    holders.erase(db, signer, holder)


# --- the page -------------------------------------------------------------------------------------------------


def test_the_page_says_what_by_whom_how_surely_and_whether_it_counts(client, place):
    reply = client.get(place.page)
    page = plain(reply.text)
    for part in (
        "Aider à une permanence",
        "Réseau du val",
        "(testserver)",
        "Valable",
        "Accueille et aide une personne à côté d'elle.",
        "Sur 2 savoir-faire demandés, entre 1 et 2 sont maîtrisés",
        "On s'y trompe au plus une fois sur dix.",
        "2 personnes l'ont recommandé par écrit.",
        "Ce qui était demandé",
        "Cette page ne nomme personne.",
    ):
        assert part in page, part
    assert f"/verify?link=http%3A%2F%2Ftestserver%2Fcredentials%2F{place.credential_id}" in page
    assert reply.headers["x-robots-tag"] == "noindex, nofollow"
    assert 'name="robots" content="noindex"' in page


def test_what_others_said_is_not_on_the_public_page(client, place):
    say_something(place)
    assert "patiente" not in client.get(place.page).text


@pytest.mark.parametrize(
    ("why", "word"),
    [
        (Why.ERROR, "Repris par le réseau"),
        (Why.SUPERSEDED, "Remplacé par un plus récent"),
        (Why.ASKED, "Rendu par la personne"),
    ],
)
def test_a_badge_that_was_taken_back_says_so_first(client, place, why, word):
    act(place, taken_back(why))
    page = plain(client.get(place.page).text)
    assert word in page
    assert "Valable" not in page
    assert f"{place.page}.pdf" not in page
    assert client.get(f"{place.page}.pdf").status_code == 410
    assert client.get(f"{place.page}.json").content == place.document


def test_a_badge_that_ended_says_when(client, place):
    def end(_db, _signer, _holder, credential) -> None:
        credential.valid_until = credential.valid_from

    act(place, end)
    page = plain(client.get(place.page).text)
    assert "N'est plus valable" in page
    assert "C'était jusqu'au" in page


def test_of_an_erased_badge_there_is_a_clear_page_and_no_file(client, place):
    act(place, erased)
    for path in (place.page, f"{place.page}/wall", *(f"{place.page}.{one}" for one in (*ENDINGS, "jwt"))):
        reply = client.get(path)
        assert reply.status_code == 410, path
        assert "La personne a effacé ce badge." in reply.text
    with place.database.read() as db:
        found = db.get_one(Credential, place.credential_id)
        listed = db.get_one(StatusList, found.list_id)
        assert is_revoked(json.loads(listed.document)["credentialSubject"]["encodedList"], found.list_index)


def test_what_never_was_is_not_found(client):
    for path in (
        f"/credentials/{uuid.uuid4()}",
        "/credentials/x",
        f"/credentials/{uuid.uuid4()}.json",
        "/credentials/x.json",
    ):
        assert client.get(path).status_code == 404


def test_the_badge_is_read_in_its_language_and_the_page_in_that_of_the_visitor(client, place):
    page = client.get(f"{place.page}?lang=ar")
    assert 'lang="ar" dir="rtl"' in page.text
    assert '<h1 lang="fr" dir="ltr">Aider à une permanence</h1>' in page.text
    assert page.headers["set-cookie"].startswith("language=ar")


# --- files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "kind"), ENDINGS.items())
def test_each_file_has_its_media_type_and_tells_nobody(client, place, ending, kind):
    reply = client.get(f"{place.page}.{ending}")
    assert reply.status_code == 200
    assert reply.headers["content-type"] == kind
    assert re.fullmatch(rf'inline; filename="badge-[a-z0-9-]+\.{ending}"', reply.headers["content-disposition"])
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "noindex" in reply.headers["x-robots-tag"]


def test_the_file_is_served_as_it_was_signed(client, place):
    assert client.get(f"{place.page}.json").content == place.document
    for ending in ("png", "svg"):
        found = baking.unbake(client.get(f"{place.page}.{ending}").content)
        assert found is not None
        assert found.text.encode() == place.document


def test_an_svg_opened_as_a_page_can_do_nothing(client, place):
    assert client.get(f"{place.page}.svg").headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("accept", "is_file"),
    [
        ("application/vc+ld+json", True),
        ("application/ld+json, */*;q=0.1", True),
        ("application/json", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("text/html, application/json;q=0.9", False),
        ("application/json, text/html;q=0.9", True),
        ("*/*", False),
        ("", False),
        ("q=;;,/,application/json;q=x", False),
    ],
)
def test_programs_get_the_file_at_the_address_of_the_page(client, place, accept, is_file):
    reply = client.get(place.page, headers={"Accept": accept})
    assert "Accept" in reply.headers["vary"]
    if is_file:
        assert reply.content == place.document
        assert reply.headers["content-type"] == "application/vc+ld+json"
    else:
        assert reply.headers["content-type"].startswith("text/html")


# --- a learner's badge ----------------------------------------------------------------------------------------


def test_a_learners_badge_is_a_sheet_for_a_wall_and_others_have_none(client, place, database, settings):
    assert client.get(f"{place.page}/wall").status_code == 404
    learner = place_with_a_badge(
        database,
        settings,
        audience="learner",
        picture={"pictogram": "learner", "tint": "lake"},
        texts={
            "fr": {"name": "Je le fais moi-même", "description": "J'envoie des messages. Je garde mes codes pour moi."}
        },
    )
    page = plain(client.get(f"{learner.page}/wall").text)
    assert "<li>J'envoie des messages.</li><li>Je garde mes codes pour moi.</li>" in page
    assert "<svg" in page
    assert f"{learner.page}/wall" in client.get(learner.badge).text


# --- shared pages ---------------------------------------------------------------------------------------------


def say_something(place: Place) -> None:
    """An endorsement about the badge, as it is once it was signed."""
    with place.database.begin() as db:
        credential = db.get_one(Credential, place.credential_id)
        version = credential.version
        request = AwardRequest(
            holder_id=place.holder_id,
            issuer_id=credential.issuer_id,
            achievement_id=version.achievement_id,
            version_id=version.id,
            state=RequestState.GRANTED,
        )
        db.add(request)
        db.flush()
        given = {"candidate_id": place.holder_id, "credential_id": credential.id, "document": b"{}"}
        said = {"role": "médiatrice numérique", "comment": "Je l'ai vue patiente et claire, deux fois."}
        db.add(Endorsement(request_id=request.id, **given, **said))


def test_a_shared_page_has_the_name_and_what_the_holder_lets_show(client, place):
    say_something(place)
    page = plain(client.get(place.share(name="Surnom D.", shows=["evidence", "endorsements"])).text)
    for part in ("Surnom D.", "Un atelier de deux heures", "patiente et claire", "médiatrice numérique", place.page):
        assert part in page, part
    assert "noindex" in page


def test_a_shared_page_shows_no_more_than_that(client, place):
    say_something(place)
    page = plain(client.get(place.share()).text)
    assert "Aider à une permanence" in page
    assert "Un atelier de deux heures" not in page
    assert "patiente" not in page


def test_a_shared_page_says_when_its_badge_was_taken_back(client, place):
    path = place.share(credential_id=place.credential_id)
    act(place, taken_back(Why.ERROR))
    assert "Repris par le réseau" in client.get(path).text


def test_a_shared_page_that_ended_is_gone_and_one_that_never_was_is_not_found(client, place):
    path = place.share(days=1)
    with place.database.begin() as db:
        db.execute(sa.text("UPDATE share_link SET expires_at = created_at"))
    reply = client.get(path)
    assert reply.status_code == 410
    assert "Demandez-lui un nouveau lien." in reply.text
    assert client.get(f"/share/{'x' * 43}").status_code == 404


# --- Open Badges 2.0 ------------------------------------------------------------------------------------------


def test_the_documents_of_open_badges_2_are_json_ld_and_lead_to_each_other(client, place):
    address: list[str] = []
    act(
        place, lambda db, _signer, holder, credential: address.append(hosting.host(db, holder, credential.id, "a@b.fr"))
    )
    found, path = {}, address[0].removeprefix("http://testserver")
    for name, following in (("assertion", "badge"), ("class", "issuer"), ("issuer", "revocationList"), ("list", "")):
        reply = client.get(path)
        assert reply.status_code == 200, path
        assert reply.headers["content-type"] == "application/ld+json"
        assert reply.headers["access-control-allow-origin"] == "*"
        found[name] = reply.json()
        path = str(found[name].get(following, "")).removeprefix("http://testserver")
    assert found["issuer"]["id"] == found["class"]["issuer"] == found["list"]["issuer"]
    assert found["class"]["image"].endswith(".png")


def test_the_address_of_a_twin_that_was_taken_back_answers_410_with_the_document(client, place):
    address: list[str] = []
    act(
        place, lambda db, _signer, holder, credential: address.append(hosting.host(db, holder, credential.id, "a@b.fr"))
    )
    act(place, taken_back(Why.FRAUD))
    reply = client.get(address[0].removeprefix("http://testserver"))
    assert reply.status_code == 410
    assert reply.headers["content-type"] == "application/ld+json"
    assert reply.json()["revoked"] is True


def test_of_open_badges_2_nothing_is_there_that_was_not_published(client, place):
    for path in (
        f"/ob2/assertions/{place.credential_id}",
        f"/ob2/badgeclasses/{uuid.uuid4()}/fr",
        f"/ob2/badgeclasses/{place.version_id}/de",
        "/ob2/issuers/nobody",
        f"/ob2/keys/{uuid.uuid4()}",
        "/ob2/revocations/nobody",
    ):
        assert client.get(path).status_code == 404, path


def test_looking_at_anything_public_changes_nothing(client, place):
    share = place.share()
    before = rows_of(place.database)
    for path in (place.page, share, *(f"{place.page}.{one}" for one in ENDINGS), f"/ob2/issuers/{place.issuer_slug}"):
        assert client.get(path).status_code == 200, path
    assert rows_of(place.database) == before
    assert ListOf.CREDENTIALS in {one.of for one in lists_of(place)}


def lists_of(place: Place) -> list[StatusList]:
    with place.database.begin() as db:
        return list(db.scalars(sa.select(StatusList)))
