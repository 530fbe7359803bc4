"""After a session: badges for whoever wants one, and a paper that opens a space for its owner alone."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from pathways import clock
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.models import Holder
from pathways.permissions import Role
from pathways.workshops.attending import attendance
from tests.badges.desks import Networks, words
from tests.conftest import SECRET
from tests.workshops.days import a_booking, a_mark, a_session


@pytest.fixture
def scene(app, database) -> Networks:
    return Networks(app, database)


class Afternoon:
    """A session that is over; a desk that keeps a network with one badge of two hours."""

    def __init__(self, scene: Networks, **changed) -> None:
        self.scene = scene
        self.desk, issuer = scene.keeper(Role.COORDINATOR)
        self.version = scene.offered(self.desk.member, issuer, **changed)
        with scene.writing() as db:
            self.session_id = a_session(
                db, self.desk.member.organisation_id, starts_at=clock.now() - timedelta(hours=3)
            ).id

    @property
    def path(self) -> str:
        return f"/sessions/{self.session_id}/badges"

    def came(self, label: str, *, presence: str = "present", **changed) -> uuid.UUID:
        from pathways.workshops.models import WorkshopSession

        with self.scene.writing() as db:
            session = db.get_one(WorkshopSession, self.session_id)
            booking = a_booking(db, session, label, **changed)
            attendance.mark(db, self.desk.member, a_mark(booking, presence))
            return booking.id

    def issue(self, *bookings: uuid.UUID, **fields):
        sent = {"achievement": self.version.achievement_id, "bookings": [str(one) for one in bookings]}
        return self.desk.post(self.path, **sent | fields)

    def slips(self):
        return self.desk.get(f"{self.path}/slips?achievement={self.version.achievement_id}")


@pytest.fixture
def afternoon(scene) -> Afternoon:
    return Afternoon(scene)


def test_whoever_said_yes_is_ticked_and_gets_a_badge(afternoon):
    ardoise, bambou = afternoon.came("Ardoise"), afternoon.came("Bambou")
    afternoon.came("Citron", presence="absent")
    page = afternoon.desk.get(afternoon.path)
    assert "Aider à une permanence" in words(page)
    assert "Ardoise" in page.text
    assert "Citron" not in page.text
    assert " checked" not in page.text, "nobody is ticked for somebody else"
    done = afternoon.issue(ardoise)
    assert done.status_code == 303
    page = afternoon.desk.get(done.headers["location"])
    assert "Les badges sont délivrés" in words(page)
    assert "a ce badge" in words(page)
    assert f'value="{bambou}"' in page.text
    assert f'value="{ardoise}"' not in page.text
    assert afternoon.issue(ardoise).status_code == 303, "twice is once"


def test_the_papers_open_the_space_of_each_and_name_nobody_else(afternoon, scene, database):
    afternoon.issue(afternoon.came("Ardoise"), afternoon.came("Bambou", language="ar"))
    page = afternoon.slips()
    assert page.status_code == 200
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"
    assert page.text.count('class="qr"') == 2
    assert 'lang="ar" dir="rtl"' in page.text
    assert page.text.count('<span lang="fr" dir="ltr">Visez ce carré') == 1, "in Arabic, and in French beneath"
    assert "Ardoise" in page.text
    with database.read() as db:
        links = Links(SECRET)
        for holder in db.query(Holder).filter_by(account_id=None):
            assert holders.by_token(db, links, holders.token_of(links, holder)).id == holder.id
            assert f"/h/{holders.token_of(links, holder)}" not in page.text, "the link is in the square alone"


def test_the_paper_of_a_space_in_use_has_no_square(afternoon, database):
    booking = afternoon.came("Ardoise")
    with database.begin() as db:
        own, _ = holders.create(db, Links(SECRET))
        holders.bring_booking(db, own, booking)
    assert "a déjà un espace" in words(afternoon.desk.get(afternoon.path))
    afternoon.issue(booking)
    page = afternoon.slips()
    assert 'class="qr"' not in page.text
    assert "Ouvrez-le avec votre lien" in words(page)


@pytest.mark.slow
def test_what_is_missing_is_said_for_each(scene):
    afternoon = Afternoon(scene, criteria={"attendance": {"hours": 6}})
    page = afternoon.issue(afternoon.came("Ardoise"))
    assert page.status_code == 200
    assert "pas encore" in words(page)
    assert "Encore 4 heures" in words(page)
    assert 'class="qr"' not in afternoon.slips().text


@pytest.mark.slow
def test_nobody_ticked_and_somebody_absent_are_refused(afternoon):
    absent = afternoon.came("Citron", presence="absent")
    afternoon.came("Ardoise")
    for chosen in ([], [absent], [uuid.uuid4()]):
        refused = afternoon.issue(*chosen)
        assert refused.status_code == 422, chosen
        assert 'class="error" role="alert"' in refused.text
    assert afternoon.issue(achievement=str(uuid.uuid4())).status_code == 404
    assert afternoon.issue(achievement="x").status_code == 404


def test_where_nothing_can_be_issued_it_is_said_why(scene, afternoon):
    coordinator = scene.desk(scene.member(Role.COORDINATOR))
    with scene.writing() as db:
        session = a_session(db, coordinator.member.organisation_id, starts_at=clock.now() - timedelta(hours=3)).id
        running = a_session(db, afternoon.desk.member.organisation_id).id
    assert "ne tient pas de réseau" in words(coordinator.get(f"/sessions/{session}/badges"))
    assert "n'est pas finie" in words(afternoon.desk.get(f"/sessions/{running}/badges"))
    desk, issuer = scene.keeper()
    with scene.writing() as db:
        theirs = a_session(db, desk.member.organisation_id, starts_at=clock.now() - timedelta(hours=3)).id
    scene.offered(desk.member, issuer, jury=1, grid=[{"code": "one", "looked_at": "Une ligne"}])
    assert "sans jury" in words(desk.get(f"/sessions/{theirs}/badges"))


def test_another_structure_and_another_role_find_nothing(scene, afternoon):
    stranger, _ = scene.keeper()
    trainer = scene.desk(scene.member(Role.TRAINER, organisation_id=afternoon.desk.member.organisation_id))
    slips = f"{afternoon.path}/slips?achievement={afternoon.version.achievement_id}"
    for address in (afternoon.path, slips):
        assert stranger.get(address).status_code == 404
        assert trainer.get(address).status_code == 403
    assert stranger.post(afternoon.path, achievement=afternoon.version.achievement_id).status_code == 404


def test_somebody_without_a_first_name_is_called_by_the_code_of_their_seat(afternoon):
    afternoon.came("")
    assert re.search(r"<bdi>[2-9A-Z]{4}-[2-9A-Z]{4}</bdi>", afternoon.desk.get(afternoon.path).text)
