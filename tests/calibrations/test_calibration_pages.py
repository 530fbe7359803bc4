"""The pages of calibrations: what they say, what they keep to themselves, and whom they let decide."""

from __future__ import annotations

import html
import re
import uuid

import pytest

from pathways.diagnostics.models import Calibration
from pathways.items.models import Item
from pathways.permissions import Role
from tests.calibrations import proposals
from tests.calibrations.population import FRAMEWORK
from tests.web.world import csrf_of

CODE = "SEC-01-a"


def kept(database, **changed) -> uuid.UUID:
    with database.begin() as db:
        return proposals.made(db, **changed).id


def sent(client, proposal: uuid.UUID, **given: str):
    data = {"csrf": csrf_of(client), "decision": "refuse", "reason": "Trop peu de personnes."} | given
    return client.post(f"/calibrations/{proposal}/decisions", data=data)


def state_of(database, proposal: uuid.UUID) -> str:
    with database.read() as db:
        return db.get_one(Calibration, proposal).state.value


def test_without_a_proposal_the_list_says_so(reviewer):
    page = reviewer.get("/calibrations")
    assert page.status_code == 200
    assert "Aucune proposition" in page.text


def test_the_list_leads_to_each_proposal_and_says_what_became_of_it(reviewer, database):
    one, two = kept(database), kept(database)
    assert sent(reviewer, one, decision="accept", reason="").status_code == 303
    page = reviewer.get("/calibrations").text
    assert f"/calibrations/{one}" in page
    assert f"/calibrations/{two}" in page
    assert "acceptée" in page
    assert "en service" in page
    assert "à décider" in page


def test_a_proposal_shows_before_and_after_and_every_question(reviewer, database):
    proposal = kept(database, few=CODE)
    page = reviewer.get(f"/calibrations/{proposal}").text
    assert "Exactitude annoncée" in page
    assert "91,0 %" in page.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert page.count("/calibrations/items/") == len(comparison(database, proposal))
    assert "pas assez de données : rien n&#39;est pris" in page or "pas assez de données : rien n'est pris" in page


def comparison(database, proposal: uuid.UUID) -> list:
    with database.read() as db:
        return db.get_one(Calibration, proposal).comparison["items"]


def test_counts_under_ten_are_not_told(reviewer, database):
    proposal = kept(database, answers=7)
    page = reviewer.get(f"/calibrations/{proposal}").text
    assert "moins de 10" in page
    assert ">7<" not in page
    assert "7 réponses" not in page


def test_accepting_and_refusing_are_told_with_their_reason(reviewer, database):
    proposal = kept(database)
    reply = sent(reviewer, proposal, decision="accept", reason="Plausible <b>.")
    assert reply.status_code == 303
    page = reviewer.get(reply.headers["location"]).text
    assert "prendront ces valeurs" in page
    assert "Plausible &lt;b&gt;." in page
    assert "Accepter ces valeurs" not in page
    assert state_of(database, proposal) == "accepted"


def test_a_refusal_without_a_reason_comes_back(reviewer, database):
    proposal = kept(database)
    reply = sent(reviewer, proposal, reason=" ")
    assert reply.status_code == 422
    assert "Dites pourquoi" in reply.text
    assert state_of(database, proposal) == "proposed"


def test_the_second_of_two_is_told_and_keeps_what_was_typed(reviewer, signed_in, database):
    proposal = kept(database)
    other = signed_in(Role.REVIEWER, organisation=reviewer.organisation_id)
    assert sent(other, proposal).status_code == 303
    reply = sent(reviewer, proposal, decision="accept", reason="Plausible.")
    assert reply.status_code == 409
    assert "déjà décidé" in reply.text
    assert state_of(database, proposal) == "refused"


def test_who_may_not_decide_sees_no_button_and_is_refused(signed_in, database):
    proposal = kept(database)
    reader, stranger = signed_in(Role.TRAINER), signed_in(Role.REVIEWER)
    for client in (reader, stranger):
        page = client.get(f"/calibrations/{proposal}").text
        assert "Accepter ces valeurs" not in page
        assert sent(client, proposal).status_code == 403
    assert state_of(database, proposal) == "proposed"


@pytest.mark.parametrize("address", [f"/calibrations/{uuid.UUID(int=1)}", "/calibrations/items/NOTHING"])
def test_what_does_not_exist_is_not_there(reviewer, address):
    assert reviewer.get(address).status_code == 404


def test_an_unknown_button_is_told(reviewer, database):
    assert sent(reviewer, kept(database), decision="erase").status_code == 404


def test_an_outdated_proposal_can_only_be_refused(reviewer, database):
    one, two = kept(database), kept(database)
    sent(reviewer, one, decision="accept", reason="")
    page = reviewer.get(f"/calibrations/{two}").text
    assert "Accepter ces valeurs" not in page
    assert sent(reviewer, two, decision="accept").status_code == 409
    assert sent(reviewer, two).status_code == 303


def plainly(page: str) -> str:
    """The text of a page with ordinary spaces and signs."""
    for sign in ("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"):
        page = page.replace(sign, " ")
    return html.unescape(page)


def test_a_proposal_says_in_words_how_answers_come_out_before_and_after(reviewer, database):
    page = plainly(reviewer.get(f"/calibrations/{kept(database, styles=proposals.STYLES)}").text)
    before, after = page.split("Avant : ce qui est supposé, sans mesure")[1].split("Après : ce que disent les réponses")
    after = after.split("</section>")[0]
    assert "71 % ± 2 % des personnes répondent selon l'échelle, avec quelques écarts (5 % ± 1 %)<" in after
    gently = "29 % ± 0,4 % : les questions deviennent plus faciles peu à peu"
    assert f"{gently} ; 10 % de réponses au hasard ; presque jamais « je ne sais pas »<" in after
    assert "34 % des personnes répondent selon l'échelle, avec quelques écarts (3 %) ; presque jamais" in before
    assert (before.count("<li>"), after.count("<li>")) == (6, 2)


def test_where_styles_are_in_force_and_none_are_new_the_page_says_so(reviewer, database):
    whole = [{"share": 1.0, "hole": 0.0, "noise": 0.0, "slope": None, "dont_know": True}]
    assert sent(reviewer, kept(database, styles=whole), decision="accept", reason="").status_code == 303
    page = plainly(reviewer.get(f"/calibrations/{kept(database)}").text)
    assert "100 % des personnes répondent selon l'échelle, sans écart<" in page.split("ce qui est en service")[1]
    assert "Rien de nouveau : ce qui valait avant reste." in page


def test_a_proposal_of_before_there_were_styles_says_nothing_of_them(reviewer, database):
    with database.begin() as db:
        row = proposals.made(db)
        row.comparison = {name: value for name, value in row.comparison.items() if name != "styles"}
        proposal = row.id
    page = reviewer.get(f"/calibrations/{proposal}")
    assert page.status_code == 200
    assert "Comment les réponses arrivent" not in page.text


def test_how_near_wrong_answers_come_is_in_the_row_of_a_question_that_tells_it(reviewer, database):
    with database.begin() as db:
        row = proposals.made(db)
        first, *others = row.comparison["items"]
        sides = {"before": {"near_not_mastered": 0.35}, "after": {"near_not_mastered": 0.21}}
        credited = {side: first[side] | {"near_mastered": 0.75} | near for side, near in sides.items()}
        errors = {"errors": first["errors"] | {"near_not_mastered": 0.03}}
        row.comparison = row.comparison | {"items": [first | credited | errors, *others]}
        proposal = row.id
    page = re.sub(r"<[^>]*>", "", plainly(reviewer.get(f"/calibrations/{proposal}").text))
    assert page.count("Presque juste, de qui se trompe sans savoir : 35 % puis 21 % ± 3 %") == 1
    assert page.count("Presque juste, de qui se trompe en sachant : 75 %") == 1


def test_the_page_of_a_question_leads_to_its_health(reviewer):
    assert f"/calibrations/items/{CODE}?framework={FRAMEWORK}" in reviewer.get(f"/items/{CODE}").text


def test_without_a_calibration_the_health_of_a_question_is_not_enough_data(reviewer):
    page = reviewer.get(f"/calibrations/items/{CODE}").text
    assert "aucun calibrage" in page
    assert page.count("Pas assez de données") >= 7
    assert "À regarder" not in page


FINDINGS = [
    ({"kind": "too_easy", "right": 0.97, "answers": 300}, "Trop facile"),
    ({"kind": "key_suspect", "discrimination": -0.2}, "pas mieux que les autres"),
    ({"kind": "distractor", "choice": "b", "chosen": 0.6, "answers": 300}, "choisissent une mauvaise réponse"),
    ({"kind": "language_trouble", "language": "ar", "not_understood": 0.2, "shown": 40}, "sur 40 fois montrée"),
    ({"kind": "drift", "language": "fr", "side": "harder", "highest": 14.0, "alarm": 12.0}, "plus difficile qu"),
    ({"kind": "poor_fit", "rmsd": 0.2}, "RMSD 0,20"),
]


@pytest.mark.parametrize(("finding", "said"), FINDINGS)
def test_what_is_odd_is_said_and_the_rest_is_well(reviewer, database, finding, said):
    with database.begin() as db:
        row = proposals.made(db, findings=[finding])
        row.document = row.document | {"run": {"drift_from": "earlier"}}
    page = reviewer.get(f"/calibrations/items/{CODE}").text
    assert said in page
    assert page.count("À regarder") == 1
    assert page.count("Rien à signaler.") >= 4


def test_the_class_of_a_language_is_told_with_its_numbers(reviewer, database):
    functioning = {"class": "C", "answers": [300, 260], "delta": -1.9, "low": -2.6, "high": -1.2, "p": 0.001}
    few = {"class": "few", "answers": [300, 4]}
    base = {"answers": 300, "not_understood": 0, "shift": 0.0, "standard_error": 0.1}
    languages = {"ar": base | {"functioning": functioning}, "en": base | {"functioning": few}, "fr": base}
    kept(database, languages=languages)
    page = reviewer.get(f"/calibrations/items/{CODE}").text
    assert "classe C, grande différence. Delta -1,90 (de -2,60 à -1,20) ; 260 réponses" in page
    assert "moins de 10 réponses" in page
    assert page.count("À regarder") == 1


def test_drift_without_anything_accepted_before_is_not_enough_data(reviewer, database):
    kept(database)
    assert "une dérive se mesure à partir d" in reviewer.get(f"/calibrations/items/{CODE}").text


def test_own_questions_are_said_not_to_be_calibrated(reviewer, database):
    kept(database)
    with database.begin() as db:
        item = db.query(Item).filter_by(framework=FRAMEWORK, code=CODE).one()
        item.organisation_id = reviewer.organisation_id
    page = reviewer.get(f"/calibrations/items/{CODE}").text
    assert "ne sont pas calibrées" in page
