"""What several files of this folder ask for."""

from __future__ import annotations

import pytest

from tests.workshops.outgoing import with_sinks
from tests.workshops.receivers import receiving


@pytest.fixture
def sinks(settings):
    return with_sinks(settings)


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver
