"""What the files of this folder ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.badges.desks import Networks
from tests.badges.issuing.networking import SIGNER


@pytest.fixture
def settings(settings):
    return replace(settings, badge_secret=SIGNER.wrapping.secret)


@pytest.fixture
def scene(app, database) -> Networks:
    return Networks(app, database)
