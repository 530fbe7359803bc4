"""Steps as their person reads them."""

from __future__ import annotations

import pytest

from pathways.learning.models import StepKind
from pathways.learning.pages import shown
from pathways.learning.planning import Proposed


@pytest.mark.parametrize(("kind", "said"), [(StepKind.CHECK, "5 min"), (StepKind.LEARN, "Environ 30 min. Au moins")])
def test_what_may_have_to_be_learnt_after_a_question_is_no_time_of_the_question(kind, said):
    step = Proposed(kind, ("SEC-02",), None, None, minutes=30, low=10, high=60, why=(), key="SEC-02")
    assert shown.of_proposed(step, {}, "ti").lasts.french.startswith(said)
