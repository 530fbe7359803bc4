"""What a reception keeps, for how long, and what two who press at once make of it."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, ids
from pathways.app import work_of
from pathways.diagnostics import taking
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.errors import Forbidden, Gone, Invalid, NotFound
from pathways.items.models import ItemRevision, ItemTranslation
from pathways.people import files
from pathways.people.models import LearnerFile, Organisation
from pathways.permissions import Permission
from pathways.reception import ready_made, service
from pathways.reception.appointments import Appointment
from pathways.reception.models import Reception
from pathways.reception.service import Choice
from pathways.reception.sheet import QUESTIONS, Sheet
from pathways.referentials import situations
from tests.reception.conftest import member_of
from tests.serving import together

PHONE = Choice("phone")


@pytest.fixture
def member(db):
    return member_of(db)


@pytest.fixture
def door(app):
    return app.state.door


@pytest.fixture
def begin(db, door, member):
    def begun(sheet: Sheet | None = None, *, here: bool = True) -> tuple[Reception, Attempt]:
        return service.start(db, door, member, ids.new_id(), sheet=sheet or Sheet(), choice=PHONE, here=here)

    return begun


def test_the_situations_of_the_desk_are_short(db, door, member):
    assert [one.code for one in ready_made.offered()] == ["phone", "computer", "papers"]
    for one in ready_made.offered():
        made = ready_made.diagnostic_for(db, member, one.code)
        rules = made.blueprint["rules"]
        assert 8 <= rules["least_questions"] <= rules["questions"] <= 10
        blueprint = taking.blueprint_of(db, door, made.id)
        devices = {body["device"] for body in blueprint.bodies.values() if "device" in body}
        assert {"phone": "computer", "computer": "phone"}.get(one.device) not in devices
        assert blueprint.at_most("fr") == 10


def test_the_extra_question_is_one_of_the_ten(db, door, member, extra_questions):
    made = ready_made.diagnostic_for(db, member, "phone")
    blueprint = taking.blueprint_of(db, door, made.id)
    assert blueprint.extra_one_in > 0
    assert blueprint.at_most("fr", extra=True) == 10


def test_a_long_situation_is_not_offered_at_the_desk(db, member):
    assert situations.situation("inclusion-numerique", "email-workshop") is not None
    with pytest.raises(NotFound):
        ready_made.diagnostic_for(db, member, "email-workshop")


def test_the_ready_made_speaks_the_languages_of_the_organisation(db, door, member):
    db.get_one(Organisation, member.organisation_id).languages = ["fr", "uk"]
    made = ready_made.diagnostic_for(db, member, "phone")
    assert made.blueprint["languages"] == ["fr", "uk"]
    with pytest.raises(Invalid):
        service.start(db, door, member, ids.new_id(), sheet=Sheet("ar"), choice=PHONE, here=True)


def test_a_better_translation_makes_a_new_diagnostic_and_nothing_new_makes_none(db, member):
    first = ready_made.diagnostic_for(db, member, "phone")
    assert ready_made.diagnostic_for(db, member, "phone").id == first.id
    code = next(iter(first.blueprint["items"]))
    row = db.scalars(
        sa.select(ItemTranslation)
        .join(ItemRevision)
        .where(ItemRevision.code == code, ItemTranslation.language == "uk", ItemTranslation.is_current)
    ).first()
    assert row is not None
    row.is_current = False
    db.flush()
    db.expire_all()
    second = ready_made.diagnostic_for(db, member, "phone")
    assert second.id != first.id
    assert second.follows_id == first.id


def test_whoever_only_receives_has_the_diagnostic_made_all_the_same(db, door):
    program = member_of(db, without=frozenset({Permission.DIAGNOSTICS_COMPOSE, Permission.DIAGNOSTICS_READ}))
    _, attempt = service.start(db, door, program, ids.new_id(), sheet=Sheet(), choice=PHONE, here=True)
    assert attempt.current_item is not None


def test_a_label_needs_the_right_to_keep_files(db):
    program = member_of(db, without=frozenset({Permission.FILES_KEEP}))
    with pytest.raises(Forbidden):
        service.keep(db, program, ids.new_id(), Sheet(label="mardi"))


@pytest.mark.parametrize(
    "wrong",
    [
        Sheet(answers={"need": "money"}),
        Sheet(answers={"income": "none"}),
        Sheet(language="xx"),
        Sheet(label="x" * 61),
    ],
)
def test_a_sheet_holds_only_what_is_asked(db, member, wrong):
    with pytest.raises(Invalid):
        service.keep(db, member, ids.new_id(), wrong)


def test_the_context_sheet_asks_six_questions_with_the_language():
    assert len(QUESTIONS) + 1 == 6


def test_once_begun_the_sheet_does_not_change(db, member, begin):
    reception, _ = begin(Sheet(answers={"device": "phone"}))
    service.keep(db, member, reception.id, Sheet(answers={"device": "computer"}, label="mardi"))
    assert reception.context == {"device": "phone"}
    assert db.scalars(sa.select(LearnerFile)).all() == []


def test_a_closed_reception_takes_nothing_any_more(db, door, member, begin):
    reception, _ = begin()
    service.next_person(db, member, reception.id)
    for act in (
        lambda: service.keep(db, member, reception.id, Sheet()),
        lambda: service.start(db, door, member, reception.id, sheet=Sheet(), choice=PHONE, here=True),
        lambda: service.take_to_phone(db, member, reception.id),
        lambda: service.agree(db, member, reception.id, appointment=Appointment("2027-01-05"), seen=""),
    ):
        with pytest.raises(Gone):
            act()


def test_the_next_person_leaves_no_label_of_a_sheet_that_led_to_no_question(db, member):
    file = files.create(db, member, label="mardi")
    sheet = Sheet(answers={"need": "work"}, label="mardi", sought="mardi", file_id=file.id)
    reception = service.keep(db, member, ids.new_id(), sheet)
    service.next_person(db, member, reception.id)
    assert reception.context == {"need": "work"}


def test_sheets_without_questions_die_after_thirty_days(db, member, begin, monkeypatch):
    sheet = service.keep(db, member, ids.new_id(), Sheet(answers={"need": "work"}))
    reception, _ = begin()
    db.flush()
    service.forget(db)
    assert db.get(Reception, sheet.id) is not None
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    service.forget(db)
    db.expire_all()
    assert db.get(Reception, sheet.id) is None
    assert db.get(Reception, reception.id) is not None


def test_what_a_desk_left_open_is_shut_when_its_day_is_over(db, begin, monkeypatch):
    reception, attempt = begin()
    db.flush()
    service.forget(db)
    db.expire_all()
    assert (reception.closed_at, attempt.at_desk) == (None, True)
    later = clock.now() + timedelta(hours=21)
    monkeypatch.setattr(clock, "now", lambda: later)
    service.forget(db)
    db.expire_all()
    assert reception.closed_at is not None
    assert not attempt.at_desk


def test_the_worker_forgets_receptions(db, member, settings, monkeypatch):
    sheet = service.keep(db, member, ids.new_id(), Sheet())
    db.flush()
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    work_of(settings).upkeep(db)
    db.expire_all()
    assert db.get(Reception, sheet.id) is None


def test_an_attempt_that_expires_takes_its_reception_along(db, begin, monkeypatch):
    reception_id = begin(Sheet(label="mardi"))[0].id
    db.flush()
    later = clock.now() + timedelta(days=800)
    monkeypatch.setattr(clock, "now", lambda: later)
    taking.erase_expired(db)
    db.expire_all()
    assert db.get(Reception, reception_id) is None
    assert db.scalars(sa.select(LearnerFile)).all() == []


def test_the_day_is_that_of_paris(db, member, begin, monkeypatch):
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # half past midnight in Paris
    monkeypatch.setattr(clock, "now", lambda: late)
    reception, _ = begin()
    reception.started_at = late
    db.flush()
    assert service.today().isoformat() == "2026-11-27"
    assert [one.id for one in service.received_on(db, member, service.today())] == [reception.id]
    assert service.received_on(db, member, service.today() - timedelta(days=1)) == []


def test_two_who_press_at_once_begin_once(app, database):
    """The same sheet twice, and two colleagues who need the same situation for the first time."""
    with database.begin() as db:
        member = member_of(db)
    own, door = ids.new_id(), app.state.door

    def press(reception_id: uuid.UUID):
        def pressed() -> uuid.UUID:
            with database.begin() as db:
                sheet = Sheet(label="mardi")
                return service.start(db, door, member, reception_id, sheet=sheet, choice=PHONE, here=True)[1].id

        return pressed

    made = together([press(own), press(own), press(ids.new_id())])
    assert made[0] == made[1] != made[2]
    with database.read() as db:
        counted = [db.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Reception, LearnerFile)]
        ready = db.scalar(sa.select(sa.func.count()).where(Diagnostic.organisation_id == member.organisation_id))
    assert counted == [2, 2]
    assert ready == 1


def while_held(database, first, second):
    """What ``second`` gives, begun while what ``first`` did is not committed yet: it waits for it where they meet."""
    with ThreadPoolExecutor(1) as pool:
        with database.begin() as db:
            first(db)
            later = pool.submit(_in_a_transaction, database, second)
            with suppress(TimeoutError):
                later.result(0.5)
        return later.result(20)


def _in_a_transaction(database, act):
    with database.begin() as db:
        return act(db)


@pytest.mark.slow
def test_somebody_who_comes_back_while_their_last_attempt_is_erased_keeps_the_file(app, database):
    with database.begin() as db:
        member = member_of(db)
        sheet = Sheet(label="mardi")
        _, old = service.start(db, app.state.door, member, ids.new_id(), sheet=sheet, choice=PHONE, here=True)
    back = Sheet(file_id=old.file_id)
    while_held(
        database,
        lambda db: service.start(db, app.state.door, member, ids.new_id(), sheet=back, choice=PHONE, here=True),
        lambda db: taking.erase(db, old.id),
    )
    with database.read() as db:
        [kept] = db.scalars(sa.select(Attempt))
        assert kept.id != old.id
        assert db.get_one(LearnerFile, kept.file_id).label == "mardi"


def test_a_file_that_is_erased_at_this_very_moment_takes_nobody_in(app, database):
    with database.begin() as db:
        member = member_of(db)
        file_id = files.create(db, member, label="mardi").id
    with pytest.raises(Invalid, match="n'existe plus"):
        while_held(
            database,
            lambda db: files.erase(db, file_id),
            lambda db: service.start(
                db, app.state.door, member, ids.new_id(), sheet=Sheet(file_id=file_id), choice=PHONE, here=True
            ),
        )


@pytest.mark.parametrize("act", ["next", "appointment", "here"])
@pytest.mark.slow
def test_who_presses_while_the_person_erases_everything_is_told_so(app, database, act):
    with database.begin() as db:
        member = member_of(db)
        reception, attempt = service.start(
            db, app.state.door, member, ids.new_id(), sheet=Sheet(), choice=PHONE, here=True
        )
    acts = {
        "next": lambda db: service.next_person(db, member, reception.id),
        "appointment": lambda db: service.agree(db, member, reception.id, appointment=Appointment(), seen=""),
        "here": lambda db: service.take_here(db, member, reception.id),
    }
    with pytest.raises(NotFound):
        while_held(database, lambda db: taking.erase(db, attempt.id), acts[act])


@pytest.mark.slow
def test_the_next_person_from_two_windows_at_once_is_no_quarrel(app, database):
    with database.begin() as db:
        member = member_of(db)
        reception, attempt = service.start(
            db, app.state.door, member, ids.new_id(), sheet=Sheet(), choice=PHONE, here=True
        )
    while_held(
        database,
        lambda db: service.next_person(db, member, reception.id),
        lambda db: service.next_after(db, attempt.id),
    )
    with database.read() as db:
        assert db.get_one(Reception, reception.id).closed_at is not None
        assert not db.get_one(Attempt, attempt.id).at_desk
