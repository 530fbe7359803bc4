"""The API of calibrations: what the pages tell, and nothing that they keep to themselves."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from pathways import clock
from pathways.diagnostics.engine import FIRST_STYLES
from pathways.diagnostics.models import Calibration, CalibrationState
from pathways.permissions import Role
from tests.calibrations import proposals
from tests.calibrations.population import FRAMEWORK

ADDRESS = "/api/v1/calibrations"
CODE = "SEC-01-a"
REFUSED = {"decision": "refuse", "reason": "Trop peu de personnes."}


def kept(database, **changed) -> str:
    with database.begin() as db:
        return str(proposals.made(db, **changed).id)


def decided(client, proposal: str, **given: str):
    return client.post(f"{ADDRESS}/{proposal}/decisions", json=REFUSED | given)


def of_item(client, proposal: str, code: str = CODE) -> dict:
    return next(one for one in client.get(f"{ADDRESS}/{proposal}").json()["items"] if one["code"] == code)


def test_the_list_says_what_became_of_each_the_newest_first(reviewer, database):
    early, late = kept(database), kept(database)
    with database.begin() as db:
        db.get_one(Calibration, uuid.UUID(early)).made_at = clock.now() - timedelta(days=1)
    assert decided(reviewer, early, decision="accept").status_code == 200
    found = reviewer.get(ADDRESS, params={"framework": FRAMEWORK}).json()
    assert [(one["id"], one["state"], one["in_force"]) for one in found["rows"]] == [
        (late, "proposed", False),
        (early, "accepted", True),
    ]
    assert found["next"] is None


def test_the_list_goes_on_where_a_page_ends(reviewer, database):
    every = {kept(database) for _ in range(3)}
    first = reviewer.get(ADDRESS, params={"limit": 2}).json()
    rest = reviewer.get(ADDRESS, params={"limit": 2, "cursor": first["next"]}).json()
    assert {one["id"] for one in [*first["rows"], *rest["rows"]]} == every
    assert (len(first["rows"]), len(rest["rows"]), rest["next"]) == (2, 1, None)


def test_a_proposal_has_both_sides_and_every_value_before_and_after(reviewer, database):
    proposal = kept(database)
    found = reviewer.get(f"{ADDRESS}/{proposal}").json()
    with database.read() as db:
        row = db.get_one(Calibration, uuid.UUID(proposal))
        comparison, count = row.comparison, len(row.values["items"])
    assert found["comparison"]["before"] == comparison["before"]
    assert found["comparison"]["after"] == comparison["after"]
    assert (found["framework"], found["outdated"], found["may_decide"]) == (FRAMEWORK, False, True)
    assert len(found["items"]) == count > 50
    changes = [one["change"] for one in found["items"]]
    assert changes == sorted(changes, reverse=True)
    item = of_item(reviewer, proposal)
    assert {name: item["after"][name] for name in proposals.MOVED} == proposals.MOVED
    assert item["before"]["guess"] != item["after"]["guess"]
    none = {"near_not_mastered": None, "near_mastered": None}
    assert item["standard_errors"] == dict.fromkeys(proposals.MOVED, 0.02) | {"threshold": 0.05} | none
    assert item["languages"]["ar"] == {"answers": 300, "shift": proposals.SHIFT, "standard_error": 0.1}
    assert "fr" not in item["languages"]  # it is what others are compared with
    assert item["stem"] != CODE


def test_counts_under_ten_are_not_told_and_few_answers_change_nothing(reviewer, database):
    proposal = kept(database, answers=7)
    item = of_item(reviewer, proposal)
    assert (item["answers"], item["enough"], item["languages"]) == (None, False, {})
    assert item["standard_errors"]["slip"] is None
    assert {name: item["after"][name] for name in proposals.MOVED} == {
        name: item["before"][name] for name in proposals.MOVED
    }
    (row,) = reviewer.get(ADDRESS).json()["rows"]
    assert row["answers"] == 7 * len(reviewer.get(f"{ADDRESS}/{proposal}").json()["items"])


def test_how_answers_come_out_is_told_before_and_after(reviewer, database):
    found = reviewer.get(f"{ADDRESS}/{kept(database, styles=proposals.STYLES)}").json()["comparison"]["styles"]
    assert found["learned"] is False
    assert [one["share"] for one in found["before"]] == [one.share for one in FIRST_STYLES]
    assert found["before"][0]["standard_errors"] == {}
    assert found["after"] == proposals.STYLES


def test_a_proposal_of_before_there_were_styles_has_none(reviewer, database):
    with database.begin() as db:
        row = proposals.made(db)
        row.comparison = {name: value for name, value in row.comparison.items() if name != "styles"}
        proposal = row.id
    assert reviewer.get(f"{ADDRESS}/{proposal}").json()["comparison"]["styles"] is None


def test_how_near_wrong_answers_come_is_told_of_questions_with_partial_credit(reviewer, database):
    with database.begin() as db:
        row = proposals.made(db)
        one, *others = row.comparison["items"]
        sides = {side: one[side] | {"near_not_mastered": 0.2, "near_mastered": 0.6} for side in ("before", "after")}
        errors = one["errors"] | {"near_not_mastered": 0.03, "near_mastered": 0.04}
        row.comparison = row.comparison | {"items": [one | sides | {"errors": errors}, *others]}
        proposal, code, other = str(row.id), one["code"], others[0]["code"]
    credited, plain = of_item(reviewer, proposal, code), of_item(reviewer, proposal, other)
    assert (credited["after"]["near_not_mastered"], credited["after"]["near_mastered"]) == (0.2, 0.6)
    assert credited["standard_errors"]["near_mastered"] == 0.04
    assert (plain["after"]["near_mastered"], plain["standard_errors"]["near_mastered"]) == (None, None)


FIT = {"right": 210.0, "expected_right": 204.0, "rmsd": None, "discrimination": 0.42, "log_loss": 0.5, "brier": 0.16}
ODD = [{"kind": "distractor", "choice": "b", "chosen": 0.6}, {"kind": "drift", "language": "ar", "side": "harder"}]


def test_the_health_of_a_question_is_told(reviewer, database):
    own = {"functioning": {"class": "B", "answers": [900, 300]}}
    languages = {"ar": {"answers": 300, "not_understood": 0, "shift": 0.1, "standard_error": 0.1} | own}
    proposal = kept(database, fit=FIT, findings=ODD, languages=languages)
    found = reviewer.get(f"{ADDRESS}/items/{CODE}", params={"framework": FRAMEWORK}).json()
    assert (found["calibration"], found["answers"], found["enough"]) == (proposal, 300, True)
    assert found["fit"] == {"right": 0.7, "expected": 0.68, "discrimination": 0.42, "log_loss": 0.5, "brier": 0.16}
    assert found["functioning"] == {"ar": "B"}
    assert found["findings"] == [
        {"kind": "distractor", "language": None, "choice": "b", "side": None},
        {"kind": "drift", "language": "ar", "choice": None, "side": "harder"},
    ]
    assert found["drift_watched"] is False


@pytest.mark.parametrize(("answers", "told"), [(7, None), (12, 12)])
def test_of_a_question_with_few_answers_that_is_all_that_is_told(reviewer, database, answers, told):
    kept(database, answers=answers, fit=FIT, findings=ODD)
    found = reviewer.get(f"{ADDRESS}/items/{CODE}", params={"framework": FRAMEWORK}).json()
    assert (found["answers"], found["enough"]) == (told, False)
    assert (found["fit"], found["functioning"], found["findings"]) == (None, {}, [])


def test_a_question_that_was_never_calibrated_says_so_and_one_that_does_not_exist_is_not_there(reviewer):
    found = reviewer.get(f"{ADDRESS}/items/{CODE}", params={"framework": FRAMEWORK}).json()
    assert (found["calibration"], found["answers"], found["enough"], found["fit"]) == (None, 0, False, None)
    assert reviewer.get(f"{ADDRESS}/items/NO-01-a", params={"framework": FRAMEWORK}).status_code == 404


def test_accepting_is_told_and_twice_is_once(reviewer, database):
    proposal = kept(database)
    first, second = (decided(reviewer, proposal, decision="accept", reason=" Plausible. ") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    told = first.json()
    assert (told["state"], told["in_force"], told["reason"]) == ("accepted", True, "Plausible.")
    assert told["decided_by"] is not None


def test_a_refusal_needs_its_reason(reviewer, database):
    proposal = kept(database)
    for reason in ("", "   "):
        reply = decided(reviewer, proposal, reason=reason)
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "reason")
    assert reviewer.get(f"{ADDRESS}/{proposal}").json()["state"] == "proposed"
    assert decided(reviewer, proposal).json()["state"] == "refused"


@pytest.mark.parametrize("given", [{"decision": "dance"}, {"reason": "x" * 501}, {"reason": "a\x00b"}, {"more": "1"}])
def test_what_is_no_decision_is_refused(reviewer, database, given):
    proposal = kept(database)
    assert decided(reviewer, proposal, **given).status_code == 422
    assert reviewer.get(f"{ADDRESS}/{proposal}").json()["state"] == "proposed"


def test_the_second_of_two_is_told(reviewer, signed_in, database):
    proposal = kept(database)
    other = signed_in(Role.REVIEWER, organisation=reviewer.organisation_id)
    assert decided(other, proposal).status_code == 200
    assert decided(reviewer, proposal, decision="accept").status_code == 409


def test_an_outdated_proposal_can_only_be_refused(reviewer, database):
    one, two = kept(database), kept(database)
    assert decided(reviewer, one, decision="accept").status_code == 200
    assert reviewer.get(f"{ADDRESS}/{two}").json()["outdated"] is True
    assert decided(reviewer, two, decision="accept").status_code == 409
    assert decided(reviewer, two).status_code == 200


def test_who_may_read_may_not_decide(signed_in, database):
    proposal = kept(database)
    for client in (signed_in(Role.TRAINER), signed_in(Role.REVIEWER)):
        assert reviewer_of(client, proposal) is False
        assert decided(client, proposal).status_code == 403
    with database.read() as db:
        assert db.get_one(Calibration, uuid.UUID(proposal)).state is CalibrationState.PROPOSED


def reviewer_of(client, proposal: str) -> bool:
    return client.get(f"{ADDRESS}/{proposal}").json()["may_decide"]


def test_who_decided_is_named_in_their_organisation_alone(reviewer, signed_in, database):
    proposal = kept(database)
    assert decided(reviewer, proposal).json()["decided_by"] is not None
    assert signed_in(Role.REVIEWER).get(f"{ADDRESS}/{proposal}").json()["decided_by"] is None


@pytest.mark.parametrize("address", [f"{ADDRESS}/{uuid.UUID(int=1)}", f"{ADDRESS}?framework=nothing"])
def test_what_does_not_exist_is_not_there(reviewer, address):
    assert reviewer.get(address).status_code == 404


def test_nobody_reads_without_signing_in(client, database):
    assert client.get(ADDRESS).status_code == 401
    assert decided(client, kept(database)).status_code == 401
