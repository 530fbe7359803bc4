"""What partners may ask to be called about, and where: by the API, by the pages, and what is refused."""

from __future__ import annotations

import pytest

from pathways.errors import Conflict, Invalid
from pathways.permissions import Role
from pathways.workshops.notifying import webhooks
from tests.people.situations import post
from tests.workshops.days import a_member


@pytest.mark.parametrize(
    "url",
    [
        "",
        "exemple.fr",
        "http://exemple.fr/",
        "ftp://exemple.fr/",
        "https://",
        "https://me:pass@exemple.fr/",
        "https://exemple.fr:99999/",
        "https://exemple.fr/\r\nHost: other",
        "https://exemple.fr/" + "a" * 500,
        "https://éxemple.fr/",
    ],
)
def test_only_whole_https_addresses_are_taken(db, settings, url):
    with pytest.raises(Invalid):
        webhooks.create(db, settings, a_member(db), url=url)


def test_unknown_kinds_and_too_many_addresses_are_refused(db, settings):
    member = a_member(db)
    with pytest.raises(Invalid):
        webhooks.create(db, settings, member, url="https://exemple.fr/", kinds=["password"])
    for _ in range(webhooks.MOST_WEBHOOKS):
        webhooks.create(db, settings, member, url="https://exemple.fr/")
    with pytest.raises(Conflict):
        webhooks.create(db, settings, member, url="https://exemple.fr/")


def test_by_the_api_a_key_makes_one_and_gives_the_same_secret(app, settings, signed_in):
    partner = signed_in(Role.COORDINATOR)
    body = {"url": "https://exemple.fr/hook", "kinds": ["session"]}
    made = [
        partner.post("/api/v1/webhooks", json=body, headers={"Idempotency-Key": "one and the same"}) for _ in range(2)
    ]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
    [listed] = partner.get("/api/v1/webhooks").json()["webhooks"]
    assert "secret" not in listed
    other = partner.post(f"/api/v1/webhooks/{listed['id']}/secret").json()
    assert other["secret"] != made[0].json()["secret"]
    assert partner.get(f"/api/v1/webhooks/{listed['id']}/calls").json() == {"calls": []}
    assert partner.post(f"/api/v1/webhooks/{listed['id']}/enable").json()["disabled_at"] is None
    assert partner.delete(f"/api/v1/webhooks/{listed['id']}").status_code == 204
    assert partner.get("/api/v1/webhooks").json() == {"webhooks": []}


def test_by_the_pages(signed_in):
    trainer = signed_in(Role.TRAINER)
    wrong = post(trainer, "/webhooks", "/webhooks", url="http://exemple.fr/")
    assert wrong.status_code == 422
    assert "https://" in wrong.text
    made = post(trainer, "/webhooks", "/webhooks", url="https://exemple.fr/hook", kind="booking")
    assert "whsec_" in made.text
    assert made.headers["cache-control"] == "no-store"
    listed = trainer.get("/webhooks").text
    assert "https://exemple.fr/hook" in listed
    assert "whsec_" not in listed
    address = listed.split('href="/webhooks/')[1].split('"')[0]
    assert "whsec_" not in trainer.get(f"/webhooks/{address}").text
    assert "whsec_" in post(trainer, "/webhooks", f"/webhooks/{address}/secret").text
    assert post(trainer, "/webhooks", f"/webhooks/{address}/enable").status_code == 303
    assert post(trainer, "/webhooks", f"/webhooks/{address}/remove").status_code == 303
    assert "https://exemple.fr/hook" not in trainer.get("/webhooks").text


@pytest.mark.parametrize("role", [Role.TRANSLATOR, Role.PRESCRIBER])
def test_who_may_not_see_bookings_may_not_follow_them(signed_in, role):
    somebody = signed_in(role)
    assert somebody.get("/api/v1/changes").status_code == 403
    assert somebody.get("/api/v1/webhooks").status_code == 403
    assert somebody.get("/webhooks").status_code == 403
