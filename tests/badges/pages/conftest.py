"""What the files of this folder ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.badges.pages.applying import Scene

KEYS = b"a secret for keys, thirty-two bytes or more"
"""Of ``networking.SIGNER``: what tests issue, the pages open."""


@pytest.fixture
def settings(settings):
    return replace(settings, badge_secret=KEYS)


@pytest.fixture
def scene(app, database) -> Scene:
    return Scene(app, database)
