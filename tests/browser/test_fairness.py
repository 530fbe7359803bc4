"""The pages of fairness between languages: accessible, whole at 320 px, legible by night and on paper."""

import pytest
import sqlalchemy as sa

from pathways import demo
from pathways.fairness import gathering
from pathways.items.models import ItemFigures
from pathways.people.models import Organisation
from tests.browser.checks import faults, told
from tests.fairness import bank

pytestmark = pytest.mark.slow  # minutes of axe: what a page does is in the quick tests


def test_the_pages_of_fairness(server, page_at, recorder):
    recorder.allow("status of 422")  # a decision without its reason: the browser complains of it, the page says it
    with server.database.begin() as db:
        asked = bank.fill(db, people=210, harder=(worst := bank.questions(db)[2].code))
        organisation = db.scalars(sa.select(Organisation).filter_by(name=demo.ORGANISATION)).one()
        organisation.reviews_shipped = True
        known = {"item_id": asked[0].item_id, "organisation_id": organisation.id, "language": "ar"}
        db.execute(sa.delete(ItemFigures).filter_by(**known))  # of others, before these pages
        db.add(
            ItemFigures(
                **known,
                correct=20,
                incorrect=0,
                dont_know=0,
                not_understood=15,
            )
        )
    gathering.run(server.database)
    page = page_at(320)
    server.sign_in(page)
    found = {}
    for path in ("/fairness", f"/fairness/{worst}?lang=ar", f"/fairness/{asked[0].code}?lang=ar"):
        page.goto(server.url + path)
        found[path] = faults(page, targets=False, printed=True)
    page.goto(f"{server.url}/fairness/{worst}?lang=ar")
    page.get_by_label("Pourquoi").fill("   ")
    with page.expect_navigation():
        page.get_by_role("button", name="La retirer").click()
    found["a decision without a reason"] = faults(page, targets=False)
    page.get_by_label("Pourquoi").fill("Le mot « lien » manque.")
    with page.expect_navigation():
        page.get_by_role("button", name="La retirer").click()
    assert page.get_by_role("button", name="La remettre en service").is_visible()
    found["a decision that was taken"] = faults(page, targets=False)
    wrong = told(found)
    assert not wrong, wrong
