"""With a holder who gave a name and two addresses: none of them is in anything public, in any picture, paper or log."""

from __future__ import annotations

import logging
import re
import zlib
from base64 import a85decode

import pytest

from pathways.badges.models import CredentialForm
from tests.badges.pages.holding_pages import Place, place_with_a_badge

NAME, EMAIL, BACKPACK = "Prénominventé Nominventé", "prenominvente.nominvente@exemple.fr", "p.nominvente@sac.example"
TOLD = tuple(
    part.casefold() for part in ("Prénominventé", "Prenominvente", "Nominventé", "sac.example", EMAIL, BACKPACK)
)


@pytest.fixture
def place(database, settings, client) -> Place:
    """A holder who did everything that a holder can."""
    made = place_with_a_badge(database, settings)
    assert client.post(f"{made.base}/name", data={"name": NAME}).status_code == 303
    assert client.post(f"{made.base}/email", data={"email": EMAIL}).status_code == 303
    assert client.post(f"{made.badge}/file", data={"form": "jwt"}).status_code == 200
    sent = {"email": BACKPACK, "form": "hosted"}
    assert client.post(f"{made.badge}/backpack", data=sent).status_code == 303
    return made


def names_in(body: bytes) -> list[str]:
    """Parts of the name and addresses in what was served, as it stands there and unpacked."""
    texts = [body, *_unpacked(body)]
    return [one for one in TOLD for text in texts if _holds(text, one)]


def _holds(text: bytes, part: str) -> bool:
    return any(part in text.decode(encoding, "ignore").casefold() for encoding in ("utf-8", "cp1252"))


def _unpacked(body: bytes) -> list[bytes]:
    """The streams of a PDF."""
    streams = re.findall(rb"ASCII85Decode /FlateDecode.*?stream\r?\n(.*?)~>", body, re.DOTALL)
    return [zlib.decompress(a85decode(one.strip())) for one in streams]


def public_paths(place: Place, client) -> list[str]:
    twin = re.search(r'href="http://testserver(/ob2/assertions/[^"]+)"', client.get(f"{place.badge}/backpack").text)
    assert twin
    return [
        place.page,
        *(f"{place.page}.{form.value}" for form in CredentialForm),
        place.share(),
        place.share(name="Une personne", shows=["evidence", "endorsements"]),
        twin[1],
        f"/ob2/badgeclasses/{place.version_id}/fr",
        f"/ob2/issuers/{place.issuer_slug}",
        f"/ob2/revocations/{place.issuer_slug}",
    ]


@pytest.mark.slow
def test_nothing_public_holds_a_name_or_an_address(client, place, caplog):
    caplog.set_level(logging.DEBUG)
    own = client.get(f"{place.base}/settings").content
    assert names_in(own), "the check sees what is there"
    for path in public_paths(place, client):
        reply = client.get(path)
        assert reply.status_code == 200, path
        assert names_in(reply.content) == [], path
        assert names_in(str(reply.headers).encode()) == [], path
    assert names_in(caplog.text.encode()) == []


def test_a_share_link_shows_the_name_that_was_written_on_it_and_only_there(client, place):
    assert names_in(client.get(place.share(name=NAME)).content)
    assert names_in(client.get(place.page).content) == []


def test_a_signed_twin_holds_no_address_either(client, place):
    for form in ("png", "svg", "jws"):
        made = client.post(f"{place.badge}/backpack", data={"email": BACKPACK, "form": form})
        assert made.status_code == 200
        assert names_in(made.content) == [], form


def test_after_erasing_nothing_is_left_in_the_database(client, place, database):
    import sqlalchemy as sa

    from pathways.tables import metadata

    def told() -> list[str]:
        with database.read() as db:
            return [
                table.name
                for table in metadata.sorted_tables
                if table.name.startswith(("holder", "credential", "share", "award", "endorse", "evidence", "attested"))
                and names_in(str(db.execute(sa.select(table)).all()).encode())
            ]

    client.post(f"{place.base}/new-link", data={"name": NAME, "days": "7"})
    assert set(told()) == {"holder", "share_link"}
    assert client.post(f"{place.base}/erase").status_code == 200
    assert told() == []


def test_an_error_in_a_space_does_not_log_its_address(client, place, monkeypatch, caplog):
    from pathways.badges.pages import holder

    def fail(*_args, **_named):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(holder, "all_shown", fail)
    with caplog.at_level(logging.ERROR):
        assert client.get(place.base).status_code == 500
    assert "/h/{key}" in caplog.text
    assert place.token not in caplog.text
