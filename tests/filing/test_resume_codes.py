"""Somebody who lost the resume code gets a new one; the old one opens nothing."""

from __future__ import annotations

import json
import re

from pathways.people.journal import Act
from tests.filing.situations import acts, post


def code_in(page: str) -> str:
    [found] = re.findall(r'<p class="code">([^<]*)</p>', page)
    return found


def test_a_new_resume_code_opens_and_the_old_one_does_not(trainer, client, taker, file_id, attempt_id, database):
    old = taker.opened["resume_code"]
    slip = post(trainer, f"/profiles/{attempt_id}/resume-code", number="1")
    assert slip.status_code == 200
    new = code_in(slip.text)
    assert new != old
    assert client.post("/api/v1/attempts/resume", json={"code": old}).status_code == 404
    opened = client.post("/api/v1/attempts/resume", json={"code": new})
    assert (opened.json()["id"], opened.json()["resume_code"]) == (str(attempt_id), new)
    assert new not in trainer.get(f"/learners/{file_id}").text, "shown once"
    [entry] = acts(database, Act.RESUME_CODE_GIVEN)
    assert entry.about_id == attempt_id
    assert new not in json.dumps(entry.details)


def test_the_learner_s_own_pages_show_the_code_that_opens(trainer, client, taker, file_id, attempt_id):
    new = code_in(post(trainer, f"/profiles/{attempt_id}/resume-code", number="1").text)
    cookie = {"Cookie": f"attempt={taker.opened['token']}"}
    pause = client.get(f"/t/{attempt_id}/pause", headers=cookie)
    assert new in pause.text
    assert taker.opened["resume_code"] not in pause.text


def test_a_double_press_renews_once_and_an_old_page_renews_nothing(trainer, client, database, file_id, attempt_id):
    path = f"/profiles/{attempt_id}/resume-code"
    first = code_in(post(trainer, path, number="1").text)
    assert code_in(post(trainer, path, number="1").text) == first
    assert len(acts(database, Act.RESUME_CODE_GIVEN)) == 1
    assert 'name="number" value="2"' in trainer.get(f"/learners/{file_id}").text
    second = trainer.post(f"/api/v1/attempts/{attempt_id}/resume-code", json={"number": 2}).json()["resume_code"]
    assert second != first
    for number in ("1", "4", "0", "-3"):
        assert post(trainer, path, number=number).status_code == 409
    assert client.post("/api/v1/attempts/resume", json={"code": second}).status_code == 200


def test_codes_of_one_attempt_come_to_an_end(trainer, file_id, attempt_id):
    path = f"/api/v1/attempts/{attempt_id}/resume-code"
    codes = {trainer.post(path, json={"number": number}).json()["resume_code"] for number in range(1, 21)}
    assert len(codes) == 20
    assert trainer.post(path, json={"number": 21}).status_code == 409


def test_no_code_for_somebody_whom_no_file_names(trainer, client, taker, attempt_id):
    assert post(trainer, f"/profiles/{attempt_id}/resume-code", number="1").status_code == 409
    assert client.post("/api/v1/attempts/resume", json={"code": taker.opened["resume_code"]}).status_code == 200


def test_the_slip_is_in_the_person_s_language_and_in_french(trainer, file_id, attempt_id):
    slip = post(trainer, f"/profiles/{attempt_id}/resume-code", number="1").text
    assert '<html lang="ar" dir="rtl">' in slip
    assert "Votre code de reprise" in slip
    assert "data:image/svg+xml" in slip
    assert "mardi" not in slip, "a label is not handed over"
