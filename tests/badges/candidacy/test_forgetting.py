"""What time takes away: files and words some months after the decision, unused links, spaces that nobody visits."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import endorsing, evidence, forgetting, requesting
from pathways.badges.holding import holders
from pathways.badges.models import EndorsementInvitation, Evidence, EvidenceFile, Holder, JuryVerdict
from tests.badges.candidacy.candidates import LINKS, SIGNER, YES, a_badge, a_member


def count(db, kind) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


@pytest.mark.parametrize("verdict", [JuryVerdict.GRANT, JuryVerdict.REFUSE])
@pytest.mark.slow
def test_some_months_after_the_decision_the_evidence_goes(db, world, verdict):
    candidate = a_member(db)
    holder, request = world.holder(candidate), world.asked(candidate)
    requesting.write(db, holder, request.id, words="Mes mots", answers={}, version=request.version)
    kept = evidence.add_file(db, holder, request.id, title="Fiche", file=evidence.cleaned(b"%PDF-1.7"))
    evidence.add_text(db, holder, request.id, title="Récit", text="Un matin")
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, holder, request.id)
    world.decided(world.juror(), request, verdict, grid=YES)
    request.decided_at = clock.now() - forgetting.EVIDENCE + timedelta(days=1)
    db.flush()
    forgetting.forget(db)
    assert (count(db, EvidenceFile), count(db, Evidence)) == (1, 2)
    request.decided_at = clock.now() - forgetting.EVIDENCE - timedelta(days=1)
    db.flush()
    digest = kept.sha256
    forgetting.forget(db)
    db.expire_all()
    assert (count(db, EvidenceFile), request.words) == (0, "")
    left = db.scalars(sa.select(Evidence.sha256).where(Evidence.text == "")).all()
    assert (digest in left) is (verdict is JuryVerdict.GRANT)
    assert len(left) == (2 if verdict is JuryVerdict.GRANT else 0)


def test_what_is_open_stays(db, world):
    candidate = a_member(db)
    holder, request = world.holder(candidate), world.asked(candidate)
    evidence.add_file(db, holder, request.id, title="Fiche", file=evidence.cleaned(b"%PDF-1.7"))
    forgetting.forget(db)
    assert count(db, EvidenceFile) == 1


def test_a_link_that_nobody_used_goes_and_one_that_served_stays(db, world):
    request = world.asked(a_member(db))
    world.endorsed(request, None)
    long_ago = clock.now() - endorsing.LASTS - forgetting.INVITATIONS - timedelta(days=1)
    endorsing.invite(db, LINKS, request.holder, request.id, now=long_ago)
    endorsing.invite(db, LINKS, request.holder, request.id)
    forgetting.forget(db)
    assert count(db, EndorsementInvitation) == 2


def test_a_space_without_a_badge_that_nobody_visits_goes(db, world):
    (idle, _), (held, _), (visited, _) = (holders.create(db, LINKS) for _ in range(3))
    a_badge(db, world, held)
    for one in (idle, held):
        one.active_at = clock.now() - forgetting.SPACES - timedelta(days=1)
    db.flush()
    forgetting.forget(db)
    assert set(db.scalars(sa.select(Holder.id))) == {held.id, visited.id}
