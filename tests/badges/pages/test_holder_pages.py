"""The space of a holder: who gets in, what stands there, what can be done, and that looking changes nothing."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

import pathways
from pathways import ids
from pathways.badges.candidacy import spaces
from pathways.badges.doors import _acted_in, _looked_into
from pathways.badges.formats import baking, vc_jwt
from pathways.badges.models import Credential, Holder, HolderAttempt, RequestState, ShareLink
from pathways.badges.pages.holder_words import ACTS
from pathways.permissions import Role
from pathways.teams import events as team_events
from tests.badges.pages.holding_pages import Place, place_with_a_badge
from tests.diagnostics.situations import Taker
from tests.web.routes import SAFE, routes_of
from tests.web.world import csrf_of, rows_of

OF_A_SPACE = ("", "/settings", "/language", "/history", "/erase", "/share", "/results")
OF_A_BADGE = ("", "/backpack", "/give-up")


@pytest.fixture
def place(database, settings) -> Place:
    return place_with_a_badge(database, settings)


def credential(place: Place) -> Credential:
    with place.database.begin() as db:
        return db.get_one(Credential, place.credential_id)


def holder(place: Place) -> Holder | None:
    with place.database.begin() as db:
        return db.get(Holder, place.holder_id)


# --- who gets in ----------------------------------------------------------------------------------------------


def test_every_form_of_a_space_goes_through_the_door_that_acts(app):
    """A private link is the permission, and for `me` the form's own token: no endpoint may forget either."""
    inside = [one for one in routes_of(app) if one.path.startswith("/h/{key}")]
    assert len(inside) > 20
    wrong = [str(one) for one in inside if (_looked_into if one.method in SAFE else _acted_in) not in one.needs]
    assert wrong == []


def test_every_page_of_a_space_stands_and_looking_changes_nothing(client, place):
    before = rows_of(place.database)
    for path in [place.base + one for one in OF_A_SPACE] + [place.badge + one for one in OF_A_BADGE]:
        page = client.get(path)
        assert page.status_code == 200, path
        assert "<h1" in page.text, path
        assert page.headers["cache-control"] == "no-store"
        assert "noindex" in page.headers["x-robots-tag"]
    assert rows_of(place.database) == before


def test_another_link_opens_nothing(client, place):
    for key in (ids.new_token(), "x" * 3000, place.token[:-1], place.token.lower()):
        for path in OF_A_SPACE:
            assert client.get(f"/h/{key}{path}").status_code == 404
    assert client.get(place.badge.replace(str(place.credential_id), str(uuid.uuid4()))).status_code == 404


def test_nobody_sees_the_badge_of_another_space(client, place, database, settings):
    other = place_with_a_badge(database, settings)
    path = f"{other.base}/badges/{place.credential_id}"
    for one in OF_A_BADGE:
        assert client.get(path + one).status_code == 404
    before = rows_of(database)
    for one, sent in (
        ("/give-up", {"sure": "1"}),
        ("/file", {"form": "jwt"}),
        ("/renew", {}),
        ("/backpack/withdraw", {}),
    ):
        assert client.post(path + one, data=sent).status_code == 404
    assert client.post(path + "/backpack", data={"email": "a@exemple.fr", "form": "png"}).status_code == 404
    assert rows_of(database) == before
    assert credential(place).revoked_at is None


def test_me_is_whoever_is_signed_in_and_their_space_is_made_once(client, signed_in, database):
    assert client.get("/h/me").headers["location"] == "/sign-in?next=/h/me"
    assert client.post("/h/me/name", data={"name": "x"}).status_code == 401
    member = signed_in(Role.TRAINER)
    for path in OF_A_SPACE:
        assert member.get(f"/h/me{path}").status_code == 200, path
    assert '<a class="button" href="/">' in member.get("/h/me").text  # back to the desk, whose menu led here
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Holder).where(Holder.account_id.is_not(None))) == 1


def test_a_form_of_me_needs_the_token_of_its_session_and_that_of_a_link_does_not(client, place, signed_in, database):
    member = signed_in(Role.TRAINER)
    page = member.get("/h/me/settings").text
    for csrf in ("", "0" * 64):
        assert member.post("/h/me/name", data={"name": "Surnom", "csrf": csrf}).status_code == 403
    sent = {"name": "Surnom", "csrf": csrf_of(member)}
    assert sent["csrf"] in page
    assert member.post("/h/me/name", data=sent).status_code == 303
    with database.read() as db:
        assert db.scalar(sa.select(Holder.name).where(Holder.account_id.is_not(None))) == "Surnom"
    assert 'name="csrf"' not in client.get(f"{place.base}/settings").text
    assert client.post(f"{place.base}/name", data={"name": "Surnom"}).status_code == 303


def test_another_site_sends_nothing_into_a_space(client, place):
    for headers in ({"Origin": "https://attaquant.example"}, {"Sec-Fetch-Site": "cross-site"}):
        reply = client.post(f"{place.base}/erase", headers=headers)
        assert reply.status_code == 403
    assert holder(place) is not None


# --- opening one ----------------------------------------------------------------------------------------------


def test_a_space_without_account_is_opened_by_a_button_and_its_link_is_shown_once(client, database):
    before = rows_of(database)["holder"]
    assert client.get("/h").status_code == 200
    assert client.post("/h").headers["location"] == "/h"
    assert rows_of(database)["holder"] == before
    opened = client.post("/h", data={"new": "1"})
    where = opened.headers["location"]
    assert re.fullmatch(r"/h/[A-Za-z0-9_-]{43}\?new=1", where)
    page = client.get(where)
    assert f"http://testserver{where.removesuffix('?new=1')}" in page.text
    assert "<svg" in page.text
    assert rows_of(database)["holder"] == before + 1


@pytest.mark.slow
def test_a_script_does_not_open_spaces_without_end(client, database):
    statuses = [client.post("/h", data={"new": "1"}).status_code for _ in range(41)]
    assert statuses == [303] * 40 + [429]


# --- what stands there ----------------------------------------------------------------------------------------


def test_the_first_screen_shows_what_is_held_and_how_it_stands(client, place):
    page = client.get(place.base).text
    assert "Aider à une permanence" in page
    assert "Valable" in page
    assert 'class="state can"' in page
    assert f"/achievements/{place.issuer_slug}/" in page


def test_an_empty_space_says_what_to_do(client):
    where = client.post("/h", data={"new": "1"}).headers["location"]
    page = client.get(where).text
    assert "Vous n'avez pas encore de badge." in page.replace("&#39;", "'")
    assert "/requests" in page


def test_the_page_of_a_badge_offers_each_file_and_says_what_for(client, place):
    page = client.get(place.badge).text.replace("&#39;", "'")
    for ending in ("pdf", "png", "svg", "json"):
        assert f'href="{place.page}.{ending}"' in page
        assert client.get(f"{place.page}.{ending}").status_code == 200
    assert "galerie photo" in page
    assert "2 savoir-faire demandés" in page


def test_a_page_is_read_in_the_language_of_its_holder(client, place):
    assert client.post(f"{place.base}/language", data={"language": "ar"}).status_code == 303
    client.cookies.clear()
    page = client.get(place.base).text
    assert 'lang="ar" dir="rtl"' in page
    assert 'lang="en"' in client.get(f"{place.base}?lang=en").text[:60]
    assert client.post(f"{place.base}/language", data={"language": "xx"}).status_code == 422


def test_the_history_is_told_in_words(client, place):
    client.post(f"{place.base}/new-link", data={"days": "7"})
    page = client.get(f"{place.base}/history").text.replace("&#39;", "'")
    assert "Vous avez reçu un badge." in page
    assert "Vous avez fait un lien de partage." in page


def test_no_act_of_a_history_is_without_words():
    """Those that are written down anywhere, by name, and one for each state of a request."""
    written = {f"request_{state.value}" for state in RequestState}
    for path in sorted((Path(pathways.__file__).parent / "badges").rglob("*.py")):
        text = path.read_text("utf-8")
        written |= set(re.findall(r"\btell\([^()]*?\"([a-z_]+)\"", text)) | set(
            re.findall(r"\bact=\"([a-z_]+)\"", text)
        )
    written |= {spaces.MADE, team_events.JOINED, team_events.TAKEN_BACK, team_events.LEFT, team_events.BEGUN}
    assert len(written) > 20
    assert written - set(ACTS) == set()


# --- what can be done -----------------------------------------------------------------------------------------


def test_a_name_and_an_address_are_kept_and_what_is_wrong_comes_back_as_it_was_typed(client, place):
    assert client.post(f"{place.base}/name", data={"name": "Surnom"}).status_code == 303
    assert client.post(f"{place.base}/email", data={"email": "Surnom@Exemple.fr "}).status_code == 303
    found = holder(place)
    assert found is not None
    assert (found.name, found.email) == ("Surnom", "surnom@exemple.fr")
    refused = client.post(f"{place.base}/email", data={"email": "surnom chez moi"})
    assert refused.status_code == 422
    assert 'value="surnom chez moi"' in refused.text
    assert client.post(f"{place.base}/email", data={"email": ""}).status_code == 303
    found = holder(place)
    assert found is not None
    assert found.email == ""


def test_another_link_takes_the_place_of_the_former_one(client, place):
    where = client.post(f"{place.base}/renew-link").headers["location"]
    assert client.get(place.base).status_code == 404
    assert client.get(where).status_code == 200


def test_giving_a_badge_up_is_asked_twice(client, place):
    assert client.post(f"{place.badge}/give-up").status_code == 303
    assert credential(place).revoked_at is None
    assert client.post(f"{place.badge}/give-up", data={"sure": "1"}).status_code == 303
    assert credential(place).revocation == "asked"
    page = client.get(place.badge).text
    assert "Rendu par la personne" in page
    assert f"{place.page}.pdf" not in page
    assert client.get(f"{place.badge}/give-up").status_code == 303


def test_erasing_says_what_it_means_and_leaves_nothing(client, place):
    assert "ne compteront plus" in client.get(f"{place.base}/erase").text
    assert client.post(f"{place.base}/erase").status_code == 200
    assert holder(place) is None
    assert client.get(place.base).status_code == 404
    assert credential(place).document == b""


def test_the_token_is_made_when_its_holder_wants_it(client, place):
    assert client.get(f"{place.page}.jwt").status_code == 404
    assert client.post(f"{place.badge}/file", data={"form": "png"}).status_code == 303
    made = client.post(f"{place.badge}/file", data={"form": "jwt"})
    assert made.status_code == 200
    assert made.headers["content-type"] == "text/plain; charset=utf-8"
    assert "attachment" in made.headers["content-disposition"]
    assert vc_jwt.payload_of(made.text)["jti"] == f"urn:uuid:{place.credential_id}"
    assert client.get(f"{place.page}.jwt").text == made.text


def test_renewing_too_early_says_when(client, place):
    assert client.post(f"{place.badge}/renew").status_code == 409
    assert "/renew" not in client.get(place.badge).text


# --- share links ----------------------------------------------------------------------------------------------


def test_a_link_is_made_shown_and_ended(client, place):
    sent = {"badge": str(place.credential_id), "name": "Surnom D.", "shows": ["evidence"], "days": "7"}
    made = client.post(f"{place.base}/new-link", data=sent)
    assert made.status_code == 303
    page = client.get(made.headers["location"]).text
    url = re.search(r'value="http://testserver(/share/[A-Za-z0-9_-]{43})"', page)
    assert url
    assert "Surnom D." in client.get(url[1]).text
    with place.database.begin() as db:
        link = db.scalars(sa.select(ShareLink)).one()
    assert client.post(f"{place.base}/share/{link.id}/withdraw").status_code == 303
    assert client.get(url[1]).status_code == 410
    assert url[1] not in client.get(f"{place.base}/share").text


@pytest.mark.parametrize(
    "sent", [{"days": "0"}, {"days": "vingt"}, {"days": "999"}, {"name": "x" * 90}, {"badge": str(uuid.UUID(int=1))}]
)
def test_a_link_that_cannot_be_is_refused_and_what_was_typed_comes_back(client, place, sent):
    given = {"badge": str(place.credential_id), "name": "Surnom", "days": "7"} | sent
    refused = client.post(f"{place.base}/new-link", data=given)
    assert refused.status_code in {404, 422}
    with place.database.read() as db:
        assert db.scalars(sa.select(ShareLink)).all() == []


def test_linkedin_is_offered_with_a_live_link_alone(client, place):
    assert "linkedin.com" not in client.get(place.badge).text
    path = place.share(credential_id=place.credential_id)
    page = client.get(place.badge).text
    assert "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&amp;name=Aider" in page
    assert f"certUrl=http%3A%2F%2Ftestserver%2Fshare%2F{path.rpartition('/')[2]}" in page
    assert f"certId={place.credential_id}" in page
    assert 'rel="noopener noreferrer"' in page


# --- old backpacks --------------------------------------------------------------------------------------------


def test_a_twin_is_published_shown_and_taken_back(client, place):
    page = client.get(f"{place.badge}/backpack").text.replace("&#39;", "'")
    assert "empreinte" in page
    assert "Nous ne gardons pas cette adresse." in page
    sent = {"email": "surnom@exemple.fr", "form": "hosted"}
    assert client.post(f"{place.badge}/backpack", data=sent).status_code == 303
    page = client.get(f"{place.badge}/backpack").text
    url = re.search(r'href="http://testserver(/ob2/assertions/[^"]+)"', page)
    assert url
    assert client.get(url[1]).status_code == 200
    picture = client.get(f"{place.badge}/backpack/picture")
    found = baking.unbake(picture.content)
    assert found is not None
    assert found.text == f"http://testserver{url[1]}"
    assert client.post(f"{place.badge}/backpack/withdraw").status_code == 303
    assert client.get(url[1]).status_code == 410
    assert client.get(f"{place.badge}/backpack/picture").status_code == 404


@pytest.mark.parametrize(("form", "kind"), [("png", "image/png"), ("svg", "image/svg+xml"), ("jws", "text/plain")])
def test_a_signed_twin_is_a_file(client, place, form, kind):
    made = client.post(f"{place.badge}/backpack", data={"email": "surnom@exemple.fr", "form": form})
    assert made.status_code == 200
    assert made.headers["content-type"].startswith(kind)
    assert "attachment" in made.headers["content-disposition"]
    assert credential(place).hosted is None


def test_without_an_address_no_twin_is_made(client, place):
    before = rows_of(place.database)
    refused = client.post(f"{place.badge}/backpack", data={"email": "surnom", "form": "hosted"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert rows_of(place.database) == before


# --- results --------------------------------------------------------------------------------------------------


def resume_code(app, taker: Taker) -> str:
    from pathways.diagnostics import taking

    with app.state.database.read() as db:
        return app.state.door.resume_code(taking.get(db, uuid.UUID(taker.opened["id"])))


def test_a_result_is_brought_with_its_code_and_taken_out_again(app, client, place, published):
    taker = Taker.start(client, published)
    sent = {"code": ids.readable(resume_code(app, taker)).lower()}
    assert client.post(f"{place.base}/results", data=sent).status_code == 303
    page = client.get(f"{place.base}/results").text
    assert f"/results/{taker.opened['id']}/remove" in page
    assert client.post(f"{place.base}/results/{taker.opened['id']}/remove").status_code == 303
    with place.database.read() as db:
        assert db.scalars(sa.select(HolderAttempt)).all() == []


def test_a_wrong_code_is_said_and_counted(client, place):
    for _ in range(2):
        refused = client.post(f"{place.base}/results", data={"code": "2222-2222"})
        assert refused.status_code == 404
        assert 'aria-invalid="true"' in refused.text
    with place.database.read() as db:
        assert db.execute(sa.text("SELECT sum(count) FROM wrong_tries")).scalar() >= 2


def test_a_result_of_another_space_stays_there(app, client, place, published, database, settings):
    taker, other = Taker.start(client, published), place_with_a_badge(database, settings)
    sent = {"code": resume_code(app, taker)}
    assert client.post(f"{other.base}/results", data=sent).status_code == 303
    assert client.post(f"{place.base}/results", data=sent).status_code == 409
    with place.database.read() as db:
        assert db.scalars(sa.select(HolderAttempt.holder_id)).all() == [other.holder_id]


def test_from_the_page_of_a_result_into_a_new_space_or_an_own_one(app, client, place, published):
    taker = Taker.start(client, published)
    path = f"/t/{taker.opened['id']}/badges"
    assert client.get(path).status_code == 404  # whoever does not hold the attempt
    client.cookies.set("attempt", taker.opened["token"])
    assert client.get(path).status_code == 200
    before = rows_of(place.database)
    assert client.post(path).status_code == 422
    assert client.post(path, data={"space": "own", "link": "https://autre.example/h/x"}).status_code == 404
    assert client.post(path, data={"space": "own", "link": "http://testserver/h/me"}).status_code == 404
    assert rows_of(place.database) == before
    brought = client.post(path, data={"space": "own", "link": f" http://testserver{place.base}?new=1 "})
    assert brought.headers["location"] == f"{place.base}/results"
    assert client.post(path, data={"space": "new"}).status_code == 409
    other = Taker.start(client, published)
    client.cookies.set("attempt", other.opened["token"])
    made = client.post(f"/t/{other.opened['id']}/badges", data={"space": "new"})
    assert re.fullmatch(r"/h/[A-Za-z0-9_-]{43}\?new=1", made.headers["location"])
    with place.database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(HolderAttempt)) == 2
