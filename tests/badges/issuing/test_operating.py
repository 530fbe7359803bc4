"""The command line of badges: keys seen and changed, a theft declared on purpose, another secret, lists signed anew."""

from __future__ import annotations

import json
import os
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import cli, clock
from pathways.badges.formats import status_list
from pathways.badges.issuing import awarding, key_table, networks
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.signer import Signer
from pathways.badges.issuing.wrapping import Wrapping
from pathways.badges.models import Credential, Issuer, IssuerKey, KeyState, StatusList
from pathways.people import service as people
from tests.badges.issuing.networking import member, on_offer, orders
from tests.conftest import SECRET

OTHER = "another secret for badges, of thirty-two bytes or more"


@pytest.fixture
def run(database_url, tmp_path, monkeypatch, capsys):
    """``run("badges", ...)``: the exit code, what was said, and what was said of errors."""
    for name in list(os.environ):
        if name.startswith("PATHWAYS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATHWAYS_DATA", str(tmp_path))
    monkeypatch.setenv("PATHWAYS_DATABASE_URL", database_url)
    monkeypatch.setenv("PATHWAYS_SECRET", SECRET.decode())
    monkeypatch.setenv("PATHWAYS_URL", "https://badges.example")

    def call(*arguments: object) -> tuple[int, str, str]:
        try:
            code = cli.main(["badges", *(str(one) for one in arguments)])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


SIGNER = Signer(Wrapping(SECRET), "https://badges.example")


@pytest.fixture
def slug(database) -> str:
    """A network with three badges."""
    with database.begin() as db:
        actor = member(db)
        issuer = networks.found(db, SIGNER, actor.organisation_id, Presented("Réseau du val", "reseau-du-val"))
        awarding.issue(db, SIGNER, on_offer(db, actor, issuer), orders(db, 3), by=None)
    return "reseau-du-val"


def key_of(database, state: KeyState = KeyState.ACTIVE) -> IssuerKey:
    with database.read() as db:
        query = sa.select(IssuerKey).join(Issuer, Issuer.id == IssuerKey.issuer_id)
        found = db.scalars(query.where(Issuer.slug == "reseau-du-val", IssuerKey.state == state)).one()
        db.expunge(found)
        return found


def test_keys_are_listed_with_what_depends_on_them(run, slug, database):
    code, out, _ = run("keys", slug)
    assert code == 0
    assert "did:web:badges.example:issuers:reseau-du-val" in out
    assert str(key_of(database).id) in out
    assert "3 badges valables" in out
    assert "ATTENTION" not in out
    assert run("keys", "nobody")[0] == 1


def test_another_key_signs_and_it_is_said_what_comes_next(run, slug, database):
    before = key_of(database)
    code, out, _ = run("rotate", slug, "--reason", "chaque année")
    assert code == 0
    assert "À faire" in out
    assert str(key_of(database).id) in out
    assert key_of(database, KeyState.RETIRED).id == before.id
    assert "chaque année" in key_of(database, KeyState.RETIRED).reason
    assert run("rotate", slug)[0] == 2, "without a reason"


def test_a_theft_is_said_first_and_declared_by_naming_the_network_twice(run, slug, database):
    stolen = key_of(database)
    code, out, _ = run("compromise", slug, stolen.id)
    assert code == 1
    assert "Rien n'est fait encore. 3 badges valables" in out
    assert key_of(database).id == stolen.id
    assert run("compromise", slug, stolen.id, "--confirm", slug)[0] == 1, "without a reason"
    code, out, _ = run("compromise", slug, stolen.id, "--confirm", slug, "--reason", "ordinateur volé")
    assert code == 0
    assert "3 badges" in out
    assert "CNIL" in out
    assert key_of(database, KeyState.COMPROMISED).id == stolen.id
    again = run("compromise", slug, stolen.id, "--confirm", slug, "--reason", "ordinateur volé")
    assert again[0] == 1
    assert "déjà" in again[2]
    assert run("compromise", slug, uuid.uuid4(), "--confirm", slug, "--reason", "ordinateur volé")[0] == 1
    assert "keys" in run("compromise", slug, "x")[2]


def test_keys_are_wrapped_with_another_secret_and_sign_as_before(run, slug, database, monkeypatch):
    monkeypatch.setenv("PATHWAYS_BADGE_SECRET", OTHER)
    assert "ATTENTION" in run("keys", slug)[1]
    code, out, _ = run("rewrap")
    assert code == 0
    assert "1 clés" in out
    assert "PATHWAYS_BADGE_SECRET_BEFORE" in out
    assert "ATTENTION" not in run("keys", slug)[1]
    with database.begin() as db:
        issuer = networks.by_slug(db, slug)
        key_table.signing_key(db, Signer(Wrapping(OTHER.encode()), "https://badges.example"), issuer)
    monkeypatch.setenv("PATHWAYS_BADGE_SECRET_BEFORE", OTHER)
    monkeypatch.setenv("PATHWAYS_BADGE_SECRET", OTHER + " and longer")
    assert run("rewrap")[0] == 0


@pytest.mark.parametrize("before", ["short", "a secret that never wrapped anything here, really"])
def test_with_a_wrong_secret_before_nothing_changes_and_it_is_said(run, slug, database, monkeypatch, before):
    wrapped = key_of(database).wrapped
    monkeypatch.setenv("PATHWAYS_BADGE_SECRET", OTHER)
    monkeypatch.setenv("PATHWAYS_BADGE_SECRET_BEFORE", before)
    code, _, err = run("rewrap")
    assert code == 1
    assert err.startswith("pathways : ")
    assert key_of(database).wrapped == wrapped


def test_lists_that_are_a_day_old_are_signed_and_others_when_asked(run, slug, database):
    code, out, _ = run("lists")
    assert code == 0
    assert "reseau-du-val/status/1" in out
    assert "3 places prises sur 131072" in out
    assert "0 listes signées" in out
    with database.begin() as db:
        for one in db.scalars(sa.select(StatusList)):
            one.signed_at = clock.now() - timedelta(days=2)
    assert "1 listes signées" in run("lists")[1]
    with database.begin() as db:
        badge = db.scalars(sa.select(Credential).join(Issuer).where(Issuer.slug == slug)).first()
        assert badge is not None
        place, list_id = badge.list_index, badge.list_id
        badge.revoked_at, badge.revocation = clock.now(), "error"
    assert "1 badges repris" in run("lists", "--now")[1]
    with database.read() as db:
        served = json.loads(db.get_one(StatusList, list_id).document)
        bits = status_list.decode(served["credentialSubject"]["encodedList"])
    assert status_list.is_set(bits, place)


def test_without_a_network_it_is_said_how_to_make_one(run, database):
    with database.begin() as db:
        people.create_organisation(db, name="Une structure")
        there = db.scalar(sa.select(sa.func.count()).select_from(Issuer))
    code, out, _ = run("keys")
    assert code == 0
    assert there == 0
    assert "page « Réseau »" in out
    assert run("dance")[0] == 2
    assert run()[0] == 2
