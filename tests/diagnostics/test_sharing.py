"""Copies and shares: others read a definition and copy it, and never see an attempt or a count."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing import sharing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Invalid, NotFound
from pathways.items import authoring
from pathways.items.documents import OwnItemDocument
from pathways.items.models import Item
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials import own
from pathways.referentials.models import Strand
from tests.diagnostics.situations import Taker
from tests.web import world

FRAMEWORK = "inclusion-numerique"
SOME = ("SEC-01", "SEC-02")


def a_member(db, role: Role = Role.TRAINER, name: str = "Une structure") -> Member:
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    organisation = people.create_organisation(db, name=name)
    return Member(account.id, "", organisation.id, "", role, OF_ROLE[role])


@pytest.fixture
def author(db) -> Member:
    return a_member(db)


@pytest.fixture
def reader(db) -> Member:
    return a_member(db, name="Une autre structure")


@pytest.fixture
def made(db, author) -> Diagnostic:
    return composing.create(
        db, author, title="Le nôtre", framework=FRAMEWORK, selection=Selection(skills=SOME, languages=("fr", "ar"))
    )


def listed(db, member) -> list[uuid.UUID]:
    return [one.id for one in db.scalars(sharing.shared_with(member))]


def test_what_is_not_shared_does_not_exist(db, reader, made):
    assert listed(db, reader) == []
    for call in (sharing.readable, composing.get):
        with pytest.raises(NotFound):
            call(db, reader, made.id)
    with pytest.raises(NotFound):
        sharing.copy(db, reader, made.id, key=uuid.uuid4())


@pytest.mark.parametrize("everybody", [True, False])
def test_what_is_shared_may_be_read_until_it_is_not(db, author, reader, made, everybody):
    whom = None if everybody else reader.organisation_id
    for _ in range(2):
        sharing.share(db, author, made.id, organisation_id=whom)
    db.flush()
    assert sharing.readable(db, reader, made.id) is made
    assert listed(db, reader) == [made.id]
    assert listed(db, author) == [], "one's own are not shared with oneself"
    third = a_member(db)
    assert listed(db, third) == ([made.id] if everybody else [])
    with pytest.raises(NotFound):
        composing.get(db, reader, made.id)
    for _ in range(2):
        sharing.unshare(db, author, made.id, organisation_id=whom)
    db.flush()
    assert listed(db, reader) == []
    with pytest.raises(NotFound):
        sharing.readable(db, reader, made.id)


def test_those_named_one_by_one_keep_it_when_everybody_loses_it(db, author, reader, made):
    sharing.share(db, author, made.id, organisation_id=None)
    sharing.share(db, author, made.id, organisation_id=reader.organisation_id)
    sharing.unshare(db, author, made.id, organisation_id=None)
    db.flush()
    assert listed(db, reader) == [made.id]
    assert [one.name for one in sharing.readers_of(db, made)] == ["Une autre structure"]


def test_only_the_author_shares(db, reader, made):
    for call in (sharing.share, sharing.unshare):
        with pytest.raises(NotFound):
            call(db, reader, made.id, organisation_id=None)


def test_sharing_with_oneself_or_with_nobody_is_refused(db, author, made):
    for whom in (author.organisation_id, uuid.uuid4()):
        with pytest.raises(Invalid):
            sharing.share(db, author, made.id, organisation_id=whom)


def test_a_copy_is_a_draft_of_ones_own_and_the_same_key_makes_one(db, author, reader, made):
    composing.publish(db, author, made.id)
    sharing.share(db, author, made.id, organisation_id=None)
    key = uuid.uuid4()
    copied = sharing.copy(db, reader, made.id, key=key)
    again = sharing.copy(db, reader, made.id, key=key)
    assert again.diagnostic is copied.diagnostic
    assert (copied.lost, copied.adopted) == ((), 0)
    one = copied.diagnostic
    assert (one.title, one.state, one.organisation_id) == ("Copie de Le nôtre", "draft", reader.organisation_id)
    assert Selection.from_json(one.selection) == Selection.from_json(made.selection)
    assert one.code is None
    assert sharing.copy(db, reader, made.id, key=uuid.uuid4()).diagnostic is not one


def test_a_copy_that_was_changed_since_is_still_the_one_of_its_key(db, author, made):
    key = uuid.uuid4()
    copied = sharing.copy(db, author, made.id, key=key).diagnostic
    composing.update(db, author, copied.id, title="Changée", selection=Selection(skills=("MEL-03",)), version=1)
    assert sharing.copy(db, author, made.id, key=key).diagnostic is copied
    assert copied.title == "Changée"


def test_micro_skills_that_are_gone_are_named(db, author, made):
    made.selection = made.selection | {"skills": [*SOME, "OLD-01"]}
    copied = sharing.copy(db, author, made.id, key=uuid.uuid4())
    assert copied.lost == ("OLD-01",)
    assert tuple(copied.diagnostic.selection["skills"]) == SOME


def test_a_long_title_is_still_a_title(db, author, made):
    made.title = "T" * 200
    assert len(sharing.copy(db, author, made.id, key=uuid.uuid4()).diagnostic.title) == 200


def test_the_authors_own_micro_skills_and_questions_are_copied_with_it(db, author, reader):
    ladder = own.create(db, author, framework=FRAMEWORK, title="Notre logiciel")
    ladder = own.change(
        db,
        author,
        ladder.id,
        title="Notre logiciel",
        description="",
        rungs=[own.Rung(title="Ouvrir notre logiciel", level=1)],
        version=ladder.version,
    )
    [skill] = ladder.skills
    document = OwnItemDocument.model_validate(
        {
            "skill": skill.code,
            "kind": "choice",
            "stem": "Où est notre logiciel ?",
            "options": [
                {"id": "left", "text": "À gauche", "key": True},
                {"id": "right", "text": "À droite", "reveals": "cherche au mauvais endroit"},
            ],
        }
    )
    item = authoring.keep(db, author, FRAMEWORK, document, key=uuid.uuid4())
    source = composing.create(
        db,
        author,
        title="À nous",
        framework=FRAMEWORK,
        selection=Selection(skills=(skill.code, "SEC-01"), languages=("fr",)),
    )
    composing.publish(db, author, source.id)
    sharing.share(db, author, source.id, organisation_id=reader.organisation_id)
    key = uuid.uuid4()
    copied = sharing.copy(db, reader, source.id, key=key)
    assert (copied.lost, copied.adopted) == ((), 2)
    codes = copied.diagnostic.selection["skills"]
    assert skill.code not in codes
    assert "SEC-01" in codes
    assert len(codes) == 2
    published = composing.publish(db, reader, copied.diagnostic.id)
    asked = set(published.blueprint["items"])
    assert item.code not in asked
    owners = db.execute(sa.select(Item.code, Item.organisation_id).where(Item.code.in_(asked))).all()
    assert {row[1] for row in owners} == {None, reader.organisation_id}
    items = db.scalar(sa.select(sa.func.count()).select_from(Item).filter_by(organisation_id=reader.organisation_id))
    assert sharing.copy(db, reader, source.id, key=key).diagnostic is copied.diagnostic
    assert items == 1
    another = composing.create(
        db, author, title="Encore", framework=FRAMEWORK, selection=Selection(skills=(skill.code,), languages=("fr",))
    )
    sharing.share(db, author, another.id, organisation_id=reader.organisation_id)
    again = sharing.copy(db, reader, another.id, key=uuid.uuid4()).diagnostic
    assert set(again.selection["skills"]) < set(codes), "what was copied with the first one serves the second"
    [theirs] = own.all_of(db, reader, FRAMEWORK)
    own.change(
        db, reader, theirs.id, title="Leur nom", description="", rungs=own.rungs_of(theirs), version=theirs.version
    )
    owned = sa.select(sa.func.count()).select_from(Item).filter_by(organisation_id=reader.organisation_id)
    assert db.scalar(owned) == 1


def test_a_draft_whose_own_micro_skill_was_archived_says_so_and_is_not_published_with_it(signed_in, database):
    trainer = signed_in()
    made = trainer.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()["id"]
    with database.begin() as db:
        stored = db.get_one(Diagnostic, uuid.UUID(made))
        stored.selection = stored.selection | {"skills": ["SEC-01", "N-GONE22"]}
    page = trainer.get(f"/diagnostics/{made}")
    assert page.status_code == 200
    assert "N-GONE22" in page.text.partition('role="alert"')[2].partition("</div>")[0]
    assert trainer.post(f"/api/v1/diagnostics/{made}/publish").status_code == 422
    assert trainer.get(f"/api/v1/diagnostics/{made}").json()["state"] == "draft"


# --- over the wire ---


@pytest.fixture
def shared(signed_in, client):
    """One trainer's published diagnostic with an attempt in it, shared with another's organisation."""
    one, two = signed_in(), signed_in()
    made = one.post("/api/v1/diagnostics", json=world.DIAGNOSTIC).json()
    code = one.post(f"/api/v1/diagnostics/{made['id']}/publish").json()["code"]
    Taker.start(client, code)
    told = one.post(f"/api/v1/diagnostics/{made['id']}/share", json={"organisation": str(two.organisation_id)})
    assert told.status_code == 200, told.text
    return one, two, made["id"], code


def test_the_reader_sees_definition_questions_and_price_and_nothing_else(shared):
    _, two, made, code = shared
    page = two.get("/diagnostics/shared").text
    assert f"/diagnostics/shared/{made}" in page
    assert "Partagés avec nous (1)" in two.get("/diagnostics").text
    page = two.get(f"/diagnostics/shared/{made}").text
    assert "Ses questions" in page
    assert "de certitude" in page
    assert code not in page, "whoever has the code can take it: that is the author's to give"
    assert "passation" not in page.lower()
    whole = two.get(f"/api/v1/diagnostics/shared/{made}").json()
    assert whole["questions"]
    assert not {"code", "attempts", "counts"} & set(whole)
    [row] = two.get("/api/v1/diagnostics/shared").json()["rows"]
    assert (row["id"], row["owner"]) == (made, "Une structure")


@pytest.mark.slow
def test_what_is_shared_is_read_and_copied_and_nothing_more(shared):
    _, two, made, _ = shared
    csrf = {"csrf": world.csrf_of(two)}
    for path in ("", "/poster", "/history", "/sharing"):
        assert two.get(f"/diagnostics/{made}{path}").status_code == 404, path
    for path in ("", "/attempts", "/history", "/shares"):
        assert two.get(f"/api/v1/diagnostics/{made}{path}").status_code == 404, path
    for path in ("share", "unshare", "close", "new-version", "delete", "restore", "close-former"):
        form = csrf | world.FORMS.get(f"/diagnostics/{{diagnostic_id}}/{path}", {})
        assert two.post(f"/diagnostics/{made}/{path}", data=form).status_code == 404, path
    form = csrf | {"key": str(uuid.uuid4())}
    first, second = (two.post(f"/diagnostics/{made}/copy", data=form).headers["location"] for _ in range(2))
    assert first == second
    assert "Voici votre copie" in two.get(first).text


def test_taking_a_share_back_over_the_page(shared):
    one, two, made, _ = shared
    csrf = {"csrf": world.csrf_of(one)}
    assert "Ne plus partager" in one.get(f"/diagnostics/{made}/sharing").text
    gone = one.post(f"/diagnostics/{made}/unshare", data=csrf | {"organisation": str(two.organisation_id)})
    assert gone.status_code == 303
    assert two.get(f"/diagnostics/shared/{made}").status_code == 404
    one.post(f"/diagnostics/{made}/share", data=csrf | {"everybody": "1"})
    assert two.get(f"/diagnostics/shared/{made}").status_code == 200
    wrong = one.post(f"/diagnostics/{made}/share", data=csrf | {"organisation": ""})
    assert wrong.status_code == 422
    assert "Choisissez une structure" in wrong.text


def test_a_share_over_the_api_is_with_one_or_with_everybody(shared):
    one, two, made, _ = shared
    url = f"/api/v1/diagnostics/{made}"
    for body in ({}, {"organisation": None}, {"organisation": "nobody"}, {"organisation": [str(two.organisation_id)]}):
        assert one.post(f"{url}/share", json=body).status_code == 422
    assert one.post(f"{url}/share", json={"organisation": "everybody"}).json()["everybody"] is True
    told = one.post(f"{url}/unshare", json={"organisation": "everybody"}).json()
    assert told["everybody"] is False
    assert [row["id"] for row in told["organisations"]] == [str(two.organisation_id)]
    assert str(one.organisation_id) not in {row["id"] for row in told["others"]}


def test_a_copy_over_the_api(shared):
    _, two, made, _ = shared
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, second = (two.post(f"/api/v1/diagnostics/{made}/copy", headers=key).json() for _ in range(2))
    assert first == second
    assert first["diagnostic"]["title"].startswith("Copie de ")
    assert two.post(f"/api/v1/diagnostics/{made}/copy").status_code == 422, "a key is needed"


def test_whoever_does_not_compose_reads_and_does_not_copy(shared, signed_in):
    _, two, made, _ = shared
    reviewer = signed_in(Role.REVIEWER, organisation=two.organisation_id)
    page = reviewer.get(f"/diagnostics/shared/{made}")
    assert page.status_code == 200
    assert "Copier chez nous" not in page.text
    form = {"csrf": world.csrf_of(reviewer), "key": str(uuid.uuid4())}
    assert reviewer.post(f"/diagnostics/{made}/copy", data=form).status_code == 403


@pytest.mark.slow
def test_a_copy_pressed_by_several_at_once_brings_own_questions_once(signed_in, database):
    one, two = signed_in(), signed_in()
    ladder = one.post("/api/v1/ladders", json={"title": "Notre lieu"}).json()
    rungs = {"version": 1, "title": "Notre lieu", "skills": [{"title": "Ouvrir la porte", "level": 1}]}
    [skill] = one.put(f"/api/v1/ladders/{ladder['id']}", json=rungs).json()["skills"]
    assert one.post("/api/v1/items", json={"item": world.ITEM | {"skill": skill["code"]}}).status_code == 201
    body = world.DIAGNOSTIC | {"selection": world.SELECTION | {"skills": [skill["code"], "SEC-01"]}}
    made = one.post("/api/v1/diagnostics", json=body).json()["id"]
    one.post(f"/api/v1/diagnostics/{made}/share", json={"organisation": "everybody"})
    form = {"csrf": world.csrf_of(two), "key": str(uuid.uuid4())}
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: two.post(f"/diagnostics/{made}/copy", data=form), range(4)))
    assert {reply.status_code for reply in replies} == {303}
    assert len({reply.headers["location"].partition("?")[0] for reply in replies}) == 1
    with database.read() as db:
        for table in (Item, Strand, Diagnostic):
            owned = sa.select(sa.func.count()).select_from(table).filter_by(organisation_id=two.organisation_id)
            assert db.scalar(owned) == 1, table.__name__
